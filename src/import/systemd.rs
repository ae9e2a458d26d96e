//! Units of systemd.

use super::found::Settings;
use super::marks::{UNKNOWN, VariableMarks};
use super::note::Note;
use super::shell::{self, Scripted};
use crate::project::reference::is_name_byte;

/// More units than one waits for.
const MOST: usize = 50;

/// Keys for which lisplaunch or its own units have a way of their own.
#[rustfmt::skip]
const SEEN_TO: [&str; 14] = [
    "Type", "KillSignal", "KillMode", "SyslogIdentifier", "StandardError", "WantedBy", "NotifyAccess",
    "NoNewPrivileges", "PrivateTmp", "ProtectSystem", "ProtectHome", "PrivateDevices", "GuessMainPID",
    "SendSIGKILL",
];

/// Reads a unit; `name` is that of its file.
pub(super) fn read(text: &str, name: Option<&str>, marks: &mut VariableMarks) -> Scripted {
    let mut unit = ImportedUnit {
        name: name.map(|name| {
            name.trim_end_matches(".service")
                .trim_end_matches('@')
                .to_owned()
        }),
        ..ImportedUnit::default()
    };
    for (line, key, value) in keys(text) {
        unit.key(line, &key, &value, marks);
    }
    unit.scripted(marks)
}

/// The keys with their lines, those that go on joined.
fn keys(text: &str) -> Vec<(usize, String, String)> {
    let mut keys = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let mut whole = line.trim_end().to_owned();
        while whole.ends_with('\\') {
            whole.pop();
            let Some((_, next)) = lines.next() else {
                break;
            };
            whole.push(' ');
            if !next.trim_start().starts_with(['#', ';']) {
                whole += next.trim_end();
            }
        }
        if whole.trim_start().starts_with(['#', ';', '[']) {
            continue;
        }
        if let Some((key, value)) = whole.split_once('=') {
            keys.push((number + 1, key.trim().to_owned(), value.trim().to_owned()));
        }
    }
    keys
}

#[derive(Default)]
struct ImportedUnit {
    name: Option<String>,
    command: Option<(usize, String)>,
    settings: Settings,
    notes: Vec<Note>,
}

impl ImportedUnit {
    fn key(&mut self, line: usize, key: &str, value: &str, marks: &mut VariableMarks) {
        if key == "ExecStart" {
            if self.command.is_none() {
                self.command = Some((line, value.to_owned()));
            }
            return;
        }
        let value = self.specified(value);
        let settings = &mut self.settings;
        match (key, value.as_str()) {
            ("Description", _) => settings.description = Some(value),
            ("User", _) => settings.user = Some(value),
            ("WorkingDirectory", text) => {
                let folder = text.trim_start_matches(['-', '!']).trim_matches('"');
                settings.directory = Some(folder.to_owned());
            }
            ("Environment", text) => {
                for word in split(text, marks, &[]) {
                    if let Some((name, value)) = word.split_once('=') {
                        settings.set_env(name, value);
                    }
                }
            }
            ("EnvironmentFile", text) => {
                let optional = text.starts_with('-');
                let file = text.trim_start_matches('-').to_owned();
                settings.env_files.push((file, optional));
            }
            ("Restart", "always") => settings.restart = Some("always"),
            ("Restart", "no") => settings.restart = Some("never"),
            ("Restart", _) => settings.restart = Some("on-failure"),
            ("TimeoutStopSec", _) => settings.stop_timeout = Some(value),
            ("UMask", _) => settings.umask = Some(value),
            ("StandardOutput", text)
                if text.starts_with("append:") || text.starts_with("file:") =>
            {
                settings.log = text.split_once(':').map(|(_, file)| file.to_owned());
            }
            ("StandardOutput", "journal" | "inherit" | "syslog") => {}
            ("LimitNOFILE", _) => settings.limits.push(("open-files", value)),
            ("TasksMax", _) => settings.limits.push(("tasks", value)),
            ("MemoryMax" | "MemoryLimit", text) => {
                settings.limits.push(("memory", with_unit(text)));
            }
            ("CPUQuota", text) => match text.trim_end_matches('%').parse::<u32>() {
                Ok(percent) => {
                    let cpus = f64::from(percent) / 100.0;
                    settings.limits.push(("cpus", cpus.to_string()));
                }
                Err(_) => self.not_taken(line, key, &value),
            },
            ("After" | "Requires" | "Wants" | "BindsTo", text) => {
                let names = text.split_whitespace();
                // Targets are waited for anyway.
                let services =
                    names.filter(|name| name.ends_with(".service") || name.ends_with(".socket"));
                for name in services {
                    let known = settings.after.iter().any(|known| known == name);
                    if !known && settings.after.len() < MOST {
                        settings.after.push(name.to_owned());
                    }
                }
            }
            (key, _) if SEEN_TO.contains(&key) => {}
            (key, value) => self.not_taken(line, key, value),
        }
    }

    fn not_taken(&mut self, line: usize, key: &str, value: &str) {
        let value = value.replace(UNKNOWN, "%…");
        self.notes
            .push(Note::not_taken(line, format!("{key}={value}")));
    }

    /// The value with systemd's specifiers replaced.
    fn specified(&self, value: &str) -> String {
        let mut specified = String::new();
        let mut chars = value.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                specified.push(c);
                continue;
            }
            match chars.next() {
                Some('%') => specified.push('%'),
                Some('h') => specified.push('~'),
                Some('n' | 'N' | 'p') => specified += self.name.as_deref().unwrap_or_default(),
                Some('t') => specified += "/run",
                None => specified.push('%'),
                Some(_) => specified.push(UNKNOWN),
            }
        }
        specified
    }

    fn scripted(mut self, marks: &mut VariableMarks) -> Scripted {
        let Some((line, command)) = self.command.take() else {
            return Scripted::default();
        };
        let command = command.trim_start_matches(['-', '@', ':', '+', '!']);
        let command = self.specified(command);
        let words = split(&command, marks, &self.settings.env);
        let mut scripted = shell::command(&words, line, self.settings, marks);
        for found in &mut scripted.found {
            found.name.clone_from(&self.name);
            "unit".clone_into(&mut found.place);
            found.notes.append(&mut self.notes);
        }
        scripted
    }
}

/// `2G` as a project file has it.
fn with_unit(size: &str) -> String {
    match size.chars().next_back() {
        Some('K' | 'M' | 'G' | 'T') => format!("{size}B"),
        _ => size.to_owned(),
    }
}

/// The words of a value: quotes of both kinds, C's escapes, `$NAME` and `${NAME}`.
fn split(text: &str, marks: &mut VariableMarks, env: &[(String, String)]) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'')
                if word
                    .as_ref()
                    .is_none_or(|word| word.is_empty() || word.ends_with('=')) =>
            {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t') => words.extend(word.take()),
            (_, '\\') => {
                let (c, after) = escaped(rest);
                word.get_or_insert_default().push_str(&c);
                rest = after;
            }
            (_, '$') => {
                let (value, after) = variable(rest, marks, env);
                word.get_or_insert_default().push_str(&value);
                rest = after;
            }
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn escaped(rest: &str) -> (String, &str) {
    let mut chars = rest.chars();
    let c = match chars.next() {
        Some('n') => "\n".to_owned(),
        Some('t') => "\t".to_owned(),
        Some('s') => " ".to_owned(),
        Some('x') if rest.len() > 2 => {
            let byte = rest
                .get(1..3)
                .and_then(|digits| u8::from_str_radix(digits, 16).ok());
            match byte.filter(u8::is_ascii) {
                Some(byte) => return (char::from(byte).to_string(), &rest[3..]),
                None => "x".to_owned(),
            }
        }
        Some(c @ ('"' | '\'' | '\\')) => c.to_string(),
        Some(c) => format!("\\{c}"),
        None => String::new(),
    };
    (c, chars.as_str())
}

fn variable<'t>(
    rest: &'t str,
    marks: &mut VariableMarks,
    env: &[(String, String)],
) -> (String, &'t str) {
    if let Some(rest) = rest.strip_prefix('$') {
        return ("$".to_owned(), rest);
    }
    let braced = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
    let (name, after) = braced.unwrap_or_else(|| {
        let end = rest.bytes().position(|byte| !is_name_byte(byte));
        rest.split_at(end.unwrap_or(rest.len()))
    });
    if name.is_empty() {
        return ("$".to_owned(), after);
    }
    let value = env.iter().find(|(known, _)| known == name);
    let value = match value {
        Some((_, value)) => marks.afford(value),
        None => marks.mark(name, None).to_string(),
    };
    (value, after)
}
