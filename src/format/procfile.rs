//! `lisplaunch emit procfile`: a Procfile for foreman, honcho and overmind.
//!
//! The variables of a service are in its line and not in a `.env`: that is one for all processes,
//! each runner reads it by rules of its own, and it may be the env file of the project itself.

use super::sh::becoming;
use super::{Emission, File, Format, Layout, Owner, unsaid};
use crate::dialect::procfile::{self, Procfile};
use crate::plan::network::Network;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue};
use crate::word::Word;

pub(super) const FORMAT: Format = Format {
    name: "procfile",
    summary: "a Procfile for foreman (Ruby's and node's), honcho and overmind",
    layout: Layout::One,
    as_user: false,
    indirect: true,
    personal: false,
    network: Network::OfMachine,
    placement: None,
    replicas: Replicas::Numbered,
    templates: &[PROCFILE],
    files,
};

const PROCFILE: Template = Template {
    name: "procfile/Procfile",
    text: include_str!("../../templates/procfile/Procfile"),
    dialect: &Procfile,
};

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let services = emission.plan.services.iter();
    let processes = services
        .map(|service| process(emission, service))
        .collect::<Result<Vec<_>, _>>()?;
    let context = vec![("processes", TemplateValue::list(processes))];
    let text = emission.render(&PROCFILE, context)?;
    Ok(vec![
        File::new("Procfile", text).private(emission.private()),
    ])
}

fn process(emission: &Emission<'_>, service: &Service) -> Result<TemplateValue, Problem> {
    let owner = Owner::of(service);
    let environment = emission.environment(service);
    let command = emission.command(service)?;
    let mut process = becoming(service, &owner, &command, environment)?;
    let values = environment.iter().map(|(name, value)| {
        let mut assignment = Word::from(format!("{name}="));
        assignment.extend(value.pieces().iter().cloned());
        assignment
    });
    let assignments: Vec<Word> = values.collect();
    let words = assignments.iter().chain([&service.directory]);
    let words = words.chain(command.words());
    let name = Word::from(service.name.as_str());
    process.push((
        "unsaid",
        unsaid::comments(&owner, unsaid::by_script(service)),
    ));
    process.push(("open_files", owner.optional(service.limits.open_files)));
    process.push(("name", owner.own(procfile::process, [&name])));
    process.push(("prelude", owner.own(procfile::prelude, words)));
    Ok(TemplateValue::map(process))
}
