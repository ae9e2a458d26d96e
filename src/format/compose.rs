//! `lisplaunch emit compose`: the containers of all services, for Compose.

use super::container::{self, outside};
use super::{Emission, File, Format, Layout, Owner, unsaid};
use crate::dialect::Printed;
use crate::dialect::compose::Compose;
use crate::plan::network::Network;
use crate::plan::quantity::Bytes;
use crate::plan::service::{RestartPolicy, Service};
use crate::plan::{ready, stopping};
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue, TemplateValues};
use crate::word::Word;
use container::volumes;

pub(super) const FORMAT: Format = Format {
    name: "compose",
    summary: "a compose.yaml that builds and starts the containers of all services",
    layout: Layout::One,
    as_user: false,
    indirect: false,
    personal: false,
    network: Network::Own,
    placement: Some(container::placement),
    replicas: Replicas::Alike,
    templates: &[COMPOSE],
    files,
};

const COMPOSE: Template = Template {
    name: "compose/compose.yaml",
    text: include_str!("../../templates/compose/compose.yaml"),
    dialect: &Compose,
};

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let services = &emission.plan.services;
    let named = services.iter().map(|service| of(emission, service));
    let volumes = services.iter().flat_map(volumes);
    let mut names: Vec<String> = volumes.map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    let project = Owner::project();
    let names = names.into_iter().map(|name| project.setting(name));
    let context = vec![
        (
            "services",
            TemplateValue::list(named.collect::<Result<Vec<_>, _>>()?),
        ),
        ("volumes", TemplateValue::list(names)),
        (
            "hardening",
            TemplateValue::flag(services.iter().any(|service| service.hardening)),
        ),
        ("home", project.setting(container::HOME)),
    ];
    let text = emission.render(&COMPOSE, context)?;
    let secret = |service| !container::given(service).is_empty();
    let private = services.iter().any(secret);
    Ok(vec![File::new("compose.yaml", text).private(private)])
}

fn of(emission: &Emission<'_>, service: &Service) -> Result<TemplateValue, Problem> {
    container::check_secrets(service)?;
    let owner = Owner::of(service);
    let limits = service.limits;
    let given = container::given(service);
    let given = given.into_iter();
    let mut context: TemplateValues = vec![
        ("name", owner.setting(service.name.as_str())),
        ("description", owner.comment(service.description.as_ref())),
        (
            "unsaid",
            unsaid::comments(&owner, unsaid::by_compose(emission.plan, service)),
        ),
        ("image", owner.setting(container::image(service))),
        ("build", build(emission, service)?),
        (
            "copies",
            owner.optional((service.copies > 1).then_some(service.copies)),
        ),
        ("ports", list(&owner, container::ports(service))),
        ("env_files", list(&owner, env_files(emission, service))),
        (
            "environment",
            TemplateValue::list(
                given.map(|variable| owner.print(Printed::Environment(vec![variable]))),
            ),
        ),
        ("after", after(emission, service)),
        (
            "restart",
            owner.setting(match service.restart {
                RestartPolicy::Always => "unless-stopped",
                RestartPolicy::OnFailure => "on-failure",
                RestartPolicy::Never => "no",
            }),
        ),
        (
            "stop_timeout",
            owner.bare(format!("{}s", stopping::patience(service.stop_timeout).0)),
        ),
        (
            "health",
            TemplateValue::option(container::health(service).map(|words| owner.words(&words))),
        ),
        (
            "ready_timeout",
            owner.bare(format!("{}s", ready::patience(service.ready.as_ref()).0)),
        ),
        (
            "memory",
            owner.optional(limits.memory.map(Bytes::with_short_unit)),
        ),
        ("cpus", owner.optional(limits.cpus)),
        ("tasks", owner.optional(limits.tasks)),
        ("open_files", owner.optional(limits.open_files)),
        ("hardening", TemplateValue::flag(service.hardening)),
    ];
    let mounted = volumes(service).into_iter();
    let mounted = mounted.map(|(name, folder)| format!("{name}:{folder}"));
    context.push(("volumes", list(&owner, mounted.collect())));
    context.push(("log", log(&owner, service)));
    Ok(TemplateValue::map(context))
}

/// What its image is built from.
fn build(emission: &Emission<'_>, service: &Service) -> Result<TemplateValue, Problem> {
    let owner = Owner::of(service);
    let plan = emission.plan;
    let outside = outside::folders(&plan.services)?;
    let outside = outside.iter().map(|outside| {
        let path = here(emission, &outside.path);
        TemplateValue::map([
            ("name", owner.setting(outside.name.as_str())),
            ("path", owner.setting(path)),
        ])
    });
    let file = container::file_name(plan, service);
    Ok(TemplateValue::map([
        ("context", owner.setting(here(emission, "."))),
        (
            "file",
            TemplateValue::option(plan.several.then(|| owner.setting(file))),
        ),
        ("contexts", TemplateValue::list(outside)),
    ]))
}

/// A path that is relative to the folder of the project, for a file that may lie elsewhere.
fn here(emission: &Emission<'_>, path: &str) -> String {
    let folder = emission.plan.folder.trim_end_matches('/');
    match path {
        path if emission.origin.beside => path.to_owned(),
        "." => folder.to_owned(),
        path => format!("{folder}/{path}"),
    }
}

/// Texts in a row; nothing for none.
fn list(owner: &Owner, texts: Vec<String>) -> TemplateValue {
    let words: Vec<Word> = texts.into_iter().map(Word::from).collect();
    TemplateValue::option((!words.is_empty()).then(|| owner.words(&words)))
}

fn env_files(emission: &Emission<'_>, service: &Service) -> Vec<String> {
    let below = format!("{}/", emission.plan.folder.trim_end_matches('/'));
    let files = service.env_file.iter().map(|file| {
        let seen = file.strip_prefix(&below);
        let seen = seen.filter(|_| emission.origin.beside);
        seen.unwrap_or(file).to_owned()
    });
    files.collect()
}

/// The services that are started before it, and what they must be then.
fn after(emission: &Emission<'_>, service: &Service) -> TemplateValue {
    let owner = Owner::of(service);
    TemplateValue::list(emission.earlier(service).map(|other| {
        let condition = match container::health(other) {
            Some(_) => "service_healthy",
            None => "service_started",
        };
        TemplateValue::map([
            ("name", owner.setting(other.name.as_str())),
            ("condition", owner.bare(condition)),
        ])
    }))
}

fn log(owner: &Owner, service: &Service) -> TemplateValue {
    let log = service.log.as_ref().filter(|log| log.max_size.0 > 0);
    TemplateValue::option(log.map(|log| {
        TemplateValue::map([
            ("max_size", owner.setting(log.max_size.0.to_string())),
            // The one that is written counts, too.
            ("files", owner.setting((log.backups + 1).to_string())),
        ])
    }))
}
