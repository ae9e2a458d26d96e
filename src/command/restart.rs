//! `lisplaunch restart`: whatever started the service does so again.

use std::io;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;

use super::live::connected;
use super::stop::stop;
use super::{Failure, Session, tell, tmux};
use crate::cli::live::Restart;
use crate::live::finding::{Connected, Running};
use crate::live::manager::Manager;
use crate::live::report::Report;
use crate::live::stop::complete;
use crate::live::swank::Timeouts;
use crate::live::waiting::until_ready;
use crate::plan::service;
use crate::problem::Problem;

pub(super) fn execute(session: &Session, arguments: &Restart) -> Result<ExitCode> {
    let service = arguments.service.as_ref();
    let running = session.running(service, &arguments.connection)?;
    let mut connected = connected(&running, Timeouts::default())?;
    complete(&mut connected);
    match (connected.record.manager.clone(), connected.process()) {
        (Some(manager), _) => restart_by(&manager, &running, connected)?,
        (None, Some(process)) if tmux::restart(session, service, process)? => {}
        (None, _) => return Err(nothing_restarts(&running).into()),
    }
    let overrides = session.overrides(&arguments.connection)?;
    let services = std::slice::from_ref(&running.service);
    let ask = || Report::of_all(services, &overrides, &session.host);
    let reports = until_ready(Instant::now() + arguments.wait, ask, tell).map_err(Failure::from)?;
    match reports.first() {
        Some(report) if report.state.is_ready() => {
            tell(&restarted(report));
            Ok(ExitCode::SUCCESS)
        }
        report => Err(not_ready(&running, report).into()),
    }
}

/// Through the manager, if this user may use that; or else it will notice that the service has
/// left.
fn restart_by(manager: &Manager, running: &Running, connected: Connected) -> Result<(), Failure> {
    let process = connected.process();
    let restarted = match process {
        Some(process) => manager.restart(process),
        // It may know another service by this name here.
        None => Err(io::Error::other("it runs on another machine")),
    };
    let Err(error) = restarted else {
        return Ok(());
    };
    if running.service.restart == service::Restart::Always {
        return stop(running, connected);
    }
    let command = manager.command("restart", process).join(" ");
    Err(Failure::failed([Problem::cannot(
        format_args!("restart it with `{command}`"),
        &error,
    )
    .help(
        "it would not be started again if it were stopped here: see `restart:` in its file",
    )]))
}

fn nothing_restarts(running: &Running) -> Failure {
    let name = &running.service.name;
    Failure::failed([
        Problem::error(format!("nothing would start the service `{name}` again"))
            .help("stop it with `lisplaunch stop`, and start it with `lisplaunch run`"),
    ])
}

fn restarted(report: &Report) -> String {
    let pid = report
        .pid
        .map_or(String::new(), |pid| format!(", pid {pid}"));
    format!("`{}` is {} again{pid}", report.service, report.state.word())
}

fn not_ready(running: &Running, report: Option<&Report>) -> Failure {
    let name = &running.service.name;
    let state = report.map_or("gone", |report| report.state.word());
    let problem = Problem::error(format!(
        "the service `{name}` was stopped and is not ready again: it is {state}"
    ));
    let said = report.and_then(|report| report.note.as_ref().or(report.error.as_ref()));
    Failure::failed([match said {
        Some(said) => problem.note(said),
        None => problem,
    }])
}
