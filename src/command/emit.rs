//! `lisplaunch emit`: write the service for another tool.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use similar::TextDiff;

use super::{FAILURE, Failure, Session, as_user, deliver, install, print, report};
use crate::cli::Emit;
use crate::format::{self, Format, Origin};
use crate::output;
use crate::problem::Problem;
use crate::project::Project;

pub(super) fn execute(session: &Session, arguments: &Emit) -> Result<ExitCode> {
    let name = arguments.format.as_deref().unwrap_or_default();
    let Some(format) = format::find(name) else {
        deliver(&list())?;
        return Ok(ExitCode::SUCCESS);
    };
    let text = emit(session, format, arguments)?;
    let Some(output) = &arguments.output else {
        deliver(&text)?;
        return Ok(ExitCode::SUCCESS);
    };
    let file = output::file_in(output, format.file_name);
    if arguments.check {
        return check(&file, &text);
    }
    let owners = session.owners().map_err(Failure::from)?;
    output::write(&file, &text, arguments.force, &owners)
        .map_err(|problem| Failure::failed([problem]))?;
    Ok(ExitCode::SUCCESS)
}

fn list() -> String {
    let width = format::ALL.iter().map(|format| format.name.len()).max();
    format::ALL
        .iter()
        .map(|format| {
            let width = width.unwrap_or(0);
            format!("{:width$}  {}\n", format.name, format.summary)
        })
        .collect()
}

fn emit(session: &Session, format: &Format, arguments: &Emit) -> Result<String, Failure> {
    let project = session.project()?;
    let orders = session.orders(&arguments.services)?;
    let choices = if format.as_user {
        as_user(orders)
    } else {
        orders
    };
    let plan = session.plan(&project, &choices)?;
    let origin = origin(session, format, arguments, &project)?;
    let templates = super::templates(&plan)?;
    let text = format
        .emit(&plan, &origin, &templates)
        .map_err(|problem| Failure::failed([problem]))?;
    if !arguments.check && !arguments.indirect {
        install(&plan)?;
    }
    Ok(text)
}

fn origin(
    session: &Session,
    format: &Format,
    arguments: &Emit,
    project: &Project,
) -> Result<Origin, Failure> {
    let file = project.file.clone();
    let selection = selection(session, file.as_deref());
    let mut command = vec!["lisplaunch".to_owned(), "emit".to_owned()];
    command.push(format.name.to_owned());
    command.extend(arguments.services.iter().cloned());
    command.extend(selection.iter().cloned());
    let indirect = if arguments.indirect {
        command.push("--indirect".to_owned());
        Some(indirect(format, file.as_deref(), selection)?)
    } else {
        None
    };
    Ok(Origin {
        file: file.unwrap_or_else(|| project.source.name.clone()),
        command,
        indirect,
    })
}

/// The options that choose the same plan again.
fn selection(session: &Session, file: Option<&str>) -> Vec<String> {
    let mut options = vec!["-f".to_owned(), file.unwrap_or("-").to_owned()];
    for profile in session.profiles() {
        options.extend(["-p".to_owned(), profile.clone()]);
    }
    for (name, value) in session.settings() {
        options.extend(["--set".to_owned(), format!("{name}={value}")]);
    }
    for user in session.trusted() {
        options.extend(["--trust".to_owned(), user.clone()]);
    }
    options
}

fn indirect(
    format: &Format,
    file: Option<&str>,
    selection: Vec<String>,
) -> Result<Vec<String>, Problem> {
    if !format.indirect {
        return Err(
            Problem::error(format!("the format `{}` has no `--indirect`", format.name))
                .help("leave it out, and write the file again when the project file changes"),
        );
    }
    if file.is_none() {
        return Err(
            Problem::error("`--indirect` needs a project file, not standard input")
                .help("name the file with `-f FILE`"),
        );
    }
    let mut command = vec!["lisplaunch".to_owned(), "run".to_owned()];
    command.extend(selection);
    Ok(command)
}

/// Prints how the file differs from what would be written.
fn check(file: &Path, text: &str) -> Result<ExitCode> {
    let shown = file.display().to_string();
    let existing = output::existing(file).map_err(|problem| Failure::failed([problem]))?;
    let Some(existing) = existing else {
        report(&[Problem::error(format!("there is no file `{shown}`"))
            .help("leave out `--check` to write it")]);
        return Ok(ExitCode::from(FAILURE));
    };
    if existing == text {
        return Ok(ExitCode::SUCCESS);
    }
    let diff = TextDiff::from_lines(existing.as_str(), text);
    print(
        &diff
            .unified_diff()
            .header(&shown, "what lisplaunch would write")
            .to_string(),
    )?;
    Ok(ExitCode::from(FAILURE))
}
