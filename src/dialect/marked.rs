//! Words inside a text, marked so that they can be taken out of it again unchanged.
//!
//! Words never contain NUL, so NUL surrounds each piece: `t` and literal text, or `v` and
//! `NAME=value`. What is outside was written in the template.

use super::{Dialect, Printed, Refusal, misplaced};
use crate::word::{Piece, Variable, Word};

/// A command line, one argument or an option with its value a line.
#[derive(Clone, Copy, Debug)]
pub struct CommandLine;

impl Dialect for CommandLine {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Words(words) => Ok(joined(words.iter().map(mark))),
            Printed::Bare(text) => Ok(text.clone()),
            Printed::Own(spell, words) => spell(words),
            _ => Err(misplaced("a command line")),
        }
    }
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

fn mark(word: &Word) -> String {
    if word.pieces().is_empty() {
        return "\0t\0".to_owned();
    }
    word.pieces()
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => format!("\0t{text}\0"),
            Piece::Variable(variable) => format!("\0v{}={}\0", variable.name, variable.value),
        })
        .collect()
}

/// A stretch of a rendered text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkedSpan<'a> {
    /// From the template.
    Template(&'a str),
    /// From a word.
    Piece(Piece),
}

/// Takes a rendered text apart.
pub fn runs(text: &str) -> impl Iterator<Item = MarkedSpan<'_>> {
    text.split('\0').enumerate().map(|(index, run)| {
        if index % 2 == 0 {
            return MarkedSpan::Template(run);
        }
        let (mark, rest) = run.split_at(1);
        MarkedSpan::Piece(match rest.split_once('=') {
            Some((name, value)) if mark == "v" => Piece::Variable(Variable {
                name: name.to_owned(),
                value: value.to_owned(),
            }),
            _ => Piece::Text(rest.to_owned()),
        })
    })
}
