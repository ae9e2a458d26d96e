//! Forms that load systems, and files that set up what loads them.

use super::FormImport;
use crate::import::note::Note;
use crate::import::path;
use crate::lisp::tree::{Tree, TreeKind};
use crate::plan::system_name;

/// More systems than a person lists.
const MOST: usize = 500;

/// Setup files by the end of their path, with the loader whose own they are.
const SETUPS: [(&str, &str); 6] = [
    (".qlot/setup.lisp", "qlot"),
    (".bundle-libs/bundle.lisp", "qlot-bundle"),
    (".roswell/lisp/quicklisp/setup.lisp", "roswell"),
    ("ocicl/ocicl-runtime.lisp", "ocicl"),
    ("quicklisp/setup.lisp", "quicklisp"),
    ("ocicl-runtime.lisp", "ocicl"),
];

/// Where the loaders have them.
const OWN_PLACES: [&str; 6] = [
    ".qlot/setup.lisp",
    ".bundle-libs/bundle.lisp",
    "~/.roswell/lisp/quicklisp/setup.lisp",
    "~/.local/share/ocicl/ocicl-runtime.lisp",
    "~/quicklisp/setup.lisp",
    "~/.quicklisp/setup.lisp",
];

impl FormImport<'_> {
    /// Takes a file for the setup of a loader, if it is one.
    pub(super) fn setup(&mut self, file: &str) -> bool {
        let resolved = self.marks.resolved(file);
        let Some((_, loader)) = SETUPS.iter().find(|(end, _)| resolved.ends_with(end)) else {
            return false;
        };
        self.used.setup = true;
        self.draft.loader = Some(loader);
        // A relative path is one of the project's folder only without a folder of its own.
        let here = file.starts_with('~') || self.draft.settings.directory.is_none();
        let own = here && OWN_PLACES.contains(&file);
        self.draft.setup = (!own).then(|| file.to_owned());
        true
    }

    /// The usual lines that load Quicklisp where it is there.
    pub(super) fn is_quicklisp_setup(&mut self, tree: &Tree, text: &str) -> bool {
        let guards = ["let", "let*", "when", "unless", "if"];
        let operator = tree.operator().unwrap_or_default();
        let body = tree.text(text);
        if self.draft.runs()
            || !guards.contains(&operator.as_str())
            || !body.contains("setup.lisp")
            || !body.contains("(load ")
        {
            return false;
        }
        let file = strings(tree).find(|file| file.ends_with("setup.lisp"));
        let Some(file) = file.map(str::to_owned) else {
            return false;
        };
        let home = body.contains("user-homedir-pathname");
        let file = match file.strip_prefix('/') {
            None if home && !file.starts_with('~') => format!("~/{file}"),
            _ => path::tidy(&file, self.marks),
        };
        self.setup(&file)
    }

    /// Takes a form that loads systems, if it is one.
    pub(super) fn takes_systems(&mut self, tree: &Tree, text: &str) -> bool {
        let operator = tree.operator().unwrap_or_default();
        let items = &tree.items()[1..];
        match operator.as_str() {
            "ql:quickload" | "quicklisp:quickload" | "quicklisp-client:quickload" => {
                self.used.quicklisp = true;
                self.systems(items.first(), tree, text);
            }
            "asdf:load-system" | "asdf:require-system" => {
                self.used.asdf = true;
                self.systems(items.first(), tree, text);
            }
            "asdf:load-systems" | "asdf:load-systems*" => {
                self.used.asdf = true;
                for system in items {
                    self.systems(Some(system), tree, text);
                }
            }
            "asdf:operate" | "asdf:oos" => {
                let operation = items.first().and_then(Tree::designator);
                if operation.as_deref() != Some("load-op") {
                    return false;
                }
                self.used.asdf = true;
                self.systems(items.get(1), tree, text);
            }
            "uiop:symbol-call" | "uiop/package:symbol-call" => {
                let named = |at: usize| items.get(at).and_then(Tree::designator);
                match (named(0).as_deref(), named(1).as_deref()) {
                    (Some("ql" | "quicklisp" | "QL"), Some("quickload" | "QUICKLOAD")) => {
                        self.used.quicklisp = true;
                    }
                    (Some("asdf" | "ASDF"), Some("load-system" | "LOAD-SYSTEM")) => {
                        self.used.asdf = true;
                    }
                    _ => return false,
                }
                self.systems(items.get(2), tree, text);
            }
            "funcall" => {
                let function = items.first().map(|tree| tree.text(text).to_uppercase());
                let function = function.unwrap_or_default();
                let found = ["INTERN", "FIND-SYMBOL"]
                    .iter()
                    .any(|name| function.contains(name));
                if !found || !function.contains("QUICKLOAD") {
                    return false;
                }
                self.used.quicklisp = true;
                self.systems(items.get(1), tree, text);
            }
            "require" => return self.require(items, tree, text),
            "ql:register-local-projects" | "ros:ensure-asdf" | "ros:quicklisp" => {
                let note = format!("`{}` is dropped", tree.text(text));
                self.draft.note(Note::on_purpose(self.line, note));
            }
            _ => return false,
        }
        true
    }

    fn require(&mut self, items: &[Tree], tree: &Tree, text: &str) -> bool {
        let Some(name) = items.first().and_then(Tree::designator) else {
            return false;
        };
        let name = name.to_lowercase();
        match name.as_str() {
            "asdf" | "uiop" => {
                self.used.asdf |= self.draft.loader.is_none();
                true
            }
            name if name.starts_with("sb-") => false,
            _ => {
                self.used.asdf = true;
                self.systems(items.first(), tree, text);
                true
            }
        }
    }

    /// What came before the first system stays before it.
    fn all_so_far_is_before(&mut self) {
        let files = std::mem::take(&mut self.draft.load);
        let forms = std::mem::take(&mut self.draft.start);
        let loads = files.iter().map(|file| loading(file));
        self.draft.before_load.extend(loads.chain(forms));
    }

    /// Adds the systems that an argument names.
    fn systems(&mut self, argument: Option<&Tree>, tree: &Tree, text: &str) {
        let names = argument.and_then(names);
        let Some(names) = names else {
            return self.keep(tree, text);
        };
        if self.draft.systems.is_empty() {
            self.all_so_far_is_before();
        } else if !self.draft.start.is_empty() {
            let note = "systems are loaded before the first form of `start:`";
            self.draft.note(Note::look(self.line, note));
        }
        for name in names {
            match name.as_str() {
                "swank" => {
                    // A server may follow; until then it is a system like any other.
                    if self.draft.swank.is_none() {
                        self.draft.systems.push(name);
                    }
                }
                name if self.marks.resolved(name) != name || system_name(name).is_err() => {
                    return self.keep(tree, text);
                }
                name if self.draft.systems.iter().any(|known| known == name) => {}
                _ => self.draft.systems.push(name),
            }
        }
    }
}

/// A form that loads a file.
pub(super) fn loading(file: &str) -> String {
    let literal = file.replace('\\', "\\\\").replace('"', "\\\"");
    format!("(load \"{literal}\")")
}

/// The names of a system or a list of them.
fn names(tree: &Tree) -> Option<Vec<String>> {
    if let Some(name) = tree.designator() {
        return Some(vec![name]);
    }
    let items = match &tree.kind {
        TreeKind::Quote(list) => list.items(),
        TreeKind::List(_) if tree.operator().as_deref() == Some("list") => &tree.items()[1..],
        _ => return None,
    };
    let few = items.len() <= MOST;
    few.then(|| items.iter().map(Tree::designator).collect())?
}

/// The strings in a form.
fn strings(tree: &Tree) -> impl Iterator<Item = &str> {
    let mut trees = vec![tree];
    std::iter::from_fn(move || {
        loop {
            let tree = trees.pop()?;
            trees.extend(tree.items().iter().rev());
            if let TreeKind::Quote(inner) | TreeKind::Function(inner) = &tree.kind {
                trees.push(inner);
            }
            if let Some(text) = tree.string() {
                return Some(text);
            }
        }
    })
}
