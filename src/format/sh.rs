//! `lisplaunch emit sh`: a script that becomes sbcl.

use super::{Emission, File, Format, Layout, Owner, unsaid};
use crate::dialect::Printed;
use crate::dialect::sh::Sh;
use crate::plan::network::Network;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue, TemplateValues};
use crate::word::{Argv, Word};

pub(super) const FORMAT: Format = Format {
    name: "sh",
    summary: "a script that becomes sbcl, for any POSIX shell",
    layout: Layout::Each,
    as_user: false,
    indirect: true,
    personal: false,
    network: Network::OfMachine,
    placement: None,
    replicas: Replicas::Numbered,
    templates: &[START],
    files,
};

const START: Template = Template {
    name: "sh/start",
    text: include_str!("../../templates/sh/start"),
    dialect: &Sh,
};

/// What shellcheck takes for a mistake between single quotes.
const SIGNS: [char; 5] = ['$', '`', '\\', '‘', '’'];

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let services = emission.plan.services.iter();
    services.map(|service| script(emission, service)).collect()
}

fn script(emission: &Emission<'_>, service: &Service) -> Result<File, Problem> {
    let owner = Owner::of(service);
    let environment = emission.environment(service);
    let mut context = becoming(service, &owner, &emission.command(service)?, environment)?;
    context.push((
        "unsaid",
        unsaid::comments(&owner, unsaid::by_script(service)),
    ));
    context.push(("open_files", owner.optional(service.limits.open_files)));
    let text = emission.render(&START, context)?;
    let name = format!("{}.sh", service.identity.unique_name());
    Ok(File::new(name, text)
        .executable()
        .private(emission.private()))
}

/// What a script knows that becomes the service, with these variables in its environment.
///
/// # Errors
/// When `env` would take the program itself for a variable.
pub(super) fn becoming(
    service: &Service,
    owner: &Owner,
    command: &Argv,
    environment: &[(String, Word)],
) -> Result<TemplateValues, Problem> {
    let variables = owner.variables_before(environment, command)?;
    let values = variables.iter().map(|(_, value)| value);
    let words = values.chain([&service.directory]).chain(command.words());
    let signs = has_signs(words);
    let environment = variables
        .iter()
        .map(|variable| owner.print(Printed::Environment(vec![variable.clone()])));
    Ok(vec![
        ("description", owner.comment(service.description.as_ref())),
        ("umask", owner.optional(service.umask)),
        ("directory", owner.words([&service.directory])),
        ("environment", TemplateValue::list(environment)),
        ("command", owner.lines(command)),
        ("signs", signs),
    ])
}

/// Whether shellcheck takes something in these words for a mistake.
pub(super) fn has_signs<'a>(words: impl IntoIterator<Item = &'a Word>) -> TemplateValue {
    let mut words = words.into_iter().map(Word::resolved);
    TemplateValue::flag(words.any(|word| word.contains(SIGNS)))
}
