//! `lisplaunch templates`: what the output is made from.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use super::{Failure, Invocation, deliver};
use crate::cli::{TemplatesArgs, TemplatesCommand};
use crate::problem::Problem;
use crate::render::Templates;
use crate::suggest;

pub(super) fn execute(invocation: &Invocation, arguments: &TemplatesArgs) -> Result<ExitCode> {
    let templates = super::templates_in(project_folder(invocation)?, Vec::new())?;
    let text = match &arguments.command {
        None => list(&templates),
        Some(TemplatesCommand::Show { name }) => show(&templates, name)?,
    };
    deliver(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// The project's own folder; templates can be looked at without a project, and beside a file that
/// is wrong, unless there are settings for it.
fn project_folder(invocation: &Invocation) -> Result<Option<PathBuf>, Failure> {
    let Ok(project) = invocation.project() else {
        return Ok(None);
    };
    match crate::plan::plan(&project, &invocation.choices(&[]), &invocation.host) {
        Ok(plan) => Ok(plan.templates.map(PathBuf::from)),
        Err(problems) if !invocation.settings().is_empty() => Err(Failure::usage(problems)),
        Err(_) => Ok(None),
    }
}

fn list(templates: &Templates) -> String {
    let width = templates.list().map(|(name, _)| name.len()).max();
    templates
        .list()
        .map(|(name, file)| {
            let origin = file.map_or("built in".to_owned(), |file| file.display().to_string());
            format!("{name:width$}  {origin}\n", width = width.unwrap_or(0))
        })
        .collect()
}

fn show(templates: &Templates, name: &str) -> Result<String, Failure> {
    match templates.source(name) {
        Some(text) => Ok(text?),
        None => Err(Problem::error(format!("there is no template `{name}`"))
            .help(suggest::help(name, templates.list().map(|(name, _)| name)))
            .into()),
    }
}
