//! `lisplaunch emit supervisor`: the stanzas of supervisord's configuration.

mod shared;
mod stanza;

use std::collections::{BTreeMap, BTreeSet};

use super::{Emission, File, Format, Layout, Owner};
use crate::dialect::supervisord::Supervisord;
use crate::plan::after::After;
use crate::plan::name::Name;
use crate::plan::network::Network;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue};
use shared::shared;
use stanza::ProgramStanza;

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
    let stanzas = services
        .iter()
        .zip(&priorities)
        .map(|(service, priority)| ProgramStanza::new(emission, service, *priority))
        .collect::<Result<Vec<_>, _>>()?;
    let stanzas = shared(stanzas)?;
    let project = Owner::project();
    // Those that share a socket are a group by themselves.
    let mut alone: Vec<_> = stanzas
        .iter()
        .filter(|stanza| !stanza.is_shared())
        .collect();
    // Within a group supervisord starts them as they are listed, whatever their priorities.
    alone.sort_by_key(|stanza| stanza.priority.unwrap_or(USUAL_PRIORITY));
    let group = (services.len() > 1 && !alone.is_empty()).then(|| {
        let programs = alone
            .iter()
            .map(|stanza| project.bare(stanza.unique_name()));
        TemplateValue::map([
            ("name", project.bare(&emission.plan.project)),
            ("programs", TemplateValue::list(programs)),
        ])
    });
    let context = vec![
        (
            "services",
            TemplateValue::list(stanzas.iter().map(ProgramStanza::values)),
        ),
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
