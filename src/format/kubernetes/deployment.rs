//! The Deployment of a service.

use std::iter;

use crate::dialect::kubernetes;
use crate::format::{Emission, Owner, container, kept, label, unsaid};
use crate::plan::http::Http;
use crate::plan::limits::Cpus;
use crate::plan::probes::{self, Probe};
use crate::plan::quantity::Bytes;
use crate::plan::service::Service;
use crate::plan::{heap, ready, stopping};
use crate::problem::Problem;
use crate::render::{TemplateValue, TemplateValues};
use crate::word::Word;

/// How long Kubernetes waits for a new pod by default (`progressDeadlineSeconds`).
const PROGRESS: u64 = 600;

/// Ports below it are for those alone who may have them.
const FIRST_FREE_PORT: u16 = 1024;

/// What the template knows of a service, whose secrets are in an object of their own.
pub(super) fn deployment(
    emission: &Emission<'_>,
    service: &Service,
    secret: bool,
) -> Result<TemplateValues, Problem> {
    let owner = Owner::of(service);
    let command = emission.command(service)?;
    let command = command
        .0
        .iter()
        .map(|line| owner.own(kubernetes::command, &line.words));
    let drain = service.http.as_ref().map_or(0, |_| stopping::DRAIN.0);
    let grace = drain + stopping::patience(service.stop_timeout).0;
    let name = label::nearest(service.name.as_str());
    Ok(vec![
        ("description", owner.comment(service.description.as_ref())),
        (
            "unsaid",
            unsaid::comments(
                &owner,
                unsaid::by_kubernetes(service, container::USER_NUMBER),
            ),
        ),
        ("replicas", owner.bare(service.copies)),
        ("start_timeout", owner.bare(service.start_timeout.0)),
        ("deadline", owner.optional(deadline(service))),
        ("grace", owner.bare(grace)),
        ("user", owner.bare(container::USER_NUMBER)),
        ("container", owner.bare(name)),
        ("image", owner.setting(image(service)?)),
        ("directory", owner.setting(service.directory.clone())),
        ("command", TemplateValue::list(command)),
        ("secret", TemplateValue::flag(secret)),
        (
            "http",
            TemplateValue::option(service.http.as_ref().map(|http| of_http(service, http))),
        ),
        ("limits", limits(service)),
        ("hardening", TemplateValue::flag(service.hardening)),
        ("volumes", volumes(emission, service)?),
    ])
}

fn image(service: &Service) -> Result<&str, Problem> {
    service.container.image.as_deref().ok_or_else(|| {
        Problem::error(format!(
            "the service `{}` has no image, and Kubernetes starts containers alone",
            service.name
        ))
        .help("name it as the registry does: `container: {image: registry.example/shop:1}`")
    })
}

/// How long Kubernetes waits for a new pod, where it must be set.
fn deadline(service: &Service) -> Option<u64> {
    const MARGIN: u64 = 60;
    let start = ready::patience(service.ready.as_ref()).0 + service.start_timeout.0;
    Some(start + MARGIN).filter(|needed| *needed > PROGRESS)
}

fn of_http(service: &Service, http: &Http) -> TemplateValue {
    let owner = Owner::of(service);
    let probe = |name: &str, probe: Probe| {
        TemplateValue::map([
            ("name", owner.bare(name)),
            ("period", owner.bare(probe.period)),
            ("timeout", owner.bare(probe.timeout)),
            ("failures", owner.bare(probe.failures)),
        ])
    };
    let low = http.port.number() < FIRST_FREE_PORT;
    TemplateValue::map([
        ("number", owner.bare(http.port.number())),
        ("port", owner.setting(http.port.number().to_string())),
        ("low_port", TemplateValue::flag(low)),
        (
            "path",
            TemplateValue::option(http.path.as_deref().map(|path| owner.setting(path))),
        ),
        (
            "probes",
            TemplateValue::list([
                probe("startupProbe", probes::start(service)),
                probe("readinessProbe", probes::ready()),
                probe("livenessProbe", probes::alive(service)),
            ]),
        ),
        ("drain", owner.setting(stopping::DRAIN.0.to_string())),
    ])
}

/// What it may use; nothing where nothing limits it.
fn limits(service: &Service) -> TemplateValue {
    let owner = Owner::of(service);
    let memory = heap::memory(service).map(memory);
    let cpus = service.limits.cpus.map(Cpus::thousandths);
    let any = memory.is_some() || cpus.is_some();
    TemplateValue::option(any.then(|| {
        TemplateValue::map([
            ("memory", owner.optional(memory)),
            ("cpu", owner.optional(cpus.map(|cpus| format!("{cpus}m")))),
        ])
    }))
}

/// As Kubernetes writes a size: `512Mi`, or a number of bytes.
fn memory(bytes: Bytes) -> String {
    let text = bytes.with_short_unit();
    if text.ends_with(|c: char| c.is_ascii_digit()) {
        text
    } else {
        text + "i"
    }
}

/// What is written to: what a pod keeps for itself, and what outlives it.
fn volumes(emission: &Emission<'_>, service: &Service) -> Result<TemplateValue, Problem> {
    let owner = Owner::of(service);
    let names = kept::names(emission.plan)?;
    let mut folders: Vec<(String, Word, bool)> = Vec::new();
    for folder in &service.writable {
        let name = names[&folder.resolved()].clone();
        folders.push((name, folder.clone(), true));
    }
    for (name, folder) in own_folders(service) {
        folders.push((name.to_owned(), folder, false));
    }
    let mut mounted: Vec<String> = Vec::new();
    folders.retain(|(_, folder, _)| {
        let folder = folder.resolved();
        let folder = folder.trim_end_matches('/').to_owned();
        let new = !mounted.contains(&folder);
        mounted.push(folder);
        new
    });
    let folders = folders.into_iter().map(|(name, folder, claim)| {
        if folder.resolved().contains(':') {
            return Err(Problem::error(format!(
                "{}: Kubernetes cannot mount `{}`: there is a `:` in it",
                owner.0,
                folder.resolved()
            ))
            .help("choose another folder"));
        }
        Ok(TemplateValue::map([
            ("name", owner.bare(name)),
            ("folder", owner.setting(folder)),
            ("claim", TemplateValue::flag(claim)),
        ]))
    });
    Ok(TemplateValue::list(folders.collect::<Result<Vec<_>, _>>()?))
}

/// What a pod keeps for itself: temporary files, compiled files, the state of the image.
fn own_folders(service: &Service) -> impl Iterator<Item = (&'static str, Word)> {
    let folder = |variable: &str, below: &str| {
        let mut variables = service.env.iter();
        let set = variables.find(|(name, _)| name == variable);
        let set = set.map(|(_, folder)| folder.clone());
        let home = service.home.as_ref();
        set.or_else(|| Some(format!("{}/{below}", home?.trim_end_matches('/')).into()))
    };
    let cache = folder("XDG_CACHE_HOME", ".cache").map(|folder| ("cache", folder));
    let state = folder("XDG_STATE_HOME", ".local/state").map(|folder| ("state", folder));
    let absolute = |folder: &Word| folder.resolved().starts_with('/');
    iter::once(("tmp", "/tmp".into()))
        .chain(cache)
        .chain(state)
        .filter(move |(_, folder)| absolute(folder))
}
