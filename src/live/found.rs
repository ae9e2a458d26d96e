//! A service that runs, whether or not its image answers: its process, and what started it.

use super::confirmed::Confirmed;
use super::finding::{Overrides, Running};
use super::manager::Manager;
use super::process::Process;
use super::state_file;
use super::swank::Timeouts;
use crate::host::Host;
use crate::plan::service::Service;
use crate::problem::Problem;

/// The number of the process of `service`, which may be one of another machine.
///
/// # Errors
/// When it does not run, or what runs may be something else.
pub fn pid(service: &Service, overrides: &Overrides, host: &Host) -> Result<u32, Problem> {
    let confirmed = || Confirmed::find(service, overrides, host).map(|found| found.process.pid);
    if service.swank.is_none() && overrides.port.is_none() && service.runtime.is_some() {
        return confirmed();
    }
    let running = Running::new(service.clone(), overrides, host)?;
    match running.attempt(Timeouts::default()) {
        Ok(connected) => connected.record.pid.map_or_else(confirmed, Ok),
        // Its server listens only once its systems are loaded.
        Err(missed) => confirmed()
            .ok()
            .filter(|_| overrides.host.is_none() && overrides.port.is_none())
            .ok_or_else(|| missed.explain(service, &running.address)),
    }
}

/// What starts a service, and its process, as far as is known of a service that may be gone.
#[derive(Debug, Default)]
pub struct LastKnown {
    /// What starts it again when it ends.
    pub manager: Option<Manager>,
    /// Its process, if that runs on this machine.
    pub process: Option<Process>,
}

impl LastKnown {
    /// By its state file, which is there at once however the image is; by the image where that
    /// file is another user's.
    pub fn of(service: &Service, overrides: &Overrides, host: &Host) -> Self {
        if let Some(record) = state_file::read(service, host) {
            return LastKnown {
                process: record.process(),
                manager: record.manager,
            };
        }
        let running = Running::new(service.clone(), overrides, host).ok();
        let connected = running.and_then(|running| running.attempt(Timeouts::default()).ok());
        let connected = connected.map(|connected| LastKnown {
            process: connected.process(),
            manager: connected.record.manager,
        });
        connected.unwrap_or_default()
    }
}
