//! The file in which a service records its state, for when its image cannot be asked.
//!
//! `core/state-file.lisp` of the runtime writes it.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::identity::Kinship;
use super::process::Process;
use super::record::{Phase, Record};
use super::swank::reader;
use crate::host::{self, Host};
use crate::plan::service::{Identity, Service};

/// What the state file of `service` says, if there is one that may be read.
///
/// Where several users have started it that is the one that runs, or else the one that ran last.
pub fn read(service: &Service, host: &Host) -> Option<Record> {
    let name = name(&service.identity)?;
    let folders = folders(service, host);
    // It is called after the project file as that was named for `run`.
    let named = folders
        .iter()
        .filter_map(|folder| read_settled(&folder.join(&name)));
    latest(named, service)
        .or_else(|| latest(folders.iter().flat_map(|folder| all(folder)), service))
}

fn latest(records: impl Iterator<Item = Record>, service: &Service) -> Option<Record> {
    records
        .filter(|record| record.kinship(service, true) == Kinship::Same)
        .max_by_key(|record| (record.runs(), record.since))
}

/// The ports of the swank servers of all services that this user has started.
pub fn ports(host: &Host) -> Vec<u16> {
    let folder = host.state.as_deref().map(services);
    let records = folder.iter().flat_map(|folder| all(folder));
    records.filter_map(|record| record.port).collect()
}

/// What the process reports of itself, if it is a service of this user.
pub fn of_process(process: Process, host: &Host) -> Option<Record> {
    all(&services(host.state.as_ref()?)).find(|record| record.process() == Some(process))
}

/// Where the service's user, the environment of the service and the person at the keyboard would
/// have it.
fn folders(service: &Service, host: &Host) -> Vec<PathBuf> {
    let user = service.user.as_ref();
    let of_user = user.and_then(|user| host.of_user(user).state);
    let of_service = service
        .env
        .iter()
        .find(|(name, _)| name == "XDG_STATE_HOME");
    let of_service = of_service.map(|(_, folder)| PathBuf::from(folder.resolved()));
    let of_service = of_service.filter(|folder| folder.is_absolute());
    let states = [of_service, of_user, host.state.clone()];
    states
        .iter()
        .flatten()
        .map(|state| services(state))
        .collect()
}

fn all(folder: &Path) -> impl Iterator<Item = Record> {
    let files = std::fs::read_dir(folder).into_iter().flatten();
    files.filter_map(|file| read_settled(&file.ok()?.path()))
}

fn services(state: &Path) -> PathBuf {
    state.join("lisplaunch/services")
}

/// A service that was read from standard input has none.
fn name(identity: &Identity) -> Option<String> {
    let mut name = identity.file.as_ref()?.replace('/', "%");
    for profile in &identity.profiles {
        name += &format!("+{profile}");
    }
    if let Some(service) = &identity.service {
        name += &format!("@{service}");
    }
    Some(name)
}

/// A process that leaves writes that before it is gone: what was read may be older.
fn read_settled(path: &Path) -> Option<Record> {
    let record = read_file(path)?;
    if record.runs() || record.phase == Some(Phase::Ended) {
        Some(record)
    } else {
        read_file(path)
    }
}

fn read_file(path: &Path) -> Option<Record> {
    // The service writes a file: another user has put a link or a pipe there.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let mut options = OpenOptions::new();
    let mut file = options.read(true).custom_flags(flags).open(path).ok()?;
    file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let text = host::read_text_from(&mut file).ok()?;
    Some(Record::read(&reader::read(&text).ok()?))
}
