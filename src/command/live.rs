//! Finding the running service that a command is for, and connecting to it.

use std::ops::RangeInclusive;

use super::words::Words;
use super::{Failure, Invocation, report};
use crate::cli::live::ConnectionArgs;
use crate::live::finding::{Connected, Overrides, Running};
use crate::live::swank::{Client, Timeouts};
use crate::plan::service::Service;
use crate::problem::Problem;

impl Invocation {
    /// The service of this name, which must be given where there are several.
    pub(super) fn running(
        &self,
        name: Option<&String>,
        connection: &ConnectionArgs,
    ) -> Result<Running, Failure> {
        let (_, service) = self.plan_one_of(&self.project()?, name, self.choices(&[]))?;
        Ok(Running::new(
            service,
            &self.overrides(connection)?,
            &self.host,
        )?)
    }

    /// The service that `words` name, and the other words.
    pub(super) fn running_for<'w>(
        &self,
        words: Words<'w>,
        others: &RangeInclusive<usize>,
        connection: &ConnectionArgs,
    ) -> Result<(Running, &'w [String]), Failure> {
        let (plan, words) = self.plan_for(&self.project()?, words, others, self.choices(&[]))?;
        let service = plan.services[0].clone();
        let running = Running::new(service, &self.overrides(connection)?, &self.host)?;
        Ok((running, words))
    }

    /// What the command line says about where a service is.
    pub(super) fn overrides(&self, connection: &ConnectionArgs) -> Result<Overrides, Failure> {
        Ok(Overrides {
            host: connection.host.clone(),
            port: connection.port,
            secret_file: connection.secret_file.clone(),
            any: connection.any,
            trusted: self.trusted_users()?,
        })
    }
}

/// Warns of the other replicas of a service, which do not know what one of them has evaluated.
pub(super) fn warn_of_replicas(service: &Service) {
    if let Some(replica) = &service.replica {
        report(&[Problem::warning(format!(
            "this was for `{}` alone: the other replicas of `{}` keep the old code",
            service.name, replica.of
        ))
        .help("do the same with each of them, or start them again with the new code")]);
    }
}

/// A connection to the image of a service.
///
/// # Errors
/// With the exit code that says that it did not answer.
pub(super) fn connect(running: &Running, timeouts: Timeouts) -> Result<Client, Failure> {
    Ok(connected(running, timeouts)?.client)
}

/// The same with what the image reports of itself.
pub(super) fn connected(running: &Running, timeouts: Timeouts) -> Result<Connected, Failure> {
    running.connect(timeouts).map_err(Failure::unanswered)
}
