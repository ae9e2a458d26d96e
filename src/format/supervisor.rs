//! `lisplaunch emit supervisor`: the stanzas of supervisord's configuration.

use std::collections::{BTreeMap, BTreeSet};

use super::{Emission, File, Format, Layout, Owner, unsaid};
use crate::dialect::Printed;
use crate::dialect::supervisord::{self, Supervisord, environment_holds};
use crate::plan::after::After;
use crate::plan::name::Name;
use crate::plan::network::Network;
use crate::plan::service::{Log, RestartPolicy, Service};
use crate::plan::stopping;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue};
use crate::word::{Argv, Word};

pub(super) const FORMAT: Format = Format {
    name: "supervisor",
    summary: "stanzas for supervisord's configuration",
    layout: Layout::One,
    as_user: true,
    indirect: true,
    personal: false,
    network: Network::OfMachine,
    placement: None,
    replicas: Replicas::Numbered,
    templates: &[PROGRAM],
    files,
};

const PROGRAM: Template = Template {
    name: "supervisor/program.conf",
    text: include_str!("../../templates/supervisor/program.conf"),
    dialect: &Supervisord,
};

/// That of a program without one.
const USUAL_PRIORITY: i64 = 999;

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let services = &emission.plan.services;
    let priorities = priorities(services);
    let programs = services
        .iter()
        .zip(&priorities)
        .map(|(service, priority)| program(emission, service, *priority))
        .collect::<Result<Vec<_>, _>>()?;
    // Within a group supervisord starts them as they are listed, whatever their priorities.
    let mut in_turn: Vec<_> = services.iter().zip(priorities).collect();
    in_turn.sort_by_key(|(_, priority)| priority.unwrap_or(USUAL_PRIORITY));
    let project = Owner::project();
    let group = (services.len() > 1).then(|| {
        TemplateValue::map([
            ("name", project.bare(&emission.plan.project)),
            (
                "programs",
                TemplateValue::list(
                    in_turn
                        .iter()
                        .map(|(service, _)| project.bare(service.identity.unique_name())),
                ),
            ),
        ])
    });
    let context = vec![
        ("services", TemplateValue::list(programs)),
        ("group", TemplateValue::option(group)),
    ];
    let text = emission.render(&PROGRAM, context)?;
    let name = format!("{}.conf", emission.plan.project);
    Ok(vec![File::new(name, text).private(emission.private())])
}

/// The priority of each service: its own, or else a number above those of the services that it
/// comes after.
fn priorities(services: &[Service]) -> Vec<Option<i64>> {
    let mut priorities: BTreeMap<&Name, i64> = services
        .iter()
        .filter_map(|service| Some((&service.name, service.priority?)))
        .collect();
    let known: BTreeSet<&Name> = services.iter().map(|service| &service.name).collect();
    let before = |service: &'_ Service| -> Vec<Name> {
        let names = service.after.iter().filter_map(|after| match after {
            After::Service(name) if known.contains(name) => Some(name.clone()),
            After::Service(_) | After::Unit(_) => None,
        });
        names.collect()
    };
    let open: Vec<(&Name, Vec<Name>)> = services
        .iter()
        .filter(|service| service.priority.is_none())
        .map(|service| (&service.name, before(service)))
        .filter(|(_, before)| !before.is_empty())
        .collect();
    // They go round no circle: a plan has none.
    let mut settled = false;
    while !settled {
        settled = true;
        for (name, before) in &open {
            let highest = before
                .iter()
                .map(|name| priorities.get(name).copied().unwrap_or(USUAL_PRIORITY))
                .max();
            let own = highest.map_or(USUAL_PRIORITY, |highest| highest.saturating_add(1));
            settled &= priorities.insert(name, own) == Some(own);
        }
    }
    services
        .iter()
        .map(|service| priorities.get(&service.name).copied())
        .collect()
}

/// What is in a comment: what supervisord has no setting for, and what it does by itself.
fn remarks(service: &Service) -> Vec<String> {
    let mut remarks = unsaid::without_cgroups(service, "supervisord");
    remarks.extend(service.limits.open_files.map(|number| {
        format!("limits.open-files: `minfds={number}` in [supervisord] allows its programs as many")
    }));
    if service.log.is_none() {
        remarks.push(
            "no log: supervisord keeps the output in a file of its own, and deletes that when it starts again"
                .to_owned(),
        );
    }
    remarks
}

fn program(
    emission: &Emission<'_>,
    service: &Service,
    priority: Option<i64>,
) -> Result<TemplateValue, Problem> {
    let owner = Owner::of(service);
    let argv = emission.command(service)?;
    let variables = emission.environment_of_login(service)?;
    let (plain, difficult): (Vec<_>, Vec<_>) = variables
        .into_iter()
        .partition(|(_, value)| environment_holds(&value.resolved()));
    let command = with_env(owner.variables_before(&difficult, &argv)?, &argv);
    let mut lines = command.iter().map(|line| owner.words(line));
    let environment = (!plain.is_empty()).then(|| owner.print(Printed::Environment(plain)));
    Ok(TemplateValue::map([
        ("name", owner.bare(service.identity.unique_name())),
        ("description", owner.comment(service.description.as_ref())),
        ("command", TemplateValue::option(lines.next())),
        ("arguments", TemplateValue::list(lines)),
        ("directory", owner.setting(service.directory.clone())),
        ("environment", TemplateValue::option(environment)),
        (
            "user",
            TemplateValue::option(service.user.as_deref().map(|user| owner.setting(user))),
        ),
        ("umask", owner.optional(service.umask)),
        ("priority", owner.optional(priority)),
        ("remarks", unsaid::comments(&owner, remarks(service))),
        ("autorestart", owner.bare(autorestart(service.restart))),
        ("startsecs", owner.bare(service.start_timeout.0)),
        (
            "stopwaitsecs",
            owner.bare(stopping::patience(service.stop_timeout).0),
        ),
        (
            "log",
            TemplateValue::option(service.log.as_ref().map(|log| log_settings(&owner, log))),
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

fn autorestart(restart: RestartPolicy) -> &'static str {
    match restart {
        RestartPolicy::Always => "true",
        RestartPolicy::OnFailure => "unexpected",
        RestartPolicy::Never => "false",
    }
}

fn log_settings(owner: &Owner, log: &Log) -> TemplateValue {
    TemplateValue::map([
        ("file", owner.own(supervisord::log_file, [&log.file])),
        ("max_size", owner.bare(log.max_size)),
        ("backups", owner.bare(log.backups)),
    ])
}
