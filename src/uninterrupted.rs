//! Work that no signal cuts in two: a file that is written beside its place is put there or
//! removed before the program ends.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

/// Who catches the signals.
static CATCHING: Mutex<Catching> = Mutex::new(Catching::NotYet);

/// Who catches the signals of this program.
enum Catching {
    /// Nothing so far.
    NotYet,
    /// What is done here.
    Here(Catcher),
    /// Something else.
    Elsewhere,
}

/// Signals that are caught here. They are registered once: a second work would else be cut in two
/// by what lets a signal end the program after the first.
#[derive(Clone, Default)]
struct Catcher {
    /// Whether a signal ends the program at once, since nothing is being done.
    idle: Arc<AtomicBool>,
    /// The signal that came while something was.
    last: Arc<AtomicUsize>,
}

impl Catcher {
    fn register() -> Self {
        let catcher = Catcher::default();
        // What is ignored, as `nohup` has it, stays so, in the program that this one becomes as
        // well.
        let ignored = ignored();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            if ignored & (1 << (signal - 1)) == 0 {
                let number = usize::try_from(signal).unwrap_or_default();
                // One that cannot be caught ends the program at once, as it would without all this.
                let _ = flag::register_conditional_default(signal, Arc::clone(&catcher.idle))
                    .and_then(|_| flag::register_usize(signal, Arc::clone(&catcher.last), number));
            }
        }
        catcher
    }
}

/// Leaves the signals to something else that catches them: from now on none of them ends the
/// program because of work that was done here.
pub fn leave_signals() {
    let mut catching = CATCHING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Catching::Here(catcher) = std::mem::replace(&mut *catching, Catching::Elsewhere) {
        catcher.idle.store(false, Ordering::SeqCst);
    }
}

/// Does it; a signal that comes meanwhile ends the program afterwards, and not before.
pub fn uninterrupted<T>(work: impl FnOnce() -> T) -> T {
    let Some(catcher) = catcher() else {
        return work();
    };
    catcher.idle.store(false, Ordering::SeqCst);
    let value = work();
    catcher.idle.store(true, Ordering::SeqCst);
    let signal = i32::try_from(catcher.last.load(Ordering::SeqCst)).unwrap_or_default();
    if signal != 0 {
        // It ends the program.
        let _ = low_level::emulate_default_handler(signal);
    }
    value
}

/// What catches the signals here; nothing where something else does.
fn catcher() -> Option<Catcher> {
    let mut catching = CATCHING.lock().unwrap_or_else(PoisonError::into_inner);
    match &*catching {
        Catching::Elsewhere => None,
        Catching::Here(catcher) => Some(catcher.clone()),
        Catching::NotYet => {
            let catcher = Catcher::register();
            *catching = Catching::Here(catcher.clone());
            Some(catcher)
        }
    }
}

/// The signals that this process ignores, a bit for each; none where the system does not say.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
