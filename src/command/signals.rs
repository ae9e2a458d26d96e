//! Signals that end what a command does in the image, before they end the command.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::swank::Interrupt;

/// Catches Ctrl-C and the signal of `kill` from now on.
pub(super) struct Signals {
    /// What they request.
    pub(super) interrupt: Interrupt,
    last: Arc<AtomicUsize>,
}

impl Signals {
    /// From now on they end an evaluation and not the process.
    pub(super) fn catch() -> io::Result<Self> {
        let requested = Arc::new(AtomicBool::new(false));
        let last = Arc::new(AtomicUsize::new(0));
        for signal in [SIGINT, SIGTERM] {
            let number = usize::try_from(signal).unwrap_or_default();
            flag::register_usize(signal, Arc::clone(&last), number)?;
            flag::register(signal, Arc::clone(&requested))?;
        }
        Ok(Signals {
            interrupt: requested.into(),
            last,
        })
    }

    /// What the shell says of a process that the last of them ended.
    pub(super) fn exit_code(&self) -> u8 {
        let number = self.last.load(Ordering::SeqCst);
        u8::try_from(128 + number).unwrap_or(u8::MAX)
    }
}
