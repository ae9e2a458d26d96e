//! `lisplaunch uninstall`: let a manager stop the services, and remove the files that it has.

use std::process::ExitCode;

use anyhow::Result;

use super::managed::Managed;
use super::steps;
use super::{Failure, Invocation, info};
use crate::cli::manager::UninstallArgs;
use crate::plan::Choices;

pub(super) fn execute(invocation: &Invocation, arguments: &UninstallArgs) -> Result<ExitCode> {
    // The values of variables are for services that start.
    let orders = Choices {
        allow_unset: true,
        ..invocation.orders(&[])?
    };
    let managed = invocation.managed(&arguments.manager, false, orders)?;
    managed.refuse_other_projects("uninstall it there")?;
    let Managed { manager, files, .. } = managed;
    let steps = manager
        .uninstall(files)
        .map_err(|problem| Failure::failed([problem]))?;
    if steps.is_empty() {
        info("nothing is installed");
    }
    if arguments.manager.dry_run {
        steps::show(&steps)?;
        return Ok(ExitCode::SUCCESS);
    }
    let owners = invocation.owners().map_err(Failure::from)?;
    steps::perform(&steps, false, &owners).map_err(|stopped| Failure::failed([stopped.problem]))?;
    Ok(ExitCode::SUCCESS)
}
