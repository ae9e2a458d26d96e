//! `lisplaunch status`: how the services are.

mod table;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;

use super::{Failure, Invocation, UNANSWERED, images, info, print};
use crate::cli::live::{ConnectionArgs, StatusArgs, parse_duration};
use crate::live::report::ServiceReport;
use crate::live::state::State;
use crate::live::waiting::until_ready;
use crate::plan::Plan;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::saved_core::Freshness;

pub(super) fn execute(invocation: &Invocation, arguments: &StatusArgs) -> Result<ExitCode> {
    let project = invocation.project()?;
    let plan = invocation
        .plan(&project, &invocation.choices(&arguments.services.names()))
        .map_err(|failure| with_hint(failure, arguments))?;
    check_port(&plan.services, &arguments.connection).map_err(Failure::from)?;
    let overrides = invocation.overrides(&arguments.connection)?;
    let ask = |services: &[Service]| ServiceReport::of_all(services, &overrides, &invocation.host);
    let mut reports = ask(&plan.services).map_err(Failure::from)?;
    if let Some(wait) = arguments.wait {
        let waited = wanted(&plan.services, &reports);
        let ask_waited = || ask(&waited);
        until_ready(Instant::now() + wait, ask_waited, info).map_err(Failure::from)?;
        reports = ask(&plan.services).map_err(Failure::from)?;
    }
    let images = images(invocation, &plan)?;
    let text = if arguments.json {
        let reports = reports.iter().zip(&images);
        let reports: Vec<ServiceStatus<'_>> = reports.map(ServiceStatus::new).collect();
        serde_json::to_string_pretty(&reports).context("cannot write the status as JSON")? + "\n"
    } else {
        let lines = images.iter().flatten().filter_map(SavedImage::line);
        table::text(&reports) + &lines.collect::<String>()
    };
    print(&text)?;
    let wanted = wanted(&plan.services, &reports);
    let is_wanted = |report: &&ServiceReport| {
        let mut names = wanted.iter().map(|service| service.name.as_str());
        names.any(|name| name == report.service)
    };
    let mut wanted = reports.iter().filter(is_wanted);
    if wanted.all(|report| report.state.is_ready()) {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(UNANSWERED.into())
    }
}

/// The services that are to run: of spare replicas one waits for the next deployment.
fn wanted(services: &[Service], reports: &[ServiceReport]) -> Vec<Service> {
    let group = |service: &Service| service.replica.as_ref().map(|replica| replica.of.clone());
    let asked = || services.iter().zip(reports);
    let mut waiting: Vec<_> = Vec::new();
    let kept = asked().filter(|(service, report)| {
        let of = group(service).filter(|_| service.spare && report.state == State::Down);
        let others = asked().any(|(other, report)| group(other) == of && report.state.is_ready());
        let waits = of.is_some() && others && !waiting.contains(&of);
        if waits {
            waiting.push(of);
        }
        !waits
    });
    kept.map(|(service, _)| service.clone()).collect()
}

/// The saved image of a service, which may be another one than the process has started from.
#[derive(Serialize)]
struct SavedImage {
    #[serde(skip)]
    service: String,
    file: String,
    /// Why it is not what its sources would make now; nothing if it is.
    stale: Option<String>,
}

impl SavedImage {
    /// The lines about it below the table.
    fn line(&self) -> Option<String> {
        let why = self.stale.as_deref()?;
        let service = &self.service;
        Some(format!(
            "{service}: the saved image is stale: {why}; `lisplaunch build {service}` rebuilds it\n"
        ))
    }
}

/// How a service is, with its image.
#[derive(Serialize)]
struct ServiceStatus<'a> {
    #[serde(flatten)]
    report: &'a ServiceReport,
    #[serde(rename = "saved-image", skip_serializing_if = "Option::is_none")]
    image: &'a Option<SavedImage>,
}

impl<'a> ServiceStatus<'a> {
    fn new((report, image): (&'a ServiceReport, &'a Option<SavedImage>)) -> Self {
        ServiceStatus { report, image }
    }
}

/// The images of the services, in their order.
fn images(invocation: &Invocation, plan: &Plan) -> Result<Vec<Option<SavedImage>>, Failure> {
    let templates = super::templates(plan)?;
    let image = |service: &Service| {
        let core = service.core.as_ref()?;
        let stale = match images::judge_image(service, core, &templates, &invocation.host) {
            Ok(Freshness::Fresh) => None,
            Ok(Freshness::Stale(why)) => Some(why.to_string()),
            // A service can be asked how it is anyway.
            Err(failure) => Some(failure.problems.first()?.message().to_owned()),
        };
        Some(SavedImage {
            service: service.name.to_string(),
            file: core.file.resolved(),
            stale,
        })
    };
    Ok(plan.services.iter().map(image).collect())
}

/// A duration after `--wait` and a blank is taken for a service.
fn with_hint(mut failure: Failure, arguments: &StatusArgs) -> Failure {
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
fn check_port(services: &[Service], connection: &ConnectionArgs) -> Result<(), Problem> {
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
