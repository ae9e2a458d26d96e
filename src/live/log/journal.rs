//! A log that systemd's journal keeps.

use super::{LogEnd, LogRequest, Take, take_all};
use crate::call::Call;
use crate::terminal::lines::Lines;

/// Reads what `unit` has written, of the machine or of a user.
pub(super) fn read(unit: &str, wanted: LogRequest, take: Take<'_>) -> Result<(), LogEnd> {
    let count = wanted.lines.to_string();
    let call = Call::new(["journalctl", "--quiet", "--no-pager", "--output=cat"])
        .with(["--unit", unit, "--user-unit", unit, "--lines", &count])
        .with(wanted.follow.then_some("--follow"));
    let mut lines = Lines::default();
    call.stream(|bytes| take_all(&lines.push(bytes), take))?;
    take_all(&Vec::from_iter(lines.end()), take)
}
