//! The Procfile, as honcho, both foremans (Ruby's and node's) and overmind read it alike.
//!
//! Rules, from their sources: a line is a process, `NAME: COMMAND`, and the command goes to `/bin/sh
//! -c`.
//! 1. honcho's lines end as Python's `splitlines` has it, JavaScript's `.` stops at U+2028 and
//!    U+2029, and overmind takes no line of 64 KiB or more (Go's `bufio.Scanner`).
//! 2. Ruby's foreman replaces `$PORT`, `$PS` and each `$NAME` of its `.env` before the shell sees
//!    the command, quotes or not.

use super::sh::{self, Newline};
use super::{Dialect, Printed, Refusal, comment, limit, misplaced, name};
use crate::word::Word;

/// The language of a Procfile.
#[derive(Clone, Copy, Debug)]
pub struct Procfile;

/// The bytes that a line may have.
const LONGEST: usize = 64 * 1024 - 1;

/// The bytes of a line beside its words: the name, the prelude, `umask`, `cd`, `exec env`.
const AROUND: usize = 512;

/// What ends a line for one of the readers; a newline has a spelling of its own.
const LINE_ENDS: [char; 9] = [
    '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
];

/// What must come before a command with these words; empty when nothing must.
///
/// Ask it with every word on the line: it also knows whether they are too much for one.
///
/// # Errors
/// When the line is longer than overmind reads.
pub fn prelude(words: &[Word]) -> Result<String, Refusal> {
    let spelt = words.iter().map(|word| spell([word]));
    let spelt = spelt.collect::<Result<Vec<_>, _>>()?;
    let length = AROUND + spelt.iter().map(|word| word.len() + 1).sum::<usize>();
    if length > LONGEST {
        return Err(Refusal {
            message: format!(
                "a Procfile cannot hold a command of {length} bytes: overmind reads lines of at \
                 most {LONGEST}"
            ),
            help: "put the long forms into a file and list it below `load:`".to_owned(),
        });
    }
    let newline = words.iter().any(|word| word.resolved().contains('\n'));
    Ok(if newline { sh::PRELUDE } else { "" }.to_owned())
}

/// The name of a process.
///
/// # Errors
/// When a reader would take it for something else.
pub fn process(words: &[Word]) -> Result<String, Refusal> {
    let name: String = words.iter().map(Word::resolved).collect();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(plain) {
        return Ok(name);
    }
    Err(Refusal {
        message: format!(
            "a Procfile cannot have a process `{}`: a name in it has letters, digits, `-` and `_` only",
            name.escape_debug()
        ),
        help: "give the service another name".to_owned(),
    })
}

fn spell<'a>(words: impl IntoIterator<Item = &'a Word>) -> Result<String, Refusal> {
    held(&sh::line(words, Newline::Variable))
}

/// A part of a line, unless a reader would not give it on as it is.
fn held(line: &Word) -> Result<String, Refusal> {
    let line = line.resolved();
    if let Some(end) = line.chars().find(|c| LINE_ENDS.contains(c)) {
        return Err(Refusal {
            message: format!(
                "a Procfile cannot hold the character `{}`: it ends a line for one of its readers",
                end.escape_unicode()
            ),
            help: "write it as an escape of the language that reads the word, or put the text \
                   into a file and load that"
                .to_owned(),
        });
    }
    Ok(without_names(&line))
}

/// A line without anything that looks like `$NAME`: the quotes are closed and opened in it.
///
/// Variables of the shell are not hurt, because a line has no other than `${q0a}`.
fn without_names(line: &str) -> String {
    let mut characters = line.chars().peekable();
    let mut text = String::with_capacity(line.len());
    while let Some(character) = characters.next() {
        text.push(character);
        let named = |next: &char| next.is_ascii_alphanumeric() || *next == '_';
        if character == '$' && characters.peek().is_some_and(named) {
            text.push_str("''");
        }
    }
    text
}

impl Dialect for Procfile {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Words(words) => {
                for word in words {
                    limit::check(&word.resolved())?;
                }
                spell(words)
            }
            Printed::Environment(variables) => {
                held(&sh::environment(variables, Newline::Variable)?)
            }
            Printed::Comment(text) => Ok(comment::one_line(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
            Printed::Setting(_) => Err(misplaced("a Procfile")),
        }
    }
}
