//! The tables and lists in README and below `docs/` are complete.

use std::fs;
use std::path::Path;

use lisplaunch::format;
use lisplaunch::project::keys::{self, KEYS};

use crate::docs::page::{Page, is_update};
use crate::support::{Project, REPOSITORY};

/// The keys that most project files need.
const FIRST: &[&str] = &[
    "name",
    "systems",
    "start",
    "stop",
    "ready",
    "loader",
    "registry",
    "load",
    "env",
    "env-file",
    "swank",
    "http",
    "core",
    "replicas",
    "user",
    "log",
    "directory",
    "restart",
    "start-timeout",
    "stop-timeout",
    "services",
    "profiles",
    "emit",
];

/// Compares what is between the two marks of a page, or writes it.
#[track_caller]
fn compare(page: &str, expected: &str) {
    const BEGIN: &str = "<!-- keys: begin -->\n";
    const END: &str = "<!-- keys: end -->";
    let page = Page::read(page);
    let (before, rest) = page.text.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    if is_update() && table != expected {
        let text = [before, BEGIN, expected, END, after].concat();
        fs::write(Path::new(REPOSITORY).join(&page.name), text).unwrap();
    } else {
        assert_eq!(
            table, expected,
            "{}; INSTA_UPDATE=always writes it",
            page.name
        );
    }
}

#[test]
fn the_table_of_keys_is_the_programs() {
    compare("docs/keys.md", &keys::markdown(KEYS));
    let first: Vec<keys::Key> = FIRST
        .iter()
        .map(|path| *keys::find(path).unwrap())
        .collect();
    compare("README.md", &keys::markdown(&first));
}

#[test]
fn the_table_of_formats_is_complete() {
    let readme = Page::read("README.md").text;
    for format in format::ALL {
        let row = format!("\n| `{}` | ", format.name);
        assert!(
            readme.contains(&row),
            "README has no row for the format `{}`",
            format.name
        );
    }
}

#[test]
fn the_table_of_commands_is_complete() {
    let readme = Page::read("README.md").text;
    let rows: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `lisplaunch ")?.split(" | ").next())
        .collect();
    let help = Project::empty().run(&["--help"]).success();
    let commands = help.split("Commands:\n").nth(1).unwrap();
    let commands = commands.split("\n\n").next().unwrap().lines();
    let names = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    for name in names.filter(|name| !name.is_empty() && *name != "help") {
        let named = |row: &&str| row.split(['`', ' ', ',']).any(|word| word == name);
        assert!(rows.iter().any(named), "README has no row for `{name}`");
    }
}

#[test]
fn each_page_is_in_the_list_of_pages() {
    let list = Page::read("docs/README.md");
    for page in Page::all() {
        let name = page.name.trim_start_matches("docs/");
        let linked = list.text.contains(&format!("]({name}")) || page.name == list.name;
        assert!(
            linked || name == "README.md",
            "docs/README.md does not name {name}"
        );
    }
}

/// The words of `status`, as the program has them.
#[test]
fn each_state_is_explained() {
    let page = Page::read("docs/operations.md").text;
    let source = fs::read_to_string(Path::new(REPOSITORY).join("src/live/state.rs")).unwrap();
    let states = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("State::")?.split(" => \"").nth(1));
    let mut count = 0;
    for state in states.map(|rest| rest.trim_end_matches("\",")) {
        assert!(
            page.contains(&format!("\n| `{state}` |")),
            "no row for `{state}`"
        );
        count += 1;
    }
    assert!(count >= 12, "{count} states");
}
