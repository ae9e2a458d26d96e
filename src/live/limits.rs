//! When to give up: after a time, or when the user interrupts.

use std::io;
use std::time::{Duration, Instant};

use crate::live::signals::Signals;
use crate::live::swank::Interrupt;

/// How long all of it may take.
#[derive(Debug)]
pub struct Deadline {
    signals: Signals,
    timeout: Option<(Instant, Duration)>,
}

/// Why it was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// The person, or the system, wants it to end.
    Interrupted,
    /// It took this time.
    TimedOut(Duration),
}

impl Deadline {
    /// From now on, and with the signals that end a program.
    ///
    /// # Errors
    /// If the system does not let the signals be caught.
    pub fn start(timeout: Option<Duration>) -> io::Result<Self> {
        let end = |after| Some((Instant::now().checked_add(after)?, after));
        Ok(Deadline {
            signals: Signals::catch()?,
            timeout: timeout.and_then(end),
        })
    }

    /// Does something that has no time limit, and that the signals give up. Before and after that
    /// they end the process.
    ///
    /// # Errors
    /// If the system does not let the signals be caught.
    pub fn within<T>(work: impl FnOnce(&Self) -> T) -> io::Result<T> {
        let signals = Signals::catch_in_evaluations()?;
        let limits = Deadline {
            signals: signals.clone(),
            timeout: None,
        };
        Ok(signals.evaluating(|_| work(&limits)))
    }

    /// Whether it is to end now.
    pub fn check(&self) -> Result<(), GivenUp> {
        match self.timeout {
            _ if self.signals.requested() => Err(GivenUp::Interrupted),
            Some((end, after)) if Instant::now() >= end => Err(GivenUp::TimedOut(after)),
            _ => Ok(()),
        }
    }

    /// The time that is left, if there is an end to it.
    pub fn remaining(&self) -> Option<Duration> {
        let (end, _) = self.timeout?;
        Some(end.saturating_duration_since(Instant::now()))
    }

    /// The time that was given, if any.
    pub fn timeout(&self) -> Option<Duration> {
        Some(self.timeout?.1)
    }

    /// The same for an evaluation.
    pub fn interrupt(&self) -> Interrupt {
        self.signals.interrupt()
    }
}
