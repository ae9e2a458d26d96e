//! Paths in forms, and the folders in which ASDF is to search.

use super::FormImport;
use crate::import::note::Note;
use crate::import::path;
use crate::lisp::tree::{Tree, TreeKind};

/// Forms within each other in a path.
const DEEPEST: usize = 8;

impl FormImport<'_> {
    /// The path that a form makes, where that can be said.
    pub(super) fn path_of(&mut self, tree: &Tree, depth: usize) -> Option<String> {
        if depth == DEEPEST {
            return None;
        }
        if let Some(text) = tree.string() {
            return Some(path::tidy(text, self.marks));
        }
        match &tree.kind {
            TreeKind::Quote(inner) => return self.path_of(inner, depth + 1),
            TreeKind::Symbol { name, .. } => {
                return match name.as_str() {
                    "*DEFAULT-PATHNAME-DEFAULTS*" => Some(".".to_owned()),
                    "*LOAD-TRUENAME*" | "*LOAD-PATHNAME*" => Some(self.marks.here.clone()),
                    _ => None,
                };
            }
            _ => {}
        }
        let operator = tree.operator()?;
        let name = operator.rsplit(':').next().unwrap_or(&operator).to_owned();
        let arguments = &tree.items()[1..];
        match name.as_str() {
            "user-homedir-pathname" => Some("~/".to_owned()),
            "getcwd" | "get-pathname-defaults" => Some(".".to_owned()),
            "merge-pathnames" | "merge-pathnames*" => {
                let file = self.path_of(arguments.first()?, depth + 1)?;
                let folder = match arguments.get(1) {
                    Some(folder) => self.path_of(folder, depth + 1)?,
                    None => ".".to_owned(),
                };
                Some(joined(&folder, &file))
            }
            "subpathname" => {
                let folder = self.path_of(arguments.first()?, depth + 1)?;
                let file = self.path_of(arguments.get(1)?, depth + 1)?;
                Some(joined(&folder, &file))
            }
            "concatenate" => {
                let parts = arguments.iter().skip(1);
                let parts: Option<Vec<String>> =
                    parts.map(|part| self.path_of(part, depth + 1)).collect();
                Some(path::tidy(&parts?.concat(), self.marks))
            }
            "getenv" | "posix-getenv" => {
                let name = arguments.first()?.string()?.to_owned();
                Some(self.marks.mark(&name, None).to_string())
            }
            "truename"
            | "probe-file"
            | "pathname"
            | "namestring"
            | "native-namestring"
            | "native-pathname"
            | "parse-native-namestring"
            | "ensure-directory-pathname"
            | "ensure-directories-exist"
            | "directory-namestring"
            | "pathname-directory-pathname"
            | "truenamize"
            | "resolve-symlinks"
            | "probe-file*" => self.path_of(arguments.first()?, depth + 1),
            _ => None,
        }
    }

    pub(super) fn load_form(&mut self, tree: &Tree, text: &str) {
        let file = tree.items().get(1);
        match file.and_then(|file| self.path_of(file, 0)) {
            // Its options would be lost: `:if-does-not-exist nil`.
            Some(file) if tree.items().len() == 2 || file.ends_with("setup.lisp") => {
                self.load(&file);
            }
            _ => self.keep(tree, text),
        }
    }

    /// A folder that ASDF searches first.
    pub(in crate::import) fn registry(&mut self, folder: &str) {
        let folder = path::folder(folder, self.marks);
        if !self.draft.registry.contains(&folder) {
            // What comes later is searched first.
            self.draft.registry.insert(0, folder);
        }
    }

    /// A form that changes where ASDF searches.
    pub(super) fn registry_form(&mut self, tree: &Tree, text: &str) {
        let Some(folders) = self.registry_folders(tree) else {
            return self.keep_before(tree, text);
        };
        for folder in folders {
            self.registry(&folder);
        }
        if self.draft.runs() {
            let note = "`registry:` is searched from the beginning";
            self.draft.note(Note::on_purpose(self.line, note));
        }
    }

    fn keep_before(&mut self, tree: &Tree, text: &str) {
        if tree
            .operator()
            .is_some_and(|operator| operator.starts_with("asdf"))
        {
            self.used.asdf = true;
        }
        self.keep(tree, text);
    }

    fn registry_folders(&mut self, tree: &Tree) -> Option<Vec<String>> {
        let operator = tree.operator()?;
        let items = tree.items();
        match operator.as_str() {
            "push" | "pushnew" => Some(vec![self.path_of(items.get(1)?, 0)?]),
            "asdf:load-asd" | "asdf/find-system:load-asd" => {
                let file = self.path_of(items.get(1)?, 0)?;
                Some(vec![super::asd_folder(&file)?.to_owned()])
            }
            "setf" => {
                let value = items.get(2)?;
                let folders = match value.operator()?.as_str() {
                    "list" => &value.items()[1..],
                    "list*" | "cons" => {
                        let (_, folders) = value.items()[1..].split_last()?;
                        folders
                    }
                    _ => return None,
                };
                let folders = folders.iter().rev().map(|folder| self.path_of(folder, 0));
                folders.collect()
            }
            _ => {
                // `(:source-registry (:directory "…") :inherit-configuration)`
                let TreeKind::Quote(list) = &items.get(1)?.kind else {
                    return None;
                };
                let entries = list.items().iter().skip(1);
                let entries = entries.filter(|entry| matches!(entry.kind, TreeKind::List(_)));
                let folders = entries.rev().map(|entry| match entry.items() {
                    [kind, folder] if matches!(&kind.kind, TreeKind::Keyword(name) if name == "DIRECTORY") => {
                        self.path_of(folder, 0)
                    }
                    _ => None,
                });
                folders.collect()
            }
        }
    }
}

fn joined(folder: &str, file: &str) -> String {
    if file.starts_with(['/', '~']) || folder == "." {
        return file.to_owned();
    }
    match file {
        "." => folder.to_owned(),
        file => format!("{}/{file}", folder.trim_end_matches('/')),
    }
}
