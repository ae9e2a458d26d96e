//! Waiting during a deployment, which a person may interrupt.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::live::limits::Deadline;
use crate::problem::Problem;

/// How often it is looked whether what is waited for has come.
const GLANCE: Duration = Duration::from_millis(20);

/// How long things may take.
pub(super) struct Wait<'a> {
    pub(super) limits: &'a Deadline,
    /// For requests under way.
    pub(super) grace: Duration,
}

impl Wait<'_> {
    /// Whether a person, or the system, wants it to end.
    pub(super) fn check(&self) -> Result<(), Problem> {
        self.limits
            .check()
            .map_err(|_| Problem::error("the deployment was interrupted"))
    }
}

/// Waits until `done`, for so long; returns whether it is.
pub(super) fn until(
    wait: &Wait<'_>,
    limit: Duration,
    mut done: impl FnMut() -> bool,
) -> Result<bool, Problem> {
    let deadline = Instant::now() + limit;
    while !done() {
        wait.check()?;
        if Instant::now() > deadline {
            return Ok(false);
        }
        sleep(GLANCE);
    }
    Ok(true)
}
