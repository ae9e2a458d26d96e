//! Compose files: the services whose commands start Lisp.

use std::sync::Arc;

use super::found::Settings;
use super::marks::VariableMarks;
use super::note::Note;
use super::shell::words::{Values, words_with};
use super::shell::{self, Scripted};
use crate::problem::{Problem, Source};
use crate::project::yaml::{self, Node, NodeKind};

/// Keys that are for containers alone.
#[rustfmt::skip]
const OF_CONTAINERS: [&str; 9] = [
    "image", "build", "container_name", "networks", "init", "tty", "stdin_open", "labels", "platform",
];

/// Reads a compose file.
///
/// # Errors
/// When it is not YAML.
pub(super) fn read(source: &Arc<Source>, marks: &mut VariableMarks) -> Result<Scripted, Problem> {
    let root = yaml::read(source)?;
    let mut all = Scripted::default();
    for (name, service) in entries(entry(&root, "services")) {
        let Scripted { found, notes } = ComposeService::default().read(name, service, marks);
        all.found.extend(found);
        all.notes.extend(notes);
    }
    Ok(all)
}

#[derive(Default)]
struct ComposeService {
    settings: Settings,
    entry: Option<(usize, Vec<String>)>,
    command: Option<(usize, Vec<String>)>,
    notes: Vec<Note>,
}

impl ComposeService {
    fn read(mut self, name: &str, service: &Node, marks: &mut VariableMarks) -> Scripted {
        for (key, node) in entries(Some(service)) {
            self.key(key, node, marks);
        }
        let (line, words) = match (self.entry, self.command) {
            (Some((line, entry)), Some((_, command))) => (line, [entry, command].concat()),
            (Some(command), None) | (None, Some(command)) => command,
            (None, None) => return Scripted::default(),
        };
        let mut scripted = shell::command(&words, line, self.settings, marks);
        for found in &mut scripted.found {
            found.name = Some(name.to_owned());
            found.place = format!("service `{name}`");
            found.notes.append(&mut self.notes);
        }
        scripted
    }

    fn key(&mut self, key: &str, node: &Node, marks: &mut VariableMarks) {
        let line = node.location.line();
        let value = scalar(node)
            .map(|text| interpolated(text, marks))
            .unwrap_or_default();
        let settings = &mut self.settings;
        match (key, value.as_str()) {
            ("command", _) => self.command = Some((line, command(node, marks))),
            ("entrypoint", _) => self.entry = Some((line, command(node, marks))),
            ("working_dir", _) => settings.directory = Some(value),
            ("user", _) => settings.user = value.split(':').next().map(str::to_owned),
            ("restart", "always" | "unless-stopped") => settings.restart = Some("always"),
            ("restart", "no") => settings.restart = Some("never"),
            ("restart", _) => settings.restart = Some("on-failure"),
            ("stop_grace_period", _) => settings.stop_timeout = Some(value),
            ("mem_limit", _) => settings.limits.push(("memory", value.to_uppercase() + "B")),
            ("cpus", _) => settings.limits.push(("cpus", value)),
            ("environment", _) => {
                for (name, value) in pairs(node) {
                    let value = value.map(|text| interpolated(text, marks));
                    // A name alone is what the environment has.
                    if let Some(value) = value {
                        settings.set_env(name, &value);
                    }
                }
            }
            ("env_file", _) => {
                let items = items(node);
                let files = items.iter().filter_map(|item| match scalar(item) {
                    Some(file) => Some((file.to_owned(), false)),
                    None => {
                        let required = entry(item, "required").and_then(scalar);
                        let file = entry(item, "path").and_then(scalar)?;
                        Some((file.to_owned(), required == Some("false")))
                    }
                });
                settings.env_files.extend(files);
            }
            (key, _) if OF_CONTAINERS.contains(&key) => {}
            (key, "") => {
                let text = format!("`{key}:` is for the container");
                self.notes.push(Note::not_taken(line, text));
            }
            (key, value) => {
                let text = format!("{key}: {value}");
                self.notes.push(Note::not_taken(line, text));
            }
        }
    }
}

/// The words of a command: a list, or a text that is split as a shell would.
fn command(node: &Node, marks: &mut VariableMarks) -> Vec<String> {
    match scalar(node) {
        Some(text) => {
            let text = interpolated(text, marks);
            shlex::split(&text).unwrap_or_default()
        }
        None => {
            let items = items(node);
            let words = items.iter().filter_map(|item| scalar(item));
            words.map(|word| interpolated(word, marks)).collect()
        }
    }
}

/// The text with compose's own variables; `$$` is a dollar.
fn interpolated(text: &str, marks: &mut VariableMarks) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        result += &rest[..at];
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("$$") {
            result.push('$');
            rest = after;
            continue;
        }
        let end = match rest.strip_prefix("${") {
            Some(inner) => inner.find('}').map_or(rest.len(), |end| end + 3),
            None => {
                let named = |byte: &u8| !crate::project::reference::is_name_byte(*byte);
                let name = rest.bytes().skip(1).position(|byte| named(&byte));
                name.map_or(rest.len(), |end| end + 1)
            }
        };
        let (reference, after) = rest.split_at(end);
        // The blanks of a value stay in their word.
        result += &words_with(&format!("\"{reference}\""), &Values::new(), marks).concat();
        rest = after;
    }
    result + rest
}

fn entry<'n>(node: &'n Node, wanted: &str) -> Option<&'n Node> {
    entries(Some(node))
        .find(|(key, _)| *key == wanted)
        .map(|(_, node)| node)
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = (&str, &Node)> {
    let entries = match node.map(|node| &node.kind) {
        Some(NodeKind::Map(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(key, node)| (key.text.as_str(), node))
}

fn items(node: &Node) -> Vec<&Node> {
    match &node.kind {
        NodeKind::List(items) => items.iter().collect(),
        NodeKind::Null => Vec::new(),
        _ => vec![node],
    }
}

fn scalar(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Scalar(scalar) => Some(&scalar.text),
        _ => None,
    }
}

/// `NAME: value` or `- NAME=value`.
fn pairs(node: &Node) -> Vec<(&str, Option<&str>)> {
    match &node.kind {
        NodeKind::Map(_) => entries(Some(node))
            .map(|(name, node)| (name, scalar(node)))
            .collect(),
        _ => items(node)
            .into_iter()
            .filter_map(scalar)
            .map(|text| match text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (text, None),
            })
            .collect(),
    }
}
