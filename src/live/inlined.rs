//! Services that an earlier release started: they had Lisp in their command line instead of a
//! runtime, and so do not say who they are.

use super::process::Process;
use crate::plan::service::Service;

/// What only such a command line holds.
const MARK: &str = "(sb-int:encapsulate 'sb-sys:os-exit 'lisplaunch ";

/// Whether this process is the service: it was started with its forms, in its directory.
pub(super) fn is_service(process: Process, service: &Service) -> bool {
    let arguments = process.command().unwrap_or_default();
    let lines: Vec<String> = arguments.iter().map(|word| one_line(word)).collect();
    let has = |text: &str| lines.iter().any(|line| line.contains(&one_line(text)));
    has(MARK)
        && service.start.iter().all(|form| has(&form.text()))
        && service.systems.iter().all(|system| has(system))
        && service.load.iter().all(|file| has(&file.resolved()))
        && process.directory() == std::fs::canonicalize(service.directory.resolved()).ok()
}

/// The same Lisp, however it was broken into lines.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
