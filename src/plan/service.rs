//! One process as it will run: every default, variable and path resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde::Serialize;

use super::after::After;
use super::commands::ProjectCommand;
use super::container::Container;
use super::core::Core;
use super::env_file::EnvFileValue;
use super::http::Http;
use super::limits::Limits;
use super::loader::Loader;
use super::name::Name;
use super::need::Need;
use super::port::Port;
use super::quantity::{Bytes, Seconds, Umask};
use super::ready::Ready;
use crate::lisp::Form;
use crate::problem::Location;
use crate::word::Word;

/// One process.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Service {
    /// What it is called in its project.
    pub name: Name,
    /// What its image knows itself by.
    #[serde(skip)]
    pub identity: Identity,
    /// Which of several equal services it is; none where it is the only one.
    #[serde(skip)]
    pub replica: Option<Replica>,
    /// How many of it run that are equal in everything.
    #[serde(skip)]
    pub copies: u32,
    /// Whether one of the equal services waits for the next deployment.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub spare: bool,
    /// What it is, in a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The file that loads lisplaunch's own code into the image; none where it is not wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime: Option<Word>,
    /// Whether all messages of the compiler are kept.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub verbose: bool,
    /// Its working directory.
    pub directory: Word,
    /// What loads its systems.
    pub loader: Loader,
    /// The file given to `--load` first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup: Option<Word>,
    /// Folders of systems, searched in this order before all others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub registry: Vec<Word>,
    /// Forms evaluated before the systems are loaded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub before_load: Vec<Form>,
    /// Systems to load, in this order.
    pub systems: Vec<String>,
    /// Lisp files loaded after the systems.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub load: Vec<Word>,
    /// Forms evaluated once `reload` has loaded changed code.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after_reload: Vec<Form>,
    /// Forms that a person asks for by their names.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "by_name")]
    pub commands: Vec<ProjectCommand>,
    /// The package in which `start`, `stop` and `after-reload` are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Forms that start it.
    pub start: Vec<Form>,
    /// Words for the program itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<Word>,
    /// What must hold before it counts as ready; nothing where its last start form decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready: Option<Ready>,
    /// Forms that run when it is asked to stop.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<Form>,
    /// The server that SLIME connects to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swank: Option<Swank>,
    /// Where it answers HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<Http>,
    /// How sbcl itself is called.
    pub sbcl: Sbcl,
    /// The saved image that it starts from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub core: Option<Core>,
    /// Environment variables, those of env files first.
    #[serde(serialize_with = "as_map")]
    pub env: Vec<(String, Word)>,
    /// Files that variables came from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env_file: Vec<String>,
    /// These variables, as the files have them.
    #[serde(skip)]
    pub env_file_variables: BTreeMap<String, EnvFileValue>,
    /// The names of further variables of the environment whose values may hold secrets.
    #[serde(skip)]
    pub env_secrets: BTreeSet<String>,
    /// How much of the machine it may use.
    #[serde(skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// What is started before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<After>,
    /// Where that is in the file.
    #[serde(skip)]
    pub after_location: Option<Location>,
    /// The user that a process manager runs it as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Where that is in the file.
    #[serde(skip)]
    pub user_location: Option<Location>,
    /// The home folder that `~` stood for.
    #[serde(skip)]
    pub home: Option<String>,
    /// When a process manager starts it again.
    pub restart: RestartPolicy,
    /// How long it must stay up to count as started.
    pub start_timeout: Seconds,
    /// How long it may take to stop.
    pub stop_timeout: Seconds,
    /// Where a process manager writes its output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<Log>,
    /// Folders that it writes to, besides its compiled files and its log.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub writable: Vec<Word>,
    /// The container that it runs in.
    #[serde(skip_serializing_if = "Container::is_empty")]
    pub container: Container,
    /// Whether units restrict what it may do.
    pub hardening: bool,
    /// How long its image may be silent before its manager starts it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watchdog: Option<Seconds>,
    /// Permissions that new files lack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub umask: Option<Umask>,
    /// Process managers start low numbers first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
    /// What must be there before it can start.
    #[serde(skip)]
    pub needs: Vec<Need>,
    /// The variables that stay ones in its words, with their values.
    #[serde(skip)]
    pub variables: Vec<(String, String)>,
    /// The names of variables in its other values, outside `env`, that may be secrets.
    #[serde(skip)]
    pub secrets: BTreeSet<String>,
}

impl Service {
    /// A name that it has together with the other replicas, and no other service of the machine.
    pub fn group_name(&self) -> String {
        let project = &self.identity.project;
        match &self.replica {
            Some(replica) if replica.of == *project => project.to_string(),
            Some(replica) => format!("{project}-{}", replica.of),
            None => self.identity.unique_name(),
        }
    }
}

/// One of several services that are made of one in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replica {
    /// The name of that one.
    pub of: Name,
    /// Its number, from 1.
    pub number: u32,
}

/// What a running image knows itself by, so that no command takes another one for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name of the project.
    pub project: Name,
    /// The name of the service; none where the whole file is one service.
    pub service: Option<Name>,
    /// The profiles that are laid over the file.
    pub profiles: Vec<String>,
    /// The absolute path of the project file; none for standard input.
    pub file: Option<String>,
    /// The absolute folder to which its paths are relative.
    pub folder: String,
}

impl Identity {
    /// A name that no other service of the machine should have.
    ///
    /// The services of all projects share one set of names where a process manager keeps them, so
    /// a service of several carries its project's name.
    pub fn unique_name(&self) -> String {
        match &self.service {
            Some(service) => format!("{}-{service}", self.project),
            None => self.project.to_string(),
        }
    }
}

/// The server that SLIME connects to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Swank {
    /// The port that it listens on.
    pub port: Port,
    /// The address that it listens on.
    pub interface: Word,
    /// Whether it goes on listening after the first connection.
    pub dont_close: bool,
    /// What a client must know.
    pub secret: Secret,
    /// Where the port is in the file.
    #[serde(skip)]
    pub location: Option<Location>,
}

impl Swank {
    /// Whether other machines may reach it, or the machine that a container runs on.
    pub fn is_reachable(&self) -> bool {
        let name = self.interface.resolved();
        match name.parse::<Ipv4Addr>() {
            Ok(address) => !address.is_loopback(),
            Err(_) => name != "localhost",
        }
    }
}

/// What a client of swank must know before the server listens to it: the first line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "rule", content = "file")]
pub enum Secret {
    /// SLIME's own rule: that of `~/.slime-secret`, and nothing where there is no such file.
    Slime,
    /// That of this file, which the service makes when it is missing.
    Auto(Word),
    /// That of this file.
    File(Word),
    /// Nothing.
    None,
}

/// How sbcl itself is called.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sbcl {
    /// A name on the PATH or an absolute file.
    pub program: Word,
    /// Options before `--noinform`, each with its value.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_words")]
    pub runtime_options: Vec<Vec<Word>>,
    /// Where the file asks for a part of the memory of the machine that starts the service.
    #[serde(skip)]
    pub of_machine: Option<Location>,
    /// Options after `--disable-debugger`, each with its value.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_words")]
    pub toplevel_options: Vec<Vec<Word>>,
}

/// When a process manager starts it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestartPolicy {
    /// Whenever it ends.
    Always,
    /// When it ends with an error.
    OnFailure,
    /// Not at all.
    Never,
}

impl RestartPolicy {
    /// The choices by name.
    pub const ALL: [(&str, RestartPolicy); 3] = [
        ("always", RestartPolicy::Always),
        ("on-failure", RestartPolicy::OnFailure),
        ("never", RestartPolicy::Never),
    ];

    /// What the project file calls it.
    ///
    /// # Panics
    /// If a choice has no name.
    pub fn name(self) -> &'static str {
        let named = Self::ALL.iter().find(|(_, choice)| *choice == self);
        named.expect("all choices have names").0
    }
}

/// Where a process manager writes the output.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Log {
    /// The absolute path of the file.
    pub file: Word,
    /// The size at which a new one is begun; 0 is never.
    pub max_size: Bytes,
    /// How many old ones are kept.
    pub backups: i64,
    /// Where the path is in the project file.
    #[serde(skip)]
    pub location: Option<Location>,
}

fn as_map<S: serde::Serializer>(
    entries: &[(String, Word)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(entries.iter().map(|(name, value)| (name, value)))
}

fn as_words<S: serde::Serializer>(options: &[Vec<Word>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(options.iter().flatten())
}

fn by_name<S: serde::Serializer>(
    commands: &[ProjectCommand],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(commands.iter().map(|command| (&command.name, command)))
}
