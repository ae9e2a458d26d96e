//! Whether a process began before a file was last written, and so may run with what that said
//! before: an installation that was cut short leaves that behind.

use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::live::process;

/// What the clocks of files and of processes may differ by.
const TOLERANCE: Duration = Duration::from_secs(1);

/// Whether the process with this number began before the file was written.
pub(super) fn is_older(pid: u32, file: &Path) -> bool {
    let written = file.metadata().and_then(|found| found.modified()).ok();
    let written = written.and_then(|at| SystemTime::now().duration_since(at).ok());
    match (process::age(pid), written) {
        (Some(process), Some(written)) => process > written + TOLERANCE,
        _ => false,
    }
}
