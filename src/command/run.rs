//! `lisplaunch run`: become sbcl.

use std::process::ExitCode;

use anyhow::Result;

use super::{Failure, Session, print, report};
use crate::argv::argv;
use crate::cli::Run;
use crate::dialect::sh;
use crate::launch;

pub(super) fn execute(session: &Session, arguments: &Run) -> Result<ExitCode> {
    let (plan, service) = session.plan_one(arguments.service.as_ref())?;
    let templates = session.templates(plan.templates.as_deref());
    let argv = argv(&service, &arguments.arguments, &templates).map_err(Failure::from)?;
    if arguments.dry_run {
        print(&sh::script(&service, &argv))?;
        return Ok(ExitCode::SUCCESS);
    }
    let obstacles = launch::obstacles(&service, &session.host);
    if !obstacles.is_empty() {
        return Err(Failure::failed(obstacles).into());
    }
    let problem = launch::exec(&service, &argv, &session.host);
    Err(Failure::failed([problem]).into())
}
