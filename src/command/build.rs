//! `lisplaunch build`: write what the services load.

use std::process::ExitCode;

use anyhow::Result;

use super::{Failure, Session, as_user, print};
use crate::install::Site;

pub(super) fn execute(session: &Session) -> Result<ExitCode> {
    let project = session.project()?;
    let plan = session.plan(&project, &as_user(session.orders(&[])?))?;
    let Some(site) = Site::of(&plan) else {
        print("no service loads it: `runtime` is `false`\n")?;
        return Ok(ExitCode::SUCCESS);
    };
    let written = site.write().map_err(|problem| Failure::failed([problem]))?;
    let mut lines: String = written
        .iter()
        .map(|file| format!("wrote {}\n", file.display()))
        .collect();
    if lines.is_empty() {
        lines = format!("{} is up to date\n", site.file.display());
    }
    print(&lines)?;
    Ok(ExitCode::SUCCESS)
}
