//! The property lists of macOS, in XML.
//!
//! Rules: XML 1.0, 2.2 (characters), 2.4 (character data), 2.5 (comments) and 2.11 (a carriage
//! return in a file is a newline); and that the readers of property lists keep all white space
//! in a `<string>`.

use super::{Dialect, Printed, Refusal, comment, name};
use crate::word::Word;

/// The language of property lists.
#[derive(Clone, Copy, Debug)]
pub struct Plist;

/// A `<string>`.
fn string(word: &Word) -> Result<String, Refusal> {
    let text = word.resolved();
    if let Some(character) = text.chars().find(|character| !is_character(*character)) {
        return Err(Refusal {
            message: format!(
                "a property list cannot hold U+{:04X}: XML has no such character",
                u32::from(character)
            ),
            help: "write it as an escape of the language that reads the word, or put the text \
                   into a file and load that"
                .to_owned(),
        });
    }
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\r', "&#13;");
    Ok(format!("<string>{escaped}</string>"))
}

/// Whether XML has this character.
fn is_character(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => character >= ' ',
    }
}

/// Text in a comment, where no two hyphens may be side by side. A shell reads `-\-user` as
/// `--user`, so a command line is still one.
fn commented(text: &str) -> String {
    let mut spelt = String::with_capacity(text.len());
    for character in comment::one_line(text).chars() {
        if character == '-' && spelt.ends_with('-') {
            spelt.push('\\');
        }
        if is_character(character) {
            spelt.push(character);
        } else {
            spelt.extend(character.escape_unicode());
        }
    }
    spelt
}

impl Dialect for Plist {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Words(words) => strings(words.iter().map(string)),
            Printed::Setting(word) => string(word),
            Printed::Environment(variables) => strings(variables.iter().map(|(name, value)| {
                let name = name::environment(name)?;
                Ok(format!("<key>{name}</key> {}", string(value)?))
            })),
            Printed::Comment(text) => Ok(commented(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
        }
    }
}

/// Strings in a row, or the first refusal.
fn strings(strings: impl Iterator<Item = Result<String, Refusal>>) -> Result<String, Refusal> {
    Ok(strings.collect::<Result<Vec<_>, _>>()?.join(" "))
}
