//! Configuration files of supervisord: their `[program:…]` stanzas.

use super::found::Settings;
use super::marks::{UNKNOWN, VariableMarks};
use super::note::Note;
use super::shell::{self, Scripted};

/// A stanza: its name, its line, its keys with theirs.
struct Stanza {
    name: String,
    line: usize,
    keys: Vec<(usize, String, String)>,
}

/// Reads a configuration file.
pub(super) fn read(text: &str, marks: &mut VariableMarks) -> Scripted {
    let mut all = Scripted::default();
    for stanza in stanzas(text) {
        let Scripted { found, notes } = stanza.read(marks);
        all.found.extend(found);
        all.notes.extend(notes);
    }
    all
}

fn stanzas(text: &str) -> Vec<Stanza> {
    let mut stanzas: Vec<Stanza> = Vec::new();
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        let trimmed = without_comment(line);
        if let Some(section) = trimmed.strip_prefix('[') {
            let section = section.trim_end().trim_end_matches(']');
            let kinds = ["program:", "fcgi-program:"];
            let name = kinds.iter().find_map(|kind| section.strip_prefix(kind));
            inside = name.is_some();
            stanzas.extend(name.map(|name| Stanza {
                name: name.trim().to_owned(),
                line: number + 1,
                keys: Vec::new(),
            }));
            continue;
        }
        let Some(stanza) = stanzas.last_mut().filter(|_| inside) else {
            continue;
        };
        let goes_on = line.starts_with([' ', '\t']);
        match (trimmed.split_once(['=', ':']), stanza.keys.last_mut()) {
            _ if trimmed.trim().is_empty() => {}
            (_, Some((_, _, value))) if goes_on => {
                value.push('\n');
                *value += trimmed.trim();
            }
            (Some((key, value)), _) => {
                let key = key.trim().to_lowercase();
                stanza.keys.push((number + 1, key, value.trim().to_owned()));
            }
            _ => {}
        }
    }
    stanzas
}

/// The line without a comment: at its beginning, or after a blank.
fn without_comment(line: &str) -> &str {
    if line.starts_with([';', '#']) {
        return "";
    }
    let comment = line.find(" ;").into_iter().chain(line.find("\t;")).min();
    &line[..comment.unwrap_or(line.len())]
}

impl Stanza {
    fn read(self, marks: &mut VariableMarks) -> Scripted {
        let mut settings = Settings::default();
        let mut notes = Vec::new();
        let mut command = None;
        let first = self.keys.iter().find(|(_, key, _)| key == "numprocs_start");
        let from_one = first.is_some_and(|(_, _, first)| first == "1");
        for (line, key, value) in &self.keys {
            let value = self.expanded(value, marks);
            if key == "command" {
                command = Some((*line, value));
                continue;
            }
            if key == "numprocs" && value != "1" && !from_one {
                let text = "`${REPLICA}` counts from 1, where `process_num` counted from 0";
                notes.push(Note::look(*line, text));
            }
            setting(*line, key, value, &mut settings, &mut notes);
        }
        let place = format!("program `{}`", self.name);
        let Some((line, command)) = command else {
            return Scripted::default();
        };
        let Some(words) = shlex::split(&command) else {
            let text = format!("{place}: a quote of its command is not closed");
            notes.push(Note::not_taken(line, text));
            return Scripted {
                found: Vec::new(),
                notes,
            };
        };
        let mut scripted = shell::command(&words, line, settings, marks);
        for found in &mut scripted.found {
            found.name = Some(self.name.clone());
            found.place.clone_from(&place);
            found.line = self.line;
            found.notes.append(&mut notes);
        }
        scripted
    }

    /// The value with what is in it for something else.
    fn expanded(&self, value: &str, marks: &mut VariableMarks) -> String {
        let mut expanded = String::new();
        let mut rest = value;
        while let Some(at) = rest.find('%') {
            expanded += &rest[..at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                expanded.push('%');
                rest = after;
                continue;
            }
            let inner = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
            let Some((name, after)) = inner else {
                expanded.push('%');
                continue;
            };
            let kind = after.find(['s', 'd']).map_or(0, |end| end + 1);
            rest = &after[kind..];
            match name {
                "program_name" | "group_name" => expanded += &self.name,
                "here" => expanded.push('.'),
                "process_num" | "numprocs" => expanded.push(marks.mark("REPLICA", None)),
                name => match name.strip_prefix("ENV_") {
                    Some(name) => expanded.push(marks.mark(name, None)),
                    None => expanded.push(UNKNOWN),
                },
            }
        }
        expanded + rest
    }
}

/// Takes a key over, or notes that it is not.
fn setting(line: usize, key: &str, value: String, settings: &mut Settings, notes: &mut Vec<Note>) {
    let mut not_taken = |why: &str| {
        let text = format!("{key}={value}{why}");
        notes.push(Note::not_taken(line, text));
    };
    match (key, value.as_str()) {
        ("directory", _) => settings.directory = Some(value),
        ("user", _) => settings.user = Some(value),
        ("environment", text) => settings.env.extend(environment(text)),
        ("stdout_logfile", "NONE" | "AUTO" | "/dev/null" | "/dev/stdout" | "/dev/fd/1") => {
            not_taken("");
        }
        ("stdout_logfile", _) => settings.log = Some(value),
        ("stdout_logfile_maxbytes", _) => settings.log_rotation.0 = Some(value),
        ("stdout_logfile_backups", _) => settings.log_rotation.1 = Some(value),
        ("autorestart", "true") => settings.restart = Some("always"),
        ("autorestart", "unexpected") => settings.restart = Some("on-failure"),
        ("autorestart", "false") => settings.restart = Some("never"),
        // At least a second: supervisord's zero counts as running at once.
        ("startsecs", "0") => not_taken(" (at least a second here)"),
        ("startsecs", _) => settings.start_timeout = Some(value),
        ("stopwaitsecs", _) => settings.stop_timeout = Some(value),
        ("umask", _) => settings.umask = Some(value),
        ("priority", _) => settings.priority = Some(value),
        ("numprocs", "1") | ("process_name", "%(program_name)s") => {}
        ("numprocs", _) => settings.replicas = Some(value),
        ("process_name", _) => {}
        ("numprocs_start", _) => {}
        ("autostart", "true") => {}
        ("redirect_stderr", "true") => not_taken(" (always so here)"),
        ("stopasgroup" | "killasgroup", "true") => not_taken(" (always so here)"),
        ("stopsignal", "TERM") => not_taken(" (always so here)"),
        ("stderr_logfile", _) => not_taken(" (errors go to the log as well)"),
        _ => not_taken(""),
    }
}

/// `KEY="value",KEY=value`
fn environment(text: &str) -> Vec<(String, String)> {
    let mut variables = Vec::new();
    let mut rest = text.trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, after) = match quote {
            Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
            None => after
                .split_once([',', '\n'])
                .map_or((after, ""), |(value, after)| (value, after)),
        };
        variables.push((name.trim().to_owned(), value.trim_end().to_owned()));
        rest = after.trim_start_matches([',', ' ', '\t', '\n']);
    }
    variables
}
