//! Which service a process is, by its command line: for images without the runtime.

use super::process::Process;
use crate::plan::service::Service;

/// What only the command line of an earlier release holds, which had Lisp in it instead of a
/// runtime.
const EARLIER_RELEASE: &str = "(sb-int:encapsulate 'sb-sys:os-exit 'lisplaunch ";

/// Whether this process was started as `service`: with its systems, files and start forms, in its
/// directory.
///
/// What a start form calls counts and not its arguments, which may have come from variables. A
/// directory that this user may not see counts as the right one.
pub(super) fn is_service(process: &Process, service: &Service) -> bool {
    let arguments = process.command().unwrap_or_default();
    let lines: Vec<String> = arguments.iter().map(|word| one_line(word)).collect();
    let has = |text: &str| lines.iter().any(|line| line.contains(&one_line(text)));
    let wanted = std::fs::canonicalize(service.directory.resolved()).ok();
    (service.runtime.is_none() || has(EARLIER_RELEASE))
        && service.start.iter().all(|form| has(called(&form.text())))
        && service.systems.iter().all(|system| has(system))
        && service.load.iter().all(|file| has(&file.resolved()))
        && process
            .directory()
            .is_none_or(|directory| Some(directory) == wanted)
}

/// A form up to its first argument.
fn called(form: &str) -> &str {
    form.split([' ', ')']).next().unwrap_or(form)
}

/// The same Lisp, however it was broken into lines.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
