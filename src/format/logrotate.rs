//! `lisplaunch emit logrotate`: the logs of services whose manager begins no new ones.

use super::{Emission, File, Format, Layout, Owner};
use crate::dialect::logrotate::Logrotate;
use crate::plan::network::Network;
use crate::plan::quantity::Bytes;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue};

pub(super) const FORMAT: Format = Format {
    name: "logrotate",
    summary: "rules of logrotate for the logs of services that systemd, launchd or OpenRC runs",
    layout: Layout::One,
    as_user: true,
    indirect: false,
    personal: false,
    network: Network::OfMachine,
    placement: None,
    replicas: Replicas::Numbered,
    templates: &[LOGS],
    files,
};

const LOGS: Template = Template {
    name: "logrotate/logs",
    text: include_str!("../../templates/logrotate/logs"),
    dialect: &Logrotate,
};

/// Logs that are treated alike.
struct Rotation {
    max_size: Bytes,
    backups: i64,
    files: Vec<TemplateValue>,
    /// Whether a user of their own may have the folder of one.
    users: bool,
}

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let rotations = rotations(&emission.plan.services);
    if rotations.is_empty() {
        return Err(
            Problem::error("no service here has a `log` that is to be rotated")
                .help("add `log: FILE`, or a `log.max-size` that is not 0"),
        );
    }
    let project = Owner::project();
    let rotations = rotations.into_iter().map(|rotation| {
        TemplateValue::map([
            ("size", project.bare(rotation.max_size.with_short_unit())),
            ("backups", project.bare(rotation.backups)),
            ("files", TemplateValue::list(rotation.files)),
            ("users", TemplateValue::flag(rotation.users)),
        ])
    });
    let context = vec![("rotations", TemplateValue::list(rotations))];
    let text = emission.render(&LOGS, context)?;
    Ok(vec![File::new(emission.plan.project.as_str(), text)])
}

fn rotations(services: &[Service]) -> Vec<Rotation> {
    let mut rotations: Vec<Rotation> = Vec::new();
    for service in services {
        let Some(log) = service.log.as_ref().filter(|log| log.max_size.0 > 0) else {
            continue;
        };
        let file = Owner::of(service).setting(log.file.clone());
        let alike = |rotation: &&mut Rotation| {
            rotation.max_size == log.max_size && rotation.backups == log.backups
        };
        let users = service.user.is_some();
        match rotations.iter_mut().find(alike) {
            Some(rotation) => {
                rotation.files.push(file);
                rotation.users |= users;
            }
            None => rotations.push(Rotation {
                max_size: log.max_size,
                backups: log.backups,
                files: vec![file],
                users,
            }),
        }
    }
    rotations
}
