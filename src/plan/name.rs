//! Names of projects and services.

use std::fmt;

use serde::Serialize;

/// A name that is a program's name for supervisord, a target for make and a file's name
/// alike: letters, digits, `.`, `_` and `-`, a letter or digit first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Name(String);

/// Longer names would not fit into the name of a file or a socket.
const MAX_LENGTH: usize = 100;

impl Name {
    /// The name `text`, or what was expected instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if starts_well && text.chars().all(legal) && text.len() <= MAX_LENGTH {
            Ok(Name(text.to_owned()))
        } else {
            Err(format!(
                "letters, digits, `.`, `_` and `-`, a letter or digit first, \
                 at most {MAX_LENGTH} of them"
            ))
        }
    }

    /// The text of the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
