//! `lisplaunch uninstall`: let a manager stop the services, and remove the files that it has.

use std::process::ExitCode;

use anyhow::Result;

use super::install::chosen;
use super::steps;
use super::{Failure, Session, tell};
use crate::cli::manager::Uninstall;
use crate::service_manager::Placed;

pub(super) fn execute(session: &Session, arguments: &Uninstall) -> Result<ExitCode> {
    let (choice, manager) = chosen(session, &arguments.manager, false)?;
    let project = session.project()?;
    let emitted = session.emitted(&project, &[], choice, None)?;
    let targets = manager.place(emitted.files).map_err(Failure::from)?;
    let steps = Placed::all(targets)
        .and_then(|files| manager.uninstall(files))
        .map_err(|problem| Failure::failed([problem]))?;
    if steps.is_empty() {
        tell("nothing is installed");
    }
    if arguments.manager.dry_run {
        steps::show(&steps)?;
        return Ok(ExitCode::SUCCESS);
    }
    let owners = session.owners().map_err(Failure::from)?;
    steps::perform(&steps, false, &owners).map_err(|stopped| Failure::failed([stopped.problem]))?;
    Ok(ExitCode::SUCCESS)
}
