//! Where a service writes: that depends on what started it, and on `log` in its file.

use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::{LogEnd, LogRequest, Take, file, journal, pane, supervisor};
use crate::live::found::LastKnown;
use crate::live::manager::{Manager, program_of, supervisorctl};
use crate::live::process::{self, Process};
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::tmux::session::{Session, SessionState};

/// Programs that write the output of a supervised service into a folder.
const LOGGERS: [&str; 2] = ["svlogd", "s6-log"];

/// The file in such a folder that is written to.
const CURRENT: &str = "current";

/// Where a service writes.
#[derive(Debug, PartialEq, Eq)]
pub enum LogOutput {
    /// Into this file.
    File(PathBuf),
    /// To supervisord: these words call supervisorctl, and this is the program.
    Supervisor(Vec<String>, String),
    /// To systemd's journal, as this unit.
    Journal(String),
    /// Into the pane of this session of tmux.
    Pane(Session),
}

impl LogOutput {
    /// Where `service` writes, or wrote when it ran.
    ///
    /// # Errors
    /// When that is nowhere where it can be read again.
    pub fn of(service: &Service, known: &LastKnown) -> Result<Self, Problem> {
        let named = || service.log.as_ref().map(|log| written(log.file.resolved()));
        let source = match &known.manager {
            Some(Manager::Supervisor(_)) if service.log.is_some() => named().map(LogOutput::File),
            Some(Manager::Supervisor(name)) => Some(LogOutput::Supervisor(
                supervisorctl(known.process),
                program_of(name).to_owned(),
            )),
            Some(Manager::Systemd(_)) if service.log.is_some() => named().map(LogOutput::File),
            Some(Manager::Systemd(unit)) => Some(LogOutput::Journal(unit.clone())),
            Some(Manager::Runit(_) | Manager::S6(_)) => {
                let beside = || known.process.and_then(of_logger).map(LogOutput::File);
                named().map(LogOutput::File).or_else(beside)
            }
            Some(Manager::OpenRc(_)) => named().map(LogOutput::File),
            None => in_session(service)
                .or_else(|| known.process.and_then(of_output).map(LogOutput::File))
                .or_else(|| named().filter(|file| file.exists()).map(LogOutput::File)),
        };
        source.ok_or_else(|| unkept(service, known))
    }

    /// Reads what is wanted of it.
    ///
    /// # Errors
    /// When it cannot be read, or is not taken any more.
    pub fn read(&self, wanted: LogRequest, take: Take<'_>) -> Result<(), LogEnd> {
        match self {
            LogOutput::File(path) => file::read(path, wanted, take),
            LogOutput::Supervisor(control, name) => supervisor::read(control, name, wanted, take),
            LogOutput::Journal(unit) => journal::read(unit, wanted, take),
            LogOutput::Pane(session) => pane::read(session, wanted, take),
        }
    }
}

/// The file that is written to: svlogd and s6-log make a folder of what `log` names.
fn written(path: String) -> PathBuf {
    let path = PathBuf::from(path);
    if path.is_dir() {
        path.join(CURRENT)
    } else {
        path
    }
}

/// The session of tmux that the service runs in, or has ended in.
fn in_session(service: &Service) -> Option<LogOutput> {
    let session = Session::of(service)?;
    match session.state() {
        Ok(SessionState::Running(_) | SessionState::Ended(_)) => Some(LogOutput::Pane(session)),
        _ => None,
    }
}

/// The file that a process writes its output to, if it is one.
fn of_output(process: Process) -> Option<PathBuf> {
    let link = process.file("fd/1");
    let kind = fs::metadata(&link).ok()?;
    kind.is_file().then(|| fs::read_link(&link).ok()).flatten()
}

/// The file that the log service of a supervised process writes to.
fn of_logger(process: Process) -> Option<PathBuf> {
    let folder = process.parent()?.directory()?.join("log");
    let mut loggers = process::all().filter(|process| {
        let name = process.name();
        name.is_some_and(|name| LOGGERS.contains(&name.as_str()))
            && process.directory().as_ref() == Some(&folder)
    });
    let words = loggers.next()?.command()?;
    let files = words
        .iter()
        .skip(1)
        .map(|word| folder.join(word).join(CURRENT));
    files.rev().find(|file| file.is_file())
}

/// Nothing keeps what it writes.
fn unkept(service: &Service, known: &LastKnown) -> Problem {
    let name = &service.name;
    let problem = Problem::error(format!("nothing keeps the output of the service `{name}`"));
    let problem = match (&known.manager, known.process) {
        (Some(manager), _) => problem.note(format!("{manager} started it, and has no log of it")),
        (None, Some(process)) => problem.note(format!(
            "it was started by hand, pid {}, and writes to {}",
            process.pid,
            output_name(process)
        )),
        (None, None) => problem.note("it does not run, and nothing is known of its last run"),
    };
    problem.help("`log: FILE` in the project file keeps it, once a manager starts the service")
}

fn output_name(process: Process) -> String {
    let link = process.file("fd/1");
    let kind = fs::metadata(&link).map(|found| found.file_type());
    match (kind, fs::read_link(&link)) {
        (Ok(kind), Ok(target)) if kind.is_char_device() => {
            format!("`{}`", Path::new(&target).display())
        }
        (Ok(kind), Ok(_)) if kind.is_fifo() => "a pipe".to_owned(),
        _ => "somewhere else".to_owned(),
    }
}
