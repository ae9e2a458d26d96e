//! Laying one part of the file over another: profiles over the file, services over the defaults.

use super::keys;
use super::yaml::{Node, NodeKind};

/// `over` laid over `base`: maps are merged key by key, everything else is replaced.
///
/// A key that has a short form (`swank: 4005` for `swank: {port: 4005}`) is merged as
/// the map that it stands for. A key without a value takes the base's value away.
pub fn overlay(base: &Node, over: &Node) -> Node {
    let (NodeKind::Map(below), NodeKind::Map(above)) = (&base.kind, &over.kind) else {
        return over.clone();
    };
    let mut merged = below.clone();
    for (key, value) in above {
        match merged.iter_mut().find(|(known, _)| known.text == key.text) {
            Some((known, old)) => {
                let value = expanded(&key.text, value);
                *old = overlay(&expanded(&key.text, old), &value);
                *known = key.clone();
            }
            None => merged.push((key.clone(), value.clone())),
        }
    }
    Node {
        location: over.location.clone(),
        kind: NodeKind::Map(merged),
    }
}

/// The map that a value in a short form stands for.
pub fn expanded(key: &str, value: &Node) -> Node {
    match (&value.kind, keys::short_form(key)) {
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
