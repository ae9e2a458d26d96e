//! The names of all services of a file, chosen or not.

use std::collections::BTreeMap;

use super::name::Name;
use crate::problem::{Problem, Problems};
use crate::project::ServiceNode;

/// What names stand for: each service, and what replicas are called together.
pub(super) struct ServiceNames(BTreeMap<String, Vec<String>>);

impl ServiceNames {
    /// Those of these services; two services of one name are a problem.
    pub(super) fn of(nodes: &[ServiceNode], project: &Name, problems: &mut Problems) -> Self {
        let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for node in nodes {
            let name = node.name(project.as_str());
            let group = node.group(project.as_str());
            if let Some(number) = node.number() {
                if number == 1 && names.contains_key(group) {
                    problems.extend(taken(group, nodes));
                }
                let replicas = names.entry(group.to_owned()).or_default();
                replicas.push(name.clone());
            }
            if names.insert(name.clone(), vec![name.clone()]).is_some() {
                problems.extend(taken(&name, nodes));
            }
        }
        ServiceNames(names)
    }

    /// The services that `name` stands for, if it does for any.
    pub(super) fn find(&self, name: &str) -> Option<&[String]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// What is wrong with a service whose name is that of a replica of another one.
fn taken(name: &str, nodes: &[ServiceNode]) -> Option<Problem> {
    let mut keys = nodes.iter().filter_map(|node| node.key.as_ref());
    let key = keys.find(|key| key.text == name)?;
    Some(
        Problem::error(format!("`{name}` is the name of a replica too"))
            .at(key.location.clone())
            .help("rename the service: replicas have the name of theirs and a number"),
    )
}
