//! What Ctrl-C and the end of the terminal do.
//!
//! While the image evaluates, they end the evaluation there first. While nothing is evaluated
//! they do what they do to any program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::live::swank::Interrupt;

/// The signals that came.
#[derive(Clone, Debug)]
pub(super) struct Signals {
    interrupted: Arc<AtomicBool>,
    ending: Arc<AtomicBool>,
    idle: Arc<AtomicBool>,
}

impl Signals {
    /// Watches for them from now on.
    pub(super) fn watch() -> Self {
        let signals = Signals {
            interrupted: Arc::default(),
            ending: Arc::default(),
            idle: Arc::new(AtomicBool::new(true)),
        };
        for signal in [SIGINT, SIGHUP, SIGTERM] {
            // One that cannot be watched ends the program, as it would without all this.
            let _ = flag::register_conditional_default(signal, signals.idle.clone())
                .and_then(|_| flag::register(signal, signals.interrupted.clone()));
        }
        for signal in [SIGHUP, SIGTERM] {
            let _ = flag::register(signal, signals.ending.clone());
        }
        signals
    }

    /// Does something during which a signal interrupts an evaluation.
    pub(super) fn evaluating<T>(&self, evaluate: impl FnOnce(&Interrupt) -> T) -> T {
        self.interrupted.store(false, Ordering::SeqCst);
        self.idle.store(false, Ordering::SeqCst);
        let value = evaluate(&Interrupt::from(self.interrupted.clone()));
        self.idle.store(true, Ordering::SeqCst);
        value
    }

    /// Waits for a person in the midst of an evaluation, which the end of this process ends.
    pub(super) fn waiting<T>(&self, wait: impl FnOnce() -> T) -> T {
        let before = self.idle.swap(true, Ordering::SeqCst);
        let value = wait();
        self.idle.store(before, Ordering::SeqCst);
        value
    }

    /// Whether the program is to end.
    pub(super) fn end(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }
}
