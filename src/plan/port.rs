//! A port of the project file: its number, and how it is spelt.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::word::Word;

/// A port that a server may listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    number: u16,
    word: Word,
}

impl Port {
    /// The port that `word` spells, or what was expected instead.
    pub(super) fn parse(word: &Word) -> Result<Self, String> {
        let text = word.resolved();
        match text.parse() {
            Ok(number @ 1..) if !text.starts_with('+') => Ok(Port {
                number,
                word: word.clone(),
            }),
            _ => Err("a port from 1 to 65535".to_owned()),
        }
    }

    /// Its number.
    pub fn number(&self) -> u16 {
        self.number
    }

    /// Its spelling, which keeps a variable.
    pub fn word(&self) -> &Word {
        &self.word
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

impl Serialize for Port {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.number)
    }
}
