//! What the checks look at: a machine, and a project on it.

use std::path::Path;

use super::lisp::Lisp;
use crate::host::Host;
use crate::live::finding::Overrides;
use crate::output::Comparison;
use crate::plan::core::Stale;
use crate::plan::outputs::Output;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::saved_core::Freshness;
use crate::word::Word;

/// A machine and a project. What other commands find out as well is given.
pub struct Scene<'a> {
    /// The machine, and the user who asks.
    pub host: &'a Host,
    /// The project file as a person knows it, with what is wrong with it; none where there is no
    /// project.
    pub project: Option<(&'a str, &'a [Problem])>,
    /// The folder of the project.
    pub folder: Option<&'a Path>,
    /// The services of which nothing is wrong, each as its user has it.
    pub services: &'a [Service],
    /// Whether what the project file names may be run by the user who asks.
    pub trusted: bool,
    /// What the project wants to be written.
    pub outputs: &'a [Output],
    /// Those files, and how they differ from what would be written now.
    pub emitted: &'a [(String, Result<Comparison, Problem>)],
    /// The services that start from a saved image, what they do where it is stale, and whether it
    /// is.
    pub cores: &'a [(String, Stale, Result<Freshness, Problem>)],
    /// What the users of the services may not read or write.
    pub permissions: &'a [Problem],
    /// How the running services are reached.
    pub overrides: &'a Overrides,
    /// The configuration of supervisord, where it is not in its usual place.
    pub supervisor: Option<&'a Path>,
    /// What sbcl reports of itself.
    pub lisps: &'a [Lisp],
}

impl Scene<'_> {
    /// Whether only units of the machine's systemd start the services, as far as the project says.
    pub fn has_units_only(&self) -> bool {
        let is_unit = |output: &Output| output.format == "systemd" && !output.user;
        !self.outputs.is_empty() && self.outputs.iter().all(is_unit)
    }

    /// Whether one of the machine's managers starts the services, as far as the project says.
    pub fn is_managed(&self) -> bool {
        let managed = |output: &Output| {
            ["supervisor", "systemd", "openrc", "runit", "s6"].contains(&output.format.as_str())
                && !output.user
        };
        self.outputs.iter().any(managed)
    }
}

/// A variable of the environment of `service`, as far as it is known here.
pub fn variable(service: &Service, name: &str, host: &Host) -> Option<String> {
    let own = service.env.iter().find(|(known, _)| known == name);
    match own {
        Some((_, value)) => Some(Word::resolved(value)),
        None => host.environment.get(name)?.to_str().map(str::to_owned),
    }
}

/// Names of services in a sentence.
pub fn names<'s>(services: impl IntoIterator<Item = &'s Service>) -> String {
    let names: Vec<&str> = services
        .into_iter()
        .map(|service| service.name.as_str())
        .collect();
    crate::suggest::list(&names)
}
