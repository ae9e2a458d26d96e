//! `lisplaunch emit supervisor`: the stanzas of supervisord's configuration.

use super::{Emission, File, Format, Layout, Owner};
use crate::dialect::Printed;
use crate::dialect::supervisord::{self, Supervisord, environment_holds};
use crate::plan::service::{Log, Restart, Service};
use crate::plan::stopping;
use crate::problem::Problem;
use crate::render::{Template, Variable};
use crate::word::{Argv, Word};

pub(super) const FORMAT: Format = Format {
    name: "supervisor",
    summary: "stanzas for supervisord's configuration",
    layout: Layout::One,
    as_user: true,
    indirect: true,
    personal: false,
    templates: &[PROGRAM],
    files,
};

const PROGRAM: Template = Template {
    name: "supervisor/program.conf",
    text: include_str!("../../templates/supervisor/program.conf"),
    dialect: &Supervisord,
};

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let services = &emission.plan.services;
    let programs = services
        .iter()
        .map(|service| program(emission, service))
        .collect::<Result<Vec<_>, _>>()?;
    let project = Owner::project();
    let group = (services.len() > 1).then(|| {
        Variable::map([
            ("name", project.bare(&emission.plan.project)),
            (
                "programs",
                Variable::list(
                    services
                        .iter()
                        .map(|service| project.bare(service.identity.unique_name())),
                ),
            ),
        ])
    });
    let context = vec![
        ("services", Variable::list(programs)),
        ("group", Variable::option(group)),
    ];
    let text = emission.render(&PROGRAM, context)?;
    let name = format!("{}.conf", emission.plan.project);
    Ok(vec![File::new(name, text).private(emission.private())])
}

fn program(emission: &Emission<'_>, service: &Service) -> Result<Variable, Problem> {
    let owner = Owner::of(service);
    let argv = emission.command(service)?;
    let variables = emission.environment_of_login(service)?;
    let (plain, difficult): (Vec<_>, Vec<_>) = variables
        .into_iter()
        .partition(|(_, value)| environment_holds(&value.resolved()));
    let command = with_env(owner.variables_before(&difficult, &argv)?, &argv);
    let mut lines = command.iter().map(|line| owner.words(line));
    let environment = (!plain.is_empty()).then(|| owner.print(Printed::Environment(plain)));
    Ok(Variable::map([
        ("name", owner.bare(service.identity.unique_name())),
        ("description", owner.comment(service.description.as_ref())),
        ("command", Variable::option(lines.next())),
        ("arguments", Variable::list(lines)),
        ("directory", owner.setting(service.directory.clone())),
        ("environment", Variable::option(environment)),
        (
            "user",
            Variable::option(service.user.as_deref().map(|user| owner.setting(user))),
        ),
        ("umask", owner.optional(service.umask)),
        ("priority", owner.optional(service.priority)),
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
        ("file", owner.own(supervisord::log_file, [&log.file])),
        ("max_size", owner.bare(log.max_size)),
        ("backups", owner.bare(log.backups)),
    ])
}
