//! The file in which a site finds the replicas that requests are sent to. It is the only file of a
//! format that changes with what runs, and so it says what that is.

use std::path::PathBuf;

use super::FORMAT;
use crate::dialect::nginx::Nginx;
use crate::format::Provenance;
use crate::format::file::File;
use crate::format::owner::Owner;
use crate::plan::name::Name;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::render::{Template, TemplateValue, Templates};

pub(super) const TEMPLATE: Template = Template {
    name: "nginx/upstream",
    text: include_str!("../../../templates/nginx/upstream"),
    dialect: &Nginx,
};

/// What is before the port of a server.
const SERVER: &str = "server 127.0.0.1:";

/// The file of some replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamFile {
    /// The name that the replicas have together.
    pub group: Name,
    /// Where it is.
    pub path: PathBuf,
    /// The ports of those that run at first, in their order.
    pub ports: Vec<u16>,
}

impl UpstreamFile {
    /// The files of these services. A spare one, the last of its group, does not run at first.
    pub fn all(services: &[Service]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        let mut spare = Vec::new();
        for service in services {
            let http = service.http.as_ref();
            let file = http.and_then(|http| Some((http, http.upstream.as_ref()?)));
            let (Some((http, upstream)), Some(replica)) = (file, &service.replica) else {
                continue;
            };
            let port = http.port.number();
            match all.iter_mut().find(|known| known.group == replica.of) {
                Some(known) => known.ports.push(port),
                None => {
                    all.push(UpstreamFile {
                        group: replica.of.clone(),
                        path: upstream.file.resolved().into(),
                        ports: vec![port],
                    });
                    spare.push(service.spare);
                }
            }
        }
        for (upstream, _) in all.iter_mut().zip(spare).filter(|(_, spare)| *spare) {
            upstream.ports.pop();
        }
        all
    }

    /// The file as it is while `ports` take requests.
    ///
    /// # Errors
    /// When a template of the project's own is wrong.
    pub fn file(
        &self,
        ports: &[u16],
        origin: &Provenance,
        templates: &Templates,
    ) -> Result<File, Problem> {
        let owner = Owner::project();
        let ports = ports.iter().map(|port| owner.bare(port));
        let context = TemplateValue::map([
            ("header", origin.header_of_state(&FORMAT, "deploy")),
            ("ports", TemplateValue::list(ports)),
        ]);
        let text = templates.render(TEMPLATE.name, &context)?;
        Ok(File::new(format!("{}.upstream", self.group), text))
    }

    /// The ports that take requests by what a file of this kind says.
    pub fn ports_in(text: &str) -> Vec<u16> {
        let servers = text.lines().filter_map(|line| {
            let rest = line.trim_start().strip_prefix(SERVER)?;
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            rest[..end].parse().ok()
        });
        servers.collect()
    }
}
