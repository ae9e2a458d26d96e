//! Ending a request that takes too long or that is not wanted any more.

use std::io;
use std::time::{Duration, Instant};

use crate::live::swank::error::ClientError;

/// How often the image is asked to end what it does, in case it has not reacted.
const AGAIN: Duration = Duration::from_secs(1);

/// Why a request is to end.
#[derive(Debug)]
pub(crate) enum StopReason {
    /// It was interrupted.
    Interrupt,
    /// It took this time.
    Timeout(Duration),
    /// Its output could not be written.
    Output(io::Error),
}

/// A request that is being ended.
#[derive(Debug)]
pub(crate) struct Stopping {
    reason: StopReason,
    /// When to give up.
    until: Instant,
    /// When to ask again.
    next: Instant,
}

impl Stopping {
    /// One that may take `grace`.
    pub(crate) fn new(reason: StopReason, grace: Duration) -> Self {
        let now = Instant::now();
        Stopping {
            reason,
            until: now + grace,
            next: now,
        }
    }

    /// Whether it is ended since its output is lost, so that no answer of it is whole.
    pub(crate) fn is_of_output(&self) -> bool {
        matches!(self.reason, StopReason::Output(_))
    }

    /// Whether it is time to give up.
    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// When to give up.
    pub(crate) fn until(&self) -> Instant {
        self.until
    }

    /// Whether it is time to ask; then not again for a while.
    pub(crate) fn must_ask(&mut self) -> bool {
        let now = Instant::now();
        let must = now >= self.next;
        if must {
            self.next = now + AGAIN;
        }
        must
    }

    /// The error that it comes to, when the request is known to have ended or not.
    pub(crate) fn error(self, stopped: bool) -> ClientError {
        match self.reason {
            StopReason::Interrupt => ClientError::Interrupted { stopped },
            StopReason::Timeout(after) => ClientError::TimedOut { after, stopped },
            StopReason::Output(error) => ClientError::Output { error, stopped },
        }
    }
}
