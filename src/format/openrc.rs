//! `lisplaunch emit openrc`: an init script for `OpenRC`, on supervise-daemon.

use super::owner::check_program;
use super::sh::becoming;
use super::{Emission, File, Format, Layout, Owner, unsaid};
use crate::dialect::sh::Sh;
use crate::plan::after::After;
use crate::plan::limits::Limits;
use crate::plan::network::Network;
use crate::plan::service::{RestartPolicy, Service};
use crate::plan::stopping;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue};

pub(super) const FORMAT: Format = Format {
    name: "openrc",
    summary: "an init script for OpenRC, on supervise-daemon",
    layout: Layout::Each,
    as_user: true,
    indirect: true,
    personal: false,
    network: Network::OfMachine,
    placement: None,
    replicas: Replicas::Numbered,
    templates: &[INIT],
    files,
};

const INIT: Template = Template {
    name: "openrc/init",
    text: include_str!("../../templates/openrc/init"),
    dialect: &Sh,
};

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let services = emission.plan.services.iter();
    services.map(|service| script(emission, service)).collect()
}

fn script(emission: &Emission<'_>, service: &Service) -> Result<File, Problem> {
    let owner = Owner::of(service);
    let command = emission.command(service)?;
    check_program(&owner.0, &command)?;
    let environment = emission.environment_of_login(service)?;
    let mut context = becoming(service, &owner, &command, &environment)?;
    // Here it is a value.
    context.retain(|(name, _)| *name != "description");
    let limits = &service.limits;
    let log = service.log.as_ref().map(|log| log.file.clone());
    let open_files = limits.open_files.map(|number| format!("-n {number}"));
    let after = earlier(emission, service);
    context.extend([
        (
            "description",
            owner.optional_word(service.description.as_deref()),
        ),
        ("unsaid", unsaid::comments(&owner, unknown_keys(service))),
        ("ulimit", owner.optional_word(open_files)),
        ("cgroup", owner.optional_word(cgroup_settings(limits))),
        (
            "after",
            TemplateValue::list(after.into_iter().map(|name| owner.bare(name))),
        ),
        ("user", owner.optional_word(service.user.as_deref())),
        ("log", owner.optional_word(log)),
        (
            "patience",
            owner.bare(stopping::patience(service.stop_timeout).0),
        ),
    ]);
    let text = emission.render(&INIT, context)?;
    Ok(File::new(service.identity.unique_name(), text)
        .executable()
        .private(emission.private()))
}

/// The lines that set limits in a cgroup of version 2.
fn cgroup_settings(limits: &Limits) -> Option<String> {
    // Of each tenth of a second, in microseconds.
    let cpus = limits
        .cpus
        .map(|cpus| format!("cpu.max {} 100000", u64::from(cpus.thousandths()) * 100));
    let settings = [
        limits.memory.map(|size| format!("memory.max {}", size.0)),
        cpus,
        limits.tasks.map(|number| format!("pids.max {number}")),
    ];
    let lines: Vec<String> = settings.into_iter().flatten().collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The init scripts that run before that of `service`.
fn earlier(emission: &Emission<'_>, service: &Service) -> Vec<String> {
    let own = emission.earlier(service);
    let own = own.map(|other| other.identity.unique_name());
    let others = service.after.iter().filter_map(script_of_unit);
    own.chain(others.map(str::to_owned)).collect()
}

/// What is a service of systemd is one of `OpenRC` of the same name, mostly; not one of several
/// with the name of an instance.
fn script_of_unit(after: &After) -> Option<&str> {
    match after {
        After::Unit(unit) => unit
            .strip_suffix(".service")
            .filter(|name| !name.contains(['@', ':', '\\'])),
        After::Service(_) => None,
    }
}

/// The keys that have no setting here.
fn unknown_keys(service: &Service) -> Vec<String> {
    let restart = service.restart;
    let restart = (restart != RestartPolicy::Always).then(|| {
        let name = restart.name();
        format!("restart: {name} is not known to supervise-daemon, which starts the service again after each end")
    });
    let log = Some(match service.log {
        Some(_) => {
            "log: supervise-daemon only appends to it; `lisplaunch emit logrotate` writes what rotates it"
        }
        None => "log: there is none, and supervise-daemon throws the output away",
    });
    let watchdog = service.watchdog.map(|_| {
        "watchdog: supervise-daemon asks nothing, so let `lisplaunch status` watch the service"
            .to_owned()
    });
    let priority = service
        .priority
        .map(|_| "priority: OpenRC starts all services at once, except as `after` says".to_owned());
    let units = service.after.iter().filter_map(|after| match after {
        After::Unit(unit) if script_of_unit(after).is_none() => {
            Some(format!("after: {unit} is not known to OpenRC"))
        }
        _ => None,
    });
    let keys = [restart, log.map(str::to_owned), watchdog, priority];
    let keys = keys.into_iter().flatten();
    keys.chain(units).chain(unsaid::socket(service)).collect()
}
