//! `lisplaunch emit supervisor`: the stanzas of supervisord's configuration.

use super::{Context, Emission, Format, Owner};
use crate::dialect::Printed;
use crate::dialect::supervisord::{Supervisord, environment_holds};
use crate::plan::service::{Log, Restart, Service};
use crate::plan::stopping;
use crate::problem::Problem;
use crate::render::{Template, Variable};
use crate::word::{Argv, Word};

pub(super) const FORMAT: Format = Format {
    name: "supervisor",
    summary: "stanzas for supervisord's configuration",
    file_name: "supervisor.conf",
    as_user: true,
    indirect: true,
    template: Template {
        name: "supervisor/program.conf",
        text: include_str!("../../templates/supervisor/program.conf"),
        dialect: &Supervisord,
    },
    context,
};

fn context(emission: &Emission<'_>) -> Result<Context, Problem> {
    let programs = emission
        .services
        .iter()
        .map(|(service, argv)| program(emission, service, argv))
        .collect::<Result<Vec<_>, _>>()?;
    let project = Owner("the project".to_owned());
    let group = (emission.services.len() > 1).then(|| {
        Variable::map([
            ("name", project.bare(&emission.plan.project)),
            (
                "programs",
                Variable::list(
                    emission
                        .services
                        .iter()
                        .map(|(service, _)| project.bare(program_name(emission, service))),
                ),
            ),
        ])
    });
    Ok(vec![
        ("services", Variable::list(programs)),
        ("group", Variable::option(group)),
    ])
}

/// Programs of all projects share one set of names, and two of one name would be merged:
/// a service of several carries its project's name.
fn program_name(emission: &Emission<'_>, service: &Service) -> String {
    if emission.plan.several {
        format!("{}-{}", emission.plan.project, service.name)
    } else {
        service.name.to_string()
    }
}

fn program(emission: &Emission<'_>, service: &Service, argv: &Argv) -> Result<Variable, Problem> {
    let owner = Owner::of(service);
    let mut variables = user_variables(service)?;
    if emission.origin.indirect.is_none() {
        variables.retain(|(name, _)| service.env.iter().all(|(other, _)| other != name));
        variables.extend(service.env.iter().cloned());
    }
    let (plain, difficult): (Vec<_>, Vec<_>) = variables
        .into_iter()
        .partition(|(_, value)| environment_holds(&value.resolved()));
    let command = with_env(owner.variables_before(&difficult, argv)?, argv);
    let mut lines = command.iter().map(|line| owner.words(line));
    let environment = (!plain.is_empty()).then(|| owner.print(Printed::Environment(plain)));
    Ok(Variable::map([
        ("name", owner.bare(program_name(emission, service))),
        ("description", owner.comment(service.description.as_ref())),
        ("command", Variable::option(lines.next())),
        ("arguments", Variable::list(lines)),
        (
            "directory",
            owner.print(Printed::Setting(service.directory.clone())),
        ),
        ("environment", Variable::option(environment)),
        (
            "user",
            Variable::option(
                service
                    .user
                    .as_deref()
                    .map(|user| owner.print(Printed::Setting(user.into()))),
            ),
        ),
        (
            "umask",
            Variable::option(service.umask.map(|mask| owner.bare(mask))),
        ),
        (
            "priority",
            Variable::option(service.priority.map(|priority| owner.bare(priority))),
        ),
        ("autorestart", owner.bare(autorestart(service.restart))),
        ("startsecs", owner.bare(service.start_timeout.0)),
        (
            "stopwaitsecs",
            owner.bare(stopping::patience(service.stop_timeout).0),
        ),
        (
            "log",
            Variable::option(service.log.as_ref().map(|log| log_settings(&owner, log))),
        ),
    ]))
}

/// supervisord changes the user but not the variables that name it, and SBCL would then
/// write its compiled files below root's home.
fn user_variables(service: &Service) -> Result<Vec<(String, Word)>, Problem> {
    let Some(user) = &service.user else {
        return Ok(Vec::new());
    };
    let own_home = service.env.iter().find(|(name, _)| name == "HOME");
    let home = match (own_home, &service.home) {
        (Some((_, home)), _) => home.clone(),
        (None, Some(home)) => home.as_str().into(),
        (None, None) => {
            return Err(Problem::error(format!(
                "the service `{}`: the home folder of the user `{user}` is not known on this machine",
                service.name
            ))
            .help("write the file on the machine that it is for, or add `HOME` to `env:`"));
        }
    };
    Ok(vec![
        ("HOME".to_owned(), home),
        ("USER".to_owned(), user.as_str().into()),
        ("LANG".to_owned(), "C.UTF-8".into()),
    ])
}

/// `argv` behind an `env` that sets what `environment=` cannot hold.
fn with_env(variables: &[(String, Word)], argv: &Argv) -> Vec<Vec<Word>> {
    let env = (!variables.is_empty()).then(|| vec![Word::from("/usr/bin/env")]);
    let assignments = variables
        .iter()
        .map(|(name, value)| vec![format!("{name}={}", value.resolved()).into()]);
    let argv = argv.0.iter().map(|line| line.words.clone());
    env.into_iter().chain(assignments).chain(argv).collect()
}

fn autorestart(restart: Restart) -> &'static str {
    match restart {
        Restart::Always => "true",
        Restart::OnFailure => "unexpected",
        Restart::Never => "false",
    }
}

fn log_settings(owner: &Owner, log: &Log) -> Variable {
    Variable::map([
        ("file", owner.print(Printed::LogFile(log.file.clone()))),
        ("max_size", owner.bare(log.max_size)),
        ("backups", owner.bare(log.backups)),
    ])
}
