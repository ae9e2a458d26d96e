//! Commands that change the script itself: variables, folders, limits.

use super::{Script, assignment};
use crate::import::marks::UNKNOWN;
use crate::import::path;
use crate::import::program::base_name;

impl Script<'_> {
    pub(super) fn assign(&mut self, name: &str, value: &str) {
        // What the environment says may stay: `PORT=${PORT:-8080}`.
        self.values.insert(name.to_owned(), value.to_owned());
        if self.export_all || self.exported.contains(name) {
            self.export(name, value);
        }
    }

    fn export(&mut self, name: &str, value: &str) {
        self.exported.insert(name.to_owned());
        if value.contains(UNKNOWN) {
            return;
        }
        if !self.is_itself(name, value) {
            self.settings.set_env(name, value);
        }
    }

    /// Whether the environment has the value already: `export HOME`, `PORT="$PORT"`.
    fn is_itself(&self, name: &str, value: &str) -> bool {
        let mut chars = value.chars();
        let variable = chars.next().and_then(|c| self.marks.variable(c));
        chars.next().is_none()
            && variable.is_some_and(|variable| variable.name == name && variable.default.is_none())
    }

    /// Does what changes the script itself; whether it is such a command.
    pub(super) fn builtin(&mut self, words: &[String], line: usize) -> bool {
        let arguments = &words[1..];
        match words[0].as_str() {
            "export" => {
                for word in arguments.iter().filter(|word| !word.starts_with('-')) {
                    match assignment(word) {
                        Some((name, value)) => {
                            self.values.insert(name.to_owned(), value.to_owned());
                            let (name, value) = (name.to_owned(), value.to_owned());
                            self.export(&name, &value);
                        }
                        None => {
                            let value = self.values.get(word).cloned();
                            let value = value.unwrap_or(UNKNOWN.to_string());
                            self.export(word, &value);
                        }
                    }
                }
            }
            "set" => match arguments.first().map(String::as_str) {
                Some("-a") => self.export_all = true,
                Some("+a") => self.export_all = false,
                _ => {}
            },
            "cd" | "pushd" => {
                let folder = arguments.iter().find(|word| !word.starts_with('-'));
                match folder {
                    Some(folder) if folder.contains(UNKNOWN) => self.note(line, words),
                    Some(folder) => {
                        let folder = path::folder(folder, self.marks);
                        self.settings.change_directory(&folder);
                    }
                    None => self.settings.change_directory("~/"),
                }
            }
            "umask" => self.settings.umask = arguments.first().cloned(),
            "ulimit" => match arguments {
                [option, value] if option.ends_with('n') && value.parse::<u32>().is_ok() => {
                    self.settings.limits.push(("open-files", value.clone()));
                }
                _ => self.note(line, words),
            },
            "." | "source" => match arguments.first() {
                Some(file) if base_name(file).contains("env") && !file.contains(UNKNOWN) => {
                    let file = path::tidy(file, self.marks);
                    self.settings.env_files.push((file, self.tested));
                }
                _ => self.note(line, words),
            },
            _ => return false,
        }
        true
    }
}
