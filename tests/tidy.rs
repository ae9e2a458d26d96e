//! Rules of this repository that a compiler does not know.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::REPOSITORY;

/// Which modules each module may import; imports go downward only.
const LAYERS: &[(&str, &[&str])] = &[
    ("word", &[]),
    ("problem", &[]),
    ("suggest", &[]),
    ("runtime", &[]),
    ("host", &[]),
    ("lisp", &["word", "problem"]),
    ("dialect", &["word", "lisp", "problem"]),
    ("repl", &["lisp", "problem", "live"]),
    (
        "render",
        &["dialect", "host", "problem", "project", "trust"],
    ),
    ("trust", &["word", "dialect", "problem", "host"]),
    (
        "project",
        &["word", "lisp", "problem", "suggest", "host", "trust"],
    ),
    (
        "plan",
        &[
            "word", "lisp", "problem", "suggest", "host", "project", "trust",
        ],
    ),
    (
        "argv",
        &[
            "project", "word", "lisp", "dialect", "problem", "plan", "render",
        ],
    ),
    ("tmux", &["word", "lisp", "dialect"]),
    (
        "live",
        &["word", "problem", "host", "plan", "project", "runtime"],
    ),
    ("launch", &["word", "problem", "host", "plan", "project"]),
    (
        "format",
        &["word", "dialect", "problem", "plan", "argv", "render"],
    ),
    ("reload", &["live", "problem", "word"]),
    ("output", &["problem", "host", "project", "format"]),
    ("install", &["output", "plan", "problem", "runtime", "word"]),
    ("cli", &["format", "project"]),
    (
        "command",
        &[
            "argv", "cli", "dialect", "format", "host", "install", "launch", "lisp", "output",
            "live", "plan", "problem", "project", "reload", "render", "repl", "suggest", "tmux",
            "trust", "word",
        ],
    ),
    ("main", &[]),
    ("lib", &[]),
];

/// Crates with the files that name them, so that they can be changed in one place.
const OWNERS: &[(&str, &str)] = &[
    ("clap", "src/cli/"),
    ("minijinja", "src/render.rs"),
    ("saphyr_parser", "src/project/yaml"),
    ("dotenvy", "src/plan/environment.rs"),
    ("annotate_snippets", "src/problem.rs"),
    ("tempfile", "src/output.rs"),
    ("similar", "src/command/emit.rs"),
    ("strsim", "src/suggest.rs"),
    ("uzers", "src/host.rs"),
    ("signal_hook", "src/live/signals.rs src/repl/signals.rs"),
    ("rustyline", "src/repl/editor.rs"),
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

/// The modules of this crate that a source file names in `crate::…`.
fn imported(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .flat_map(|rest| {
            let names = match rest.strip_prefix('{') {
                Some(group) => group.split('}').next().unwrap().split(',').collect(),
                None => vec![rest],
            };
            names
                .into_iter()
                .map(|name| {
                    name.trim()
                        .chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '_')
                        .collect()
                })
                .collect::<Vec<String>>()
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn imports_go_downward_only() {
    let layers: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    for (name, text) in files_below("src") {
        let module = name.split('/').nth(1).unwrap().trim_end_matches(".rs");
        let allowed = layers
            .get(module)
            .unwrap_or_else(|| panic!("`{module}` is missing from the layers"));
        for import in imported(&text) {
            assert!(
                import == module || allowed.contains(&import.as_str()),
                "{name} imports `{import}`, which stands above it"
            );
        }
    }
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
