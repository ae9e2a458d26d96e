//! Why changed code was not loaded: what a person is shown when the trial of it did not end well.

use super::ReloadTarget;
use crate::command::{Failure, info};
use crate::launch;
use crate::live::attended::Unfinished;
use crate::live::limits::GivenUp;
use crate::live::reload::diagnostic::{DiagnosticKind, UnknownName};
use crate::live::reload::fresh::LoadRefusal;
use crate::live::reload::report::{LoadReport, UnknownSystem};
use crate::problem::Problem;
use crate::suggest;

impl ReloadTarget {
    /// Why the service was not asked to load the code.
    pub(super) fn refused(&self, report: &LoadReport, reason: LoadRefusal) -> Failure {
        if let Some(unknown) = report.unknown.first() {
            return self.unknown_system(unknown).into();
        }
        let problem = match reason {
            LoadRefusal::Warnings => warned(report),
            LoadRefusal::Failed(messages) => self.not_loaded(report, &messages),
            LoadRefusal::Unfinished(unfinished) => not_finished(unfinished),
        };
        let name = &self.service.name;
        Failure::failed([problem.help(format!("the service `{name}` is as it was"))])
    }

    /// The process has ended by an error.
    fn not_loaded(&self, report: &LoadReport, messages: &str) -> Problem {
        // The compiler's messages about the project's own files are shown already.
        if report.worst() == Some(DiagnosticKind::Error) {
            return Problem::error("the code does not compile");
        }
        info(messages);
        let Some(failure) = &report.failure else {
            return Problem::error(
                "the sbcl that tried the code ended before all of it was loaded",
            );
        };
        let problem = Problem::error(format!(
            "a fresh sbcl cannot load the code: {}: {}",
            failure.condition, failure.message
        ));
        match &failure.file {
            Some(file) => problem.note(format!("in {}", self.names.of(report.source_of(file)))),
            None => problem,
        }
    }

    fn unknown_system(&self, unknown: &UnknownSystem) -> Problem {
        let UnknownName { name, known } = &unknown.name;
        let known = self.known.iter().chain(known);
        Problem::error(format!("there is no system `{name}`"))
            .help(suggest::help(name, known.map(String::as_str)))
    }
}

fn not_finished(unfinished: Unfinished) -> Problem {
    match unfinished {
        Unfinished::GivenUp(GivenUp::Interrupted) => {
            Problem::error("interrupted while the code was compiled")
        }
        Unfinished::GivenUp(GivenUp::TimedOut(after)) => Problem::error(format!(
            "the code was not compiled within {}",
            humantime::format_duration(after)
        )),
        Unfinished::NotStarted(command, error) => launch::not_started(&command, &error),
        Unfinished::Io(error) => Problem::cannot("try the code", &error),
    }
}

/// The compiler has found what stops a reload.
fn warned(report: &LoadReport) -> Problem {
    let (errors, warnings) = (
        report.count(DiagnosticKind::Error),
        report.count(DiagnosticKind::Warning),
    );
    let problem = |found: &str| Problem::error(format!("the compiler found {found} in the code"));
    let (errors, warnings) = (numbered(errors, "error"), numbered(warnings, "warning"));
    match (errors, warnings) {
        (Some(errors), Some(warnings)) => problem(&format!("{errors} and {warnings}")),
        (Some(errors), None) => problem(&errors),
        (None, warnings) => problem(&warnings.unwrap_or_default())
            .help("fix it, or give `--allow-warnings` to load it anyway"),
    }
}

fn numbered(number: usize, what: &str) -> Option<String> {
    match number {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{number} {what}s")),
    }
}
