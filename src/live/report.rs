//! The state of a service, with all that is known about it.

use std::thread::scope;
use std::time::Duration;

use serde::Serialize;

use super::finding::{Overrides, Running};
use super::image::Image;
use super::missed::Missed;
use super::record::{Phase, Record};
use super::state::State;
use super::state_file;
use super::swank::Timeouts;
use crate::host::Host;
use crate::plan::service::Service;
use crate::problem::Problem;

/// How long an image may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The state of one service.
#[derive(Serialize)]
pub struct ServiceReport {
    /// The service.
    pub service: String,
    /// How it is, all considered.
    pub state: State,
    /// How far it has come by its own account.
    pub phase: Option<Phase>,
    /// When it came so far, in seconds since 1970.
    pub since: Option<u64>,
    /// Its process, or the one that it had.
    pub pid: Option<u32>,
    /// When that began, in ticks since the machine did.
    #[serde(skip)]
    pub started: Option<u64>,
    /// What it reports itself: what it waits for, or its last words.
    pub note: Option<String>,
    /// Its exit code, once it has ended.
    pub exit: Option<i32>,
    /// Where its swank server is, if it has one.
    pub address: Option<String>,
    /// The port of that.
    #[serde(skip)]
    pub port: Option<u16>,
    /// Whether its image answers.
    pub answers: bool,
    /// Why it does not.
    pub error: Option<String>,
    /// What else its image reports.
    #[serde(flatten)]
    pub image: Option<Image>,
}

impl ServiceReport {
    /// How `service` is.
    ///
    /// # Errors
    /// When the command line does not say where it is.
    pub fn of(service: &Service, overrides: &Overrides, host: &Host) -> Result<Self, Problem> {
        // The state files are those of this machine.
        let file = || match &overrides.host {
            None => state_file::read(service, host),
            Some(_) => None,
        };
        if service.swank.is_none() && overrides.port.is_none() {
            let file = file();
            let state = match (&file, &service.runtime) {
                (None, None) => State::Unknown,
                (file, _) => State::of_file(file.as_ref(), None),
            };
            return Ok(ServiceReport::new(service, state, file));
        }
        let running = Running::new(service.clone(), overrides, host)?;
        let report = match ask(&running) {
            Ok((record, image)) => ServiceReport {
                answers: true,
                image: Some(image),
                ..ServiceReport::new(service, State::of_image(&record), Some(record))
            },
            Err(missed) => {
                // Only now: it may have changed while the image was asked.
                let file = file();
                ServiceReport {
                    error: Some(missed.to_string()),
                    ..ServiceReport::new(
                        service,
                        State::of_file(file.as_ref(), Some(&missed)),
                        file,
                    )
                }
            }
        };
        Ok(ServiceReport {
            address: Some(running.address.to_string()),
            port: Some(running.address.port),
            ..report
        })
    }

    /// How all of them are. They are asked at the same time: each of those that are down may
    /// take a while.
    ///
    /// # Errors
    /// When the command line does not say where one is.
    pub fn of_all(
        services: &[Service],
        overrides: &Overrides,
        host: &Host,
    ) -> Result<Vec<Self>, Problem> {
        scope(|scope| {
            let asked: Vec<_> = services
                .iter()
                .map(|service| scope.spawn(|| ServiceReport::of(service, overrides, host)))
                .collect();
            asked
                .into_iter()
                .map(|asked| {
                    asked
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect()
        })
    }

    fn new(service: &Service, state: State, record: Option<Record>) -> Self {
        let record = record.unwrap_or_default();
        ServiceReport {
            service: service.name.to_string(),
            state,
            phase: record.phase,
            since: record.since,
            pid: record.pid,
            started: record.started,
            note: record.note,
            exit: record.exit,
            address: None,
            port: None,
            answers: false,
            error: None,
            image: None,
        }
    }
}

fn ask(running: &Running) -> Result<(Record, Image), Missed> {
    let timeouts = Timeouts {
        connect: PATIENCE,
        answer: PATIENCE,
        grace: Duration::from_secs(1),
    };
    let mut connected = running.attempt(timeouts)?;
    let image = Image::ask(&mut connected.client, PATIENCE).map_err(Missed::Mute)?;
    Ok((connected.record, image))
}
