//! Definitions of systems: the forms of `.asd` files, read as text.

use crate::lisp::tree::{Tree, TreeKind, read_trees};

/// A system as its file defines it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct System {
    /// Its name.
    pub name: String,
    /// The function that it is started with: `:entry-point`.
    pub entry_point: Option<String>,
    /// The systems that it names in `:depends-on`.
    pub needs: Vec<String>,
    /// Whether each of its files is a system of its own.
    pub package_inferred: bool,
}

/// The systems that a text defines; none where it is not well formed.
pub(super) fn systems(text: &str) -> Vec<System> {
    let trees = read_trees(text).unwrap_or_default();
    trees.iter().filter_map(system).collect()
}

fn system(tree: &Tree) -> Option<System> {
    let operator = tree.operator()?;
    if operator != "defsystem" && !operator.ends_with(":defsystem") {
        return None;
    }
    let class = tree.keyword("CLASS").and_then(name);
    Some(System {
        name: name(tree.items().get(1)?)?,
        entry_point: tree.keyword("ENTRY-POINT").and_then(name),
        needs: tree.keyword("DEPENDS-ON").map(needs).unwrap_or_default(),
        package_inferred: class.is_some_and(|class| class.ends_with("package-inferred-system")),
    })
}

fn name(tree: &Tree) -> Option<String> {
    match &tree.kind {
        TreeKind::Symbol {
            package: Some(package),
            name,
        } => Some(format!("{package}:{name}").to_lowercase()),
        _ => tree.designator(),
    }
}

/// The names in a list; of `(:version "x" "1")` the second.
fn needs(tree: &Tree) -> Vec<String> {
    let items = tree.items().iter();
    let names = items.filter_map(|item| match item.items() {
        [] => item.designator(),
        [_, name, ..] => name.designator(),
        [_] => None,
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_read() {
        let text = "(in-package :asdf-user)\n(asdf:defsystem #:shop :class :package-inferred-system\n\
                    :depends-on (:alexandria \"shop/web\" (:version \"clack\" \"2\")) #+nope :x)\n\
                    (defsystem \"shop/cli\" :entry-point \"shop/cli:main\")";
        let shop = System {
            name: "shop".to_owned(),
            needs: ["alexandria", "shop/web", "clack"]
                .map(str::to_owned)
                .to_vec(),
            package_inferred: true,
            ..System::default()
        };
        let cli = System {
            name: "shop/cli".to_owned(),
            entry_point: Some("shop/cli:main".to_owned()),
            ..System::default()
        };
        assert_eq!(systems(text), [shop, cli]);
    }
}
