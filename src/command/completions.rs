//! `lisplaunch completions`: the words that a shell offers, with the names of the project file.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use super::{Invocation, deliver};
use crate::cli::complete::{CandidateNames, Request};
use crate::cli::editor::CompletionsArgs;
use crate::plan::commands;

pub(super) fn execute(arguments: &CompletionsArgs) -> Result<ExitCode> {
    deliver(&arguments.shell.script())?;
    Ok(ExitCode::SUCCESS)
}

/// Answers a shell. What cannot be offered is left out: a person who types sees no errors.
pub(super) fn complete(invocation: &Invocation, request: Request) -> Result<ExitCode> {
    let offered = request.offered(names(invocation)).unwrap_or_default();
    io::stdout().write_all(&offered)?;
    Ok(ExitCode::SUCCESS)
}

/// The names in the project file at hand; none where it cannot be read.
fn names(invocation: &Invocation) -> CandidateNames {
    // Standard input is the terminal on which the word is typed.
    if invocation.selection.file.as_deref() == Some(Path::new("-")) {
        return CandidateNames::default();
    }
    let Ok(project) = invocation.project() else {
        return CandidateNames::default();
    };
    let commands = commands::written(&project, invocation.profiles()).unwrap_or_default();
    let profiles = project.profile_names().into_iter().map(str::to_owned);
    CandidateNames {
        services: invocation.service_names(&project).unwrap_or_default(),
        commands: commands.into_iter().map(|command| command.name).collect(),
        profiles: profiles.collect(),
        variables: project.variable_names().into_iter().collect(),
    }
}
