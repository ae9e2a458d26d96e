//! What Ctrl-C, the signal of `kill` and the end of a terminal do: while the image evaluates they
//! end the evaluation, before they end the command.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use super::swank::Interrupt;
use crate::uninterrupted::leave_signals;

/// The signals that came.
#[derive(Clone, Debug)]
pub struct Signals {
    requested: Arc<AtomicBool>,
    last: Arc<AtomicUsize>,
    /// Whether they do what they do to any program.
    idle: Arc<AtomicBool>,
}

impl Signals {
    /// From now on they end an evaluation and not the process.
    ///
    /// # Errors
    /// If the system does not let them be caught.
    pub fn catch() -> io::Result<Self> {
        Self::new(false)
    }

    /// The same [while something is evaluated](Self::evaluating); they end the process while not.
    ///
    /// # Errors
    /// If the system does not let them be caught.
    pub fn catch_in_evaluations() -> io::Result<Self> {
        Self::new(true)
    }

    fn new(idle: bool) -> io::Result<Self> {
        leave_signals();
        let signals = Signals {
            requested: Arc::default(),
            last: Arc::default(),
            idle: Arc::new(idle.into()),
        };
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let number = usize::try_from(signal).unwrap_or_default();
            flag::register_conditional_default(signal, Arc::clone(&signals.idle))?;
            flag::register_usize(signal, Arc::clone(&signals.last), number)?;
            flag::register(signal, Arc::clone(&signals.requested))?;
        }
        Ok(signals)
    }

    /// Whether one of them came that no evaluation has taken.
    pub fn requested(&self) -> bool {
        self.requested.load(Ordering::SeqCst)
    }

    /// The same, once for what has come.
    pub fn take(&self) -> bool {
        self.requested.swap(false, Ordering::SeqCst)
    }

    /// What ends an evaluation when one of them comes.
    pub fn interrupt(&self) -> Interrupt {
        Arc::clone(&self.requested).into()
    }

    /// Does something during which a signal interrupts an evaluation.
    pub fn evaluating<T>(&self, evaluate: impl FnOnce(&Interrupt) -> T) -> T {
        self.requested.store(false, Ordering::SeqCst);
        let before = self.idle.swap(false, Ordering::SeqCst);
        let value = evaluate(&self.interrupt());
        self.idle.store(before, Ordering::SeqCst);
        value
    }

    /// Waits for a person in the midst of an evaluation, which the end of this process ends.
    pub fn waiting<T>(&self, wait: impl FnOnce() -> T) -> T {
        let before = self.idle.swap(true, Ordering::SeqCst);
        let value = wait();
        self.idle.store(before, Ordering::SeqCst);
        value
    }

    /// Whether the last of them ends a program and not just what it does.
    pub fn end(&self) -> bool {
        let last = i32::try_from(self.last.load(Ordering::SeqCst));
        matches!(last, Ok(SIGHUP | SIGTERM))
    }

    /// What the shell says of a process that the last of them ended.
    pub fn exit_code(&self) -> u8 {
        let number = self.last.load(Ordering::SeqCst);
        u8::try_from(128 + number).unwrap_or(u8::MAX)
    }
}
