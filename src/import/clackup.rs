//! The command line of `clackup`, which calls `clack:clackup`.

use super::forms::FormImport;
use super::note::Note;
use super::path;

impl FormImport<'_> {
    /// Takes the words after `clackup`.
    pub(super) fn clackup(&mut self, words: &[String]) {
        self.draft.loader.get_or_insert("roswell");
        self.used.quicklisp = true;
        let mut app = None;
        let mut options = String::new();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (option, value) = match word.split_once('=') {
                Some((option, value)) if option.starts_with("--") => {
                    (option, Some(value.to_owned()))
                }
                _ => (word.as_str(), None),
            };
            let Some(name) = option.strip_prefix("--") else {
                app = Some(word.clone());
                continue;
            };
            let Some(value) = value.or_else(|| words.next().cloned()) else {
                break;
            };
            match name {
                "system" | "s" => self.draft.systems.push(value),
                "load" | "l" => self.load(&value),
                "eval" | "e" => self.read(&value),
                "source-registry" | "S" => self.registry(&value),
                name => {
                    options += &format!(" :{name} {}", self.argument(name, &value));
                }
            }
        }
        self.draft.systems.insert(0, "clack".to_owned());
        let Some(app) = app else {
            let text = "`clackup` without an application";
            return self.draft.note(Note::not_taken(self.line, text));
        };
        let app = path::tidy(&app, self.marks);
        self.purpose("`--disable-debugger` is added: an error ends the process");
        self.draft
            .start
            .push(format!("(clack:clackup #p\"{app}\"{options})"));
    }

    /// A value of a command line as clackup's script reads it.
    fn argument(&self, name: &str, value: &str) -> String {
        let resolved = self.marks.resolved(value);
        let is_variable = resolved != value;
        match resolved.as_str() {
            "t" | "nil" => resolved,
            text if name == "server" => format!(":{}", text.trim_start_matches(':')),
            text if name == "port" && is_variable && text.is_empty() => value.to_owned(),
            text if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                value.to_owned()
            }
            _ => format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")),
        }
    }
}
