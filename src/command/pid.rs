//! `lisplaunch pid`: the process number of the running service.

use std::process::ExitCode;

use anyhow::Result;

use super::{Failure, Invocation, deliver};
use crate::cli::everyday::PidArgs;
use crate::live::found;

pub(super) fn execute(invocation: &Invocation, arguments: &PidArgs) -> Result<ExitCode> {
    let project = invocation.project()?;
    let name = arguments.service.name();
    let (_, service) = invocation.plan_one_of(&project, name, invocation.choices(&[]))?;
    let overrides = invocation.overrides(&arguments.connection)?;
    let pid = found::pid(&service, &overrides, &invocation.host).map_err(Failure::unanswered)?;
    deliver(&format!("{pid}\n"))?;
    Ok(ExitCode::SUCCESS)
}
