//! `lisplaunch emit s6`: a service folder for s6-supervise.

use super::{Emission, File, Format, Layout, ServiceFolder, unsaid};
use crate::dialect::sh::Sh;
use crate::plan::network::Network;
use crate::plan::service::{Log, Service};
use crate::plan::stopping;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue};

pub(super) const FORMAT: Format = Format {
    name: "s6",
    summary: "a service folder for s6, with readiness and a log service",
    layout: Layout::Folders,
    as_user: true,
    indirect: true,
    personal: false,
    network: Network::OfMachine,
    placement: None,
    replicas: Replicas::Numbered,
    templates: &[RUN, NOTIFICATION, TIMEOUT, FINISH, LOG_RUN],
    files,
};

const RUN: Template = Template {
    name: "s6/run",
    text: include_str!("../../templates/s6/run"),
    dialect: &Sh,
};

/// s6 reads the first line of it.
const NOTIFICATION: Template = Template {
    name: "s6/notification-fd",
    text: include_str!("../../templates/s6/notification-fd"),
    dialect: &Sh,
};

/// s6 reads the first line of it.
const TIMEOUT: Template = Template {
    name: "s6/timeout-kill",
    text: include_str!("../../templates/s6/timeout-kill"),
    dialect: &Sh,
};

const FINISH: Template = Template {
    name: "s6/finish",
    text: include_str!("../../templates/s6/finish"),
    dialect: &Sh,
};

const LOG_RUN: Template = Template {
    name: "s6/log/run",
    text: include_str!("../../templates/s6/log/run"),
    dialect: &Sh,
};

/// The sizes of files that s6-log knows, in bytes; it takes the nearest one for others.
const LOG_SIZES: std::ops::RangeInclusive<u64> = 4096..=268_435_455;

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let mut files = Vec::new();
    for service in &emission.plan.services {
        let folder = ServiceFolder::new(emission, service);
        files.push(run(&folder)?);
        if notifies(service) {
            files.push(folder.file(&NOTIFICATION, "notification-fd", vec![])?);
        }
        files.push(timeout(&folder)?);
        if let Some(mut context) = folder.finish() {
            context.push(("name", folder.owner.bare(&folder.name)));
            files.push(folder.file(&FINISH, "finish", context)?.executable());
        }
        if let Some(log) = &service.log {
            files.push(log_run(&folder, log)?);
        }
    }
    Ok(files)
}

fn run(folder: &ServiceFolder<'_>) -> Result<File, Problem> {
    let mut context = folder.run("s6", |other| after(folder, other))?;
    context.push(("notifies", TemplateValue::flag(notifies(folder.service))));
    let run = folder.file(&RUN, "run", context)?;
    Ok(run.executable().private(folder.emission.private()))
}

fn after(folder: &ServiceFolder<'_>, other: &Service) -> TemplateValue {
    TemplateValue::map([
        ("name", folder.owner.bare(&other.name)),
        ("folder", folder.owner.bare(other.identity.unique_name())),
        ("notifies", TemplateValue::flag(notifies(other))),
    ])
}

fn timeout(folder: &ServiceFolder<'_>) -> Result<File, Problem> {
    let patience = stopping::patience(folder.service.stop_timeout);
    let milliseconds = folder.owner.bare(patience.0 * 1000);
    let context = vec![("milliseconds", milliseconds)];
    folder.file(&TIMEOUT, "timeout-kill", context)
}

fn log_run(folder: &ServiceFolder<'_>, log: &Log) -> Result<File, Problem> {
    let owner = &folder.owner;
    let size = log.max_size.0;
    // A size of 0 is never.
    let wanted = if size == 0 { u64::MAX } else { size };
    let nearest = wanted.clamp(*LOG_SIZES.start(), *LOG_SIZES.end());
    let unsaid = (nearest != wanted).then(|| {
        format!(
            "log.max-size is {}: s6-log takes sizes from 4 KB to 256 MB",
            log.max_size
        )
    });
    let context = vec![
        (
            "unsaid",
            unsaid::comments(owner, unsaid.into_iter().collect()),
        ),
        ("folder", owner.words([&log.file])),
        ("backups", owner.bare(log.backups)),
        ("max_size", owner.bare(nearest)),
    ];
    Ok(folder.file(&LOG_RUN, "log/run", context)?.executable())
}

/// Whether its image says when it is ready.
fn notifies(service: &Service) -> bool {
    service.runtime.is_some()
}
