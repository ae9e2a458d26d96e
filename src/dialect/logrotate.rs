//! The configuration of logrotate.
//!
//! Rules: logrotate's `parseGlobString`: the names before a `{` go up to it, quotes or not;
//! popt's `poptParseArgvString`: in quotes a backslash stands for itself unless a quote follows;
//! and glob(7), which takes the backslash before its own characters away again.

use super::{Dialect, Printed, Refusal, comment, misplaced, name};
use crate::word::Word;

/// The language of logrotate's configuration.
#[derive(Clone, Copy, Debug)]
pub struct Logrotate;

/// The longest name, in bytes as it is spelt.
const LONGEST: usize = 2048;

/// The name of one file.
fn file(word: &Word) -> Result<String, Refusal> {
    let text = word.resolved();
    let escaped = escaped(&text);
    let reason = if text.contains(['{', '}', '\n']) {
        "`{`, `}` and line breaks end a name"
    } else if escaped.len() > LONGEST {
        "it is longer than 2048 bytes"
    } else if is_bare(&text) {
        return Ok(text);
    } else {
        return Ok(format!("\"{}\"", escaped.replace('"', "\\\"")));
    };
    Err(Refusal {
        message: format!(
            "logrotate cannot find the file `{}`: {reason}",
            text.escape_debug()
        ),
        help: "choose another name for the log".to_owned(),
    })
}

/// A pattern that only this text matches.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\*?[".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// Whether it is read as itself without quotes.
fn is_bare(text: &str) -> bool {
    let safe =
        |character: char| character.is_ascii_alphanumeric() || "_+,./:@%=-".contains(character);
    text.chars().all(safe)
}

impl Dialect for Logrotate {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Setting(word) => file(word),
            Printed::Comment(text) => Ok(comment::one_line(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
            Printed::Words(_) | Printed::Environment(_) => {
                Err(misplaced("logrotate's configuration"))
            }
        }
    }
}
