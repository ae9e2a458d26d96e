//! Writes the project file.

use super::draft::Draft;
use super::marks::VariableMarks;
use super::note::{About, Note};

/// Words that YAML takes for something else than text.
const MEANINGFUL: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];

/// Lines of a project file, some of them further in.
pub struct Writer<'a> {
    marks: &'a VariableMarks,
    text: String,
    indent: usize,
}

impl<'a> Writer<'a> {
    /// An empty file.
    pub fn new(marks: &'a VariableMarks) -> Self {
        Writer {
            marks,
            text: String::new(),
            indent: 0,
        }
    }

    /// What was written.
    pub fn text(self) -> String {
        self.text
    }

    /// A comment on a line of its own.
    pub fn comment(&mut self, text: &str) {
        let text: String = text
            .chars()
            .map(|c| if crate::terminal::steers(c) { ' ' } else { c })
            .collect();
        self.line(&format!("# {text}"));
    }

    /// Writes what is below a key.
    pub fn below(&mut self, key: &str, write: impl FnOnce(&mut Self)) {
        self.line(&format!("{key}:"));
        self.indent += 2;
        write(self);
        self.indent -= 2;
    }

    /// A key with one value.
    pub fn value(&mut self, key: &str, value: &str) {
        let value = scalar(&self.marks.value(value));
        self.line(&format!("{key}: {value}"));
    }

    /// A key with a value as the project file has it: variables, and two dollars for one.
    pub fn written(&mut self, key: &str, value: &str) {
        let value = scalar(value);
        self.line(&format!("{key}: {value}"));
    }

    fn line(&mut self, line: &str) {
        let indent = " ".repeat(self.indent);
        self.text += &format!("{indent}{line}\n");
    }

    fn option(&mut self, key: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.value(key, value);
        }
    }

    /// A key with one value or several.
    fn list(&mut self, key: &str, values: &[String]) {
        match values {
            [] => {}
            [value] => self.value(key, value),
            values => {
                let values: Vec<String> =
                    values.iter().map(|value| self.marks.value(value)).collect();
                self.line(&format!("{key}:"));
                for value in &values {
                    self.line(&format!("  - {}", scalar(value)));
                }
            }
        }
    }

    /// The same in brackets, where each is a plain name.
    pub fn names(&mut self, key: &str, values: &[String]) {
        let simple = |c: char| c.is_ascii_alphanumeric() || "_./+-".contains(c);
        let plain = |value: &String| {
            value.chars().all(simple) && scalar(value) == *value && !value.starts_with('-')
        };
        if values.is_empty() || !values.iter().all(plain) {
            return self.list(key, values);
        }
        self.line(&format!("{key}: [{}]", values.join(", ")));
    }

    /// The keys of a service, and what could not be taken over.
    pub fn service(&mut self, draft: &Draft) {
        let settings = &draft.settings;
        self.option("description", settings.description.as_ref());
        if let Some(loader) = draft.loader.filter(|loader| *loader != "quicklisp") {
            self.value("loader", loader);
        }
        self.option("setup", draft.setup.as_ref());
        self.names("registry", &draft.registry);
        self.list("before-load", &draft.before_load);
        self.names("systems", &draft.systems);
        self.names("load", &draft.load);
        self.option("package", draft.package.as_ref());
        self.list("start", &draft.start);
        self.list("stop", &draft.stop);
        self.swank(draft);
        self.sbcl(draft);
        if !draft.arguments.is_empty() {
            self.below("arguments", |writer| {
                for word in &draft.arguments {
                    let word = scalar(&writer.marks.value(word));
                    writer.line(&format!("- {word}"));
                }
            });
        }
        self.settings(draft);
        for note in &draft.notes {
            self.note(note);
        }
    }

    fn swank(&mut self, draft: &Draft) {
        let Some(swank) = &draft.swank else {
            return;
        };
        let port = swank.port.clone().unwrap_or_default();
        let usual = "127.0.0.1";
        let Some(interface) = swank.interface.as_ref().filter(|address| *address != usual) else {
            return self.value("swank", &port);
        };
        self.below("swank", |writer| {
            writer.value("port", &port);
            writer.value("interface", interface);
            if !["localhost", "::1"].contains(&interface.as_str()) {
                writer.line("allow-remote: true");
            }
        });
    }

    fn sbcl(&mut self, draft: &Draft) {
        let empty = draft.sbcl.is_empty()
            && draft.runtime_options.is_empty()
            && draft.toplevel_options.is_empty();
        if empty {
            return;
        }
        self.below("sbcl", |writer| {
            for (key, value) in &draft.sbcl {
                match value.as_str() {
                    // These are switches, and not texts.
                    "true" | "false" => writer.line(&format!("{key}: {value}")),
                    value => writer.value(key, value),
                }
            }
            writer.words("runtime-options", &draft.runtime_options);
            writer.words("toplevel-options", &draft.toplevel_options);
        });
    }

    /// Words each of which is an item.
    fn words(&mut self, key: &str, words: &[String]) {
        if words.is_empty() {
            return;
        }
        let words: Vec<String> = words
            .iter()
            .map(|word| scalar(&self.marks.value(word)))
            .collect();
        self.line(&format!("{key}:"));
        for word in words {
            self.line(&format!("  - {word}"));
        }
    }

    fn settings(&mut self, draft: &Draft) {
        let settings = &draft.settings;
        self.option("directory", settings.directory.as_ref());
        if !settings.env.is_empty() {
            self.below("env", |writer| {
                for (name, value) in &settings.env {
                    writer.value(name, value);
                }
            });
        }
        if !settings.env_files.is_empty() {
            self.below("env-file", |writer| {
                for (file, optional) in &settings.env_files {
                    let file = scalar(&writer.marks.value(file));
                    if *optional {
                        writer.line(&format!("- file: {file}"));
                        writer.line("  optional: true");
                    } else {
                        writer.line(&format!("- {file}"));
                    }
                }
            });
        }
        self.option("user", settings.user.as_ref());
        self.option("restart", settings.restart.map(str::to_owned).as_ref());
        self.option("start-timeout", settings.start_timeout.as_ref());
        self.option("stop-timeout", settings.stop_timeout.as_ref());
        self.option("umask", settings.umask.as_ref());
        self.option("priority", settings.priority.as_ref());
        self.option("replicas", settings.replicas.as_ref());
        self.names("after", &settings.after);
        if !settings.limits.is_empty() {
            self.below("limits", |writer| {
                for (key, value) in &settings.limits {
                    writer.value(key, value);
                }
            });
        }
        self.log(draft);
    }

    fn log(&mut self, draft: &Draft) {
        let settings = &draft.settings;
        let Some(file) = &settings.log else {
            return;
        };
        let (size, backups) = &settings.log_rotation;
        if size.is_none() && backups.is_none() {
            return self.value("log", file);
        }
        self.below("log", |writer| {
            writer.value("file", file);
            writer.option("max-size", size.as_ref());
            writer.option("backups", backups.as_ref());
        });
    }

    /// What a person should know who reads the file.
    pub fn note(&mut self, note: &Note) {
        if note.about != About::OnPurpose {
            let opening = note.about.opening();
            self.comment(&format!("{opening} (line {}): {}", note.line, note.text));
        }
    }
}

/// A value as YAML writes it.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "(/._+$".contains(c) || c == '~' && text.len() > 1;
    let begins = text.starts_with(plain);
    let meaningful = MEANINGFUL.contains(&text.to_lowercase().as_str());
    let controls = text.chars().any(crate::terminal::steers);
    if controls {
        return quoted(text);
    }
    let risky = text.contains(": ") || text.contains(" #") || text.ends_with([':', ' ']);
    if begins && !meaningful && !risky && !text.contains('\t') {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// Text between double quotes, whatever it holds.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            c if crate::terminal::steers(c) => quoted += &format!("\\u{:04x}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
