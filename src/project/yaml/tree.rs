//! The tape expanded to nodes: aliases, merge keys, and no key twice.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::tape::{StepKind, TapeStep};
use super::{Node, NodeKey, NodeKind, Scalar, limit};
use crate::problem::{Location, Problem, Source, shown};

/// The root of the document.
pub(super) fn build(source: &Arc<Source>, steps: &[TapeStep]) -> Result<Node, Problem> {
    let mut tree = TreeBuilder {
        source,
        steps,
        values: 0,
        bytes: 0,
    };
    tree.node(&mut 0, 0)
}

struct TreeBuilder<'a> {
    source: &'a Arc<Source>,
    steps: &'a [TapeStep],
    /// Built so far.
    values: usize,
    bytes: usize,
}

impl TreeBuilder<'_> {
    /// The node at the cursor, which moves behind it. It calls itself, at most `limit::DEPTH`
    /// times within each other.
    fn node(&mut self, cursor: &mut usize, depth: usize) -> Result<Node, Problem> {
        let step = &self.steps[*cursor];
        *cursor += 1;
        let location = self.location(&step.range);
        let kind = match &step.kind {
            StepKind::Alias(target) => return self.node(&mut target.clone(), depth),
            StepKind::Null | StepKind::End => NodeKind::Null,
            StepKind::Scalar { text, plain, style } => {
                self.text(text, &location)?;
                NodeKind::Scalar(Scalar {
                    text: text.clone(),
                    plain: *plain,
                    style: *style,
                })
            }
            StepKind::List => {
                let inside = deeper(depth, &location)?;
                NodeKind::List(self.list(cursor, inside)?)
            }
            StepKind::Map => {
                let inside = deeper(depth, &location)?;
                NodeKind::Map(self.map(cursor, inside)?)
            }
        };
        self.value(&location)?;
        Ok(Node { location, kind })
    }

    fn list(&mut self, cursor: &mut usize, depth: usize) -> Result<Vec<Node>, Problem> {
        let mut items = Vec::new();
        while !self.at_end(cursor) {
            items.push(self.node(cursor, depth)?);
        }
        Ok(items)
    }

    fn map(&mut self, cursor: &mut usize, depth: usize) -> Result<Vec<(NodeKey, Node)>, Problem> {
        let mut entries = Entries::default();
        let mut merged = None;
        while !self.at_end(cursor) {
            let brings = self.is_merge(*cursor);
            let key = self.key(cursor, depth)?;
            entries.claim(&key)?;
            let value = self.node(cursor, depth)?;
            if brings {
                merged = Some(value);
            } else {
                entries.list.push((key, value));
            }
        }
        if let Some(value) = merged {
            entries.merge(value)?;
        }
        Ok(entries.list)
    }

    fn is_merge(&self, cursor: usize) -> bool {
        matches!(&self.steps[cursor].kind, StepKind::Scalar { text, plain: true, .. } if text == "<<")
    }

    fn key(&mut self, cursor: &mut usize, depth: usize) -> Result<NodeKey, Problem> {
        let node = self.node(cursor, depth)?;
        let text = match node.kind {
            NodeKind::Scalar(scalar) => scalar.text,
            NodeKind::Null => {
                return Err(Problem::error("a key is missing")
                    .at(node.location)
                    .help("write `key: value`; quote a key that is `null` or `~`"));
            }
            NodeKind::List(_) | NodeKind::Map(_) => {
                return Err(Problem::error(format!(
                    "a key must be text, found {}",
                    node.kind.name()
                ))
                .at(node.location)
                .help("quote a key that is text and starts with `[`, `{` or `? `"));
            }
        };
        Ok(NodeKey {
            text,
            location: node.location,
        })
    }

    /// Whether a list or map ends here; the cursor moves behind its end.
    fn at_end(&self, cursor: &mut usize) -> bool {
        let end = self
            .steps
            .get(*cursor)
            .is_none_or(|step| matches!(step.kind, StepKind::End));
        *cursor += usize::from(end);
        end
    }

    fn value(&mut self, location: &Location) -> Result<(), Problem> {
        self.values += 1;
        if self.values > limit::VALUES {
            return Err(limit::too_many().at(location.clone()));
        }
        Ok(())
    }

    fn text(&mut self, text: &str, location: &Location) -> Result<(), Problem> {
        self.bytes += text.len();
        if self.bytes > limit::BYTES {
            return Err(limit::too_long(location.clone()));
        }
        Ok(())
    }

    fn location(&self, range: &Range<usize>) -> Location {
        Location {
            source: Arc::clone(self.source),
            range: range.clone(),
        }
    }
}

fn deeper(depth: usize, location: &Location) -> Result<usize, Problem> {
    if depth == limit::DEPTH {
        return Err(limit::too_deep().at(location.clone()));
    }
    Ok(depth + 1)
}

/// The entries of one map as they come in.
#[derive(Default)]
struct Entries {
    list: Vec<(NodeKey, Node)>,
    /// Every key so far, with the place where it was first.
    keys: HashMap<String, Location>,
}

impl Entries {
    /// Holds the key for this map, or finds that it is taken.
    fn claim(&mut self, key: &NodeKey) -> Result<(), Problem> {
        let name = shown(&key.text);
        let Some(first) = self.keys.insert(key.text.clone(), key.location.clone()) else {
            return Ok(());
        };
        let help = if key.text == "<<" {
            "name both in one list: `<<: [*a, *b]`".to_owned()
        } else {
            format!(
                "the first `{name}` is on line {}: keep one of them",
                first.line()
            )
        };
        Err(Problem::error(format!("duplicate key `{name}`"))
            .at(key.location.clone())
            .help(help))
    }

    /// Adds what `<<` names: what is there wins, and of a list the first.
    fn merge(&mut self, value: Node) -> Result<(), Problem> {
        match value.kind {
            NodeKind::Map(entries) => {
                for (key, value) in entries {
                    if !self.keys.contains_key(&key.text) {
                        self.keys.insert(key.text.clone(), key.location.clone());
                        self.list.push((key, value));
                    }
                }
                Ok(())
            }
            NodeKind::List(maps) if maps.iter().all(|map| matches!(map.kind, NodeKind::Map(_))) => {
                maps.into_iter().try_for_each(|map| self.merge(map))
            }
            kind => Err(Problem::error(format!(
                "`<<` takes a map or a list of maps, found {}",
                kind.name()
            ))
            .at(value.location)
            .help("name the anchor of a map: `<<: *name`")),
        }
    }
}
