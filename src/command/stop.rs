//! `lisplaunch stop`: the service's own exit, waited for.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;

use super::reached::Reached;
use super::{Failure, Invocation, info};
use crate::cli::live::StopArgs;
use crate::live::manager::Manager;
use crate::plan::service::RestartPolicy;
use crate::problem::Problem;

pub(super) fn execute(invocation: &Invocation, arguments: &StopArgs) -> Result<ExitCode> {
    let reached = invocation.reached(arguments.service.name(), &arguments.connection)?;
    let name = reached.service().name.clone();
    let always = reached.service().restart == RestartPolicy::Always;
    if let Some(manager) = reached.manager().filter(|_| always) {
        if !arguments.anyway {
            return Err(would_return(&reached, manager).into());
        }
        info(&format!("{manager} may start `{name}` again"));
    }
    let start = Instant::now();
    let pid = reached.pid_text();
    reached.stop()?;
    info(&format!(
        "stopped `{name}`{pid} in {:.1} s",
        start.elapsed().as_secs_f64()
    ));
    Ok(ExitCode::SUCCESS)
}

fn would_return(reached: &Reached, manager: &Manager) -> Failure {
    let command = manager.command("stop", reached.process());
    Failure::failed([Problem::error(format!(
        "{manager} would start the service `{}` again",
        reached.service().name
    ))
    .help(format!("stop it there: `{}`", command.join(" ")))
    .help("or stop it anyway: `--anyway`")])
}
