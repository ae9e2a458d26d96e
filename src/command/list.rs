//! `lisplaunch list`: the services of the project file.

use std::process::ExitCode;

use anyhow::{Context, Result};

use super::{Session, deliver};
use crate::cli::everyday::List;

pub(super) fn execute(session: &Session, arguments: &List) -> Result<ExitCode> {
    let names = session.service_names(&session.project()?)?;
    let text = if arguments.json {
        serde_json::to_string(&names).context("cannot write the names as JSON")? + "\n"
    } else {
        names.iter().map(|name| format!("{name}\n")).collect()
    };
    deliver(&text)?;
    Ok(ExitCode::SUCCESS)
}
