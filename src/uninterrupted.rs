//! Work that no signal cuts in two: a file that is written beside its place is put there or
//! removed before the program ends.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

/// What lets a signal end the program again once each work is done; nothing where something else
/// catches the signals.
static ENDING: Mutex<Option<Vec<Arc<AtomicBool>>>> = Mutex::new(Some(Vec::new()));

/// Leaves the signals to something else that catches them: from now on none of them ends the
/// program because of work that was done here.
pub fn leave_signals() {
    let ending = ENDING.lock().unwrap_or_else(PoisonError::into_inner).take();
    for done in ending.into_iter().flatten() {
        done.store(false, Ordering::SeqCst);
    }
}

/// Does it; a signal that comes meanwhile ends the program afterwards, and not before.
pub fn uninterrupted<T>(work: impl FnOnce() -> T) -> T {
    let last = Arc::new(AtomicUsize::new(0));
    let done = Arc::new(AtomicBool::new(false));
    match &mut *ENDING.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(ending) => ending.push(Arc::clone(&done)),
        None => return work(),
    }
    // What is ignored, as `nohup` has it, stays so, in the program that this one becomes as well.
    let ignored = ignored();
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        if ignored & (1 << (signal - 1)) == 0 {
            let number = usize::try_from(signal).unwrap_or_default();
            // One that cannot be caught ends the program at once, as it would without all this.
            let _ = flag::register_conditional_default(signal, Arc::clone(&done))
                .and_then(|_| flag::register_usize(signal, Arc::clone(&last), number));
        }
    }
    let value = work();
    done.store(true, Ordering::SeqCst);
    let signal = i32::try_from(last.load(Ordering::SeqCst)).unwrap_or_default();
    if signal != 0 {
        // It ends the program.
        let _ = low_level::emulate_default_handler(signal);
    }
    value
}

/// The signals that this process ignores, a bit for each; none where the system does not say.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
