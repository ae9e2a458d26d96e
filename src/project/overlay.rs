//! Laying one part of the file over another: profiles over the file, services over the defaults.

use super::keys;
use super::yaml::{Node, NodeKind};

/// What the entries of a map are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MapEntries {
    /// The keys of a file or of a service.
    Keys,
    /// Services by their names.
    Services,
    /// Commands by their names.
    Commands,
    /// Something else, which has no short form.
    Others,
}

impl MapEntries {
    /// What those of the map at `key` are.
    fn below(self, key: &str) -> Self {
        match (self, key) {
            (MapEntries::Keys, "services") => MapEntries::Services,
            (MapEntries::Keys, "commands") => MapEntries::Commands,
            (MapEntries::Services, _) => MapEntries::Keys,
            _ => MapEntries::Others,
        }
    }

    /// The key that a plain value at `key` is short for.
    fn short_form(self, key: &str) -> Option<&'static str> {
        match self {
            MapEntries::Keys => keys::short_form(key),
            MapEntries::Commands => Some("form"),
            MapEntries::Services | MapEntries::Others => None,
        }
    }
}

/// `over` laid over `base`: maps are merged key by key, everything else is replaced.
///
/// A key that has a short form (`swank: 4005` for `swank: {port: 4005}`) is merged as
/// the map that it stands for. A key without a value takes the base's value away.
pub fn overlay(base: &Node, over: &Node) -> Node {
    merged(MapEntries::Keys, base, over)
}

fn merged(entries: MapEntries, base: &Node, over: &Node) -> Node {
    let (NodeKind::Map(below), NodeKind::Map(above)) = (&base.kind, &over.kind) else {
        return over.clone();
    };
    let mut all = below.clone();
    for (key, value) in above {
        match all.iter_mut().find(|(known, _)| known.text == key.text) {
            Some((known, old)) => {
                let short = entries.short_form(&key.text);
                let (base, over) = (written_out(short, old), written_out(short, value));
                *old = merged(entries.below(&key.text), &base, &over);
                *known = key.clone();
            }
            None => all.push((key.clone(), value.clone())),
        }
    }
    Node {
        location: over.location.clone(),
        kind: NodeKind::Map(all),
    }
}

/// The map that a value in a short form stands for.
pub fn expanded(key: &str, value: &Node) -> Node {
    written_out(keys::short_form(key), value)
}

fn written_out(short: Option<&str>, value: &Node) -> Node {
    match (&value.kind, short) {
        (NodeKind::Scalar(scalar), Some(short)) if scalar.text != "false" => Node {
            location: value.location.clone(),
            kind: NodeKind::Map(vec![(
                super::yaml::NodeKey {
                    text: short.to_owned(),
                    location: value.location.clone(),
                },
                value.clone(),
            )]),
        },
        _ => value.clone(),
    }
}
