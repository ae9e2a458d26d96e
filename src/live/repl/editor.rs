//! The line editor: keys, history, completion. The only file that names rustyline.

use std::cell::RefCell;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;

use rustyline::completion::Completer;
use rustyline::config::{ColorMode, CompletionType};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Config, Context, Helper};

use super::history;
use super::input::{self, ReplInput};
use super::link::Link;
use super::screen::Screen;
use crate::terminal;

/// How many entries are kept.
const ENTRIES: usize = 10_000;

/// What the person did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EditorEvent {
    /// Typed this.
    Text(String),
    /// Cleared it with Ctrl-C.
    Cleared,
    /// Left with Ctrl-D, or by closing the terminal.
    End,
}

/// The editor of one prompt.
pub(super) struct Editor {
    editor: rustyline::Editor<Assistant, FileHistory>,
    /// Where the history is kept, while that works.
    file: Option<PathBuf>,
}

impl Editor {
    /// One that completes over `link`.
    ///
    /// # Errors
    /// If the terminal cannot be used.
    pub(super) fn new(link: Rc<RefCell<Link>>, service: &str, colour: bool) -> io::Result<Self> {
        let config = Config::builder()
            .max_history_size(ENTRIES)
            .and_then(|config| config.history_ignore_dups(true))
            .map_err(failed)?
            .completion_type(CompletionType::List)
            .color_mode(if colour {
                ColorMode::Enabled
            } else {
                ColorMode::Disabled
            })
            .build();
        let mut editor = rustyline::Editor::with_config(config).map_err(failed)?;
        editor.set_helper(Some(Assistant {
            link,
            package: String::new(),
            forms: true,
        }));
        let file = history::file(service);
        if let Some(file) = &file {
            // There is none at first.
            let _ = editor.load_history(file);
        }
        Ok(Editor { editor, file })
    }

    /// Reads a text of forms, which may have several lines.
    pub(super) fn forms(&mut self, screen: &Screen, prompt: &str, package: &str) -> EditorEvent {
        if let Some(assistant) = self.editor.helper_mut() {
            assistant.forms = true;
            package.clone_into(&mut assistant.package);
        }
        self.read(screen, prompt)
    }

    /// Reads one line that is not a form.
    pub(super) fn answer(&mut self, screen: &Screen, prompt: &str) -> EditorEvent {
        if let Some(assistant) = self.editor.helper_mut() {
            assistant.forms = false;
        }
        self.read(screen, prompt)
    }

    fn read(&mut self, screen: &Screen, prompt: &str) -> EditorEvent {
        let prompt = &*terminal::inert(prompt);
        let styled = screen.prompt(prompt);
        match self.editor.readline(&(prompt, styled)) {
            Ok(text) => EditorEvent::Text(text),
            Err(ReadlineError::Interrupted) => EditorEvent::Cleared,
            // A terminal that cannot be read is one that has gone.
            Err(_) => EditorEvent::End,
        }
    }

    /// Keeps a text in the history. The file is written at once, so that nothing is lost however
    /// the program ends.
    ///
    /// # Errors
    /// If it cannot be written, with its path, and then not again.
    pub(super) fn remember(&mut self, text: &str) -> Result<(), (PathBuf, io::Error)> {
        let added = self.editor.add_history_entry(text).unwrap_or(false);
        let Some(file) = self.file.take_if(|_| added) else {
            return Ok(());
        };
        let appended = history::make_folder(&file)
            .and_then(|()| self.editor.append_history(&file).map_err(failed));
        match appended {
            Ok(()) => {
                self.file = Some(file);
                Ok(())
            }
            Err(error) => Err((file, error)),
        }
    }
}

fn failed(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(error) => error,
        ReadlineError::Errno(error) => error.into(),
        error => io::Error::other(error),
    }
}

/// What helps while a line is edited.
struct Assistant {
    link: Rc<RefCell<Link>>,
    /// In which symbols are completed.
    package: String,
    /// Whether forms are typed.
    forms: bool,
}

impl Helper for Assistant {}
impl Highlighter for Assistant {}

impl Hinter for Assistant {
    type Hint = String;
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext) -> rustyline::Result<ValidationResult> {
        let incomplete = self.forms
            && matches!(
                input::understand(context.input(), "input", 0),
                ReplInput::Incomplete(_)
            );
        Ok(if incomplete {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let start = symbol_start(&line[..at]);
        let prefix = &line[start..at];
        if !self.forms || prefix.is_empty() {
            return Ok((at, Vec::new()));
        }
        let Ok(mut link) = self.link.try_borrow_mut() else {
            return Ok((at, Vec::new()));
        };
        // Without an answer there is nothing to choose from; the next input reports why.
        let found = link
            .client()
            .and_then(|client| client.complete(prefix, Some(&self.package)).ok());
        let mut found = found.unwrap_or_default();
        // What cannot be shown as it is cannot be chosen.
        found.retain(|name| !name.contains(terminal::steers));
        Ok((start, found))
    }
}

/// Where the symbol that ends a text begins.
fn symbol_start(text: &str) -> usize {
    let ends_before = |c: char| c.is_whitespace() || "()\"'`,;@".contains(c);
    text.rfind(ends_before).map_or(0, |at| {
        at + text[at..].chars().next().map_or(0, char::len_utf8)
    })
}

#[cfg(test)]
mod tests {
    use super::symbol_start;

    #[test]
    fn a_symbol_begins_after_what_cannot_be_in_it() {
        let symbol = |text| &text[symbol_start(text)..];
        assert_eq!(symbol("(list cl:mapc"), "cl:mapc");
        assert_eq!(symbol("#'mapc"), "mapc");
        assert_eq!(symbol(",@mapc"), "mapc");
        assert_eq!(symbol("mapc"), "mapc");
        assert_eq!(symbol("(\u{2003}mapc"), "mapc");
        assert_eq!(symbol("(list "), "");
        assert_eq!(symbol(""), "");
    }
}
