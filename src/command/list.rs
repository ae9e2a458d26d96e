//! `lisplaunch list`: the services of the project file.

use std::process::ExitCode;

use anyhow::{Context, Result};

use super::{Invocation, deliver};
use crate::cli::everyday::ListArgs;

pub(super) fn execute(invocation: &Invocation, arguments: &ListArgs) -> Result<ExitCode> {
    let names = invocation.service_names(&invocation.project()?)?;
    let text = if arguments.json {
        serde_json::to_string(&names).context("cannot write the names as JSON")? + "\n"
    } else {
        names.iter().map(|name| format!("{name}\n")).collect()
    };
    deliver(&text)?;
    Ok(ExitCode::SUCCESS)
}
