//! Printing Lisp text: strings and the names of systems.

use std::borrow::Cow;

use crate::word::{Piece, Word};

/// A Lisp string literal of the text; variables stay variables.
pub fn string(word: &Word) -> Word {
    let mut literal = Word::from("\"");
    for piece in word.pieces() {
        match piece {
            Piece::Text(text) => literal.push_text(&in_string(text)),
            variable @ Piece::Variable(_) => literal.push(variable.clone()),
        }
    }
    literal.push_text("\"");
    literal
}

/// How a system is named in a form: a keyword where the name survives being read as
/// one, a string otherwise.
///
/// The systems of a name are looked up in lower case when it comes from a symbol.
pub fn system_designator(name: &str) -> String {
    if reads_back_as_keyword(name) {
        format!(":{name}")
    } else {
        format!("\"{}\"", in_string(name))
    }
}

fn reads_back_as_keyword(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.starts_with(plain) && name.chars().all(|c| plain(c) || "+/._-".contains(c))
}

/// Text as it is between the quotes of a string.
pub(super) fn in_string(text: &str) -> Cow<'_, str> {
    escaped(text, ['"', '\\'])
}

/// Text as it is between the bars of a symbol.
pub(super) fn in_bars(text: &str) -> Cow<'_, str> {
    escaped(text, ['|', '\\'])
}

fn escaped(text: &str, special: [char; 2]) -> Cow<'_, str> {
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if special.contains(&c) {
            result.push('\\');
        }
        result.push(c);
    }
    Cow::Owned(result)
}
