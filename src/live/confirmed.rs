//! A service that has no swank server to ask: its process, as its state file names it.
//!
//! The file is a hint, and no more: what is done to the process rests on what the kernel says of
//! it, when it began, whose it is, and with which command line.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use super::finding::{Overrides, owners};
use super::identity::Kinship;
use super::manager::Manager;
use super::process::Process;
use super::record::Record;
use super::state_file;
use super::swank::reader;
use super::swank::sexp::Sexp;
use crate::host::Host;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::trust::described;

/// What begins the form of a command line that says which service it is for.
const BOOT: &str = "(lisplaunch:boot ";

/// The form of one that goes on from a saved image.
const RESUME: &str = "(lisplaunch:resume)";

/// A process that is a service for certain.
pub struct Confirmed {
    /// The process.
    pub process: Process,
    /// What starts it again when it ends.
    pub manager: Option<Manager>,
}

impl Confirmed {
    /// The process of `service`, if that runs.
    ///
    /// # Errors
    /// When it does not, or what runs may be something else.
    pub fn find(service: &Service, overrides: &Overrides, host: &Host) -> Result<Self, Problem> {
        let name = &service.name;
        let record = state_file::read(service, host);
        let found = record.and_then(|record| Some((record.process()?, record.manager)));
        let Some((process, manager)) = found else {
            return Err(Problem::error(format!("the service `{name}` does not run"))
                .help("`lisplaunch status` shows how it ended"));
        };
        let pid = process.pid;
        let user = process.user();
        if let Some(user) = user.filter(|user| !owners(service, overrides, host).include(*user)) {
            return Err(Problem::error(format!(
                "pid {pid} is not taken for the service `{name}`: it belongs to {}",
                described(user)
            ))
            .help("if that is the service say so in the project file: `user: …`"));
        }
        let same = resumes(&process, service)
            || said(&process).unwrap_or_default().kinship(service, true) == Kinship::Same;
        if user.is_none() || !same {
            return Err(Problem::error(format!(
                "pid {pid} is not taken for the service `{name}`: its command line is not that of the service"
            ))
            .help(format!("stop it yourself if it is: `kill {pid}`")));
        }
        Ok(Confirmed { process, manager })
    }

    /// Asks it to leave.
    ///
    /// # Errors
    /// When this user may not.
    pub fn terminate(&self) -> Result<(), Problem> {
        let pid = self.process.pid;
        let number = i32::try_from(pid).ok().and_then(Pid::from_raw);
        match number.map(|number| kill_process(number, Signal::TERM)) {
            // It has gone by itself.
            Some(Err(rustix::io::Errno::SRCH) | Ok(())) | None => Ok(()),
            Some(Err(error)) => Err(Problem::cannot(
                format_args!("send SIGTERM to pid {pid}"),
                &error.into(),
            )),
        }
    }
}

/// Whether the command line of a process starts the image of a service: its path says which project,
/// service and profiles it is of.
fn resumes(process: &Process, service: &Service) -> bool {
    let words = process.command().unwrap_or_default();
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    let core = service.core.as_ref();
    core.is_some_and(|core| has(&core.file.resolved()) && has(RESUME))
}

/// What the command line of a process says of the service that it is.
fn said(process: &Process) -> Option<Record> {
    let words = process.command()?;
    let form = words.iter().find(|word| word.starts_with(BOOT))?;
    let form = reader::read(form).ok()?;
    let [_, project, properties @ ..] = form.as_list()? else {
        return None;
    };
    let record = Record::read(&Sexp::List(properties.to_vec()));
    let truename = record.file.as_ref().and_then(|file| {
        let file = fs::canonicalize(file).ok()?;
        file.into_os_string().into_string().ok()
    });
    Some(Record {
        project: project.as_str().map(str::to_owned),
        truename,
        ..record
    })
}
