//! `lisplaunch show`: the plan.

mod yaml;

use std::process::ExitCode;

use anyhow::{Context, Result};

use super::{Invocation, deliver};
use crate::cli::ShowArgs;

pub(super) fn execute(invocation: &Invocation, arguments: &ShowArgs) -> Result<ExitCode> {
    let project = invocation.project()?;
    let plan = invocation.plan(&project, &invocation.choices(&arguments.services.names()))?;
    let text = if arguments.json {
        serde_json::to_string_pretty(&plan).context("cannot write the plan as JSON")? + "\n"
    } else {
        yaml::document(&serde_yaml::to_value(&plan).context("cannot write the plan as YAML")?)
    };
    deliver(&text)?;
    Ok(ExitCode::SUCCESS)
}
