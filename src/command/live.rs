//! Finding the running service that a command speaks to, and connecting to it.

use std::ops::RangeInclusive;

use super::{Failure, Session};
use crate::cli::live::Connection;
use crate::host::Host;
use crate::live::secret::{self, Known};
use crate::live::swank::{Address, Client, ConnectError, Timeouts};
use crate::plan::service::{Secret, Service};
use crate::problem::Problem;

/// A service that runs, as far as the project file tells.
pub(super) struct Running {
    /// What the project file says about it.
    pub(super) service: Service,
    /// Where its swank server listens.
    pub(super) address: Address,
    /// What the server wants to hear first, or why that cannot be had.
    pub(super) secret: Result<Option<Known>, Problem>,
}

impl Session {
    /// The service of this name, which must be given where there are several.
    pub(super) fn running(
        &self,
        name: Option<&String>,
        connection: &Connection,
    ) -> Result<Running, Failure> {
        let (_, service) = self.plan_one_of(&self.project()?, name, self.choices(&[]))?;
        Running::new(service, connection, &self.host)
    }

    /// The service that the first of `words` names, and the other words.
    pub(super) fn running_for<'w>(
        &self,
        words: &'w [String],
        others: &RangeInclusive<usize>,
        connection: &Connection,
    ) -> Result<(Running, &'w [String]), Failure> {
        let (plan, words) = self.plan_for(&self.project()?, words, others, self.choices(&[]))?;
        let running = Running::new(plan.services[0].clone(), connection, &self.host)?;
        Ok((running, words))
    }
}

impl Running {
    /// Where `service` is, unless the command line says otherwise.
    pub(super) fn new(
        service: Service,
        connection: &Connection,
        host: &Host,
    ) -> Result<Self, Failure> {
        let address = address(&service, connection)?;
        let secret = secret::read(&expected_secret(&service, connection), host);
        Ok(Running {
            service,
            address,
            secret,
        })
    }

    /// A connection to its swank server.
    ///
    /// # Errors
    /// With the exit code that says that no service answered.
    pub(super) fn connect(&self, timeouts: Timeouts) -> Result<Client, Failure> {
        if let Err(problem) = &self.secret {
            return Err(Failure::unanswered(problem.clone()));
        }
        self.attempt(timeouts)
            .map_err(|error| Failure::unanswered(self.unanswered(&error)))
    }

    /// A connection to its swank server, or why there is none.
    pub(super) fn attempt(&self, timeouts: Timeouts) -> Result<Client, ConnectError> {
        match self.secret.as_ref().ok().and_then(Option::as_ref) {
            Some(Known { line, owner }) => {
                Client::connect_to_owner(&self.address, (line, *owner), timeouts)
            }
            None => Client::connect(&self.address, None, timeouts),
        }
    }

    fn unanswered(&self, error: &ConnectError) -> Problem {
        let problem = Problem::error(format!(
            "the service `{}` does not answer: {error}",
            self.service.name
        ));
        match error {
            ConnectError::Refused(_) => problem.help("does it run? `lisplaunch status` tells"),
            ConnectError::Closed { .. } => {
                problem.help("name the file with its secret: `--secret-file FILE`")
            }
            ConnectError::Stranger { .. } => problem.help(
                "the service, which listens as the owner of its secret file, is not there: stop that listener, or take another port",
            ),
            _ => problem,
        }
    }
}

fn address(service: &Service, connection: &Connection) -> Result<Address, Failure> {
    let swank = service.swank.as_ref();
    let port = match (connection.port, swank) {
        (Some(port), _) => port,
        (None, Some(swank)) => swank.port.number(),
        (None, None) => {
            return Err(Problem::error(format!(
                "the service `{}` has no swank server",
                service.name
            ))
            .help("add `swank: 4005` to the project file and restart the service, or name a port with `--port`")
            .into());
        }
    };
    let host = connection
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
fn expected_secret(service: &Service, connection: &Connection) -> Secret {
    match (&connection.secret_file, &connection.host, &service.swank) {
        (Some(file), _, _) => Secret::File(file.to_string_lossy().into_owned().into()),
        // The files that the project file names are those of the other machine.
        (None, None, Some(swank)) => swank.secret.clone(),
        (None, _, _) => Secret::Slime,
    }
}
