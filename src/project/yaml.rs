//! YAML as a tree whose nodes know their place. The only file that names the parser.

use std::ops::Range;
use std::sync::Arc;

use crate::problem::{Place, Problem, Source};

/// A node of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
}

/// The three shapes of YAML, and nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No value, `~` or `null`.
    Null,
    /// Anything on one leaf: numbers and booleans keep the text that was written.
    Scalar(Scalar),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order of the file, without duplicates.
    Map(Vec<(Key, Node)>),
}

/// The text of a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// After YAML's own folding and escapes.
    pub text: String,
    /// Whether it was written without quotes and not as a block.
    pub plain: bool,
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// Reads a file of one YAML document.
pub fn read(_source: &Arc<Source>) -> Result<Node, Problem> {
    todo!()
}

impl Node {
    /// The place of `range`, in bytes of this scalar's text, in the file.
    pub fn place_of(&self, _range: Range<usize>) -> Place {
        todo!()
    }
}
