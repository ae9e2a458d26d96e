//! The processes that a deployment replaces: what is known of each, and what starts and stops it.

use crate::call::Call;
use crate::command::reached::Reached;
use crate::command::{Failure, Invocation};
use crate::host::Host;
use crate::live::confirmed::Confirmed;
use crate::live::finding::Overrides;
use crate::live::manager::Manager;
use crate::live::process::Process;
use crate::live::report::ServiceReport;
use crate::live::state::State;
use crate::live::state_file;
use crate::plan::name::Name;
use crate::plan::service::Service;
use crate::problem::Problem;

/// One of the replicas, or the only process of a service.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) service: &'a Service,
    pub(super) runs: bool,
    /// What lets its manager start it, or start it again.
    pub(super) restart: Option<Call>,
    /// What lets its manager stop it for good.
    pub(super) stop: Option<Call>,
}

impl<'a> Member<'a> {
    /// Those of these services, at least one of which runs.
    pub(super) fn all(
        invocation: &Invocation,
        services: &'a [Service],
        overrides: &Overrides,
    ) -> Result<Vec<Self>, Failure> {
        let reports = ServiceReport::of_all(services, overrides, &invocation.host)?;
        let mut found = Vec::new();
        for (service, report) in services.iter().zip(reports) {
            found.push(match report.state {
                State::Down | State::Failed | State::Crashed => None,
                _ => Some(reach(invocation, service, overrides)?),
            });
        }
        let known = found.iter().flatten().find_map(Kept::of);
        if found.iter().all(Option::is_none) {
            return Err(Failure::unanswered(
                Problem::error(format!("no process of `{}` runs", group(&services[0])))
                    .help("start it first; `lisplaunch status` shows how it ended"),
            ));
        }
        let members = services.iter().zip(&found).map(|(service, reached)| {
            let own = reached.as_ref().and_then(Kept::of);
            let by = own.or_else(|| known.as_ref()?.sibling(service));
            let call = |verb| by.as_ref().map(|by| by.call(verb));
            Member {
                service,
                runs: reached.is_some(),
                restart: call("restart"),
                stop: call("stop"),
            }
        });
        Ok(members.collect())
    }

    /// Whether connections wait while it starts again: its socket was handed to it, if it wants
    /// one.
    pub(super) fn check_socket(&self, host: &Host) -> Result<(), Problem> {
        let Some(port) = self.port().filter(|_| self.service.socket().is_some()) else {
            return Ok(());
        };
        let record = state_file::read(self.service, host);
        if !self.runs || record.is_some_and(|record| record.sockets.contains(&port)) {
            return Ok(());
        }
        Err(Problem::error(format!(
            "`http.socket`: `{}` was not handed the socket of its port {port}, and requests would fail while it starts again",
            self.name()
        ))
        .help("write its units again and start it with them: `lisplaunch install systemd`; supervisord hands one to replicas"))
    }

    pub(super) fn name(&self) -> &Name {
        &self.service.name
    }

    /// The port on which it answers HTTP.
    pub(super) fn port(&self) -> Option<u16> {
        Some(self.service.http.as_ref()?.port.number())
    }
}

/// What the services that are deployed together are called.
pub(super) fn group(service: &Service) -> &Name {
    service
        .replica
        .as_ref()
        .map_or(&service.name, |replica| &replica.of)
}

/// Finds its process, without a word to its image where that is possible: an image that is hung
/// can be replaced as well.
pub(super) fn reach(
    invocation: &Invocation,
    service: &Service,
    overrides: &Overrides,
) -> Result<Reached, Failure> {
    if service.runtime.is_none() {
        return invocation.reach(service.clone(), overrides);
    }
    let found = Confirmed::find(service, overrides, &invocation.host);
    let found = found.map_err(Failure::unanswered)?;
    Ok(Reached::Process(service.clone().into(), found))
}

/// A service that a manager has, and the process by which that one is found.
struct Kept {
    name: String,
    manager: Manager,
    process: Process,
}

impl Kept {
    fn of(reached: &Reached) -> Option<Self> {
        Some(Kept {
            name: reached.service().identity.unique_name(),
            manager: reached.manager()?.clone(),
            process: reached.process()?,
        })
    }

    fn sibling(&self, service: &Service) -> Option<Self> {
        let name = service.identity.unique_name();
        Some(Kept {
            manager: self.manager.of_sibling(&self.name, &name)?,
            name,
            process: self.process,
        })
    }

    fn call(&self, verb: &str) -> Call {
        Call::new(self.manager.command(verb, Some(self.process)))
    }
}
