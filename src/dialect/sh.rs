//! The words of the POSIX shell.
//!
//! Rules: POSIX, Shell Command Language, 2.2 (quoting), 2.4 (reserved words), 2.9.1
//! (assignments), and what dash and bash add to them.
//!
//! A word in shell syntax is a [`Word`] again: its text is shell syntax, and its variables
//! are still variables. So a language that hands a line to a shell calls [`line()`] and
//! spells what it gets by its own rules, without knowing any of the shell's. One that leaves its
//! variables to the shell calls [`one_line()`].

use super::{Dialect, Printed, Refusal, comment, limit, name};
use crate::word::{Piece, Word};

/// The language of a shell script.
#[derive(Clone, Copy, Debug)]
pub struct Sh;

/// How a newline inside a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newline {
    /// As it is, inside the quotes.
    Raw,
    /// As a variable that [`PRELUDE`] sets, for languages whose commands are one line.
    Variable,
}

/// Who expands the variables in words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ExpandedBy {
    /// The language around the shell: they stay variables.
    Around,
    /// The shell itself: they become `"$NAME"`.
    Shell,
}

/// What must come before a command with a newline written as [`Newline::Variable`].
///
/// A command substitution drops the newlines at its end, so a full stop follows and is
/// taken off again.
pub const PRELUDE: &str = r"q0a=$(printf '\012.'); q0a=${q0a%.}; ";

/// What stands for a newline between two quoted parts: [`PRELUDE`] sets it.
const NEWLINE: &str = r#"'"${q0a}"'"#;

/// The reserved words of POSIX, and those of bash, ksh and zsh.
const RESERVED: [&str; 27] = [
    "!",
    "[[",
    "]]",
    "case",
    "coproc",
    "do",
    "done",
    "elif",
    "else",
    "end",
    "esac",
    "fi",
    "for",
    "foreach",
    "function",
    "if",
    "in",
    "namespace",
    "nocorrect",
    "repeat",
    "select",
    "then",
    "time",
    "until",
    "while",
    "{",
    "}",
];

/// Where a word is, as far as its spelling depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WordPosition {
    /// Where a command may begin: the shell looks for keywords and assignments.
    First,
    /// After another word, or after the `=` of an assignment.
    Later,
}

/// Words in a row, in shell syntax.
///
/// They may be a whole command or a part of one: the first word is quoted whenever it would
/// mean something at the head of a command.
pub fn line<'a>(words: impl IntoIterator<Item = &'a Word>, newline: Newline) -> Word {
    in_a_row(words, newline, ExpandedBy::Around)
}

/// Words in a row on one line, whose variables the shell has by the same names.
///
/// [`PRELUDE`] must come before it where there are newlines.
pub fn one_line<'a>(words: impl IntoIterator<Item = &'a Word>) -> String {
    in_a_row(words, Newline::Variable, ExpandedBy::Shell).resolved()
}

fn in_a_row<'a>(
    words: impl IntoIterator<Item = &'a Word>,
    newline: Newline,
    variables: ExpandedBy,
) -> Word {
    let mut line = Word::default();
    let mut position = WordPosition::First;
    for word in words {
        if position == WordPosition::Later {
            line.push_text(" ");
        }
        quote(&mut line, word, position, newline, variables);
        position = WordPosition::Later;
    }
    line
}

/// `NAME=value` words in a row, in shell syntax: for `env`, or before a command.
///
/// After `env`, a program with `=` in its path would be one more variable: the caller checks that,
/// since it has the program.
///
/// # Errors
/// When a name is not one, or a value is too long for the system.
pub fn environment(variables: &[(String, Word)], newline: Newline) -> Result<Word, Refusal> {
    assignments(variables, newline, ExpandedBy::Around)
}

/// The same on one line, as [`one_line()`] has words.
///
/// # Errors
/// As for [`environment()`].
pub fn one_line_environment(variables: &[(String, Word)]) -> Result<String, Refusal> {
    Ok(assignments(variables, Newline::Variable, ExpandedBy::Shell)?.resolved())
}

fn assignments(
    environment: &[(String, Word)],
    newline: Newline,
    variables: ExpandedBy,
) -> Result<Word, Refusal> {
    let mut line = Word::default();
    for (index, (name, value)) in environment.iter().enumerate() {
        let assignment = format!("{}=", name::environment(name)?);
        limit::check(&(assignment.clone() + &value.resolved()))?;
        if index > 0 {
            line.push_text(" ");
        }
        line.push_text(&assignment);
        quote(&mut line, value, WordPosition::Later, newline, variables);
    }
    Ok(line)
}

/// Appends a word in shell syntax.
fn quote(
    line: &mut Word,
    word: &Word,
    position: WordPosition,
    newline: Newline,
    variables: ExpandedBy,
) {
    let bare = is_bare(&word.resolved(), position);
    let quote = if bare { "" } else { "'" };
    line.push_text(quote);
    for piece in word.pieces() {
        match piece {
            Piece::Text(text) if bare => line.push_text(text),
            Piece::Text(text) => line.push_text(&inside_quotes(text, newline)),
            Piece::Variable(_) if variables == ExpandedBy::Around => line.push(piece.clone()),
            Piece::Variable(variable) => {
                line.push_text(&format!("{quote}\"${}\"{quote}", variable.name));
            }
        }
    }
    line.push_text(quote);
}

/// Text as it is between single quotes.
fn inside_quotes(text: &str, newline: Newline) -> String {
    let text = text.replace('\'', r"'\''");
    match newline {
        Newline::Raw => text,
        Newline::Variable => text.replace('\n', NEWLINE),
    }
}

/// Whether the shell reads a word as itself without quotes.
fn is_bare(word: &str, position: WordPosition) -> bool {
    // zsh expands a `=` at the head of any word.
    let safe =
        |character: char| character.is_ascii_alphanumeric() || "_%+,./:@=-".contains(character);
    let plain = !word.is_empty() && !word.starts_with('=') && word.chars().all(safe);
    plain && (position == WordPosition::Later || !means_something_first(word))
}

/// Whether a word at the head of a command is a keyword or an assignment.
fn means_something_first(word: &str) -> bool {
    word.contains('=') || RESERVED.contains(&word)
}

impl Dialect for Sh {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Words(words) => {
                for word in words {
                    limit::check(&word.resolved())?;
                }
                Ok(line(words, Newline::Raw).resolved())
            }
            Printed::Setting(word) => {
                limit::check(&word.resolved())?;
                Ok(line([word], Newline::Raw).resolved())
            }
            Printed::Environment(variables) => Ok(environment(variables, Newline::Raw)?.resolved()),
            Printed::Comment(text) => Ok(comment::one_line(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
        }
    }
}
