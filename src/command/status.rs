//! `lisplaunch status`: how the services are.

mod table;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};

use super::{Failure, Session, UNANSWERED, print, tell};
use crate::cli::live::{Connection, Status, parse_duration};
use crate::live::report::Report;
use crate::live::waiting::until_ready;
use crate::plan::service::Service;
use crate::problem::Problem;

pub(super) fn execute(session: &Session, arguments: &Status) -> Result<ExitCode> {
    let project = session.project()?;
    let plan = session
        .plan(&project, &session.choices(&arguments.services.names()))
        .map_err(|failure| with_hint(failure, arguments))?;
    check_port(&plan.services, &arguments.connection).map_err(Failure::from)?;
    let overrides = session.overrides(&arguments.connection)?;
    let ask = || Report::of_all(&plan.services, &overrides, &session.host);
    let reports = match arguments.wait {
        Some(wait) => until_ready(Instant::now() + wait, ask, tell),
        None => ask(),
    };
    let reports = reports.map_err(Failure::from)?;
    let text = if arguments.json {
        serde_json::to_string_pretty(&reports).context("cannot write the status as JSON")? + "\n"
    } else {
        table::text(&reports)
    };
    print(&text)?;
    if reports.iter().all(|report| report.state.is_ready()) {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(UNANSWERED.into())
    }
}

/// A duration after `--wait` and a blank is taken for a service.
fn with_hint(mut failure: Failure, arguments: &Status) -> Failure {
    let mut services = arguments.services.names().into_iter();
    let duration = services.find(|service| parse_duration(service).is_ok());
    if let (Some(_), Some(duration)) = (arguments.wait, duration) {
        let last = failure.problems.pop();
        failure
            .problems
            .extend(last.map(|problem| problem.help(format!("or write `--wait={duration}`"))));
    }
    failure
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
