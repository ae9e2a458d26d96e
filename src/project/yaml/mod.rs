//! YAML as a tree whose nodes know their place.
//!
//! Text is read in four steps, each in a file of its own: `check` refuses what is not one text,
//! `tape` runs the parser (the only file that names it) and writes its events down within limits,
//! `explain` says in plain words what the parser did not like, and `tree` expands the tape to
//! nodes. `marks` and `span` turn the parser's places into ours. `locate` finds the place of a part
//! of a value, and only when it is asked to.

mod check;
mod explain;
mod limit;
mod locate;
mod marks;
mod span;
mod tape;
mod tree;

use std::ops::Range;
use std::sync::Arc;

use crate::problem::{Location, Problem, Source};
use locate::Style;

/// A node of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it is: all of a scalar, the first key or item of a block, a bracketed list or map up
    /// to the end of its line.
    pub location: Location,
    /// What it is.
    pub kind: NodeKind,
}

impl Node {
    /// Whether this or something in it is as wanted.
    pub fn any(&self, wanted: &impl Fn(&Node) -> bool) -> bool {
        wanted(self)
            || match &self.kind {
                NodeKind::Null | NodeKind::Scalar(_) => false,
                NodeKind::List(items) => items.iter().any(|item| item.any(wanted)),
                NodeKind::Map(entries) => entries.iter().any(|(_, value)| value.any(wanted)),
            }
    }
}

/// The three shapes of YAML, and nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// No value, `~` or `null`.
    Null,
    /// Anything on one leaf: numbers and booleans keep the text that was written.
    Scalar(Scalar),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order of the file, without duplicates; what `<<` brought in comes last.
    Map(Vec<(NodeKey, Node)>),
}

/// The text of a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// After YAML's own folding and escapes.
    pub text: String,
    /// Whether it may be read as a number or a boolean: no quotes, no block, no `!!str`.
    pub plain: bool,
    style: Style,
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeKey {
    /// Its text.
    pub text: String,
    /// Where it is.
    pub location: Location,
}

/// Reads a file of one YAML document whose root is a map.
pub fn read(source: &Arc<Source>) -> Result<Node, Problem> {
    check::check(source)?;
    let tape = tape::record(source)?;
    let root = tree::build(source, &tape)?;
    match root.kind {
        NodeKind::Map(_) => Ok(root),
        NodeKind::Null if root.location.range.is_empty() => Err(check::empty(source)),
        _ => Err(not_a_map(root)),
    }
}

fn not_a_map(root: Node) -> Problem {
    Problem::error(format!(
        "expected a map at the top of the file, found {}",
        root.kind.name()
    ))
    .at(root.location)
    .help(check::MINIMAL)
}

impl NodeKind {
    /// What it is called in a message, with its article.
    pub fn name(&self) -> &'static str {
        match self {
            NodeKind::Null => "nothing",
            NodeKind::Scalar(_) => "a single value",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map",
        }
    }
}

impl Node {
    /// The place in the file of `range`, in bytes of this scalar's text.
    ///
    /// It starts at the first and ends after the last visible character of `range`; without one
    /// it is empty. A node that is not a scalar has no parts: its own place is returned.
    pub fn location_of(&self, range: Range<usize>) -> Location {
        match &self.kind {
            NodeKind::Scalar(scalar) => locate::part(&self.location, scalar, range),
            _ => self.location.clone(),
        }
    }
}
