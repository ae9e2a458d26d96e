//! The units that come before a service, and the target that it belongs to.

use super::unit::Unit;
use crate::dialect::systemd;
use crate::plan::after::After;
use crate::plan::service::{Identity, Service};
use crate::problem::Problem;
use crate::render::TemplateValue;
use crate::word::Word;

/// The ends of the names of units.
const UNITS: [&str; 11] = [
    "automount",
    "device",
    "mount",
    "path",
    "scope",
    "service",
    "slice",
    "socket",
    "swap",
    "target",
    "timer",
];

impl Unit<'_> {
    /// The units that it comes after, and of these the ones that it pulls in.
    pub(super) fn after(&self) -> Result<TemplateValue, Problem> {
        let units = self.service.after.iter();
        let units = units.map(|after| unit_name(self.service, after));
        let units = units.collect::<Result<Vec<_>, _>>()?;
        let network = (!self.personal()).then(|| "network.target".to_owned());
        let list = |units: Vec<String>| {
            let units: Vec<Word> = units.into_iter().map(Word::from).collect();
            let printed = (!units.is_empty()).then(|| self.owner.own(systemd::units, &units));
            TemplateValue::option(printed)
        };
        Ok(TemplateValue::map([
            (
                "order",
                list(network.into_iter().chain(units.clone()).collect()),
            ),
            ("wants", list(units)),
        ]))
    }

    pub(super) fn part_of(&self) -> TemplateValue {
        let project = &self.emission.plan.project;
        let several = self.emission.plan.several;
        self.owner
            .optional(several.then(|| format!("{project}.target")))
    }
}

/// The unit that a service comes after.
///
/// # Errors
/// When systemd has no such one.
pub(in crate::format) fn unit_name(service: &Service, after: &After) -> Result<String, Problem> {
    match after {
        After::Service(name) => {
            let identity = Identity {
                service: Some(name.clone()),
                ..service.identity.clone()
            };
            Ok(format!("{}.service", identity.unique_name()))
        }
        After::Unit(name) => {
            let end = name.rsplit('.').next().unwrap_or_default();
            if UNITS.contains(&end) {
                return Ok(name.clone());
            }
            let problem = Problem::error(format!(
                "the service `{}` comes after `{name}`: systemd has no units of the kind `.{end}`",
                service.name
            ));
            let problem = match &service.after_location {
                Some(location) => problem.at(location.clone()),
                None => problem,
            };
            Err(problem.help("name a unit such as `postgresql.service` or `network-online.target`"))
        }
    }
}
