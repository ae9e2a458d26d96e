//! The request to end an evaluation, made from another thread or a signal handler.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that a client polls while it waits. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// One that has not been requested yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for the end of the evaluation; asked again, not to wait for it either.
    pub fn request(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it was requested since it was taken last.
    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::SeqCst)
    }
}

impl From<Arc<AtomicBool>> for Interrupt {
    /// Around a flag that something else, such as a signal handler, sets.
    fn from(flag: Arc<AtomicBool>) -> Self {
        Interrupt(flag)
    }
}
