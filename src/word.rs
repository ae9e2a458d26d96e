//! Words of a command line: what a program receives as one argument.
//!
//! A word is a list of pieces, literal text or a variable, and stays so until a
//! dialect spells it. This is the bottom of the program: it imports nothing
//! of the program.

use serde::{Serialize, Serializer};

/// The longest argument or `NAME=value` that a program can be started with, in bytes.
///
/// Linux takes 131072 bytes an argument and environment variable (`MAX_ARG_STRLEN` in
/// execve(2)), the NUL at its end included. The limit of all arguments together depends
/// on the machine, so the machine checks it.
pub const LONGEST: usize = 131_071;

/// A variable of the project file that a format with variables of its own may keep.
///
/// Only integer variables are kept, so `value` is always an integer in decimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// A POSIX variable name.
    pub name: String,
    /// What it resolved to.
    pub value: String,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text to be taken literally, whatever it contains.
    Text(String),
    /// A variable, printed as its value where the consumer has no variables.
    Variable(Variable),
}

/// One argument, exactly as the program receives it. Never contains NUL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word(Vec<Piece>);

impl Word {
    /// The pieces in order; neighbouring literal texts are one piece.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The text with every variable replaced by its value.
    pub fn resolved(&self) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.as_str(),
                Piece::Variable(variable) => variable.value.as_str(),
            })
            .collect()
    }

    /// The variables in it, in order.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Variable(variable) => Some(variable),
        })
    }

    /// Appends literal text.
    pub fn push_text(&mut self, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.0.push(Piece::Text(text.to_owned())),
        }
    }

    /// Appends one piece.
    pub fn push(&mut self, piece: Piece) {
        match piece {
            Piece::Text(text) => self.push_text(&text),
            variable @ Piece::Variable(_) => self.0.push(variable),
        }
    }
}

impl Extend<Piece> for Word {
    fn extend<T: IntoIterator<Item = Piece>>(&mut self, pieces: T) {
        for piece in pieces {
            self.push(piece);
        }
    }
}

impl FromIterator<Piece> for Word {
    fn from_iter<T: IntoIterator<Item = Piece>>(pieces: T) -> Self {
        let mut word = Word::default();
        word.extend(pieces);
        word
    }
}

impl Serialize for Word {
    /// As its resolved text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.resolved())
    }
}

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        Word::from_iter([Piece::Text(text.to_owned())])
    }
}

impl From<String> for Word {
    fn from(text: String) -> Self {
        Word::from_iter([Piece::Text(text)])
    }
}

/// A whole command line, its program first.
///
/// The words are in lines, as a person would break the command for reading: the program and its
/// flags, then each option with its value. Consumers that have one line only ignore that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argv(pub Vec<Line>);

/// A line of a command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its words.
    pub words: Vec<Word>,
    /// What it and the lines below it are for; none where the line above says it.
    pub remark: Option<String>,
}

impl Argv {
    /// The words, program first.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.0.iter().flat_map(|line| &line.words)
    }
}
