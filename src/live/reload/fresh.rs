//! The process that tries the code beside the service.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::diagnostic::DiagnosticKind;
use super::report::LoadReport;
use crate::live::attended::{self, Unfinished};
use crate::live::limits::Deadline;
use crate::runtime;

/// What came of a trial.
#[derive(Debug)]
pub struct Tried {
    /// What the process found.
    pub report: LoadReport,
    /// Why the service is not to load the code; nothing that was compiled is left behind then.
    pub refusal: Option<LoadRefusal>,
}

/// Why code is not to be loaded.
#[derive(Debug)]
pub enum LoadRefusal {
    /// The compiler warns of it.
    Warnings,
    /// The process could not load it, and printed this.
    Failed(String),
    /// The process did not come to its end.
    Unfinished(Unfinished),
}

/// The folder in which the process writes what is not needed later.
#[derive(Clone, Copy, Debug)]
pub struct Workplace<'a>(pub &'a Path);

impl Workplace<'_> {
    /// Writes the runtime there.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn install(&self) -> io::Result<()> {
        fs::create_dir(self.0.join(runtime::PARTS))?;
        let mut files = runtime::FILES.iter().chain(&runtime::TRIAL);
        files.try_for_each(|file| fs::write(self.0.join(file.path), file.text()))
    }

    /// The file that loads lisplaunch's own code, which lies there too.
    pub fn runtime(&self) -> PathBuf {
        self.0.join(runtime::ENTRY)
    }

    /// The file of its report.
    pub fn report(&self) -> PathBuf {
        self.0.join("report")
    }

    /// Where it puts a compiled file that is not to be loaded.
    pub fn output(&self) -> PathBuf {
        self.0.join("output.fasl")
    }

    /// The file for a form of this number.
    pub fn form(&self, number: usize) -> PathBuf {
        self.0.join(format!("form-{number}.lisp"))
    }

    /// Where it puts compiled files that nothing loads later.
    pub fn compiled(&self) -> PathBuf {
        self.0.join("compiled/")
    }

    fn messages(&self) -> PathBuf {
        self.0.join("messages")
    }
}

/// Runs the process to its end. The compiler's warnings, but for matters of style, stop it unless
/// `allow_warnings` is set.
pub fn compile(
    command: Command,
    workplace: Workplace<'_>,
    limits: &Deadline,
    allow_warnings: bool,
) -> Tried {
    let tried = attempt(command, workplace, limits, allow_warnings);
    if tried.refusal.is_some() {
        tried.report.discard();
    }
    tried
}

/// The same, and what was compiled stays.
pub fn attempt(
    command: Command,
    workplace: Workplace<'_>,
    limits: &Deadline,
    allow_warnings: bool,
) -> Tried {
    let ended = attended::run(command, &workplace.messages(), limits, || ());
    let (report, refusal) = match (LoadReport::read(&workplace.report()), ended) {
        (Err(error), _) => (
            LoadReport::default(),
            Some(LoadRefusal::Unfinished(Unfinished::Io(error))),
        ),
        (Ok(report), Err(unfinished)) => (report, Some(LoadRefusal::Unfinished(unfinished))),
        (Ok(report), Ok(status)) => {
            let worst = report.worst();
            let refusal = if !status.success() || !report.done {
                Some(LoadRefusal::Failed(attended::messages(
                    &workplace.messages(),
                )))
            } else if worst == Some(DiagnosticKind::Error)
                || worst == Some(DiagnosticKind::Warning) && !allow_warnings
            {
                Some(LoadRefusal::Warnings)
            } else {
                None
            };
            (report, refusal)
        }
    };
    Tried { report, refusal }
}
