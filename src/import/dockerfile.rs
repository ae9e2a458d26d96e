//! Dockerfiles: what `ENTRYPOINT` and `CMD` start in the last image.

use super::found::Settings;
use super::marks::VariableMarks;
use super::note::Note;
use super::shell::words::{Values, words_with};
use super::shell::{self, Scripted};

/// A command, and the line that it is on.
enum CommandForm {
    /// `["sbcl", "--load", "x"]`
    Words(usize, Vec<String>),
    /// A line for a shell.
    Line(usize, String),
}

#[derive(Default)]
struct DockerImage {
    settings: Settings,
    values: Values,
    entry: Option<CommandForm>,
    command: Option<CommandForm>,
    notes: Vec<Note>,
}

/// Reads a Dockerfile.
pub(super) fn read(text: &str, marks: &mut VariableMarks) -> Scripted {
    let mut image = DockerImage::default();
    for (line, instruction) in instructions(text) {
        image.instruction(line, &instruction, marks);
    }
    image.scripted(marks)
}

/// The instructions, lines that go on joined, and without comments.
fn instructions(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let mut whole = line.trim().to_owned();
        if whole.is_empty() || whole.starts_with('#') {
            continue;
        }
        while whole.ends_with('\\') {
            whole.pop();
            let Some((_, next)) = lines.next() else {
                break;
            };
            if next.trim_start().starts_with('#') {
                whole.push('\\');
            } else {
                whole += next.trim();
            }
        }
        found.push((number + 1, whole));
    }
    found
}

impl DockerImage {
    fn instruction(&mut self, line: usize, text: &str, marks: &mut VariableMarks) {
        let (name, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
        let rest = rest.trim();
        match name.to_uppercase().as_str() {
            "FROM" => *self = DockerImage::default(),
            "CMD" => self.command = Some(command(line, rest)),
            "ENTRYPOINT" => self.entry = Some(command(line, rest)),
            "ENV" | "ARG" => self.variables(name.eq_ignore_ascii_case("ENV"), rest, marks),
            "WORKDIR" => {
                let folder = words_with(rest, &self.values, marks).concat();
                self.settings.change_directory(folder.trim_end_matches('/'));
            }
            "USER" => {
                let user = rest.split(':').next().unwrap_or_default();
                self.settings.user = Some(user.to_owned());
            }
            "EXPOSE" | "VOLUME" | "HEALTHCHECK" => {
                self.notes
                    .push(Note::not_taken(line, crate::problem::shown(text)));
            }
            _ => {}
        }
    }

    /// `ENV NAME=value …` or `ENV NAME value`; numbers stay variables, as they are for `docker run -e`.
    fn variables(&mut self, kept: bool, text: &str, marks: &mut VariableMarks) {
        let pairs = words_with(text, &self.values, marks);
        let all = pairs.iter().all(|pair| pair.contains('='));
        let pairs: Vec<(String, String)> = if all {
            let pairs = pairs.iter().filter_map(|pair| pair.split_once('='));
            pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        } else {
            let (name, value) = (pairs.first().cloned(), pairs[1..].join(" "));
            name.map(|name| (name, value)).into_iter().collect()
        };
        for (name, value) in pairs {
            let number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            let value = if number {
                marks.mark(&name, Some(&value)).to_string()
            } else {
                value
            };
            if kept {
                self.settings.set_env(&name, &value);
            }
            self.values.insert(name, value);
        }
    }

    fn scripted(self, marks: &mut VariableMarks) -> Scripted {
        let settings = self.settings;
        let scripted = match (self.entry, self.command) {
            (Some(CommandForm::Words(line, entry)), Some(CommandForm::Words(_, command))) => {
                let words = [entry, command].concat();
                shell::command(&words, line, settings, marks)
            }
            (Some(CommandForm::Words(line, words)), _)
            | (None, Some(CommandForm::Words(line, words))) => {
                shell::command(&words, line, settings, marks)
            }
            (Some(CommandForm::Line(line, text)), _)
            | (None, Some(CommandForm::Line(line, text))) => {
                shell::read(&text, line, settings, marks)
            }
            (None, None) => Scripted::default(),
        };
        let mut notes = self.notes;
        let found = scripted.found.into_iter().map(|mut found| {
            "command of the image".clone_into(&mut found.place);
            found.notes.append(&mut notes);
            found
        });
        Scripted {
            found: found.collect(),
            notes: scripted.notes,
        }
    }
}

fn command(line: usize, text: &str) -> CommandForm {
    match serde_json::from_str(text) {
        Ok(words) => CommandForm::Words(line, words),
        Err(_) => CommandForm::Line(line, text.to_owned()),
    }
}
