//! What the forms of a command line or a Lisp file are for: systems, folders, the swank server,
//! starting, stopping, staying. Nothing is evaluated.

mod paths;
mod ros_main;
mod stay;
mod swank;
mod systems;

use super::draft::{Draft, DraftSwank};
use super::marks::VariableMarks;
use super::note::Note;
use super::path;
use crate::lisp::tree::{Tree, TreeKind, read_trees};
use crate::lisp::{Part, reader::read_forms};

/// More forms than the start of a service has that a person wrote.
const MOST: usize = 1000;

/// A service whose forms are read one after the other.
pub(super) struct FormImport<'a> {
    /// What is known of it so far.
    pub draft: &'a mut Draft,
    /// The variables of its file.
    pub marks: &'a mut VariableMarks,
    /// The line of what is read.
    pub line: usize,
    /// What loaded the systems.
    pub used: Used,
    /// Whether this is a script of Roswell.
    pub roswell: bool,
    /// How many forms were read.
    count: usize,
    /// Whether another package was chosen for what follows.
    packaged: bool,
}

/// What a command line loads its systems with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Used {
    /// `ql:quickload`
    pub quicklisp: bool,
    /// `asdf:load-system`, `require`
    pub asdf: bool,
    /// Whether a setup file was loaded.
    pub setup: bool,
}

impl<'a> FormImport<'a> {
    /// Before the first form.
    pub(super) fn new(draft: &'a mut Draft, marks: &'a mut VariableMarks, line: usize) -> Self {
        FormImport {
            draft,
            marks,
            line,
            used: Used::default(),
            roswell: false,
            count: 0,
            packaged: false,
        }
    }

    /// Takes the forms of a text.
    pub(super) fn read(&mut self, text: &str) {
        let trees = match read_trees(text) {
            Ok(trees) => trees,
            Err(fault) => {
                let shown = self.marks.shown(text);
                let note = format!("`{}`: {}", crate::problem::shown(&shown), fault.message);
                return self.draft.note(Note::not_taken(self.line, note));
            }
        };
        for tree in trees {
            self.form(&tree, text);
        }
    }

    /// Takes the forms of a file, each with its line.
    pub(super) fn read_file(&mut self, text: &str, first_line: usize) {
        match read_trees(text) {
            Ok(trees) => {
                for tree in trees {
                    let before = &text[..tree.range.start];
                    self.line = first_line + before.matches('\n').count();
                    self.form(&tree, text);
                    if self.count > MOST {
                        break;
                    }
                }
            }
            Err(_) => self.read(text),
        }
    }

    fn form(&mut self, tree: &Tree, text: &str) {
        self.count += 1;
        if self.count > MOST {
            let note = format!("the forms after the first {MOST}");
            return self.draft.note(Note::not_taken(self.line, note));
        }
        let Some(operator) = tree.operator() else {
            // A symbol or a number does nothing.
            if !matches!(tree.kind, TreeKind::List(_)) {
                return;
            }
            return self.keep(tree, text);
        };
        let items = &tree.items()[1..];
        match operator.trim_start_matches("cl:") {
            "progn" => items.iter().for_each(|item| self.form(item, text)),
            "eval-when" => items.iter().skip(1).for_each(|item| self.form(item, text)),
            "load" => self.load_form(tree, text),
            "in-package" => self.in_package(tree, text),
            "setf" => self.setf(tree, text),
            "push" | "pushnew" => self.push(tree, text),
            "sb-ext:disable-debugger" | "disable-debugger" => {
                self.purpose("`(disable-debugger)` is dropped: always so here");
            }
            "quit" | "exit" | "sb-ext:quit" | "sb-ext:exit" | "uiop:quit" | "sb-ext:%quit" => {
                self.purpose("the exit at the end is dropped: the process stays");
            }
            "swank:create-server" => self.swank(tree, text),
            "swank-loader:init" => {
                self.purpose("`(swank-loader:init)` is dropped: `swank:` loads it as a system");
            }
            "asdf:initialize-source-registry" | "asdf:load-asd" | "asdf/find-system:load-asd" => {
                self.registry_form(tree, text);
            }
            "bt:make-thread" | "bordeaux-threads:make-thread" | "sb-thread:make-thread" => {
                self.thread(tree, text);
            }
            "defpackage" | "uiop:define-package" if ros_main::is_ros_package(tree) => {}
            "defun" if self.is_ros_main(tree) => self.ros_main(tree, text),
            _ if self.runtime_form(&operator, items, text) => {}
            _ if self.takes_systems(tree, text) => {}
            _ if self.is_quicklisp_setup(tree, text) => {}
            _ if stay::stays(tree) => self.stay(tree, text),
            _ => self.keep(tree, text),
        }
    }

    /// Keeps a form as it is.
    fn keep(&mut self, tree: &Tree, text: &str) {
        let form = one_line(tree.text(text));
        if self.draft.runs() {
            if form.contains("slynk:create-server") {
                let note =
                    "slynk is not swank: `eval`, `repl` and `reload` of lisplaunch need `swank:`";
                self.draft.note(Note::look(self.line, note));
            }
            self.draft.start.push(form);
        } else {
            self.draft.before_load.push(form);
        }
    }

    pub(super) fn purpose(&mut self, text: impl Into<String>) {
        self.draft.note(Note::on_purpose(self.line, text));
    }

    /// The forms of lisplaunch's own command lines.
    fn runtime_form(&mut self, operator: &str, items: &[Tree], text: &str) -> bool {
        let Some(function) = operator.strip_prefix("lisplaunch:") else {
            return false;
        };
        match function {
            "boot" => {
                let folders = Tree {
                    range: 0..0,
                    kind: TreeKind::List(items.to_vec()),
                };
                let folders = folders.keyword("REGISTRY").map(Tree::items);
                for folder in folders.unwrap_or_default().iter().skip(1) {
                    self.draft
                        .registry
                        .extend(folder.string().map(str::to_owned));
                }
            }
            "on-stop" => {
                let forms = items.iter().map(|form| one_line(form.text(text)));
                self.draft.stop.extend(forms);
            }
            "start-swank" => {
                let arguments = Tree {
                    range: 0..0,
                    kind: TreeKind::List(items.to_vec()),
                };
                let port = arguments.keyword("PORT");
                self.draft.swank = Some(DraftSwank {
                    port: port.map(|port| port.text(text).to_owned()),
                    interface: None,
                });
            }
            _ => {}
        }
        true
    }

    fn in_package(&mut self, tree: &Tree, text: &str) {
        let name = tree.items().get(1).and_then(Tree::designator);
        match name {
            Some(name) if name.starts_with("ros.script") => {}
            Some(name) if matches!(name.as_str(), "cl-user" | "common-lisp-user") => {}
            Some(name) if self.draft.start.is_empty() && !self.packaged => {
                self.packaged = true;
                self.draft.package = Some(name);
            }
            _ => self.keep(tree, text),
        }
    }

    fn setf(&mut self, tree: &Tree, text: &str) {
        let [_, place, value, rest @ ..] = tree.items() else {
            return self.keep(tree, text);
        };
        let name = match (place.operator(), &place.kind) {
            (Some(operator), _) => operator,
            (None, TreeKind::Symbol { package, name }) => {
                let package = package.as_deref().unwrap_or_default();
                format!("{package}:{name}").to_lowercase()
            }
            (None, _) => String::new(),
        };
        match name.as_str() {
            "sb-ext:*exit-timeout*" if rest.is_empty() => {
                self.draft.settings.stop_timeout = Some(value.text(text).to_owned());
            }
            "swank:*loopback-interface*" | "swank/backend:*loopback-interface*" => {
                let interface = value.string().map(str::to_owned);
                self.draft.swank.get_or_insert_default().interface = interface;
            }
            "sb-ext:*invoke-debugger-hook*" | ":*debugger-hook*" | ":*invoke-debugger-hook*" => {
                self.purpose("the debugger hook is dropped: an error ends the process, always");
            }
            "asdf:*central-registry*" => self.registry_form(tree, text),
            _ => self.keep(tree, text),
        }
    }

    fn push(&mut self, tree: &Tree, text: &str) {
        let [_, value, place, ..] = tree.items() else {
            return self.keep(tree, text);
        };
        match place.symbol() {
            Some("*CENTRAL-REGISTRY*") => self.registry_form(tree, text),
            Some("*EXIT-HOOKS*") => match hook(value, text) {
                Some(forms) => self.draft.stop.splice(0..0, forms).for_each(drop),
                None => self.keep(tree, text),
            },
            _ => self.keep(tree, text),
        }
    }

    /// What keeps the process up.
    fn stay(&mut self, tree: &Tree, text: &str) {
        let stops = stay::stop_forms(tree);
        for form in &stops {
            self.draft.stop.push(one_line(form.text(text)));
        }
        let shown = self.marks.shown(&one_line(tree.text(text)));
        let shown = crate::problem::shown(&shown);
        self.purpose(format!("`{shown}` is dropped: the process stays by itself"));
        if !stops.is_empty() {
            self.purpose("what ran on an interrupt is `stop:` now, and runs on every stop");
        }
    }

    /// A Lisp file that is loaded.
    pub(super) fn load(&mut self, file: &str) {
        let file = path::tidy(file, self.marks);
        let resolved = self.marks.resolved(&file);
        if resolved.ends_with(".lisplaunch/runtime.lisp") {
            return;
        }
        if let Some(folder) = asd_folder(&file) {
            let note = format!(
                "`{}` is found by its folder in `registry:`",
                self.marks.shown(&file)
            );
            self.purpose(note);
            return self.registry(folder);
        }
        if resolved.ends_with("swank-loader.lisp") {
            self.purpose("`swank-loader.lisp` is dropped: `swank:` loads it as a system");
            return;
        }
        if self.setup(&file) {
            return;
        }
        if self.draft.start.is_empty() {
            self.draft.load.push(file);
        } else {
            self.draft.start.push(systems::loading(&file));
        }
    }
}

/// The folder of a file that defines systems.
fn asd_folder(file: &str) -> Option<&str> {
    let path = file.strip_suffix(".asd")?;
    Some(path.rsplit_once('/').map_or(".", |(folder, _)| folder))
}

/// The forms of a function that takes no arguments.
fn hook(tree: &Tree, text: &str) -> Option<Vec<String>> {
    let inner = match &tree.kind {
        TreeKind::Function(inner) | TreeKind::Quote(inner) => inner,
        _ => tree,
    };
    if let TreeKind::Symbol { .. } = inner.kind {
        return Some(vec![format!("({})", inner.text(text))]);
    }
    match inner.items() {
        [lambda, arguments, body @ ..]
            if lambda.symbol() == Some("LAMBDA") && arguments.items().is_empty() =>
        {
            let forms = body.iter().map(|form| one_line(form.text(text)));
            Some(forms.collect())
        }
        _ => None,
    }
}

/// A form with its line breaks and comments folded.
pub(super) fn one_line(form: &str) -> String {
    match read_forms(&[Part::written(form)]) {
        Ok(forms) if forms.len() == 1 => forms[0].text(),
        _ => form.to_owned(),
    }
}
