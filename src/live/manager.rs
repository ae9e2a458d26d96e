//! What may start a service again when it ends, and how it is asked.

use std::fmt;
use std::fs;
use std::io;
use std::process::{Command, Stdio};

use super::process::Process;
use super::swank::sexp::Sexp;

/// What may start a service again when it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manager {
    /// supervisord, which calls it `group:name`.
    Supervisor(String),
    /// systemd, which calls it `name.service`.
    Systemd(String),
}

impl Manager {
    /// Understands a list of a kind and a name. Another image than one's own may say anything: a
    /// name that could be taken for more than a name is not known.
    pub fn read(manager: &Sexp) -> Option<Self> {
        let [kind, name] = manager.as_list()? else {
            return None;
        };
        let name = name.as_str().filter(|name| is_name(name))?.to_owned();
        if kind.is_symbol(":supervisor") {
            Some(Manager::Supervisor(name))
        } else if kind.is_symbol(":systemd") {
            Some(Manager::Systemd(name))
        } else {
            None
        }
    }

    /// The command with which a person lets it do something with the service in `process`.
    pub fn command(&self, verb: &str, process: Option<Process>) -> Vec<String> {
        let words: &[&str] = match self {
            Manager::Supervisor(name) => {
                // A program without a group is a group of its own.
                let short = name
                    .split_once(':')
                    .filter(|(group, program)| group == program);
                &[
                    "supervisorctl",
                    verb,
                    short.map_or(name, |(_, program)| program),
                ]
            }
            Manager::Systemd(unit) if process.is_some_and(is_of_user_manager) => {
                &["systemctl", "--user", verb, unit]
            }
            Manager::Systemd(unit) => &["systemctl", verb, unit],
        };
        words.iter().map(ToString::to_string).collect()
    }

    /// Lets it restart the service in `process`.
    ///
    /// # Errors
    /// With what it said.
    pub fn restart(&self, process: Process) -> io::Result<()> {
        let words = self.command("restart", Some(process));
        let mut command = Command::new(&words[0]);
        // A question for a password would not be seen.
        command.args(&words[1..]).stdin(Stdio::null());
        let output = command.output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stderr, output.stdout].concat();
        Err(io::Error::other(
            String::from_utf8_lossy(&said).trim().to_owned(),
        ))
    }
}

impl fmt::Display for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Manager::Supervisor(_) => "supervisord",
            Manager::Systemd(_) => "systemd",
        })
    }
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
