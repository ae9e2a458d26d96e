//! How large services may become by what they inherit: each has a copy of it.

use super::yaml::{Node, NodeKind};
use crate::problem::Problem;

/// Values in all services.
const VALUES: usize = 500_000;

/// Bytes of their text.
const BYTES: usize = 32 << 20;

/// How much there is in some nodes.
#[derive(Debug, Default)]
pub(super) struct Size {
    values: usize,
    bytes: usize,
}

impl Size {
    /// Counts all that is in `node`.
    pub(super) fn add(&mut self, node: &Node) {
        self.values += 1;
        match &node.kind {
            NodeKind::Null => {}
            NodeKind::Scalar(scalar) => self.bytes += scalar.text.len(),
            NodeKind::List(items) => items.iter().for_each(|item| self.add(item)),
            NodeKind::Map(entries) => {
                for (key, value) in entries {
                    self.bytes += key.text.len();
                    self.add(value);
                }
            }
        }
    }

    pub(super) fn is_too_large(&self) -> bool {
        self.values > VALUES || self.bytes > BYTES
    }

    /// What is wrong with too many or too large services.
    pub(super) fn problem() -> Problem {
        Problem::error(format!(
            "the services hold more than {VALUES} values or {} MB of text, with what each inherits",
            BYTES >> 20
        ))
        .help("give them less to inherit, or split the file")
    }
}
