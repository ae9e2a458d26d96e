//! Shell scripts, and the lines for a shell that other files hold: nothing is run, the commands are
//! looked at in their order.

mod builtin;
pub(super) mod expansion;
mod simple;
pub(super) mod words;

use std::collections::BTreeSet;

use super::found::{FoundCommand, Settings};
use super::marks::VariableMarks;
use super::note::Note;
use super::program::{LispProgram, base_name};
use super::wrapper::{Inner, Wrapped};
use crate::project::reference::is_variable_name;
use simple::{Redirections, Simple};
use words::{ShellLexer, TokenKind, Values};

/// Scripts within each other.
const DEEPEST: usize = 8;

/// What a command or a variable of it costs, in bytes of text.
const COST: usize = 16;

/// What was found in a script.
#[derive(Debug, Default)]
pub(super) struct Scripted {
    /// The commands that start Lisp.
    pub found: Vec<FoundCommand>,
    /// What else there is to know.
    pub notes: Vec<Note>,
}

/// Reads a script that begins on a line of its file.
pub(super) fn read(
    text: &str,
    line: usize,
    settings: Settings,
    marks: &mut VariableMarks,
) -> Scripted {
    let mut script = Script::new(marks, line, settings, 0);
    script.read(text);
    script.end()
}

/// Reads a command whose words are known.
pub(super) fn command(
    words: &[String],
    line: usize,
    settings: Settings,
    marks: &mut VariableMarks,
) -> Scripted {
    let mut script = Script::new(marks, line, settings, 0);
    script.run(words, Redirections::default(), line);
    script.end()
}

struct Script<'m> {
    marks: &'m mut VariableMarks,
    first: usize,
    depth: usize,
    settings: Settings,
    values: Values,
    exported: BTreeSet<String>,
    export_all: bool,
    loops: usize,
    parentheses: usize,
    in_function: bool,
    /// Whether the command before asked whether a file is there.
    tested: bool,
    /// The words of the command whose output this one reads.
    piped: Option<Vec<String>>,
    found: Vec<FoundCommand>,
    notes: Vec<Note>,
}

impl<'m> Script<'m> {
    fn new(marks: &'m mut VariableMarks, first: usize, settings: Settings, depth: usize) -> Self {
        Script {
            marks,
            first,
            depth,
            values: settings.env.iter().cloned().collect(),
            settings,
            exported: BTreeSet::new(),
            export_all: false,
            loops: 0,
            parentheses: 0,
            in_function: false,
            tested: false,
            piped: None,
            found: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn end(self) -> Scripted {
        Scripted {
            found: self.found,
            notes: self.notes,
        }
    }

    fn read(&mut self, text: &str) {
        let mut lexer = ShellLexer::new(text);
        let mut simple = Simple::default();
        let mut waiting: Option<Simple> = None;
        while let Some(tokens) = lexer.next(&mut self.values, self.marks) {
            for token in tokens {
                let line = token.line + self.first - 1;
                match token.kind {
                    TokenKind::Word(text, bare) => {
                        if let Some(mut former) = waiting.take() {
                            self.finish(&mut former, "\n");
                        }
                        simple.word(text, bare, line);
                    }
                    TokenKind::Operator(op) if op.contains(['<', '>']) => {
                        simple.redirected(op);
                    }
                    TokenKind::Operator("\n") if simple.redirect == Some("heredoc") => {
                        simple.redirect = None;
                        waiting = Some(std::mem::take(&mut simple));
                    }
                    TokenKind::Operator(op) => self.finish(&mut simple, op),
                    TokenKind::Document(text) => {
                        if let Some(mut former) = waiting.take() {
                            former.output.input = Some(text);
                            self.finish(&mut former, "\n");
                        }
                    }
                }
            }
        }
        if let Some(mut former) = waiting.take() {
            self.finish(&mut former, "\n");
        }
        self.finish(&mut simple, "\n");
    }

    /// Runs a command that an operator ends.
    fn finish(&mut self, simple: &mut Simple, operator: &str) {
        let command = std::mem::take(simple);
        match operator {
            "(" if !command.words.is_empty() => {
                self.in_function = true;
                return;
            }
            "(" => self.parentheses += 1,
            ")" if std::mem::take(&mut self.in_function) => return,
            ")" if self.parentheses == 0 => return,
            ")" => self.parentheses -= 1,
            _ => {}
        }
        let words = self.without_keywords(&command.words);
        if words.is_empty() {
            return;
        }
        self.run(&words, command.output, command.line);
        self.tested = matches!(words[0].as_str(), "[" | "[[" | "test") && operator == "&&";
        self.piped = (operator == "|").then_some(words);
    }

    /// The words after the keywords at the head of a command.
    fn without_keywords(&mut self, words: &[(String, bool)]) -> Vec<String> {
        let mut rest = words;
        while let Some((word, true)) = rest.first() {
            match word.as_str() {
                "while" | "until" => self.loops += 1,
                "done" => self.loops = self.loops.saturating_sub(1),
                "if" | "then" | "else" | "elif" | "do" | "fi" | "esac" | "!" | "{" | "}" => {}
                "for" | "case" | "select" | "function" => return Vec::new(),
                _ => break,
            }
            rest = &rest[1..];
        }
        rest.iter().map(|(word, _)| word.clone()).collect()
    }

    fn run(&mut self, words: &[String], output: Redirections, line: usize) {
        let assigned = words.iter().map_while(|word| assignment(word));
        let assigned: Vec<(String, String)> = assigned
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let words = &words[assigned.len()..];
        if words.is_empty() {
            for (name, value) in assigned {
                self.assign(&name, &value);
            }
            return;
        }
        // Each command has a copy of all that is known.
        if !self.marks.charge(COST * (1 + self.settings.env.len())) {
            return;
        }
        let mut settings = self.settings.clone();
        for (name, value) in &assigned {
            settings.set_env(name, value);
        }
        if !self.builtin(words, line) {
            self.launch(words, settings, output, line);
        }
    }

    fn note(&mut self, line: usize, words: &[String]) {
        let text = self.marks.shown(&words.join(" "));
        self.notes
            .push(Note::not_taken(line, format!("`{}`", brief(&text))));
    }

    fn launch(&mut self, words: &[String], settings: Settings, output: Redirections, line: usize) {
        let mut settings = settings;
        let mut notes = Vec::new();
        let inner = Wrapped {
            settings: &mut settings,
            notes: &mut notes,
            marks: self.marks,
            line,
        }
        .unwrap(words.to_vec());
        let inner = match inner {
            Inner::Script(text) => {
                if let Some(file) = output.log {
                    settings.log = Some(file);
                }
                return self.nested(&text, settings, notes, line);
            }
            Inner::Command(inner) => inner,
        };
        let Some(program) = inner.first() else {
            return;
        };
        let program = LispProgram::of(&self.marks.resolved(program));
        // `qlot exec` runs what follows.
        let program = match base_name(&inner[0]) {
            "qlot"
                if inner
                    .get(1)
                    .is_some_and(|word| word == "exec" || word == "run") =>
            {
                LispProgram::Sbcl
            }
            _ => program,
        };
        match program {
            program if program.starts_lisp() => {
                self.found(inner, settings, notes, output, line);
            }
            LispProgram::Quiet => self.quiet(&inner, line),
            LispProgram::Make | LispProgram::Script => {
                let text = self.marks.shown(&inner.join(" "));
                let text = format!(
                    "`{}`: if that starts the service, import its file",
                    brief(&text)
                );
                self.notes.push(Note::not_taken(line, text));
            }
            LispProgram::Lisplaunch => {
                let text = "a service of `lisplaunch` already".to_owned();
                self.notes.push(Note::not_taken(line, text));
            }
            LispProgram::OtherLisp => {
                let text = self.marks.shown(&inner.join(" "));
                let text = format!("`{}`: lisplaunch runs SBCL only", brief(&text));
                self.notes.push(Note::not_taken(line, text));
            }
            _ => self.note(line, words),
        }
    }

    fn nested(&mut self, text: &str, settings: Settings, notes: Vec<Note>, line: usize) {
        if self.depth == DEEPEST {
            return;
        }
        let mut script = Script::new(self.marks, line, settings, self.depth + 1);
        script.values.extend(self.values.clone());
        script.loops = self.loops;
        script.notes = notes;
        script.read(text);
        let Scripted { found, notes } = script.end();
        self.notes.extend(notes);
        self.found.extend(found);
    }

    fn found(
        &mut self,
        words: Vec<String>,
        settings: Settings,
        notes: Vec<Note>,
        output: Redirections,
        line: usize,
    ) {
        let mut settings = settings;
        let mut input = output.input;
        if let Some(file) = output.log.filter(|file| file != "/dev/null") {
            settings.log = Some(super::path::tidy(&file, self.marks));
        }
        let mut all = std::mem::take(&mut self.notes);
        all.extend(notes);
        if self.loops > 0 {
            let text = "the loop that starts it again is dropped: a process manager does that";
            all.push(Note::on_purpose(line, text));
        }
        if let Some(piped) = self.piped.take() {
            match piped[0].as_str() {
                "echo" | "printf" => input = Some(piped[1..].join(" ")),
                _ => {
                    let text = format!(
                        "`{} |` is dropped: the process stays without input",
                        self.marks.shown(&piped.join(" "))
                    );
                    all.push(Note::on_purpose(line, text));
                }
            }
        }
        self.found.push(FoundCommand {
            line,
            words,
            input,
            settings,
            notes: all,
            ..FoundCommand::default()
        });
    }

    /// `tee FILE` after a pipe takes the output of the service.
    fn quiet(&mut self, words: &[String], line: usize) {
        let file = words.iter().skip(1).find(|word| !word.starts_with('-'));
        if let ("tee", Some(file), Some(_)) = (words[0].as_str(), file, &self.piped)
            && let Some(found) = self.found.last_mut()
            && found.line == line
        {
            found.settings.log = Some(file.clone());
        }
    }
}

fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    is_variable_name(name).then_some((name, value))
}

/// A text as a comment shows it.
pub(super) fn brief(text: &str) -> String {
    crate::problem::shown(text)
}
