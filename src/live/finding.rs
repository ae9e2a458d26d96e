//! Finding the running service that a command is for: where it listens, and whether what answers
//! there is that service.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::command_line;
use super::identity::Kinship;
use super::missed::Missed;
use super::occupant::Occupant;
use super::process::Process;
use super::record::Record;
use super::secret::{self, KnownSecret};
use super::swank::{Address, Client, ConnectError, Timeouts};
use crate::host::{self, Host};
use crate::plan::service::{Secret, Service};
use crate::problem::Problem;
use crate::trust::Owners;

/// What is chosen instead of what the project file says.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// The machine.
    pub host: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// The file with the secret.
    pub secret_file: Option<PathBuf>,
    /// Whether any image will do.
    pub any: bool,
    /// Other users whose server may be there.
    pub trusted: Vec<u32>,
}

/// A service that may run, as far as the project file says.
pub struct Running {
    /// What the project file says about it.
    pub service: Service,
    /// Where its swank server listens.
    pub address: Address,
    /// Which secret the server wants, as far as this machine can know.
    pub expected_secret: Secret,
    /// The secret to send first, or why it cannot be read.
    secret: Result<Option<KnownSecret>, Problem>,
    /// Whose server may be there, where it wants no secret.
    owners: Owners,
    /// Whether that is on a machine which the command line names.
    elsewhere: bool,
    /// Whether any image will do.
    any: bool,
    host: Host,
}

/// A connection to the image of a service.
pub struct Connected {
    /// The connection.
    pub client: Client,
    /// What the image reports of itself.
    pub record: Record,
}

impl Connected {
    /// The process of the image, if that is on this machine.
    pub fn process(&self) -> Option<Process> {
        self.record.process().filter(|_| is_here(&self.client))
    }
}

impl Running {
    /// Where `service` is, unless the command line says otherwise.
    ///
    /// # Errors
    /// When it has no swank server.
    pub fn new(service: Service, overrides: &Overrides, host: &Host) -> Result<Self, Problem> {
        let address = address(&service, overrides)?;
        let expected_secret = expected_secret(&service, overrides);
        let secret = secret::read(&expected_secret, host);
        Ok(Running {
            owners: owners(&service, overrides, host),
            service,
            address,
            expected_secret,
            secret,
            elsewhere: overrides.host.is_some(),
            any: overrides.any,
            host: host.clone(),
        })
    }

    /// A connection to its image, and to no other one.
    ///
    /// # Errors
    /// Why there is none, for a person.
    pub fn connect(&self, timeouts: Timeouts) -> Result<Connected, Problem> {
        self.attempt(timeouts)
            .map_err(|missed| missed.explain(&self.service, &self.address))
    }

    /// The same with the reason as it is.
    ///
    /// # Errors
    /// Why there is none.
    pub fn attempt(&self, timeouts: Timeouts) -> Result<Connected, Missed> {
        let secret = self.secret.as_ref().map_err(|problem| Missed::Secret {
            problem: problem.clone(),
            listens: self.elsewhere || Occupant::of(&self.address, &self.host).is_some(),
        })?;
        let mut client = self
            .open(secret.as_ref(), timeouts)
            .map_err(|error| self.unanswered(error, secret.is_some()))?;
        let record = client.image();
        let record = record.map_err(|error| Missed::Mute(error.to_string()))?;
        let record = Record::read(&record);
        let record = Record {
            pid: record.pid.or(client.connection_info().pid),
            ..record
        };
        let here = is_here(&client);
        let kinship = match record.kinship(&self.service, here) {
            Kinship::Unknown if self.may_be_plain(&record, here) => Kinship::Same,
            kinship => kinship,
        };
        if kinship == Kinship::Same || self.any {
            Ok(Connected { client, record })
        } else {
            Err(Missed::Other(kinship, Box::new(record)))
        }
    }

    fn open(
        &self,
        secret: Option<&KnownSecret>,
        timeouts: Timeouts,
    ) -> Result<Client, ConnectError> {
        let (line, owners) = match secret {
            // No other user may read it.
            Some(KnownSecret { line, owner }) => (Some(line.as_str()), &Owners::only(*owner)),
            None => (None, &self.owners),
        };
        Client::connect_to_owner(&self.address, line, owners, timeouts)
    }

    /// Something that answers otherwise than the service would has a name.
    fn unanswered(&self, error: ConnectError, secret: bool) -> Missed {
        let holder = match error {
            ConnectError::Closed { .. }
            | ConnectError::Stranger { .. }
            | ConnectError::Protocol(..) => Occupant::of(&self.address, &self.host),
            _ => None,
        };
        Missed::Unanswered {
            error,
            holder,
            secret,
        }
    }

    /// Whether an image that does not report which service it is may be this one: it was started
    /// without the runtime, or by a release that had none.
    fn may_be_plain(&self, record: &Record, here: bool) -> bool {
        match record.pid.filter(|_| here).and_then(Process::of_pid) {
            Some(process) => command_line::is_service(&process, &self.service),
            // Its process is another machine's, and what it is cannot be seen.
            None => self.service.runtime.is_none(),
        }
    }
}

/// Whose server that of a service may be: who runs lisplaunch, root, and the user of the service.
///
/// Root may connect to the services of all users: where the file does not say whose one is, its
/// owner is.
pub(super) fn owners(service: &Service, overrides: &Overrides, host: &Host) -> Owners {
    let file = service.identity.file.as_ref().filter(|_| host.user == 0);
    let user = match &service.user {
        Some(user) => host::uid_of(user),
        None => file.and_then(|file| Some(fs::metadata(file).ok()?.uid())),
    };
    Owners::new(host, &overrides.trusted).and(user)
}

/// Whether the image is on this machine. A container has a name of its own.
fn is_here(client: &Client) -> bool {
    let hostname = fs::read_to_string("/proc/sys/kernel/hostname");
    let machine = client.connection_info().machine.as_deref();
    hostname.is_ok_and(|name| machine == Some(name.trim_end()))
}

fn address(service: &Service, overrides: &Overrides) -> Result<Address, Problem> {
    let swank = service.swank.as_ref();
    let port = match (overrides.port, swank) {
        (Some(port), _) => port,
        (None, Some(swank)) => swank.port.number(),
        (None, None) => {
            return Err(Problem::error(format!(
                "the service `{}` has no swank server",
                service.name
            ))
            .help("add `swank: 4005` to the project file and restart the service, or name a port with `--port`"));
        }
    };
    let host = overrides
        .host
        .clone()
        .or_else(|| Some(swank?.interface.resolved()))
        .unwrap_or_else(|| "127.0.0.1".to_owned());
    // A server that listens on all interfaces is reached on this machine's own.
    let host = match host.as_str() {
        "0.0.0.0" => "127.0.0.1".to_owned(),
        _ => host,
    };
    Ok(Address { host, port })
}

/// Which secret the server wants, as far as this machine can know.
fn expected_secret(service: &Service, overrides: &Overrides) -> Secret {
    match (&overrides.secret_file, &overrides.host, &service.swank) {
        (Some(file), _, _) => Secret::File(file.to_string_lossy().into_owned().into()),
        // The files that the project file names are those of the other machine.
        (None, None, Some(swank)) => swank.secret.clone(),
        (None, _, _) => Secret::Slime,
    }
}
