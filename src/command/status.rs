//! `lisplaunch status`: how the services are.

mod image;
mod table;

use std::process::ExitCode;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::Serialize;

use self::image::Image;
use super::live::Running;
use super::{Failure, Session, UNANSWERED, print};
use crate::cli::live::{Connection, Status};
use crate::host::Host;
use crate::live::swank::Timeouts;
use crate::plan::service::Service;
use crate::problem::Problem;

/// How often a service that does not answer is asked again.
const AGAIN: Duration = Duration::from_millis(200);

/// How long one may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// How one service is.
#[derive(Serialize)]
struct Report {
    service: String,
    /// Where its swank server is, if it has one.
    address: Option<String>,
    /// The port of that.
    #[serde(skip)]
    port: Option<u16>,
    answers: bool,
    /// Why it does not answer.
    error: Option<String>,
    #[serde(flatten)]
    image: Option<Image>,
}

pub(super) fn execute(session: &Session, arguments: &Status) -> Result<ExitCode> {
    let project = session.project()?;
    let plan = session.plan(&project, &session.choices(&arguments.services))?;
    check_port(&plan.services, &arguments.connection).map_err(Failure::from)?;
    let deadline = Instant::now() + Duration::from_secs(arguments.wait.unwrap_or(0));
    let mut reports = ask_all(&plan.services, &arguments.connection, &session.host)?;
    while !all_answer(&reports) && has_server(&reports) && Instant::now() < deadline {
        sleep(AGAIN);
        reports = ask_all(&plan.services, &arguments.connection, &session.host)?;
    }
    let text = if arguments.json {
        serde_json::to_string_pretty(&reports).context("cannot write the status as JSON")? + "\n"
    } else {
        table::text(&reports)
    };
    print(&text)?;
    if all_answer(&reports) {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(UNANSWERED.into())
    }
}

/// One port is one service's.
fn check_port(services: &[Service], connection: &Connection) -> Result<(), Problem> {
    if connection.port.is_none() || services.len() == 1 {
        return Ok(());
    }
    let names: Vec<&str> = services
        .iter()
        .map(|service| service.name.as_str())
        .collect();
    Err(
        Problem::error("`--port` is the port of one service: which one?")
            .help(format!("name one of {}", crate::suggest::list(&names))),
    )
}

/// Whether all servers answer, and there is one. A service without a server cannot.
fn all_answer(reports: &[Report]) -> bool {
    has_server(reports) && servers(reports).all(|report| report.answers)
}

fn has_server(reports: &[Report]) -> bool {
    servers(reports).next().is_some()
}

fn servers(reports: &[Report]) -> impl Iterator<Item = &Report> {
    reports.iter().filter(|report| report.address.is_some())
}

/// Asks all at the same time: each of those that are down may take a while.
fn ask_all(
    services: &[Service],
    connection: &Connection,
    host: &Host,
) -> Result<Vec<Report>, Failure> {
    scope(|scope| {
        let asked: Vec<_> = services
            .iter()
            .map(|service| scope.spawn(|| ask(service, connection, host)))
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

fn ask(service: &Service, connection: &Connection, host: &Host) -> Result<Report, Failure> {
    if service.swank.is_none() && connection.port.is_none() {
        return Ok(Report {
            service: service.name.to_string(),
            address: None,
            port: None,
            answers: false,
            error: None,
            image: None,
        });
    }
    let running = Running::new(service.clone(), connection, host)?;
    let (image, error) = match image(&running) {
        Ok(image) => (Some(image), None),
        Err(error) => (None, Some(error)),
    };
    Ok(Report {
        service: service.name.to_string(),
        answers: image.is_some(),
        error,
        image,
        address: Some(running.address.to_string()),
        port: Some(running.address.port),
    })
}

fn image(running: &Running) -> Result<Image, String> {
    let timeouts = Timeouts {
        connect: PATIENCE,
        answer: PATIENCE,
        grace: Duration::from_secs(1),
    };
    if let Err(problem) = &running.secret {
        return Err(problem.message().to_owned());
    }
    let mut client = running
        .attempt(timeouts)
        .map_err(|error| error.to_string())?;
    Image::ask(&mut client, PATIENCE)
}
