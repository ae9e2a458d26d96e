//! `lisplaunch restart`: whatever started the service does so again.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;

use super::reached::Reached;
use super::{Failure, Invocation, info, tmux};
use crate::cli::live::RestartArgs;
use crate::live::manager::Manager;
use crate::live::report::ServiceReport;
use crate::live::waiting::until_started;
use crate::plan::name::Name;
use crate::plan::service;
use crate::problem::Problem;

pub(super) fn execute(invocation: &Invocation, arguments: &RestartArgs) -> Result<ExitCode> {
    let service = arguments.service.name();
    let reached = invocation.reached(service, &arguments.connection)?;
    let planned = reached.service().clone();
    let overrides = invocation.overrides(&arguments.connection)?;
    let services = std::slice::from_ref(&planned);
    let ask = || ServiceReport::of_all(services, &overrides, &invocation.host);
    let before = ask().map_err(Failure::from)?;
    begin(invocation, service, reached)?;
    let deadline = Instant::now() + arguments.wait;
    let reports = until_started(&before, deadline, ask, info).map_err(Failure::from)?;
    match reports.first() {
        Some(report) if report.state.is_ready() => {
            info(&restarted(report));
            Ok(ExitCode::SUCCESS)
        }
        report => Err(not_ready(&planned.name, report).into()),
    }
}

/// Lets whatever started it do so again.
pub(super) fn begin(
    invocation: &Invocation,
    name: Option<&String>,
    reached: Reached,
) -> Result<()> {
    match (reached.manager().cloned(), reached.process()) {
        (Some(manager), _) => Ok(restart_by(&manager, reached)?),
        (None, Some(process)) if tmux::restart(invocation, name, process)? => Ok(()),
        (None, _) => Err(nothing_restarts(&reached.service().name).into()),
    }
}

/// Through the manager, if this user may use that; or else it will notice that the service has
/// left.
fn restart_by(manager: &Manager, reached: Reached) -> Result<(), Failure> {
    let restarted = match reached.process() {
        Some(process) => manager.restart(process),
        // It may know another service by this name here.
        None => Err(Problem::error(format!(
            "cannot restart it with `{}`: it runs on another machine",
            manager.command("restart", None).join(" ")
        ))),
    };
    match restarted {
        Err(_) if reached.service().restart == service::RestartPolicy::Always => reached.stop(),
        restarted => restarted.map_err(|problem| {
            Failure::failed([problem.help(
                "it would not be started again if it were stopped here: see `restart:` in its file",
            )])
        }),
    }
}

fn nothing_restarts(name: &Name) -> Failure {
    Failure::failed([
        Problem::error(format!("nothing would start the service `{name}` again"))
            .help("stop it with `lisplaunch stop`, and start it with `lisplaunch run`"),
    ])
}

fn restarted(report: &ServiceReport) -> String {
    let pid = report
        .pid
        .map_or(String::new(), |pid| format!(", pid {pid}"));
    format!("`{}` is {} again{pid}", report.service, report.state.word())
}

fn not_ready(name: &Name, report: Option<&ServiceReport>) -> Failure {
    let state = report.map_or("gone", |report| report.state.word());
    let problem = Problem::error(format!(
        "the service `{name}` was stopped and is not ready again: it is {state}"
    ));
    let said = report.and_then(|report| report.note.as_ref().or(report.error.as_ref()));
    Failure::unanswered(match said {
        Some(said) => problem.note(said),
        None => problem,
    })
}
