//! What an image reports of itself: to a client that asks, and in its state file.

use serde::Serialize;

use super::manager::Manager;
use super::process::{self, Process};
use super::swank::sexp::Sexp;

/// What is known of an image. All of it may be missing where lisplaunch did not start it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Its process.
    pub pid: Option<u32>,
    /// When that began, in ticks since the machine did.
    pub started: Option<u64>,
    /// How far the service has come.
    pub phase: Option<Phase>,
    /// When it came so far, in seconds since 1970.
    pub since: Option<u64>,
    /// The name of the project.
    pub project: Option<String>,
    /// The name of the service; none where the whole file is one service.
    pub service: Option<String>,
    /// The profiles that were laid over the file.
    pub profiles: Vec<String>,
    /// The project file as it was named.
    pub file: Option<String>,
    /// The project file without links on the way to it.
    pub truename: Option<String>,
    /// The port of its swank server.
    pub port: Option<u16>,
    /// The ports of the listening sockets that were handed to it.
    pub sockets: Vec<u16>,
    /// What a person should read now: what it waits for, or its last words.
    pub note: Option<String>,
    /// Its exit code, once it has ended.
    pub exit: Option<i32>,
    /// What starts it again when it ends.
    pub manager: Option<Manager>,
}

/// How far a service has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Its systems are loaded.
    Loading,
    /// Its start forms run.
    Starting,
    /// It does what it is for.
    Ready,
    /// It leaves.
    Stopping,
    /// It has left.
    Ended,
}

impl Record {
    /// Understands a property list.
    pub fn read(list: &Sexp) -> Self {
        let text = |key| list.property(key).and_then(Sexp::as_str).map(str::to_owned);
        let profiles = list.property(":profiles").and_then(Sexp::as_list);
        let sockets = list.property(":sockets").and_then(Sexp::as_list);
        Record {
            pid: number(list, ":pid"),
            started: number(list, ":started"),
            phase: list.property(":phase").and_then(Phase::read),
            since: number(list, ":since"),
            project: text(":project"),
            service: text(":service"),
            profiles: profiles
                .unwrap_or_default()
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
            file: text(":file"),
            truename: text(":truename"),
            port: number(list, ":port"),
            sockets: sockets
                .unwrap_or_default()
                .iter()
                .filter_map(Sexp::as_number)
                .collect(),
            note: text(":note"),
            exit: number(list, ":exit"),
            manager: list.property(":manager").and_then(Manager::read),
        }
    }

    /// Its process, if that runs on this machine.
    pub fn process(&self) -> Option<Process> {
        Process::that_began(self.pid?, self.started?)
    }

    /// Whether the process that wrote this still runs.
    pub fn runs(&self) -> bool {
        match (self.phase, self.started) {
            (None | Some(Phase::Ended), _) => false,
            (_, Some(_)) => self.process().is_some(),
            // A system without `/proc`: another process may have its number by now.
            (_, None) => self.pid.is_some_and(process::exists),
        }
    }
}

impl Phase {
    fn read(phase: &Sexp) -> Option<Self> {
        let names = [
            (":loading", Phase::Loading),
            (":starting", Phase::Starting),
            (":ready", Phase::Ready),
            (":stopping", Phase::Stopping),
            (":ended", Phase::Ended),
        ];
        let found = names.iter().find(|(name, _)| phase.is_symbol(name));
        found.map(|(_, phase)| *phase)
    }
}

fn number<T: std::str::FromStr>(list: &Sexp, key: &str) -> Option<T> {
    list.property(key)?.as_number()
}
