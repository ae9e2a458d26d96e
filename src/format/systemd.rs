//! `lisplaunch emit systemd`: units for the systemd of the machine, or of a user.

mod order;
mod sandbox;
mod socket;
mod unit;

use super::{Emission, File, Format, Layout, Owner};
use crate::dialect::systemd::{EnvironmentFile, Systemd};
use crate::plan::network::Network;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue};
use unit::Unit;

pub(super) use order::unit_name;

pub(super) const FORMAT: Format = Format {
    name: "systemd",
    summary: "units for systemd, the machine's or with `--user` a user's",
    layout: Layout::Folders,
    as_user: true,
    indirect: true,
    personal: true,
    network: Network::OfMachine,
    placement: None,
    replicas: Replicas::Numbered,
    templates: &[SERVICE, ENVIRONMENT, SOCKET, TARGET],
    files,
};

const SERVICE: Template = Template {
    name: "systemd/service",
    text: include_str!("../../templates/systemd/service"),
    dialect: &Systemd,
};

const ENVIRONMENT: Template = Template {
    name: "systemd/env",
    text: include_str!("../../templates/systemd/env"),
    dialect: &EnvironmentFile,
};

const SOCKET: Template = Template {
    name: "systemd/socket",
    text: include_str!("../../templates/systemd/socket"),
    dialect: &Systemd,
};

const TARGET: Template = Template {
    name: "systemd/target",
    text: include_str!("../../templates/systemd/target"),
    dialect: &Systemd,
};

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let services = &emission.plan.services;
    let mut files = Vec::new();
    for service in services {
        let unit = Unit::new(emission, service);
        files.extend(unit.files()?);
        if unit.is_first_of_socket() {
            files.push(unit.socket_file()?);
        }
    }
    if services.len() > 1 {
        files.push(target(emission)?);
    }
    Ok(files)
}

/// What starts and stops all services together.
fn target(emission: &Emission<'_>) -> Result<File, Problem> {
    let project = Owner::project();
    let names = emission.plan.services.iter();
    let names =
        names.map(|service| project.bare(format!("{}.service", service.identity.unique_name())));
    let context = vec![
        ("name", project.bare(&emission.plan.project)),
        ("services", TemplateValue::list(names)),
        ("wanted_by", project.bare(wanted_by(emission))),
    ];
    let text = emission.render(&TARGET, context)?;
    Ok(File::new(format!("{}.target", emission.plan.project), text))
}

/// What starts everything when the machine does, or the user's systemd.
fn wanted_by(emission: &Emission<'_>) -> &'static str {
    if emission.origin.personal {
        "default.target"
    } else {
        "multi-user.target"
    }
}
