//! A running service that is to be stopped: by a word to its image, or by a signal where it has no
//! swank server.

use std::time::{Duration, Instant};

use super::live::connected;
use super::{Failure, Invocation};
use crate::cli::live::ConnectionArgs;
use crate::live::confirmed::Confirmed;
use crate::live::finding::{Connected, Overrides, Running};
use crate::live::manager::Manager;
use crate::live::process::Process;
use crate::live::stop::{complete, is_gone, is_silent, leave};
use crate::live::swank::Timeouts;
use crate::plan::service::Service;
use crate::plan::stopping;
use crate::problem::Problem;

/// A service, and how it is reached.
pub(super) enum Reached {
    /// Its image answers.
    Image(Box<Running>, Box<Connected>),
    /// Its process is known.
    Process(Box<Service>, Confirmed),
}

impl Invocation {
    /// The service of this name, which must be given where there are several, if it runs.
    pub(super) fn reached(
        &self,
        name: Option<&String>,
        connection: &ConnectionArgs,
    ) -> Result<Reached, Failure> {
        let (_, service) = self.plan_one_of(&self.project()?, name, self.choices(&[]))?;
        let overrides = self.overrides(connection)?;
        let elsewhere = connection.host.is_some() || connection.port.is_some();
        if service.swank.is_none() && service.runtime.is_some() && !elsewhere {
            let found = Confirmed::find(&service, &overrides, &self.host);
            let found = found.map_err(Failure::unanswered)?;
            return Ok(Reached::Process(service.into(), found));
        }
        self.reach(service, &overrides)
    }

    /// A service whose image answers.
    pub(super) fn reach(
        &self,
        service: Service,
        overrides: &Overrides,
    ) -> Result<Reached, Failure> {
        let running = Running::new(service, overrides, &self.host)?;
        let mut connected = connected(&running, Timeouts::default())?;
        complete(&mut connected);
        Ok(Reached::Image(running.into(), connected.into()))
    }
}

impl Reached {
    pub(super) fn service(&self) -> &Service {
        match self {
            Reached::Image(running, _) => &running.service,
            Reached::Process(service, _) => service,
        }
    }

    /// What starts it again when it ends.
    pub(super) fn manager(&self) -> Option<&Manager> {
        match self {
            Reached::Image(_, connected) => connected.record.manager.as_ref(),
            Reached::Process(_, found) => found.manager.as_ref(),
        }
    }

    /// Its process, if that is on this machine.
    pub(super) fn process(&self) -> Option<Process> {
        match self {
            Reached::Image(_, connected) => connected.process(),
            Reached::Process(_, found) => Some(found.process),
        }
    }

    /// Its number for a person, wherever it is.
    pub(super) fn pid_text(&self) -> String {
        let pid = match self {
            Reached::Image(_, connected) => connected.record.pid,
            Reached::Process(_, found) => Some(found.process.pid),
        };
        pid.map_or(String::new(), |pid| format!(" (pid {pid})"))
    }

    /// Lets it leave, and waits until it is gone.
    pub(super) fn stop(self) -> Result<(), Failure> {
        let service = self.service();
        let name = service.name.clone();
        let limit = Duration::from_secs(stopping::patience(service.stop_timeout).0);
        let pid = self.pid_text();
        if self.leaves(Instant::now() + limit)? {
            return Ok(());
        }
        Err(Failure::failed([Problem::error(format!(
            "the service `{name}`{pid} has not ended within {} s",
            limit.as_secs()
        ))
        .help("its log may say what it waits for; `kill -9` ends it at once, without the rest of its exit")]))
    }

    /// Whether it is gone in time.
    fn leaves(self, deadline: Instant) -> Result<bool, Failure> {
        // Before it goes.
        let process = self.process();
        match self {
            Reached::Image(running, mut connected) => {
                let pid = connected.record.pid;
                let name = &running.service.name;
                leave(&mut connected.client).map_err(|reason| {
                    Failure::failed([Problem::error(format!(
                        "the service `{name}` cannot be asked to stop: {reason}"
                    ))])
                })?;
                drop(connected);
                Ok(match process {
                    Some(process) => is_gone(process, deadline),
                    None => is_silent(&running, pid, deadline),
                })
            }
            Reached::Process(_, found) => {
                let sent = found.terminate();
                sent.map_err(|problem| Failure::failed([problem]))?;
                Ok(is_gone(found.process, deadline))
            }
        }
    }
}
