//! `lisplaunch emit runit`: a service folder for runsv.

use super::{Emission, File, Format, Layout, ServiceFolder, unsaid};
use crate::dialect::sh::Sh;
use crate::plan::network::Network;
use crate::plan::service::{Log, Service};
use crate::plan::{ready, stopping};
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue};

pub(super) const FORMAT: Format = Format {
    name: "runit",
    summary: "a service folder for runit, with a log service",
    layout: Layout::Folders,
    as_user: true,
    indirect: true,
    personal: false,
    network: Network::OfMachine,
    placement: None,
    replicas: Replicas::Numbered,
    templates: &[RUN, CHECK, FINISH, CONTROL, LOG_RUN],
    files,
};

const RUN: Template = Template {
    name: "runit/run",
    text: include_str!("../../templates/runit/run"),
    dialect: &Sh,
};

const CHECK: Template = Template {
    name: "runit/check",
    text: include_str!("../../templates/runit/check"),
    dialect: &Sh,
};

const FINISH: Template = Template {
    name: "runit/finish",
    text: include_str!("../../templates/runit/finish"),
    dialect: &Sh,
};

const CONTROL: Template = Template {
    name: "runit/control/t",
    text: include_str!("../../templates/runit/control/t"),
    dialect: &Sh,
};

const LOG_RUN: Template = Template {
    name: "runit/log/run",
    text: include_str!("../../templates/runit/log/run"),
    dialect: &Sh,
};

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let mut files = Vec::new();
    for service in &emission.plan.services {
        let folder = ServiceFolder::new(emission, service);
        files.push(run(&folder)?);
        files.extend(check(&folder)?);
        if let Some(context) = folder.finish() {
            files.push(folder.file(&FINISH, "finish", context)?.executable());
            files.push(folder.file(&CONTROL, "control/t", vec![])?.executable());
        }
        if let Some(log) = &service.log {
            files.push(log_run(&folder, log)?);
        }
    }
    Ok(files)
}

fn run(folder: &ServiceFolder<'_>) -> Result<File, Problem> {
    let owner = &folder.owner;
    let patience = stopping::patience(folder.service.stop_timeout);
    let mut context = folder.run("runit", |other| after(folder, other))?;
    context.extend([
        ("name", owner.bare(&folder.name)),
        ("patience", owner.bare(patience.0)),
        ("finishes", TemplateValue::flag(folder.finish().is_some())),
    ]);
    let run = folder.file(&RUN, "run", context)?;
    Ok(run.executable().private(folder.emission.private()))
}

fn after(folder: &ServiceFolder<'_>, other: &Service) -> TemplateValue {
    let status = folder.emission.lisplaunch("status", other);
    TemplateValue::map([
        ("name", folder.owner.bare(&other.name)),
        ("folder", folder.owner.bare(other.identity.unique_name())),
        (
            "check",
            TemplateValue::flag(is_asked(other) && status.is_some()),
        ),
    ])
}

/// What `sv` asks whether the service is ready; none where that cannot be asked.
fn check(folder: &ServiceFolder<'_>) -> Result<Option<File>, Problem> {
    let status = folder.emission.lisplaunch("status", folder.service);
    let Some(status) = status.filter(|_| is_asked(folder.service)) else {
        return Ok(None);
    };
    let timeout = ready::timeout(folder.service.ready.as_ref());
    let context = vec![
        ("name", folder.owner.bare(&folder.name)),
        ("timeout", folder.owner.bare(timeout.0)),
        ("command", folder.owner.lines(&status)),
    ];
    Ok(Some(folder.file(&CHECK, "check", context)?.executable()))
}

fn log_run(folder: &ServiceFolder<'_>, log: &Log) -> Result<File, Problem> {
    let owner = &folder.owner;
    let remarks = match log.backups {
        0 => vec!["log.backups: svlogd keeps one at least".to_owned()],
        _ => vec![],
    };
    let context = vec![
        ("unsaid", unsaid::comments(owner, remarks)),
        ("folder", owner.words([&log.file])),
        ("max_size", owner.bare(log.max_size.0)),
        // 0 would keep all.
        ("backups", owner.bare(log.backups.max(1))),
    ];
    Ok(folder.file(&LOG_RUN, "log/run", context)?.executable())
}

/// Whether its image knows when it is ready.
fn is_asked(service: &Service) -> bool {
    service.runtime.is_some()
}
