//! What will run: a project file, the choices of the person and the machine, resolved.

pub mod after;
pub mod commands;
pub mod container;
pub mod core;
pub mod env_file;
pub mod heap;
pub mod http;
pub mod limits;
pub mod loader;
pub mod login;
pub mod name;
pub mod need;
pub mod network;
pub mod outputs;
pub mod path;
pub mod placement;
pub mod port;
pub mod probes;
pub mod quantity;
pub mod ready;
pub mod sbcl_option;
pub mod secrecy;
pub mod server;
pub mod service;
pub mod socket;
pub mod stopping;
pub mod upstream;

mod circle;
mod context;
mod environment;
mod log;
mod names;
mod options;
mod ports;
mod reach;
mod read;
mod runtime;
mod sockets;
mod swank;
mod unused;
mod upstreams;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::host::{self, Host};
use crate::problem::{Problem, Problems};
use crate::project::field::FieldReader;
use crate::project::replicas::{self, Replicas};
use crate::project::variables::{Allowance, Unset, Usage};
use crate::project::yaml::Node;
use crate::project::{self, Project, ServiceNode};
use crate::suggest;
use crate::trust::Owners;
use core::Core;
use name::Name;
use names::ServiceNames;
use network::Network;
use outputs::Output;
use placement::Placement;
use service::Service;

pub use read::system_name;

/// What the person who asks for a plan may choose.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Profiles to lay over the file, the last on top.
    pub profiles: Vec<String>,
    /// Variables given on the command line.
    pub set: BTreeMap<String, String>,
    /// Services to plan, all of them if empty.
    pub services: Vec<String>,
    /// Whether `~` is the home folder of the service's `user`, as it is where a process
    /// manager starts it, and not that of the person at the keyboard.
    pub as_user: bool,
    /// Whether a `user` that this machine does not know counts as the one at the keyboard.
    pub unknown_as_self: bool,
    /// What becomes of the replicas of a service.
    pub replicas: Replicas,
    /// The network that the services have.
    pub network: Network,
    /// Where the services will run, if not where the project lies.
    pub placement: Option<Placement>,
    /// Whose files may be acted on; none where nothing is done that they say.
    pub owners: Option<Owners>,
    /// Whether variables may have no value, in a plan that is not carried out.
    pub allow_unset: bool,
}

impl Choices {
    /// Whether a service of this user is planned as that user.
    fn is_as(&self, user: &str) -> bool {
        self.as_user && !(self.unknown_as_self && host::uid_of(user).is_none())
    }
}

/// What will run.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// The name of the project.
    pub project: Name,
    /// The absolute path of the project file where it lies now; none for standard input.
    #[serde(skip)]
    pub file: Option<String>,
    /// The absolute folder to which its paths are relative where it lies now.
    #[serde(skip)]
    pub folder: String,
    /// Whether the file has several services, chosen or not.
    #[serde(skip)]
    pub several: bool,
    /// The chosen services in the order of the file.
    pub services: Vec<Service>,
    /// The folder with the project's own templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub templates: Option<String>,
    /// The files that `emit` writes.
    #[serde(rename = "emit", skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Output>,
    /// Whether there may be secrets in the commands and variables of its services.
    #[serde(skip)]
    pub private: bool,
    /// The variables whose values came from the environment of the person who planned.
    #[serde(skip)]
    pub borrowed: Vec<(String, String)>,
    /// Whose templates may be acted on, in as many ways as its services differ in that; none
    /// where nothing is done that they say.
    #[serde(skip)]
    pub owners: Vec<Owners>,
    /// What a person should look at though it may be right.
    #[serde(skip)]
    pub warnings: Vec<Problem>,
}

impl Plan {
    /// The services that start from a saved image, each with that.
    pub fn services_with_images(&self) -> Vec<(&Service, &Core)> {
        let services = self.services.iter();
        services
            .filter_map(|service| Some((service, service.core.as_ref()?)))
            .collect()
    }
}

/// Makes the plan, or reports everything that is wrong with the chosen services.
pub fn plan(project: &Project, choices: &Choices, host: &Host) -> Result<Plan, Vec<Problem>> {
    let mut problems = Problems::default();
    match attempt(project, choices, host, &mut problems) {
        Some(plan) if problems.errors() == 0 => Ok(Plan {
            warnings: problems.into_vec(),
            ..plan
        }),
        _ => Err(problems.into_errors()),
    }
}

/// The names of all services. What is wrong with the file a plan reports.
pub fn names(project: &Project, choices: &Choices, host: &Host) -> Result<Vec<String>, Problem> {
    let planning = Planning::new(project, choices, host);
    let mut problems = Problems::default();
    let root = project.with_profiles(&choices.profiles)?;
    let nodes = planning.nodes(&root, &mut problems)?;
    let project_name = planning.head(&root, &mut problems).map(|head| head.name);
    let project_name = project_name.as_ref().map_or("", Name::as_str);
    Ok(nodes.iter().map(|node| node.name(project_name)).collect())
}

/// The plan of those services that nothing is wrong with; everything that is wrong becomes one of
/// `problems`.
pub fn attempt(
    project: &Project,
    choices: &Choices,
    host: &Host,
    problems: &mut Problems,
) -> Option<Plan> {
    let planning = Planning::new(project, choices, host);
    planning.read(problems).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    })
}

/// What a plan is made from.
struct Planning<'a> {
    project: &'a Project,
    choices: &'a Choices,
    host: &'a Host,
    /// How much the variables of all services may become.
    allowance: Allowance,
    /// Which variables all services used.
    usage: Usage,
    /// Which variables have no value.
    unset: Unset,
    /// The names in the env files that were read.
    in_files: RefCell<BTreeSet<String>>,
}

impl<'a> Planning<'a> {
    fn new(project: &'a Project, choices: &'a Choices, host: &'a Host) -> Self {
        Planning {
            project,
            choices,
            host,
            allowance: Allowance::default(),
            usage: Usage::default(),
            unset: if choices.allow_unset {
                Unset::accepted()
            } else {
                Unset::default()
            },
            in_files: RefCell::default(),
        }
    }

    /// The services of the file, chosen or not.
    fn nodes(&self, root: &Node, problems: &mut Problems) -> Result<Vec<ServiceNode>, Problem> {
        let reader = |node: &Node| FieldReader::new(self.variables(node));
        let services = project::services(root)?;
        replicas::repeated(services, self.choices.replicas, reader, problems)
    }

    fn read(&self, problems: &mut Problems) -> Result<Option<Plan>, Problem> {
        let root = self.project.with_profiles(&self.choices.profiles)?;
        problems.extend(self.project.profile_problems());
        let nodes = self.nodes(&root, problems)?;
        let Some(head) = self.head(&root, problems) else {
            return Ok(None);
        };
        let several = nodes.iter().any(ServiceNode::is_one_of_several);
        let replicas = nodes.iter().any(|node| node.replica.is_some());
        let wanted = &self.choices.services;
        let names = ServiceNames::of(&nodes, &head.name, problems);
        let services: Vec<Service> = chosen(self.project, &head.name, nodes, wanted)?
            .iter()
            .take_while(|_| !self.allowance.is_exceeded())
            .filter_map(|node| self.service(&head.name, node, &names, problems))
            .collect();
        if self.allowance.is_exceeded() {
            return Ok(None);
        }
        problems.extend(ports::clashes(&services));
        problems.extend(log::clashes(&services));
        problems.extend(upstreams::clashes(&services));
        problems.extend(sockets::problems(&services));
        problems.extend(circle::first(&services));
        // What could not be read may have used a variable.
        if problems.errors() == 0 {
            let (set, files) = (&self.choices.set, self.in_files.borrow());
            problems.extend(unused::problems(set, self.project, &files, replicas));
        }
        Ok(Some(Plan {
            project: head.name,
            file: self.project.file.clone(),
            folder: self.project.folder.clone(),
            several,
            private: self.usage.any(secrecy::looks_secret)
                || services.iter().any(secrecy::holds_secrets),
            borrowed: self.usage.borrowed(),
            outputs: head.outputs,
            owners: owners(&services, self.choices),
            services,
            templates: head.templates,
            warnings: Vec::new(),
        }))
    }
}

fn owners(services: &[Service], choices: &Choices) -> Vec<Owners> {
    let Some(owners) = &choices.owners else {
        return Vec::new();
    };
    let mut users: Vec<_> = services.iter().map(|service| &service.user).collect();
    users.sort();
    users.dedup();
    users
        .into_iter()
        .map(|user| owners.of_service(user.as_deref()))
        .collect()
}

/// The services that `wanted` names, in the order of the file.
fn chosen(
    project: &Project,
    name: &Name,
    nodes: Vec<ServiceNode>,
    wanted: &[String],
) -> Result<Vec<ServiceNode>, Problem> {
    let project_name = name.as_str();
    let unknown = |wanted: &&String| !nodes.iter().any(|node| is(node, project_name, wanted));
    if let Some(unknown) = wanted.iter().find(unknown) {
        let known: Vec<String> = nodes.iter().map(|node| node.name(project_name)).collect();
        let known = known.iter().map(String::as_str);
        return Err(Problem::error(format!(
            "there is no service `{unknown}` in `{}`",
            project.source.name
        ))
        .help(suggest::help(unknown, known)));
    }
    let mut nodes = nodes;
    nodes.retain(|node| {
        wanted.is_empty() || wanted.iter().any(|wanted| is(node, project_name, wanted))
    });
    Ok(nodes)
}

/// Whether `wanted` names a service, or all replicas of which it is one.
fn is(service: &ServiceNode, project: &str, wanted: &str) -> bool {
    service.group(project) == wanted
        || service.number().is_some() && service.name(project) == wanted
}
