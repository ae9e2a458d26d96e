//! What a person reads when something is wrong: message, place, snippet, help.

mod list;

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::terminal::{inert, steers};

pub use list::Problems;

/// A text that was read, under the name that a person knows it by.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path, or `standard input`.
    pub name: String,
    /// All of it.
    pub text: String,
}

/// A range of bytes in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The text.
    pub source: Arc<Source>,
    /// The bytes; both ends lie on character boundaries.
    pub range: Range<usize>,
}

/// Whether a problem stops the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It does.
    Error,
    /// It does not.
    Warning,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    severity: Severity,
    message: String,
    location: Option<Location>,
    label: String,
    remarks: Vec<Remark>,
}

/// What is printed below the excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Remark {
    /// What else is known.
    Note(String),
    /// What to do.
    Help(String),
}

impl Problem {
    /// An error; `message` is lowercase and ends without a full stop.
    pub fn error(message: impl Into<String>) -> Self {
        Problem {
            severity: Severity::Error,
            message: message.into(),
            location: None,
            label: String::new(),
            remarks: Vec::new(),
        }
    }

    /// A warning.
    pub fn warning(message: impl Into<String>) -> Self {
        Problem {
            severity: Severity::Warning,
            ..Problem::error(message)
        }
    }

    /// What the system did not do: `cannot read standard input: …`.
    pub fn cannot(doing: impl fmt::Display, error: &io::Error) -> Self {
        Problem::error(format!("cannot {doing}: {}", reason(error)))
    }

    /// What the system did not do with the file or folder at `path`.
    pub fn io(doing: &str, path: &Path, error: &io::Error) -> Self {
        Problem::cannot(format_args!("{doing} `{}`", path.display()), error)
    }

    /// Adds where it is.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// Adds where it is, unless that is known already.
    #[must_use]
    pub fn or_at(self, location: &Location) -> Self {
        Problem {
            location: self.location.or_else(|| Some(location.clone())),
            ..self
        }
    }

    /// The same as a warning.
    #[must_use]
    pub fn as_warning(self) -> Self {
        Problem {
            severity: Severity::Warning,
            ..self
        }
    }

    /// Adds a few words beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds what else is known about it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.remarks.push(Remark::Note(note.into()));
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.remarks.push(Remark::Help(help.into()));
        self
    }

    /// Whether it stops the work.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it is.
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }

    /// The words beside the caret, if there are any.
    pub fn label_text(&self) -> Option<&str> {
        (!self.label.is_empty()).then_some(&self.label)
    }

    /// What else is known about it.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.remarks.iter().filter_map(|remark| match remark {
            Remark::Note(text) => Some(text.as_str()),
            Remark::Help(_) => None,
        })
    }

    /// What to do about it.
    pub fn helps(&self) -> impl Iterator<Item = &str> {
        self.remarks.iter().filter_map(|remark| match remark {
            Remark::Help(text) => Some(text.as_str()),
            Remark::Note(_) => None,
        })
    }

    /// As text for a person, in colour where asked.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let excerpt = self.location.as_ref().map(Excerpt::new);
        let label = printable(&self.label);
        let mut group = level
            .primary_title(printable(&self.message))
            .elements(excerpt.iter().map(|excerpt| {
                let annotation = AnnotationKind::Primary
                    .span(excerpt.range.clone())
                    .label((!label.is_empty()).then_some(label.as_str()));
                Snippet::source(&excerpt.text)
                    .path(&excerpt.name)
                    .line_start(excerpt.line)
                    .annotation(annotation)
            }));
        for remark in &self.remarks {
            group = group.element(match remark {
                Remark::Note(text) => Level::NOTE.message(printable(text)),
                Remark::Help(text) => Level::HELP.message(printable(text)),
            });
        }
        renderer.render(&[group])
    }
}

/// The lines of a source that a place touches; the renderer would read all of the source.
struct Excerpt {
    name: String,
    text: String,
    /// The number of the first line.
    line: usize,
    /// The place within the text.
    range: Range<usize>,
}

impl Excerpt {
    fn new(location: &Location) -> Self {
        let text = &location.source.text;
        let range = location.shown();
        let lines = start_of_line(text, range.start)..end_of_line(text, range.end);
        Excerpt {
            name: printable(&location.source.name).replace('\n', "␊"),
            text: visible(&text[lines.clone()]),
            line: location.line(),
            range: range.start - lines.start..range.end - lines.start,
        }
    }
}

impl Location {
    /// The number of the line that it starts on, counted from 1.
    pub fn line(&self) -> usize {
        let before = &self.source.text[..self.shown().start];
        1 + before.matches('\n').count()
    }

    /// The number of the character in that line that it starts with, counted from 1.
    pub fn column(&self) -> usize {
        let (text, start) = (&self.source.text, self.shown().start);
        1 + text[start_of_line(text, start)..start].chars().count()
    }

    /// What to point at: without the line breaks at its end, and after the last character of the
    /// file rather than on the empty line below it.
    fn shown(&self) -> Range<usize> {
        let text = &self.source.text;
        let start = floor(text, self.range.start);
        let end = floor(text, self.range.end).max(start);
        if start == text.len() {
            let last = text.trim_end().len();
            return last..last;
        }
        start..start + text[start..end].trim_end_matches(['\n', '\r']).len()
    }
}

/// The nearest character boundary that is not after `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

fn start_of_line(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line of `at` ends, before its `\n` or `\r\n`.
fn end_of_line(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let line = rest.split('\n').next().unwrap_or(rest);
    at + line.strip_suffix('\r').unwrap_or(line).len()
}

/// The reason without the number of the system's error.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}

/// A text as a message shows it: on one line, and only its beginning where it is longer.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == LONGEST {
            shown.push('…');
            break;
        }
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Text beside the source, on its way to a terminal.
fn printable(text: &str) -> String {
    inert(text).replace('\t', "    ")
}

/// Replaces what the renderer would print raw although it may steer a terminal, each by a
/// character of as many bytes, so that ranges stay right.
fn visible(text: &str) -> String {
    // The renderer has signs for these.
    let shown = |c: char| c.is_ascii() || !steers(c);
    let replaced = |c: char| match c.len_utf8() {
        _ if shown(c) => c,
        2 => '\u{B7}',
        _ => char::REPLACEMENT_CHARACTER,
    };
    text.chars().map(replaced).collect()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problem {}
