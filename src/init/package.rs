//! What the packages of a project export, and how its functions are called.

use super::sources::SourceFile;
use crate::lisp::tree::{Tree, TreeKind, read_trees};

/// A function that another package may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exported {
    /// Its package, in lower case.
    pub package: String,
    /// Its name, in lower case.
    pub name: String,
    /// The names of its keyword parameters, where its definition was found.
    pub keywords: Vec<String>,
    /// How many arguments it must be given.
    pub required: usize,
    /// The file that defines the package.
    pub file: String,
}

/// A function by its name, what it must be given, and its keyword parameters.
type Defined = (String, usize, Vec<String>);

/// All that the packages in these files export.
pub(super) fn exported(files: &[SourceFile]) -> Vec<Exported> {
    let trees: Vec<(&SourceFile, Vec<Tree>)> = files
        .iter()
        .map(|file| (file, read_trees(&file.text).unwrap_or_default()))
        .collect();
    let defined: Vec<Defined> = trees
        .iter()
        .flat_map(|(_, trees)| trees.iter().filter_map(function))
        .collect();
    let packages = trees.iter().flat_map(|(file, trees)| {
        let packages = trees.iter().filter_map(package);
        packages.map(|(package, names)| (file.path.clone(), package, names))
    });
    let exports = packages.flat_map(|(file, package, names)| {
        let known = names.into_iter().map(|name| {
            let found = defined.iter().find(|(known, ..)| *known == name);
            let (_, required, keywords) = found.cloned().unwrap_or_default();
            Exported {
                package: package.clone(),
                name,
                keywords,
                required,
                file: file.clone(),
            }
        });
        known.collect::<Vec<_>>()
    });
    exports.collect()
}

/// The name of a package and those that it exports.
fn package(tree: &Tree) -> Option<(String, Vec<String>)> {
    let operator = tree.operator()?;
    let name = operator.rsplit(':').next()?;
    if name != "defpackage" && name != "define-package" {
        return None;
    }
    let package = tree.items().get(1)?.designator()?.to_lowercase();
    let is_export = |clause: &&Tree| {
        let kind = clause.items().first().map(|kind| &kind.kind);
        matches!(kind, Some(TreeKind::Keyword(kind)) if kind == "EXPORT")
    };
    let clauses = tree.items().iter().filter(is_export);
    let names = clauses.flat_map(|clause| clause.items().iter().skip(1));
    let names = names.filter_map(|name| Some(name.designator()?.to_lowercase()));
    Some((package, names.collect()))
}

/// A function, how many arguments it must be given, and its keywords.
fn function(tree: &Tree) -> Option<Defined> {
    let operator = tree.operator()?;
    let [_, name, parameters, ..] = tree.items() else {
        return None;
    };
    if !["defun", "defgeneric"].contains(&operator.as_str()) {
        return None;
    }
    let name = name.symbol()?.to_lowercase();
    let symbols: Vec<&Tree> = parameters.items().iter().collect();
    let is_marker = |tree: &&&Tree| tree.symbol().is_some_and(|name| name.starts_with('&'));
    let required = symbols.iter().take_while(|tree| !is_marker(tree)).count();
    let at = symbols
        .iter()
        .position(|tree| tree.symbol() == Some("&KEY"));
    let keywords = symbols.iter().skip(at.map_or(symbols.len(), |at| at + 1));
    let names = keywords
        .take_while(|tree| !is_marker(tree))
        .filter_map(|tree| {
            let name = tree
                .symbol()
                .or(tree.items().first().and_then(Tree::symbol));
            name.map(str::to_lowercase)
        });
    Some((name, required, names.collect()))
}
