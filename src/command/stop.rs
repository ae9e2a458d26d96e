//! `lisplaunch stop`: the image's own exit, waited for.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::live::connected;
use super::{Failure, Session, tell};
use crate::cli::live::Stop;
use crate::live::finding::{Connected, Running};
use crate::live::manager::Manager;
use crate::live::stop::{complete, is_gone, is_silent, leave};
use crate::live::swank::Timeouts;
use crate::plan::service::Restart;
use crate::plan::stopping;
use crate::problem::Problem;

pub(super) fn execute(session: &Session, arguments: &Stop) -> Result<ExitCode> {
    let running = session.running(arguments.service.as_ref(), &arguments.connection)?;
    let mut connected = connected(&running, Timeouts::default())?;
    complete(&mut connected);
    let manager = connected.record.manager.clone();
    if let Some(manager) = manager.filter(|_| running.service.restart == Restart::Always) {
        if !arguments.anyway {
            return Err(would_return(&running, &connected, &manager).into());
        }
        tell(&format!(
            "{manager} may start `{}` again",
            running.service.name
        ));
    }
    let start = Instant::now();
    let pid = pid_text(connected.record.pid);
    stop(&running, connected)?;
    tell(&format!(
        "stopped `{}`{pid} in {:.1} s",
        running.service.name,
        start.elapsed().as_secs_f64()
    ));
    Ok(ExitCode::SUCCESS)
}

fn would_return(running: &Running, connected: &Connected, manager: &Manager) -> Failure {
    let command = manager.command("stop", connected.process());
    Failure::failed([Problem::error(format!(
        "{manager} would start the service `{}` again",
        running.service.name
    ))
    .help(format!("stop it there: `{}`", command.join(" ")))
    .help("or stop it all the same: `--anyway`")])
}

/// Lets a service leave, and waits until it is gone.
pub(super) fn stop(running: &Running, mut connected: Connected) -> Result<(), Failure> {
    let name = &running.service.name;
    let pid = connected.record.pid;
    // Before it goes.
    let process = connected.process();
    let limit = Duration::from_secs(stopping::patience(running.service.stop_timeout).0);
    let deadline = Instant::now() + limit;
    leave(&mut connected.client).map_err(|reason| {
        Failure::failed([Problem::error(format!(
            "the service `{name}` cannot be asked to stop: {reason}"
        ))])
    })?;
    drop(connected);
    let gone = match process {
        Some(process) => is_gone(process, deadline),
        None => is_silent(running, pid, deadline),
    };
    if gone {
        return Ok(());
    }
    Err(Failure::failed([Problem::error(format!(
        "the service `{name}`{} has not ended within {} s",
        pid_text(pid),
        limit.as_secs()
    ))
    .help("its log may say what it waits for; `kill -9` ends it at once, without the rest of its exit")]))
}

fn pid_text(pid: Option<u32>) -> String {
    pid.map_or(String::new(), |pid| format!(" (pid {pid})"))
}
