//! `lisplaunch emit launchd`: the property list of each service for launchd, macOS's manager.

use super::{Emission, File, Format, Layout, Owner, unsaid};
use crate::dialect::Printed;
use crate::dialect::plist::Plist;
use crate::plan::network::Network;
use crate::plan::service::Service;
use crate::plan::{login, stopping};
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue};
use crate::word::Word;

pub(super) const FORMAT: Format = Format {
    name: "launchd",
    summary: "property lists for launchd on macOS: daemons, or agents with --user",
    layout: Layout::Each,
    as_user: true,
    indirect: true,
    personal: true,
    network: Network::OfMachine,
    placement: None,
    replicas: Replicas::Numbered,
    templates: &[SERVICE],
    files,
};

const SERVICE: Template = Template {
    name: "launchd/service.plist",
    text: include_str!("../../templates/launchd/service.plist"),
    dialect: &Plist,
};

/// Where Homebrew and macOS have their programs; launchd searches the last four alone.
const PATH: &str = "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// The locale of macOS whose characters are UTF-8; launchd sets none.
const LANG: &str = "en_US.UTF-8";

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let services = emission.plan.services.iter();
    services
        .map(|service| property_list(emission, service))
        .collect()
}

fn property_list(emission: &Emission<'_>, service: &Service) -> Result<File, Problem> {
    let owner = Owner::of(service);
    let command = emission.command(service)?;
    let variables = variables(emission, service)?;
    // launchd finds programs by a PATH of its own, and `env` by that of the service.
    let searched = !emission.origin.indirect && is_searched(service);
    if searched {
        owner.variables_before(&variables, &command)?;
    }
    let context = vec![
        ("description", owner.comment(service.description.as_ref())),
        (
            "unsaid",
            unsaid::comments(&owner, unsaid::by_launchd(service)),
        ),
        ("label", owner.setting(service.identity.unique_name())),
        ("searched", TemplateValue::flag(searched)),
        ("command", owner.lines(&command)),
        ("directory", owner.setting(service.directory.clone())),
        (
            "environment",
            TemplateValue::list(
                variables
                    .into_iter()
                    .map(|variable| owner.print(Printed::Environment(vec![variable]))),
            ),
        ),
        ("user", user(emission, service)?),
        ("umask", umask(&owner, service)),
        ("restart", TemplateValue::choice(service.restart.name())),
        (
            "exit_timeout",
            owner.bare(stopping::patience(service.stop_timeout).0),
        ),
        ("open_files", owner.optional(service.limits.open_files)),
        (
            "log",
            TemplateValue::option(
                service
                    .log
                    .as_ref()
                    .map(|log| owner.setting(log.file.clone())),
            ),
        ),
    ];
    let text = emission.render(&SERVICE, context)?;
    let name = format!("{}.plist", service.identity.unique_name());
    Ok(File::new(name, text).private(emission.private()))
}

/// The variables of the service, before them those that launchd should have set.
fn variables(emission: &Emission<'_>, service: &Service) -> Result<Vec<(String, Word)>, Problem> {
    let mut variables = login::variables(service)?;
    variables.retain(|(name, _)| name != "LANG");
    variables.push(("LANG".to_owned(), LANG.into()));
    if is_searched(service) {
        variables.push(("PATH".to_owned(), PATH.into()));
    }
    let own = emission.environment(service);
    variables.retain(|(name, _)| own.iter().all(|(other, _)| other != name));
    variables.extend(own.iter().cloned());
    Ok(variables)
}

/// Whether sbcl is looked for on the PATH.
fn is_searched(service: &Service) -> bool {
    !service.sbcl.program.resolved().contains('/')
}

/// The user whom a daemon becomes.
fn user(emission: &Emission<'_>, service: &Service) -> Result<TemplateValue, Problem> {
    let owner = Owner::of(service);
    match &service.user {
        Some(user) if emission.origin.personal => Err(Problem::error(format!(
            "the service `{}`: an agent runs as who is logged in, and cannot become `{user}`",
            service.name
        ))
        .help("leave out `--user`: a daemon can")
        .help("or leave out `user:`")),
        user => Ok(TemplateValue::option(
            user.as_deref().map(|user| owner.setting(user)),
        )),
    }
}

fn umask(owner: &Owner, service: &Service) -> TemplateValue {
    TemplateValue::option(service.umask.map(|umask| {
        TemplateValue::map([
            ("decimal", owner.bare(umask.bits())),
            ("octal", owner.bare(umask)),
        ])
    }))
}
