//! Where the values of variables come from.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::rc::Rc;
use std::sync::Arc;

use super::reference::{self, Fallback, Reference, Segment, SegmentKind};
use super::yaml::{Node, NodeKind};
use crate::problem::Problem;
use crate::word::Variable;

/// The variable that the project file itself gives to services with `replicas`: which one it is.
pub const REPLICA: &str = "REPLICA";

/// The variable that has a value where a service has a network of its own: the address on which it
/// is reached there.
pub const LISTEN_ADDRESS: &str = "LISTEN_ADDRESS";

/// How much text the variables of a plan may become in all, in bytes: each of the services that
/// inherit a value gets a copy.
const MOST_TEXT: usize = 32 << 20;

/// What is left of that; nothing once it was not enough.
#[derive(Clone, Debug)]
pub struct Allowance(Rc<Cell<Option<usize>>>);

impl Default for Allowance {
    fn default() -> Self {
        Allowance(Rc::new(Cell::new(Some(MOST_TEXT))))
    }
}

impl Allowance {
    /// Takes the length of a value from it, or says that there is too much of them.
    pub fn take(&self, length: usize) -> Result<(), Problem> {
        let left = self.0.get().and_then(|left| left.checked_sub(length));
        self.0.set(left);
        left.map(|_| ()).ok_or_else(|| {
            Problem::error(format!(
                "the values of variables come to more than {} MB here",
                MOST_TEXT >> 20
            ))
            .help("put long text into a file and load that: a command line cannot hold it either")
        })
    }

    /// Whether it was not enough. That has been reported, and the values that follow are dropped.
    pub fn is_exceeded(&self) -> bool {
        self.0.get().is_none()
    }
}

/// Which variables were used, and what came from the environment.
#[derive(Clone, Debug, Default)]
pub struct Usage(Rc<RefCell<BTreeMap<String, Option<String>>>>);

impl Usage {
    /// Whether one that was used has such a name.
    pub fn any(&self, is_wanted: impl Fn(&str) -> bool) -> bool {
        self.0.borrow().keys().any(|name| is_wanted(name))
    }

    /// Names and values that came from the environment.
    pub fn borrowed(&self) -> Vec<(String, String)> {
        let used = self.0.borrow();
        let used = used.iter();
        used.filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
            .collect()
    }

    fn note(&self, name: &str, borrowed: Option<&str>) {
        let mut used = self.0.borrow_mut();
        if !used.contains_key(name) {
            used.insert(name.to_owned(), borrowed.map(str::to_owned));
        }
    }
}

/// Variables that have no value where one is asked for, if that is not an error.
#[derive(Clone, Debug, Default)]
pub struct Unset(Option<Rc<RefCell<BTreeSet<String>>>>);

impl Unset {
    /// What stands for the value of such a variable: most keys hold it.
    pub const PLACEHOLDER: &str = "1";

    /// They are accepted.
    pub fn accepted() -> Self {
        Unset(Some(Rc::default()))
    }

    /// Whether they are accepted.
    pub fn is_accepted(&self) -> bool {
        self.0.is_some()
    }

    /// Whether this is one of them.
    pub fn has(&self, name: &str) -> bool {
        let names = self.0.as_ref();
        names.is_some_and(|names| names.borrow().contains(name))
    }

    /// Notes that a variable is one, if they are accepted.
    pub fn accept(&self, name: &str) -> bool {
        if let Some(names) = &self.0 {
            names.borrow_mut().insert(name.to_owned());
        }
        self.is_accepted()
    }
}

/// The values of variables, in the order in which they are asked.
#[derive(Debug, Default)]
pub struct Variables {
    /// What the project file itself gives, and nothing else may.
    pub own: BTreeMap<String, String>,
    /// Whether they are those of several replicas at once, so that none has a number.
    pub alike: bool,
    /// Given on the command line.
    pub set: BTreeMap<String, String>,
    /// The environment.
    pub environment: Arc<BTreeMap<String, OsString>>,
    /// From env files, later ones replacing earlier ones.
    pub files: BTreeMap<String, String>,
    /// Where nothing else sets them.
    pub usual: BTreeMap<String, String>,
    /// Names that have an integer for a default somewhere, and so hold integers only.
    pub integers: BTreeSet<String>,
    /// How much text they may still become.
    pub allowance: Allowance,
    /// Which of them were used, by all services.
    pub usage: Usage,
    /// Which were used since this was emptied, and where their values came from.
    pub used: RefCell<BTreeMap<String, ValueOrigin>>,
    /// Those that have no value.
    pub unset: Unset,
    /// Those that stay variables where they have been used, with the values that they had there.
    pub kept: RefCell<BTreeSet<(String, String)>>,
}

/// Where the value of a variable comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueOrigin {
    /// An env file.
    File,
    /// The caller of the planner, or the project file itself.
    Given,
}

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nothing sets it.
    Unset,
    /// The environment sets it to bytes that are not UTF-8.
    NotUtf8,
    /// It is the number of a replica, and no replica differs from the others.
    Alike,
}

impl Variables {
    /// Notes that a variable stays one.
    pub fn keep(&self, variable: &Variable) {
        let kept = (variable.name.clone(), variable.value.clone());
        self.kept.borrow_mut().insert(kept);
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Result<&str, Missing> {
        if let Some(value) = self.own.get(name) {
            return Ok(value);
        }
        if self.alike && name == REPLICA {
            return Err(Missing::Alike);
        }
        let set = self.set.get(name);
        let borrowed = match set {
            Some(_) => None,
            None => self.environment.get(name),
        };
        self.usage
            .note(name, borrowed.and_then(|value| value.to_str()));
        let is_given = set.is_some() || borrowed.is_some();
        let origin = match self.files.get(name) {
            Some(_) if !is_given => ValueOrigin::File,
            _ => ValueOrigin::Given,
        };
        self.used.borrow_mut().insert(name.to_owned(), origin);
        if let Some(value) = set {
            return Ok(value);
        }
        match borrowed {
            Some(value) => value.to_str().ok_or(Missing::NotUtf8),
            None => self
                .files
                .get(name)
                .or_else(|| self.usual.get(name))
                .map(String::as_str)
                .ok_or(Missing::Unset),
        }
    }
}

/// The names of the variables below `node` that have an integer for a default.
pub fn integer_names(node: &Node) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    each_value(node, &mut |segments| {
        let references = segments.into_iter().filter_map(reference_of);
        names.extend(
            references
                .filter(has_integer_default)
                .map(|reference| reference.name),
        );
    });
    names
}

/// The names of all variables below `node`, those in defaults of others too.
pub fn names(node: &Node) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    each_value(node, &mut |mut segments| {
        while let Some(segment) = segments.pop() {
            if let Some(Reference { name, fallback }) = reference_of(segment) {
                names.insert(name);
                if let Fallback::Default(inner) = fallback {
                    segments.extend(inner);
                }
            }
        }
    });
    names
}

fn each_value(node: &Node, visit: &mut impl FnMut(Vec<Segment>)) {
    match &node.kind {
        NodeKind::Null => {}
        NodeKind::Scalar(scalar) => visit(reference::parse(&scalar.text).unwrap_or_default()),
        NodeKind::List(items) => items.iter().for_each(|item| each_value(item, visit)),
        NodeKind::Map(entries) => entries
            .iter()
            .for_each(|(_, value)| each_value(value, visit)),
    }
}

fn reference_of(segment: Segment) -> Option<Reference> {
    match segment.kind {
        SegmentKind::Reference(reference) => Some(reference),
        SegmentKind::Literal(_) => None,
    }
}

fn has_integer_default(reference: &Reference) -> bool {
    match &reference.fallback {
        Fallback::Default(segments) => literal_text(segments).is_some_and(|text| is_integer(&text)),
        Fallback::None | Fallback::Message(_) => false,
    }
}

fn literal_text(segments: &[Segment]) -> Option<String> {
    segments
        .iter()
        .map(|segment| match &segment.kind {
            SegmentKind::Literal(text) => Some(text.as_str()),
            SegmentKind::Reference(_) => None,
        })
        .collect()
}

/// Whether `text` is a decimal integer as every consumer of ours reads it.
pub fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
