//! Paths as a project file writes them.

use super::marks::VariableMarks;

/// A path of a command line or a form: the home folder is `~`, the current one is left out.
pub(super) fn tidy(path: &str, marks: &VariableMarks) -> String {
    let mut chars = path.chars();
    let first = chars.next();
    let home = first
        .and_then(|c| marks.variable(c))
        .is_some_and(|variable| variable.name == "HOME");
    let path = match chars.as_str() {
        "" if home => "~/".to_owned(),
        rest if home && rest.starts_with('/') => format!("~{rest}"),
        _ => path.to_owned(),
    };
    let mut path = path.as_str();
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match (part, parts.last()) {
            ("..", Some(last)) if !["", "..", "~"].contains(last) => {
                parts.pop();
            }
            (".", Some(_)) => {}
            (part, _) => parts.push(part),
        }
    }
    match parts.join("/").as_str() {
        "" => ".".to_owned(),
        path => path.to_owned(),
    }
}

/// The same of a folder, without the slash at its end.
pub(super) fn folder(path: &str, marks: &VariableMarks) -> String {
    let tidy = tidy(path, marks);
    match tidy.trim_end_matches('/') {
        "" => "/".to_owned(),
        "~" => "~/".to_owned(),
        folder => folder.to_owned(),
    }
}

/// The path of a command that runs in a folder, as a file that lies elsewhere names it.
pub(super) fn within(path: &str, directory: Option<&str>, marks: &VariableMarks) -> String {
    let fixed = path.starts_with(['/', '~']) || path.starts_with(|c| marks.variable(c).is_some());
    match directory {
        Some(directory) if !fixed => {
            let directory = directory.trim_end_matches('/');
            match path {
                "." => directory.to_owned(),
                path => format!("{directory}/{path}"),
            }
        }
        _ => path.to_owned(),
    }
}
