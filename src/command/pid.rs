//! `lisplaunch pid`: the process number of the running service.

use std::process::ExitCode;

use anyhow::Result;

use super::{Failure, Session, deliver};
use crate::cli::everyday::Pid;
use crate::live::found;

pub(super) fn execute(session: &Session, arguments: &Pid) -> Result<ExitCode> {
    let project = session.project()?;
    let name = arguments.service.name();
    let (_, service) = session.plan_one_of(&project, name, session.choices(&[]))?;
    let overrides = session.overrides(&arguments.connection)?;
    let pid = found::pid(&service, &overrides, &session.host).map_err(Failure::unanswered)?;
    deliver(&format!("{pid}\n"))?;
    Ok(ExitCode::SUCCESS)
}
