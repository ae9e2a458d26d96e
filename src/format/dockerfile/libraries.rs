//! What is installed before the sources of the project are copied, so that it is not done again
//! when they change.

use std::collections::BTreeSet;

use super::service::{lines, list_of_packages};
use crate::argv::libraries_argv;
use crate::format::container::{self, outside};
use crate::format::{Emission, Owner};
use crate::plan::loader::Loader;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::render::TemplateValue;
use crate::word::Word;

/// Where Quicklisp installs itself, and where Roswell installs it, below the home folder.
const QUICKLISPS: [&str; 2] = ["quicklisp", ".roswell/lisp/quicklisp"];

/// What the services of a project need before their own code is there.
pub(super) struct Libraries<'a> {
    services: &'a [Service],
    /// The folders with definitions of systems that lie in the folder of the project, seen from
    /// there.
    inside: Vec<Word>,
}

impl<'a> Libraries<'a> {
    pub(super) fn of(emission: &Emission<'a>) -> Self {
        let services = emission.plan.services.as_slice();
        let mut inside: Vec<Word> = Vec::new();
        let folders = services.iter().flat_map(|service| &service.registry);
        for folder in folders.map(Word::resolved) {
            let below = outside::seen_from_project(&folder);
            if let Some(below) = below.filter(|path| !outside::leads_out(path))
                && !inside.contains(&below.into())
            {
                inside.push(below.into());
            }
        }
        Libraries { services, inside }
    }

    /// What the template knows of them.
    pub(super) fn variable(&self, emission: &Emission<'_>) -> Result<TemplateValue, Problem> {
        let project = Owner::project();
        let uses = |loader| self.services.iter().any(|service| service.loader == loader);
        let is_used = |folder: &&&str| {
            self.has_quicklisp(folder) || **folder == QUICKLISPS[0] && uses(Loader::Qlot)
        };
        let folders = QUICKLISPS.iter().filter(is_used);
        let quicklisps = folders.map(|folder| project.setting(*folder));
        let needed = self.services.iter().flat_map(needed_packages);
        let packages: BTreeSet<String> = needed.collect();
        let first = self.services.first();
        let version = first.map(|service| service.container.quicklisp());
        let loads = self.loads(emission)?;
        let inside = self.inside.iter().map(|folder| {
            let is_own = folder.resolved() == ".";
            TemplateValue::option((!is_own).then(|| project.setting(folder.clone())))
        });
        Ok(TemplateValue::map([
            ("packages", list_of_packages(&project, &packages)),
            ("quicklisps", TemplateValue::list(quicklisps)),
            ("version", project.optional(version)),
            ("bundle", TemplateValue::flag(uses(Loader::QlotBundle))),
            ("qlot", TemplateValue::flag(uses(Loader::Qlot))),
            ("ocicl", TemplateValue::flag(uses(Loader::Ocicl))),
            ("inside", TemplateValue::list(inside)),
            ("loads", TemplateValue::list(loads)),
        ]))
    }

    /// Whether a service looks for Quicklisp in this folder of the home folder.
    fn has_quicklisp(&self, folder: &str) -> bool {
        let usual = format!("{}/{folder}/setup.lisp", container::HOME);
        let services = self.services.iter();
        let mut setups = services.filter_map(|service| service.setup.as_ref());
        setups.any(|setup| setup.resolved() == usual)
    }

    /// The command lines that load libraries, one for all services that load in the same way. What
    /// a service does before may be anything, and its libraries are loaded with the rest.
    fn loads(&self, emission: &Emission<'_>) -> Result<Vec<TemplateValue>, Problem> {
        let mut groups: Vec<Service> = Vec::new();
        let services = self.services.iter();
        for service in services.filter(|service| service.before_load.is_empty()) {
            let alike = |group: &&mut Service| is_loaded_alike(group, service);
            match groups.iter_mut().find(alike) {
                Some(group) => join(group, service),
                None => groups.push(service.clone()),
            }
        }
        let argvs = groups
            .iter()
            .map(|group| libraries_argv(group, emission.templates));
        let argvs = argvs.filter_map(Result::transpose);
        argvs
            .map(|argv| Ok(lines(&Owner::project(), &argv?)))
            .collect()
    }
}

fn is_loaded_alike(one: &Service, other: &Service) -> bool {
    one.loader == other.loader
        && one.setup == other.setup
        && one.registry == other.registry
        && one.sbcl.program == other.sbcl.program
}

fn join(group: &mut Service, service: &Service) {
    for system in &service.systems {
        if !group.systems.contains(system) {
            group.systems.push(system.clone());
        }
    }
    if group.swank.is_none() {
        group.swank.clone_from(&service.swank);
    }
}

/// The packages that it takes to make the program of a service.
fn needed_packages(service: &Service) -> Vec<String> {
    let of_loader: &[&str] = match service.loader {
        Loader::Quicklisp | Loader::Roswell => &["cl-quicklisp"],
        Loader::Qlot => &[
            "ca-certificates",
            "cl-quicklisp",
            "curl",
            "git",
            "libssl-dev",
        ],
        Loader::Ocicl => &["ca-certificates", "git", "libssl-dev"],
        Loader::Asdf if service.swank.is_some() => &["cl-swank"],
        Loader::Asdf | Loader::QlotBundle | Loader::None => &[],
    };
    let container = &service.container;
    let own = container.packages.iter().chain(&container.build_packages);
    let of_loader = of_loader.iter().map(|name| (*name).to_owned());
    of_loader.chain(own.cloned()).collect()
}
