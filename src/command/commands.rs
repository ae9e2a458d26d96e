//! `lisplaunch do`: the commands of the project file.

use std::process::ExitCode;

use anyhow::{Context, Result};

use super::{Failure, Invocation, deliver, eval, exec};
use crate::cli::evaluation::DoArgs;
use crate::lisp::append::with_arguments;
use crate::live::finding::Running;
use crate::plan::commands::{self, ProjectCommand, WrittenCommand};
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::project::Project;
use crate::suggest;

pub(super) fn execute(invocation: &Invocation, arguments: &DoArgs) -> Result<ExitCode> {
    let project = invocation.project()?;
    let known = known(invocation, &project, arguments)?;
    let Some(named) = NamedCommand::find(invocation, &project, arguments, &known)? else {
        return list(&known, arguments.manner.json);
    };
    let orders = invocation.orders(&[])?;
    let (plan, service) = invocation.plan_one_of(&project, named.service.as_ref(), orders)?;
    let command = find(&service, named.command)?;
    let form = form(command, named.arguments).map_err(Failure::from)?;
    let package = eval::package(None, &service);
    if command.remote {
        let overrides = invocation.overrides(&arguments.connection)?;
        let running = Running::new(service, &overrides, &invocation.host).map_err(Failure::from)?;
        return eval::run(&running, &form, &package, arguments.manner);
    }
    exec::run(invocation, &plan, &form, &package, arguments.manner)
}

/// The commands that are written in the file.
fn known(
    invocation: &Invocation,
    project: &Project,
    arguments: &DoArgs,
) -> Result<Vec<WrittenCommand>, Failure> {
    let mut known = commands::written(project, invocation.profiles())?;
    if known.is_empty() {
        let name = &project.source.name;
        return Err(Problem::error(format!("`{name}` has no commands"))
            .help("write one below `commands:`, as `migrate: (my-app.db:migrate)`")
            .into());
    }
    if arguments.words.is_empty()
        && let Some(service) = &arguments.service.service
    {
        known.retain(|command| command.service.as_ref().is_none_or(|name| name == service));
    }
    Ok(known)
}

/// What the words of the command line name.
struct NamedCommand<'a> {
    /// The service; none where there is but one.
    service: Option<String>,
    command: &'a str,
    arguments: &'a [String],
}

impl<'a> NamedCommand<'a> {
    /// The first word is the command, unless there is none of that name and a service has it.
    fn find(
        invocation: &Invocation,
        project: &Project,
        arguments: &'a DoArgs,
        known: &[WrittenCommand],
    ) -> Result<Option<Self>, Failure> {
        let Some((first, rest)) = arguments.words.split_first() else {
            return Ok(None);
        };
        if let Some(service) = &arguments.service.service {
            return Ok(Some(NamedCommand {
                service: Some(service.clone()),
                command: first,
                arguments: rest,
            }));
        }
        let having = known.iter().filter(|command| command.name == *first);
        let services: Vec<&Option<String>> = having.map(|command| &command.service).collect();
        match (services.as_slice(), rest.split_first()) {
            ([], Some((second, rest))) if is_service(invocation, project, first)? => {
                Ok(Some(NamedCommand {
                    service: Some(first.clone()),
                    command: second,
                    arguments: rest,
                }))
            }
            ([], _) => Err(unknown(first, known.iter().map(|known| known.name.as_str())).into()),
            ([service], _) => Ok(Some(NamedCommand {
                service: (*service).clone(),
                command: first,
                arguments: rest,
            })),
            (several, _) => Err(ambiguous(first, several).into()),
        }
    }
}

/// Whether there is a service of this name, or several replicas.
fn is_service(invocation: &Invocation, project: &Project, name: &str) -> Result<bool, Failure> {
    let names = invocation.service_names(project)?;
    let replica = |full: &str| {
        let number = full.strip_prefix(name)?.strip_prefix('-')?;
        number.parse::<u32>().ok()
    };
    let mut names = names.iter();
    Ok(names.any(|full| full == name || replica(full).is_some()))
}

fn unknown<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Problem {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    Problem::error(format!("there is no command `{name}`")).help(suggest::help(name, names))
}

fn ambiguous(name: &str, services: &[&Option<String>]) -> Problem {
    let services = services.iter().filter_map(|service| service.as_deref());
    let services: Vec<&str> = services.collect();
    Problem::error(format!(
        "several services have the command `{name}`: which one?"
    ))
    .help(format!(
        "name one of {} before it",
        suggest::list(&services)
    ))
}

fn find<'s>(service: &'s Service, name: &str) -> Result<&'s ProjectCommand, Failure> {
    let found = service.commands.iter().find(|known| known.name == name);
    let names = service.commands.iter().map(|known| known.name.as_str());
    found.ok_or_else(|| {
        unknown(name, names)
            .note(format!("of the service `{}`", service.name))
            .into()
    })
}

/// The text to evaluate.
fn form(command: &ProjectCommand, arguments: &[String]) -> Result<String, Problem> {
    let form = command.form.text();
    with_arguments(&form, arguments).ok_or_else(|| {
        Problem::error(format!(
            "the command `{}` takes no arguments: its form is not a call of a function",
            command.name
        ))
        .note(format!("the form is `{form}`"))
        .help("write a function that takes them, each a string, and call it in the project file")
    })
}

/// Prints the commands, one a line.
fn list(known: &[WrittenCommand], json: bool) -> Result<ExitCode> {
    let text = if json {
        serde_json::to_string(known).context("cannot write the commands as JSON")? + "\n"
    } else {
        table(known)
    };
    deliver(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn table(known: &[WrittenCommand]) -> String {
    let title = |command: &WrittenCommand| match &command.service {
        Some(service) => format!("{service} {}", command.name),
        None => command.name.clone(),
    };
    let width = known.iter().map(|command| title(command).chars().count());
    let width = width.max().unwrap_or(0);
    let line = |command: &WrittenCommand| {
        let form = command.form.split_whitespace().collect::<Vec<_>>();
        let place = if command.remote { "  (remote)" } else { "" };
        format!("{:width$}  {}{place}\n", title(command), form.join(" "))
    };
    known.iter().map(line).collect()
}
