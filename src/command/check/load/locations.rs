//! Where the values of a service are in the project file.

use std::ops::Range;

use crate::plan::service::Service;
use crate::problem::Location;
use crate::project::yaml::{Node, NodeKind};
use crate::project::{self, Project};

/// The keys and values of a service, as they are written.
pub(super) struct Locations(Option<Node>);

impl Locations {
    /// Those of `service`.
    pub(super) fn of(project: &Project, service: &Service) -> Self {
        let identity = &service.identity;
        let nodes = project
            .with_profiles(&identity.profiles)
            .and_then(|root| project::services(&root));
        let name = service.replica.as_ref();
        let name = name.map_or(&service.name, |replica| &replica.of).as_str();
        let node = nodes.ok().and_then(|nodes| {
            let mut nodes = nodes.into_iter();
            nodes.find(|node| node.group(identity.project.as_str()) == name)
        });
        Locations(node.map(|node| node.node))
    }

    /// The place of the value with this number below `key`.
    pub(super) fn item(&self, key: &str, number: usize) -> Option<Location> {
        Some(self.node(key, number)?.location.clone())
    }

    /// The place of some bytes of its text.
    pub(super) fn part(&self, key: &str, number: usize, range: Range<usize>) -> Option<Location> {
        Some(self.node(key, number)?.location_of(range))
    }

    fn node(&self, key: &str, number: usize) -> Option<&Node> {
        let mut keys = key.split('.');
        let value = keys.try_fold(self.0.as_ref()?, |node, key| project::entry(node, key))?;
        match &value.kind {
            NodeKind::List(items) => items.get(number),
            NodeKind::Map(entries) if key == "commands" => {
                let mut named = entries
                    .iter()
                    .filter(|(key, _)| !key.text.starts_with("x-"));
                let (_, node) = named.nth(number)?;
                Some(project::entry(node, "form").unwrap_or(node))
            }
            // `ready` is a map of its form and a time, `swank` one of its port and more.
            NodeKind::Map(entries) => {
                let of_form = entries.iter().find(|(key, _)| key.text == "form");
                Some(of_form.map_or(value, |(_, form)| form))
            }
            NodeKind::Scalar(_) | NodeKind::Null => (number == 0).then_some(value),
        }
    }
}
