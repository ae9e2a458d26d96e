//! Reading Lisp forms and printing Lisp text.
//!
//! The reader follows SBCL's on text: it knows where a form begins and ends and
//! what is wrong with it, and builds no objects.

pub mod append;
mod faults;
mod features;
mod lexer;
mod output;
pub mod print;
pub mod reader;
mod shape;
mod source;
mod token;
mod trace;
pub mod tree;

use std::ops::Range;

use crate::problem::{Location, Problem};
use crate::word::{Variable, Word};
use trace::Trace;

/// A stretch of the text of a form, as it was in its file.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// The text to read; for a variable, its value.
    pub text: &'a str,
    /// Where it was, in bytes of the text as written. As long as `text` if written.
    pub at: Range<usize>,
    /// Where it comes from.
    pub origin: PartOrigin<'a>,
}

impl<'a> Part<'a> {
    /// A text that is read as it was written.
    pub fn written(text: &'a str) -> Self {
        Part {
            text,
            at: 0..text.len(),
            origin: PartOrigin::Written,
        }
    }
}

/// Where the text of a part comes from.
#[derive(Clone, Debug)]
pub enum PartOrigin<'a> {
    /// It was written there.
    Written,
    /// The value of the variable of this name, which is not kept.
    Value(&'a str),
    /// The value of a variable which is to stay one in the word.
    Kept(&'a Variable),
}

/// One form that has been read to its last parenthesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Its text, comments and line breaks between tokens folded into blanks.
    pub word: Word,
    /// What a person should look at though it may be right.
    pub warnings: Vec<Fault>,
    trace: Trace,
}

impl Form {
    /// A form that was not read.
    pub fn made(text: impl Into<Word>) -> Self {
        Form {
            word: text.into(),
            warnings: Vec::new(),
            trace: Trace::default(),
        }
    }

    /// Where a range of its text was, in bytes of the text as written ([`Part::at`]).
    pub fn written(&self, range: &Range<usize>) -> Range<usize> {
        self.trace.back(range)
    }

    /// Its text with every variable replaced by its value, as a REPL would read it.
    pub fn text(&self) -> String {
        self.word.resolved()
    }
}

/// What is wrong with a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whether more text could complete it.
    pub kind: FaultKind,
    /// What is wrong: lowercase, no full stop.
    pub message: String,
    /// Where, in bytes of the text as written (`Part::at`). May be empty at the end.
    pub at: Range<usize>,
    /// A few words for the caret, or empty.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

impl Fault {
    /// As an error; `place` is where [`Fault::at`] is in the file.
    pub fn error(&self, location: Location) -> Problem {
        self.explain(Problem::error(&self.message), location)
    }

    /// As a warning; `place` is where [`Fault::at`] is in the file.
    pub fn warning(&self, location: Location) -> Problem {
        self.explain(Problem::warning(&self.message), location)
    }

    fn explain(&self, problem: Problem, location: Location) -> Problem {
        let problem = problem.at(location).label(&self.label);
        match &self.help {
            Some(help) => problem.help(help),
            None => problem,
        }
    }
}

/// Whether an incomplete text could become a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It ends too early.
    Incomplete,
    /// No text after it can complete it.
    Invalid,
    /// It holds no form.
    Empty,
}

impl serde::Serialize for Form {
    /// As its text.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.word.serialize(serializer)
    }
}
