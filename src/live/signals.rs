//! Signals that end what a command does in the image, before they end the command.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::live::swank::Interrupt;

/// Ctrl-C, the signal of `kill`, and that of a terminal which is closed.
#[derive(Debug)]
pub struct Signals {
    requested: Arc<AtomicBool>,
    last: Arc<AtomicUsize>,
}

impl Signals {
    /// From now on they end an evaluation and not the process.
    ///
    /// # Errors
    /// If the system does not let them be caught.
    pub fn catch() -> io::Result<Self> {
        let requested = Arc::new(AtomicBool::new(false));
        let last = Arc::new(AtomicUsize::new(0));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let number = usize::try_from(signal).unwrap_or_default();
            flag::register_usize(signal, Arc::clone(&last), number)?;
            flag::register(signal, Arc::clone(&requested))?;
        }
        Ok(Signals { requested, last })
    }

    /// Whether one of them came that no evaluation has taken.
    pub fn requested(&self) -> bool {
        self.requested.load(Ordering::SeqCst)
    }

    /// What ends an evaluation when one of them comes.
    pub fn interrupt(&self) -> Interrupt {
        Arc::clone(&self.requested).into()
    }

    /// What the shell says of a process that the last of them ended.
    pub fn exit_code(&self) -> u8 {
        let number = self.last.load(Ordering::SeqCst);
        u8::try_from(128 + number).unwrap_or(u8::MAX)
    }
}
