//! How a cluster asks whether a service answers: one policy for all of them.
//!
//! A Lisp image may compile for minutes when it starts for the first time, and its collector may
//! hold all threads for seconds, so it is given time.

use super::ready;
use super::service::Service;

/// One question, asked again and again. Times are in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The time between two of them.
    pub period: u64,
    /// How long an answer may take.
    pub timeout: u64,
    /// After how many without an answer it counts as answered with no.
    pub failures: u64,
}

/// How long an answer may take.
const TIMEOUT: u64 = 5;

/// After how long an image that answers nothing is taken for dead, unless `watchdog` says.
const SILENCE: u64 = 60;

/// Whether it has started: soon after it has.
pub fn start(service: &Service) -> Probe {
    Probe {
        period: 1,
        timeout: TIMEOUT,
        failures: ready::patience(service.ready.as_ref()).0,
    }
}

/// Whether requests are to be sent to it.
pub fn ready() -> Probe {
    Probe {
        period: 5,
        timeout: TIMEOUT,
        failures: 3,
    }
}

/// Whether it lives: it is started again where it does not.
pub fn alive(service: &Service) -> Probe {
    let period = 10;
    let silence = service.watchdog.map_or(SILENCE, |watchdog| watchdog.0);
    Probe {
        period,
        timeout: TIMEOUT,
        failures: silence.div_ceil(period),
    }
}
