//! The function `main` of a script of Roswell.

use super::{FormImport, one_line, stay};
use crate::import::note::Note;
use crate::lisp::tree::{Tree, TreeKind};

impl FormImport<'_> {
    pub(super) fn is_ros_main(&self, tree: &Tree) -> bool {
        self.roswell && tree.items().get(1).and_then(Tree::symbol) == Some("MAIN")
    }

    /// The function that Roswell calls with the arguments of its script.
    pub(super) fn ros_main(&mut self, tree: &Tree, text: &str) {
        let [_, _, parameters, body @ ..] = tree.items() else {
            return;
        };
        let is_declaration = |form: &&Tree| form.operator().as_deref() != Some("declare");
        let body: Vec<&Tree> = body.iter().filter(is_declaration).collect();
        let names: Vec<&str> = symbols(parameters).collect();
        let uses = |form: &&Tree| symbols(form).any(|name| names.contains(&name));
        if !body.iter().any(uses) {
            return body.iter().for_each(|form| self.form(form, text));
        }
        let note = "`main` gets no arguments: give it those that it needs in `start:`";
        self.draft.note(Note::look(self.line, note));
        let kept = body.iter().filter(|form| !stay::stays(form));
        let kept: Vec<&str> = kept.map(|form| form.text(text)).collect();
        let parameters = parameters.text(text);
        let call = format!("(funcall (lambda {parameters} {}))", kept.join(" "));
        self.draft.start.push(one_line(&call));
    }
}

/// The names of the symbols in a form, but for those of lambda lists.
fn symbols(tree: &Tree) -> impl Iterator<Item = &str> {
    let mut trees = vec![tree];
    std::iter::from_fn(move || {
        loop {
            let tree = trees.pop()?;
            trees.extend(tree.items());
            if let TreeKind::Quote(inner) | TreeKind::Function(inner) = &tree.kind {
                trees.push(inner);
            }
            if let Some(name) = tree.symbol().filter(|name| !name.starts_with('&')) {
                return Some(name);
            }
        }
    })
}

/// Whether a package is that of a script of Roswell.
pub(super) fn is_ros_package(tree: &Tree) -> bool {
    let name = tree.items().get(1).and_then(Tree::designator);
    name.is_some_and(|name| name.starts_with("ros.script"))
}
