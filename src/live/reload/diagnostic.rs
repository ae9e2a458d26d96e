//! What the compiler said of a file of the project.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::problem::{Place, Problem, Source};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A matter of style.
    #[serde(rename = "style-warning")]
    Style,
    /// Code that will fail when it runs.
    Warning,
    /// Code that cannot be compiled.
    Error,
}

impl Kind {
    /// From its keyword.
    pub fn parse(keyword: &str) -> Option<Self> {
        match keyword.to_ascii_lowercase().as_str() {
            ":style" => Some(Kind::Style),
            ":warning" => Some(Kind::Warning),
            ":error" => Some(Kind::Error),
            _ => None,
        }
    }
}

/// One thing that the compiler said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub kind: Kind,
    /// The file.
    pub file: PathBuf,
    /// The form in it, from its first character to the one after its last.
    pub bounds: Option<Range<usize>>,
    /// What is wrong.
    pub message: String,
}

impl Diagnostic {
    /// As it is shown to a person, who knows the file as `name`.
    pub fn problem(&self, name: &str) -> Problem {
        let message = self.message.split_whitespace().collect::<Vec<_>>();
        let message = message.join(" ");
        let problem = match self.kind {
            Kind::Error => Problem::error(message),
            Kind::Warning | Kind::Style => Problem::warning(message),
        };
        let problem = match self.place(name) {
            Some(place) => problem.at(place),
            None => problem.note(format!("in {name}")),
        };
        match self.kind {
            Kind::Style => problem.label("a matter of style"),
            _ => problem,
        }
    }

    /// The line and column, counted from 1.
    pub fn position(&self) -> Option<(usize, usize)> {
        let place = self.place("")?;
        let before = &place.source.text[..place.range.start];
        let line = before.rsplit('\n').next().unwrap_or_default();
        Some((place.line(), 1 + line.chars().count()))
    }

    /// The first line of the form.
    fn place(&self, name: &str) -> Option<Place> {
        let bounds = self.bounds.clone()?;
        let text = text(&self.file)?;
        let byte = |character: usize| text.char_indices().nth(character).map(|(at, _)| at);
        let start = byte(bounds.start)?;
        let end = byte(bounds.end).unwrap_or(text.len());
        let line = text[start..end].find('\n').map_or(end, |at| start + at);
        Some(Place {
            range: start..line,
            source: Arc::new(Source {
                name: name.to_owned(),
                text,
            }),
        })
    }
}

fn text(file: &Path) -> Option<String> {
    let bytes = fs::read(file).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
