//! Becoming sbcl: everything is checked, then this process is replaced.
//!
//! The only file that knows what a service's process is given besides its arguments.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{Access, Mode};
use rustix::process::{Signal, set_parent_process_death_signal};

use crate::host::Host;
use crate::live::identity::Kinship;
use crate::live::occupant::Occupant;
use crate::live::port;
use crate::live::record::Record;
use crate::live::swank::Address;
use crate::plan::need::{Need, NeedKind};
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::program;
use crate::trust;
use crate::word::{Argv, Word};

/// What keeps `service` from being started, as far as the file system shows.
pub fn obstacles(service: &Service, host: &Host) -> Vec<Problem> {
    let mut problems: Vec<Problem> = service.needs.iter().filter_map(missing).collect();
    problems.extend(program_obstacles(service, host));
    problems
}

/// The same without what the project file asks for.
pub fn program_obstacles(service: &Service, host: &Host) -> Vec<Problem> {
    let program = program::find(service, host).err();
    program.into_iter().chain(homeless(service, host)).collect()
}

/// What holds the port on which swank is to listen, if something does.
pub fn taken_port(service: &Service, host: &Host) -> Option<Problem> {
    let swank = service.swank.as_ref()?;
    let address = Address {
        host: swank.interface.resolved(),
        port: swank.port.number(),
    };
    if !port::is_taken(&address) {
        return None;
    }
    let holder = Occupant::of(&address, host);
    if let Some(Occupant::Service(record)) = &holder
        && record.kinship(service, true) == Kinship::Same
    {
        return Some(runs_already(service, record));
    }
    let holder = holder.map_or("something that this user cannot see".to_owned(), |holder| {
        holder.to_string()
    });
    let problem = Problem::error(format!(
        "the port {} of swank is taken by {holder}",
        address.port
    ));
    let problem = match &swank.location {
        Some(location) => problem.at(location.clone()),
        None => problem,
    };
    Some(problem.help("stop that, or take another port"))
}

fn runs_already(service: &Service, record: &Record) -> Problem {
    let pid = record.pid.unwrap_or_default();
    let port = record.port.unwrap_or_default();
    Problem::error(format!("`{}` runs already, pid {pid}", service.name))
        .note(format!("its swank server has port {port}"))
        .help("`lisplaunch stop` stops it")
}

/// SBCL looks for its files in the home folder and ends where there is none, as for a user of a
/// container that the user database does not know.
fn homeless(service: &Service, host: &Host) -> Option<Problem> {
    let given = service.env.iter().any(|(name, _)| name == "HOME");
    (host.home.is_none() && !given).then(|| {
        Problem::error(format!(
            "`HOME` is not set, and the user database knows no home folder of {}",
            trust::described(host.user)
        ))
        .help("set `HOME` to a folder that this user can write, in the environment or with `env`")
    })
}

/// Lets this process, whatever it becomes, receive SIGTERM when its parent has ended.
pub fn end_with_parent() {
    // Without that it goes on, as other processes do.
    let _ = set_parent_process_death_signal(Some(Signal::TERM));
}

/// Replaces this process by sbcl. Returns only if that fails.
///
/// The environment is this process's with the service's laid over it. `HOME` is set again
/// where it is unset or another user's, which sbcl could not write its files to.
pub fn exec(service: &Service, argv: &Argv, host: &Host) -> Problem {
    let mut command = match command(service, argv, host) {
        Ok(command) => command,
        Err(problem) => return problem,
    };
    let error = command.exec();
    not_started(&command, &error)
}

/// The process of `service` with these arguments, about to start. The umask of this process
/// becomes the service's.
///
/// # Errors
/// If there is no such program.
pub fn command(service: &Service, argv: &Argv, host: &Host) -> Result<Command, Problem> {
    let words: Vec<String> = argv.words().map(Word::resolved).collect();
    // An image may be a program itself.
    let program = match words.first() {
        Some(first) if *first != service.sbcl.program.resolved() => PathBuf::from(first),
        _ => program::find(service, host)?,
    };
    let mut command = Command::new(program);
    command.current_dir(service.directory.resolved());
    if let Some((first, rest)) = words.split_first() {
        command.arg0(first).args(rest);
    }
    // An environment that is left as it is need not be put together again.
    let own_home = host.environment.get("HOME");
    if let Some(home) = &host.home
        && own_home.is_none_or(|own| own != home)
    {
        command.env("HOME", home);
    }
    for (name, value) in &service.env {
        command.env(name, value.resolved());
    }
    if let Some(umask) = service.umask {
        rustix::process::umask(Mode::from_raw_mode(umask.bits()));
    }
    Ok(command)
}

/// Why the system did not start a process.
pub fn not_started(command: &Command, error: &io::Error) -> Problem {
    Problem::io("start", Path::new(command.get_program()), error).help(match error.kind() {
        io::ErrorKind::ArgumentListTooLong => {
            "arguments and environment are too long for the system: move code into a file and list it below `load:`"
        }
        _ => "is it sbcl, built for this machine?",
    })
}

/// What is wrong with something that must be there, for this process.
pub fn missing(need: &Need) -> Option<Problem> {
    let path = Path::new(&need.path);
    let (kind, there) = match need.kind {
        NeedKind::File => ("file", path.is_file()),
        NeedKind::Folder => ("folder", path.is_dir()),
    };
    let access = match need.kind {
        NeedKind::File => Access::READ_OK,
        NeedKind::Folder => Access::EXEC_OK,
    };
    let problem = if !there {
        Problem::error(format!(
            "`{}`: there is no {kind} `{}`",
            need.key, need.path
        ))
    } else if rustix::fs::access(path, access).is_err() {
        Problem::error(format!(
            "`{}`: the {kind} `{}` may not be read by this user",
            need.key, need.path
        ))
    } else {
        return None;
    };
    let problem = match &need.location {
        Some(location) => problem.at(location.clone()),
        None => problem,
    };
    Some(match need.help.as_str() {
        "" => problem,
        help => problem.help(help),
    })
}
