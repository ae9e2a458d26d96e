//! A message of the compiler about a file of the project.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::problem::{Location, Problem, Source};
use crate::suggest;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiagnosticKind {
    /// A matter of style.
    #[serde(rename = "style-warning")]
    Style,
    /// Code that will fail when it runs.
    Warning,
    /// Code that cannot be compiled.
    Error,
}

impl DiagnosticKind {
    /// From its keyword.
    pub fn parse(keyword: &str) -> Option<Self> {
        match keyword.to_ascii_lowercase().as_str() {
            ":style" => Some(DiagnosticKind::Style),
            ":warning" => Some(DiagnosticKind::Warning),
            ":error" => Some(DiagnosticKind::Error),
            _ => None,
        }
    }
}

/// A form in a file, from its first character to the one after its last.
pub type Bounds = Range<usize>;

/// A name that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// The name.
    pub name: String,
    /// Those that there are in its place.
    pub known: Vec<String>,
}

impl UnknownName {
    /// The name that may have been meant, as it is typed.
    pub fn closest(&self) -> Option<String> {
        let known = self.known.iter().map(String::as_str);
        suggest::closest(&self.name, known).map(typed)
    }

    /// What may help, if anything is known to.
    fn help(&self) -> Option<String> {
        if self.known.contains(&self.name) {
            return Some("write `::` between the package and the symbol, or export it".to_owned());
        }
        let closest = self.closest()?;
        Some(format!("did you mean `{closest}`?"))
    }
}

/// The reader of Lisp makes capitals of small letters.
fn typed(name: &str) -> String {
    if name.contains(char::is_lowercase) {
        name.to_owned()
    } else {
        name.to_lowercase()
    }
}

/// One message of the compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub kind: DiagnosticKind,
    /// The file.
    pub file: PathBuf,
    /// The form in it.
    pub bounds: Option<Bounds>,
    /// What is wrong.
    pub message: String,
    /// What name does not exist, if that is it.
    pub unknown: Option<UnknownName>,
}

impl Diagnostic {
    /// As it is shown to a person, who knows the file as `name`.
    pub fn problem(&self, name: &str) -> Problem {
        match self.location(name) {
            Some(location) => self.unplaced().at(location),
            None => self.unplaced().note(format!("in {name}")),
        }
    }

    /// The same without its place.
    pub fn unplaced(&self) -> Problem {
        let message = self.message.split_whitespace().collect::<Vec<_>>();
        let message = message.join(" ");
        let problem = match self.kind {
            DiagnosticKind::Error => Problem::error(message),
            DiagnosticKind::Warning | DiagnosticKind::Style => Problem::warning(message),
        };
        let problem = match self.kind {
            DiagnosticKind::Style => problem.label("a matter of style"),
            _ => problem,
        };
        match self.unknown.as_ref().and_then(UnknownName::help) {
            Some(help) => problem.help(help),
            None => problem,
        }
    }

    /// The line and column, counted from 1.
    pub fn position(&self) -> Option<(usize, usize)> {
        let location = self.location("")?;
        let before = &location.source.text[..location.range.start];
        let line = before.rsplit('\n').next().unwrap_or_default();
        Some((location.line(), 1 + line.chars().count()))
    }

    fn location(&self, name: &str) -> Option<Location> {
        let location = location(&self.file, self.bounds.as_ref()?, name)?;
        let is_form = location.source.text[location.range.clone()].starts_with('(');
        Some(match &self.unknown {
            // The reader came as far as the end of the symbol.
            Some(_) if !is_form => Location {
                range: token(&location.source.text, location.range.start),
                ..location
            },
            _ => location,
        })
    }
}

/// The first line of a form of `file`, which a person knows as `name`.
pub fn location(file: &Path, bounds: &Bounds, name: &str) -> Option<Location> {
    let text = text(file)?;
    let byte = |character: usize| text.char_indices().nth(character).map(|(at, _)| at);
    let start = byte(bounds.start)?;
    let end = byte(bounds.end).unwrap_or(text.len());
    // Where the reader began to look for it.
    let start = end - text[start..end].trim_start().len();
    let line = text[start..end].find('\n').map_or(end, |at| start + at);
    Some(Location {
        range: start..line,
        source: Arc::new(Source {
            name: name.to_owned(),
            text,
        }),
    })
}

/// The symbol in which `at` lies, or before it.
pub fn token(text: &str, at: usize) -> Range<usize> {
    let part = |c: char| !c.is_whitespace() && !"()\"'`,;#".contains(c);
    let end = text[..at].trim_end_matches(|c| !part(c)).len();
    let at_part = text[at..].starts_with(part);
    let end = if at_part {
        at + text[at..].find(|c| !part(c)).unwrap_or(text.len() - at)
    } else {
        end
    };
    let start = text[..end].trim_end_matches(part).len();
    start..end
}

fn text(file: &Path) -> Option<String> {
    let bytes = fs::read(file).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
