//! The files that lisplaunch writes for other tools: one file here a format, listed in [`ALL`].

mod anchor;
mod choice;
mod compose;
mod container;
mod dockerfile;
mod emission;
mod file;
mod kept;
mod kubernetes;
mod label;
mod launchd;
mod logrotate;
mod makefile;
mod nginx;
mod nomad;
mod openrc;
mod origin;
mod owner;
mod procfile;
mod quadlet;
mod runit;
mod s6;
mod service_folder;
mod sh;
mod supervisor;
mod systemd;
mod tmux;
mod unsaid;

use crate::host::Host;
use crate::plan::network::Network;
use crate::plan::placement::Placement;
use crate::plan::{Choices, Plan};
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, Templates};
use crate::suggest;
use emission::Emission;
use owner::Owner;
use service_folder::ServiceFolder;

pub use choice::Choice;
pub use file::File;
pub use nginx::UpstreamFile;
pub use origin::{MARK, Provenance};
pub use owner::check_env;

/// Every format.
pub const ALL: &[Format] = &[
    compose::FORMAT,
    dockerfile::FORMAT,
    kubernetes::FORMAT,
    launchd::FORMAT,
    logrotate::FORMAT,
    makefile::FORMAT,
    nginx::FORMAT,
    nomad::FORMAT,
    openrc::FORMAT,
    procfile::FORMAT,
    quadlet::FORMAT,
    runit::FORMAT,
    s6::FORMAT,
    sh::FORMAT,
    supervisor::FORMAT,
    systemd::FORMAT,
    tmux::FORMAT,
];

/// A kind of file for another tool.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is for, in a line.
    pub summary: &'static str,
    /// How many files it is.
    pub layout: Layout,
    /// Whether the tool starts services as their `user`, so that `~` is that user's home.
    pub as_user: bool,
    /// Whether it can start `lisplaunch run` instead of sbcl.
    pub indirect: bool,
    /// Whether there is such a tool for each user as well as for the machine.
    pub personal: bool,
    /// The network that services have there.
    pub network: Network,
    /// Where the services run that it starts, if not where the project lies.
    pub placement: Option<fn() -> Placement>,
    /// What becomes of the replicas of a service.
    replicas: Replicas,
    /// Its templates.
    templates: &'static [Template],
    files: fn(&Emission<'_>) -> Result<Vec<File>, Problem>,
}

/// How many files a format is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One, whatever the project.
    One,
    /// One for a single service, several for several.
    Each,
    /// Several that belong together, or several below folders.
    Folders,
}

/// The templates of all formats.
pub fn templates() -> impl Iterator<Item = Template> {
    ALL.iter()
        .flat_map(|format| format.templates.iter().copied())
}

/// The format of this name.
///
/// # Errors
/// When there is none.
pub fn find(name: &str) -> Result<&'static Format, Problem> {
    ALL.iter()
        .find(|format| format.name == name)
        .ok_or_else(|| {
            Problem::error(format!("there is no format `{name}`"))
                .help(suggest::help(name, ALL.iter().map(|format| format.name)))
        })
}

impl Format {
    /// What is chosen, for a plan of what its tool starts.
    pub fn choices(&self, choices: Choices) -> Choices {
        Choices {
            placement: self.placement.map(|placement| placement()),
            replicas: self.replicas,
            network: self.network,
            ..choices
        }
    }

    /// Whether its files name others with the replicas that run.
    pub fn has_upstreams(&self) -> bool {
        self.name == nginx::FORMAT.name
    }

    /// The files of this format.
    ///
    /// # Errors
    /// When the format cannot hold something that the plan asks for.
    pub fn emit(
        &self,
        plan: &Plan,
        origin: &Provenance,
        templates: &Templates,
        host: &Host,
    ) -> Result<Vec<File>, Problem> {
        self.check_sockets(plan)?;
        (self.files)(&Emission {
            plan,
            origin,
            format: self,
            templates,
            host,
        })
    }

    /// Whether replicas with numbers may share a socket: its tool hands them one, or starts none.
    fn shares_sockets(&self) -> bool {
        [
            systemd::FORMAT,
            supervisor::FORMAT,
            nginx::FORMAT,
            logrotate::FORMAT,
        ]
        .iter()
        .any(|format| format.name == self.name)
    }

    /// Replicas that listen on one port need what listens for them.
    fn check_sockets(&self, plan: &Plan) -> Result<(), Problem> {
        if self.shares_sockets() || self.replicas == Replicas::Alike {
            return Ok(());
        }
        let mut services = plan.services.iter();
        let found = services.find_map(|service| Some((service, service.shared_socket()?)));
        match found {
            Some((service, socket)) => Err(Problem::error(format!(
                "`http.socket`: what `emit {}` writes for hands no socket to the replicas of `{}`",
                self.name,
                service.group_name()
            ))
            .at(socket.location.clone())
            .help("`emit systemd` and `emit supervisor` write what does")
            .help("or give each replica a port of its own, in a profile without `socket`")),
            None => Ok(()),
        }
    }
}
