//! Names of types: one meaning each.

use std::collections::BTreeMap;

use super::files_below;

/// The name of the type that a line defines at the top level of its file.
fn defined(line: &str) -> Option<&str> {
    let line = match line.strip_prefix("pub(") {
        Some(rest) => rest.split_once(") ")?.1,
        None => line.strip_prefix("pub ").unwrap_or(line),
    };
    let (kind, rest) = line.split_once(' ')?;
    let name = rest.split(|c: char| !c.is_alphanumeric()).next()?;
    ["struct", "enum", "trait", "type"]
        .contains(&kind)
        .then_some(name)
}

#[test]
fn a_name_of_a_type_has_one_meaning() {
    let files = files_below("src");
    let mut owners = BTreeMap::new();
    for (file, text) in &files {
        for name in text.lines().filter_map(defined) {
            if let Some(other) = owners.insert(name, file) {
                panic!("`{name}` is a type in {other} and another one in {file}");
            }
        }
    }
    assert!(owners.contains_key("Project"), "nothing was found");
}

#[test]
fn a_type_of_ours_is_imported_under_its_own_name() {
    for (file, text) in files_below("src") {
        for line in text.lines().filter(|line| line.contains("use ")) {
            let renamed = line
                .split_once(" as ")
                .is_some_and(|(_, rest)| rest.starts_with(char::is_uppercase));
            assert!(!renamed, "{file}: `{line}`");
        }
    }
}
