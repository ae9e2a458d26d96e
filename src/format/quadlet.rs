//! `lisplaunch emit quadlet`: the containers of services as units of systemd, by podman.

use super::container;
use super::systemd::unit_name;
use super::{Emission, File, Format, Layout, Owner, unsaid};
use crate::dialect::Printed;
use crate::dialect::quadlet::{self, Quadlet};
use crate::dialect::systemd;
use crate::plan::network::Network;
use crate::plan::quantity::Bytes;
use crate::plan::service::{RestartPolicy, Service};
use crate::plan::{ready, stopping};
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue, TemplateValues};
use crate::word::Word;

pub(super) const FORMAT: Format = Format {
    name: "quadlet",
    summary: "units for podman's containers under systemd, the machine's or with `--user` a user's",
    layout: Layout::Each,
    as_user: false,
    indirect: false,
    personal: true,
    network: Network::Own,
    placement: Some(container::placement),
    replicas: Replicas::Alike,
    templates: &[CONTAINER],
    files,
};

const CONTAINER: Template = Template {
    name: "quadlet/container",
    text: include_str!("../../templates/quadlet/container"),
    dialect: &Quadlet,
};

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let services = emission.plan.services.iter();
    let units = services.flat_map(|service| {
        let name = service.identity.unique_name();
        (1..=service.copies).map(move |number| match service.copies {
            1 => unit(emission, service, &name),
            _ => unit(emission, service, &format!("{name}-{number}")),
        })
    });
    units.collect()
}

fn unit(emission: &Emission<'_>, service: &Service, name: &str) -> Result<File, Problem> {
    container::check_secrets(service)?;
    let owner = Owner::of(service);
    let given = container::given(service);
    let private = !given.is_empty();
    let text = |text: String| owner.setting(text);
    let description = service.description.as_deref().map(Word::from);
    let mut context: TemplateValues = vec![
        (
            "description",
            TemplateValue::option(description.map(|text| owner.own(systemd::description, [&text]))),
        ),
        (
            "unsaid",
            unsaid::comments(&owner, unsaid::by_container(service)),
        ),
        ("after", after(service)?),
        ("image", text(local(&container::image(service)))),
        ("name", owner.bare(name)),
        (
            "ports",
            TemplateValue::list(container::ports(service).into_iter().map(text)),
        ),
        (
            "env_files",
            TemplateValue::list(service.env_file.iter().cloned().map(text)),
        ),
        (
            "environment",
            TemplateValue::list(
                given
                    .into_iter()
                    .map(|variable| owner.print(Printed::Environment(vec![variable]))),
            ),
        ),
        (
            "health",
            TemplateValue::option(
                container::health(service).map(|words| owner.own(quadlet::command, &words)),
            ),
        ),
        ("watchdog", TemplateValue::flag(service.watchdog.is_some())),
        ("hardening", TemplateValue::flag(service.hardening)),
        ("home", owner.setting(container::HOME)),
        ("arguments", arguments(&owner, service)),
        ("restart", restart(&owner, service)),
        (
            "start_timeout",
            owner.bare(ready::patience(service.ready.as_ref()).0),
        ),
        (
            "stop_timeout",
            // podman itself takes a while when the process has ended.
            owner.bare(stopping::patience(stopping::patience(service.stop_timeout)).0),
        ),
        (
            "wanted_by",
            owner.bare(if emission.origin.personal {
                "default.target"
            } else {
                "multi-user.target"
            }),
        ),
    ];
    let project = &emission.plan.project;
    let volumes = container::volumes(service).into_iter();
    let volumes = volumes.map(|(name, folder)| text(format!("{project}-{name}:{folder}")));
    context.push(("volumes", TemplateValue::list(volumes)));
    let unit = emission.render(&CONTAINER, context)?;
    Ok(File::new(format!("{name}.container"), unit).private(private))
}

/// The whole name of an image, which podman looks for nowhere else.
fn local(image: &str) -> String {
    if image.contains('/') {
        image.to_owned()
    } else if image.contains([':', '@']) {
        format!("localhost/{image}")
    } else {
        format!("localhost/{image}:latest")
    }
}

/// The units that come before it.
fn after(service: &Service) -> Result<TemplateValue, Problem> {
    let units = service.after.iter().map(|after| unit_name(service, after));
    let units: Vec<Word> = units
        .map(|unit| unit.map(Word::from))
        .collect::<Result<_, _>>()?;
    let printed = (!units.is_empty()).then(|| Owner::of(service).own(systemd::units, &units));
    Ok(TemplateValue::option(printed))
}

fn restart(owner: &Owner, service: &Service) -> TemplateValue {
    TemplateValue::option(match service.restart {
        RestartPolicy::Always => Some(owner.bare("always")),
        RestartPolicy::OnFailure => Some(owner.bare("on-failure")),
        RestartPolicy::Never => None,
    })
}

/// The options for podman that not every version of the generator has a key for.
fn arguments(owner: &Owner, service: &Service) -> TemplateValue {
    let limits = service.limits;
    let patience = stopping::patience(service.stop_timeout).0;
    let memory = limits.memory.map(Bytes::with_short_unit);
    let options = [
        Some(format!("--stop-timeout={patience}")),
        memory.map(|memory| format!("--memory={memory}")),
        limits.cpus.map(|cpus| format!("--cpus={cpus}")),
        limits.tasks.map(|tasks| format!("--pids-limit={tasks}")),
        limits
            .open_files
            .map(|files| format!("--ulimit=nofile={files}:{files}")),
        service.umask.map(|umask| format!("--umask={umask}")),
    ];
    let options: Vec<Word> = options.into_iter().flatten().map(Word::from).collect();
    owner.words(&options)
}
