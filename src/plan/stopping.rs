//! How long a stop may take: one policy for the image, for those who wait for it, and for the
//! managers that kill it afterwards.

use super::quantity::Seconds;
use crate::project::keys;

/// SBCL's own: `sb-ext:*exit-timeout*`.
const WITHOUT_RUNTIME: Seconds = Seconds(60);

/// How long a service may take to stop unless its file says otherwise.
///
/// SBCL's own time is longer than most managers wait, so the runtime has another.
///
/// # Panics
/// If the table of keys holds no duration.
pub fn default_timeout(runtime: bool) -> Seconds {
    if !runtime {
        return WITHOUT_RUNTIME;
    }
    Seconds::parse(keys::default("stop-timeout")).expect("the table of keys has valid defaults")
}

/// What an exit may take beside `stop-timeout`, so that SBCL gives up first.
const MARGIN: Seconds = Seconds(5);

/// How long clients need to notice that a service is about to stop.
pub const DRAIN: Seconds = Seconds(5);

/// How long to wait for the end of a process that has `timeout` to stop.
pub fn patience(timeout: Seconds) -> Seconds {
    Seconds(timeout.0 + MARGIN.0)
}
