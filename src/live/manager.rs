//! What may start a service again when it ends, and how it is asked.

use std::fmt;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use super::process::Process;
use super::swank::sexp::Sexp;
use crate::call::Call;
use crate::problem::Problem;

/// What may start a service again when it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manager {
    /// supervisord, which calls it `group:name`.
    Supervisor(String),
    /// systemd, which calls it `name.service`.
    Systemd(String),
    /// runit, which has a folder of this name for it.
    Runit(String),
    /// s6, which has a folder of this name for it.
    S6(String),
    /// `OpenRC`, with an init script of this name.
    OpenRc(String),
}

/// Managers by the symbols that images call them.
const KINDS: [(&str, Named); 5] = [
    (":supervisor", Manager::Supervisor),
    (":systemd", Manager::Systemd),
    (":runit", Manager::Runit),
    (":s6", Manager::S6),
    (":openrc", Manager::OpenRc),
];

/// Makes the manager that knows a service by a name.
type Named = fn(String) -> Manager;

/// How long runit and s6 wait until a service is up again: runit not the seven seconds that are
/// its own, and s6 not for ever.
const RUNIT_SECONDS: &str = "300";
const S6_MILLISECONDS: &str = "300000";

impl Manager {
    /// Understands a list of a kind and a name. Another image than one's own may say anything: a
    /// name that could be taken for more than a name is not known.
    pub fn read(manager: &Sexp) -> Option<Self> {
        let [kind, name] = manager.as_list()? else {
            return None;
        };
        let name = name.as_str().filter(|name| is_name(name))?.to_owned();
        let known = KINDS.iter().find(|(symbol, _)| kind.is_symbol(symbol));
        known.map(|(_, manager)| manager(name))
    }

    /// The command with which a person lets it do something with the service in `process`.
    pub fn command(&self, verb: &str, process: Option<Process>) -> Vec<String> {
        let folder = || process.and_then(service_folder);
        match self {
            Manager::Supervisor(name) => {
                let mut command = supervisorctl(process);
                command.extend(words(&[verb, program_of(name)]));
                command
            }
            Manager::Systemd(unit) if process.is_some_and(is_of_user_manager) => {
                words(&["systemctl", "--user", verb, unit])
            }
            Manager::Systemd(unit) => words(&["systemctl", verb, unit]),
            Manager::Runit(name) => {
                let folder = folder().unwrap_or_else(|| name.clone());
                words(&["sv", "-w", RUNIT_SECONDS, verb, &folder])
            }
            Manager::S6(name) => {
                let folder = folder().unwrap_or_else(|| format!("/run/service/{name}"));
                match verb {
                    "restart" => words(&["s6-svc", "-wr", "-T", S6_MILLISECONDS, "-r", &folder]),
                    _ => words(&["s6-svc", "-d", &folder]),
                }
            }
            Manager::OpenRc(name) => words(&["rc-service", name, verb]),
        }
    }

    /// The same for another service, which it has as `name` where it has this one as `own`; none
    /// where it finds services by their processes.
    pub fn of_sibling(&self, own: &str, name: &str) -> Option<Self> {
        let renamed = |known: &String, end: &str| {
            let front = known.strip_suffix(end)?.strip_suffix(own)?;
            Some(format!("{front}{name}{end}"))
        };
        match self {
            Manager::Supervisor(known) => {
                // One that is a group of its own has that name twice.
                let alone = format!("{own}:{own}");
                let alone = (*known == alone).then(|| format!("{name}:{name}"));
                alone
                    .or_else(|| renamed(known, ""))
                    .map(Manager::Supervisor)
            }
            Manager::Systemd(known) => renamed(known, ".service").map(Manager::Systemd),
            Manager::OpenRc(known) => renamed(known, "").map(Manager::OpenRc),
            Manager::Runit(_) | Manager::S6(_) => None,
        }
    }

    /// Lets it restart the service in `process`.
    ///
    /// # Errors
    /// With what it printed.
    pub fn restart(&self, process: Process) -> Result<(), Problem> {
        let call = Call::new(self.command("restart", Some(process)));
        call.run().map(|_| ())
    }
}

impl fmt::Display for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Manager::Supervisor(_) => "supervisord",
            Manager::Systemd(_) => "systemd",
            Manager::Runit(_) => "runit",
            Manager::S6(_) => "s6",
            Manager::OpenRc(_) => "OpenRC",
        })
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

/// What calls the supervisorctl of the supervisord that runs `process`.
pub(super) fn supervisorctl(process: Option<Process>) -> Vec<String> {
    match process.and_then(server) {
        Some(server) => words(&["supervisorctl", "-s", &server]),
        None => words(&["supervisorctl"]),
    }
}

/// What supervisorctl calls the program `group:name`: one without a group is a group of its own.
pub(super) fn program_of(name: &str) -> &str {
    let parts = name.split_once(':');
    let short = parts.filter(|(group, program)| group == program);
    short.map_or(name, |(_, program)| program)
}

/// The folder that the supervisor of a process works in, if this user may know that.
fn service_folder(process: Process) -> Option<String> {
    let folder = process.parent()?.directory()?;
    folder.into_os_string().into_string().ok()
}

/// Where the supervisord of a process listens, which may have any configuration. The process says
/// it, so that counts only if no other user can listen there.
fn server(process: Process) -> Option<String> {
    let url = process.variable("SUPERVISOR_SERVER_URL")?;
    let socket = fs::metadata(url.strip_prefix("unix://")?).ok()?;
    let owner = socket.uid();
    let own = owner == 0 || owner == rustix::process::geteuid().as_raw();
    (own && socket.file_type().is_socket()).then_some(url)
}

/// `all` is every program of supervisord.
fn is_name(name: &str) -> bool {
    let known = |c: char| c.is_alphanumeric() || r"_.@:\-".contains(c);
    !name.is_empty() && name != "all" && !name.starts_with('-') && name.chars().all(known)
}

/// Whether the systemd that started it is one of a user.
fn is_of_user_manager(process: Process) -> bool {
    let group = fs::read_to_string(process.file("cgroup"));
    group.is_ok_and(|group| group.contains("/user@"))
}
