//! Rules of this repository that a compiler does not know.

mod imports;
mod types;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use imports::Imports;

use crate::support::REPOSITORY;

/// The modules from the bottom to the top: each imports only what is before it. One within
/// another has a row of its own where it is lower.
const LAYERS: &[&str] = &[
    "word",
    "terminal",
    "problem",
    "suggest",
    "runtime",
    "host",
    "lisp",
    "dialect",
    "call",
    "trust",
    "uninterrupted",
    "project",
    "render",
    "plan",
    "program",
    "argv",
    "import",
    "init",
    "tmux",
    "live::sockets",
    "live::swank",
    "live",
    "launch",
    "job",
    "format",
    "output",
    "install",
    "saved_core",
    "release",
    "service_manager",
    "together",
    "doctor",
    "cli",
    "command",
    "lib",
    "main",
];

/// Crates with the files that name them, so that they can be changed in one place.
const OWNERS: &[(&str, &str)] = &[
    ("clap", "src/cli/"),
    ("clap_mangen", "src/cli/manual.rs"),
    ("clap_complete", "src/cli/complete.rs"),
    ("minijinja", "src/render.rs"),
    ("saphyr_parser", "src/project/yaml"),
    ("annotate_snippets", "src/problem.rs"),
    ("tempfile", "src/output.rs"),
    ("similar", "src/output/comparison.rs"),
    ("strsim", "src/suggest.rs"),
    ("uzers", "src/host"),
    ("signal_hook", "src/live/signals.rs src/uninterrupted.rs"),
    ("unicode_normalization", "src/dialect/nomad.rs"),
    ("flate2", "src/release/archive.rs"),
    ("rustyline", "src/live/repl/editor.rs"),
];

fn files_below(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(REPOSITORY).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let name = path.strip_prefix(REPOSITORY).unwrap();
                found.push((name.to_str().unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

fn imports() -> Imports {
    let files = files_below("src");
    Imports::of(
        files
            .iter()
            .map(|(name, text)| (&name["src/".len()..], text.as_str())),
    )
}

/// How high a module stands.
fn layer(module: &[String]) -> usize {
    (1..=module.len())
        .rev()
        .find_map(|end| {
            let path = module[..end].join("::");
            LAYERS.iter().position(|layer| *layer == path)
        })
        .unwrap_or_else(|| panic!("`{}` is missing from the layers", module.join("::")))
}

#[test]
fn imports_go_downward_only() {
    for (module, named) in imports().pairs() {
        assert!(
            layer(named) <= layer(module),
            "`{}` imports `{}`, which is above it",
            module.join("::"),
            named.join("::")
        );
    }
}

#[test]
fn modules_side_by_side_do_not_import_each_other() {
    let circle = imports().circle().unwrap_or_default();
    let circle: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
    assert!(
        circle.is_empty(),
        "they import each other: {}",
        circle.join(", ")
    );
}

#[test]
fn crates_are_named_in_one_place() {
    for (name, text) in files_below("src") {
        for (krate, owner) in OWNERS {
            let named = text.contains(&format!("{krate}::"));
            let owned = owner.split(' ').any(|owner| name.starts_with(owner));
            assert!(!named || owned, "{name} names `{krate}`");
        }
    }
}

#[test]
fn every_source_file_says_what_it_owns() {
    for (name, text) in files_below("src").into_iter().chain(files_below("tests")) {
        if Path::new(&name)
            .extension()
            .is_some_and(|extension| extension == "rs")
        {
            assert!(text.starts_with("//! "), "{name} has no header");
        }
    }
}

#[test]
fn templates_leave_quoting_to_the_dialect() {
    for (name, text) in files_below("templates") {
        for (number, line) in text.lines().enumerate() {
            for quote in ['\'', '"', '`'] {
                let quoted = line.contains(&format!("{quote}{{{{"))
                    || line.contains(&format!("}}}}{quote}"));
                assert!(!quoted, "{name}:{} quotes a value itself", number + 1);
            }
        }
    }
}

#[test]
fn snapshots_are_short_enough_to_be_read() {
    for (name, text) in files_below("tests/snapshots") {
        let lines = text.lines().count();
        assert!(lines <= 80, "{name} has {lines} lines");
        // A Procfile has a line for each process, however long it is.
        let columns = text.lines().map(|line| line.chars().count()).max();
        let columns = columns.filter(|_| !name.contains("/procfile@"));
        let columns = columns.unwrap_or_default();
        assert!(columns <= 200, "{name} has {columns} columns");
    }
}

#[test]
fn no_file_has_an_unfinished_mark() {
    for (name, text) in files_below("src")
        .into_iter()
        .chain(files_below("templates"))
    {
        for mark in ["todo!", "unimplemented!", "TODO", "FIXME", "dbg!"] {
            assert!(!text.contains(mark), "{name} contains `{mark}`");
        }
    }
}

/// What a Lisp file defines at its top level.
fn definitions(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (kind, rest) = line.strip_prefix("(def")?.split_once(' ')?;
        let name = rest.trim_start_matches('(').split([' ', ')']).next()?;
        (!["ine-setf-expander", "method", "package"].contains(&kind)).then_some(name)
    })
}

#[test]
fn the_runtime_defines_a_name_once() {
    let mut owners = std::collections::BTreeMap::new();
    let files = files_below("templates/sbcl/runtime");
    for (file, text) in &files {
        for name in definitions(text) {
            if let Some(other) = owners.insert(name, file) {
                panic!("`{name}` is defined in {other} and in {file}: the later one replaces it");
            }
        }
    }
    assert!(owners.contains_key("boot"), "nothing was found");
}
