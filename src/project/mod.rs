//! The project file as written: finding it, reading it, and the places of its values.

pub mod field;
pub mod find;
pub mod keys;
pub mod manual;
pub mod overlay;
pub mod reference;
pub mod replicas;
pub mod schema;
mod size;
pub mod value;
pub mod variables;
pub mod yaml;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::problem::{Problem, Source};
use crate::suggest;
use crate::trust::{Owners, Standing};
use find::FoundProject;
use keys::Level;
use replicas::ReplicaNumber;
use size::Size;
use yaml::{Node, NodeKey, NodeKind};

/// A project file that has been read, its values not yet.
#[derive(Clone, Debug)]
pub struct Project {
    /// The text, for errors.
    pub source: Arc<Source>,
    /// The absolute path of the file; none for standard input.
    pub file: Option<String>,
    /// The absolute folder to which its paths are relative.
    pub folder: String,
    /// Who could have written it, or files that it names.
    standing: Standing,
    above: bool,
    root: Node,
}

/// One process of a project, everything that it inherits laid under it.
#[derive(Clone, Debug)]
pub struct ServiceNode {
    /// Its key below `services`; none where the whole file is one service.
    pub key: Option<NodeKey>,
    /// Its keys and values.
    pub node: Node,
    /// Which of its replicas it is, where the file asks for replicas.
    pub replica: Option<ReplicaNumber>,
}

impl ServiceNode {
    /// Whether there may be others in the file.
    pub fn is_one_of_several(&self) -> bool {
        self.key.is_some() || self.number().is_some()
    }

    /// What it is called in the file: the project's name where the whole file is one service.
    pub fn group<'a>(&'a self, project: &'a str) -> &'a str {
        self.key.as_ref().map_or(project, |key| &key.text)
    }

    /// What it is called.
    pub fn name(&self, project: &str) -> String {
        let group = self.group(project);
        match self.number() {
            Some(number) => format!("{group}-{number}"),
            None => group.to_owned(),
        }
    }

    /// Its number, if there is another one of it.
    pub fn number(&self) -> Option<u32> {
        let several = |replica: &ReplicaNumber| replica.count > 1 && !replica.alike;
        Some(self.replica.filter(several)?.number)
    }

    /// How many it stands for.
    pub fn copies(&self) -> u32 {
        let alike = self.replica.filter(|replica| replica.alike);
        alike.map_or(1, |replica| replica.count)
    }
}

impl Project {
    /// Reads a project file that was found.
    pub fn read(found: FoundProject) -> Result<Self, Problem> {
        let source = Arc::new(found.source);
        let root = yaml::read(&source)?;
        Ok(Project {
            source,
            file: found.file,
            folder: found.folder,
            standing: found.standing,
            above: found.above,
            root,
        })
    }

    /// Refuses a file that another user could have written, or that lies where another user can
    /// write.
    pub fn check_owner(&self, owners: &Owners) -> Result<(), Problem> {
        owners.check(&self.standing).map_err(|problem| {
            if self.above {
                problem.note(format!(
                    "`{}` was found above the current folder; `-f FILE` chooses another",
                    self.source.name
                ))
            } else {
                problem
            }
        })
    }

    /// The names of the variables in its values, in all of its profiles.
    pub fn variable_names(&self) -> BTreeSet<String> {
        variables::names(&self.root)
    }

    /// Whether one of its values is as wanted.
    pub fn has_value(&self, wanted: impl Fn(&str) -> bool) -> bool {
        self.root.any(&|node| match &node.kind {
            NodeKind::Scalar(scalar) => wanted(&scalar.text),
            _ => false,
        })
    }

    /// The names of the profiles in the order of the file.
    pub fn profile_names(&self) -> Vec<&str> {
        match entry(&self.root, "profiles") {
            Some(Node {
                kind: NodeKind::Map(profiles),
                ..
            }) => profiles
                .iter()
                .map(|(key, _)| key.text.as_str())
                .filter(|name| !name.starts_with("x-"))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// What is wrong with `profiles` itself, whichever is chosen.
    pub fn profile_problems(&self) -> Vec<Problem> {
        let Some(profiles) = entry(&self.root, "profiles") else {
            return Vec::new();
        };
        match &profiles.kind {
            NodeKind::Null => Vec::new(),
            NodeKind::Map(profiles) => profiles
                .iter()
                .filter(|(key, _)| !key.text.starts_with("x-"))
                .filter_map(|(key, profile)| profile_problem(key, profile))
                .collect(),
            _ => vec![not_a_map("`profiles`", profiles)],
        }
    }

    /// The file with these profiles laid over it, the last one on top.
    pub fn with_profiles(&self, names: &[String]) -> Result<Node, Problem> {
        let mut node = self.root.clone();
        for name in names {
            let (key, profile) = self.profile(name)?;
            if let Some(problem) = profile_problem(key, profile) {
                return Err(problem);
            }
            if profile.kind != NodeKind::Null {
                node = overlay::overlay(&node, profile);
            }
        }
        Ok(node)
    }

    fn profile(&self, name: &str) -> Result<(&NodeKey, &Node), Problem> {
        let unknown = || {
            Problem::error(format!(
                "there is no profile `{name}` in `{}`",
                self.source.name
            ))
            .help(suggest::help(name, self.profile_names()))
        };
        let profiles = entry(&self.root, "profiles").ok_or_else(unknown)?;
        match &profiles.kind {
            NodeKind::Map(profiles) => {
                let found = profiles.iter().find(|(key, _)| key.text == name);
                found
                    .map(|(key, profile)| (key, profile))
                    .ok_or_else(unknown)
            }
            NodeKind::Null => Err(unknown()),
            _ => Err(not_a_map("`profiles`", profiles)),
        }
    }
}

/// The services of a file with profiles laid over it: at least one.
pub fn services(root: &Node) -> Result<Vec<ServiceNode>, Problem> {
    let Some(services) = entry(root, "services").filter(|node| node.kind != NodeKind::Null) else {
        return Ok(vec![ServiceNode {
            key: None,
            node: with_maps(root),
            replica: None,
        }]);
    };
    let NodeKind::Map(entries) = &services.kind else {
        return Err(not_a_map("`services`", services)
            .help("write a name and `:` for each service, and its keys below"));
    };
    let defaults = inherited(root);
    let entries = entries
        .iter()
        .filter(|(key, _)| !key.text.starts_with("x-"));
    let mut found = Vec::new();
    let mut size = Size::default();
    for (key, node) in entries {
        let service = service(&defaults, key, node)?;
        size.add(&service.node);
        if size.is_too_large() {
            return Err(Size::problem().at(services.location.clone()));
        }
        found.push(service);
    }
    if found.is_empty() {
        return Err(Problem::error("`services` holds no service")
            .at(services.location.clone())
            .help("add one, or remove the key: the file is then one service"));
    }
    Ok(found)
}

fn service(defaults: &Node, key: &NodeKey, node: &Node) -> Result<ServiceNode, Problem> {
    let node = match node.kind {
        NodeKind::Null => defaults.clone(),
        NodeKind::Map(_) => overlay::overlay(defaults, node),
        NodeKind::Scalar(_) | NodeKind::List(_) => {
            return Err(not_a_map(&format!("the service `{}`", key.text), node)
                .help("write its keys below it: `start: …`"));
        }
    };
    Ok(ServiceNode {
        key: Some(key.clone()),
        node: with_maps(&node),
        replica: None,
    })
}

fn profile_problem(key: &NodeKey, profile: &Node) -> Option<Problem> {
    match &profile.kind {
        NodeKind::Null => None,
        NodeKind::Map(entries) => {
            let (inner, _) = entries.iter().find(|(key, _)| key.text == "profiles")?;
            Some(
                Problem::error(format!("the profile `{}` cannot hold profiles", key.text))
                    .at(inner.location.clone())
                    .help("several can be chosen: `-p one -p two`"),
            )
        }
        _ => Some(
            not_a_map(&format!("the profile `{}`", key.text), profile)
                .help("write below it what it changes: `restart: never`"),
        ),
    }
}

fn not_a_map(what: &str, node: &Node) -> Problem {
    Problem::error(format!("{what} must be a map"))
        .at(node.location.clone())
        .label(format!("this is {}", node.kind.name()))
}

/// The value at `key` of a map.
pub fn entry<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    match &node.kind {
        NodeKind::Map(entries) => entries
            .iter()
            .find(|(known, _)| known.text == key)
            .map(|(_, value)| value),
        _ => None,
    }
}

/// The map with every short form written out.
fn with_maps(node: &Node) -> Node {
    map_entries(node, |key, value| Some(overlay::expanded(&key.text, value)))
}

/// What services have from the top of the file; what is not known there is left to them to report.
fn inherited(root: &Node) -> Node {
    map_entries(root, |key, value| {
        let level = keys::find(&key.text).map(|key| key.level);
        matches!(level, None | Some(Level::Service)).then(|| value.clone())
    })
}

fn map_entries(node: &Node, change: impl Fn(&NodeKey, &Node) -> Option<Node>) -> Node {
    let kind = match &node.kind {
        NodeKind::Map(entries) => NodeKind::Map(
            entries
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), change(key, value)?)))
                .collect(),
        ),
        other => other.clone(),
    };
    Node {
        location: node.location.clone(),
        kind,
    }
}
