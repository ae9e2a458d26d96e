//! How a value is spelt so that the program that reads it gets the same bytes back.
//!
//! One file a language. A dialect never alters: what it cannot hold it refuses.

mod comment;
pub mod compose;
pub mod dockerfile;
pub mod kubernetes;
mod limit;
pub mod logrotate;
pub mod make;
pub mod marked;
mod name;
pub mod nginx;
pub mod nomad;
pub mod plist;
pub mod procfile;
pub mod quadlet;
pub mod sh;
pub mod supervisord;
pub mod systemd;
pub mod tmux;
mod yaml;

use std::fmt;

use crate::problem::Problem;
use crate::word::Word;

/// A value that a template may print; the kind says where it is used.
#[derive(Clone, Debug)]
pub enum Printed {
    /// Words of a command line, in a row.
    Words(Vec<Word>),
    /// Text after a comment sign, up to the end of the line.
    Comment(String),
    /// The value of a setting: the rest of a line.
    Setting(Word),
    /// Environment variables, as the consumer's own setting for them holds them.
    Environment(Vec<(String, Word)>),
    /// A checked name or number, which every language spells the same.
    Bare(String),
    /// Words in a place that one language alone has, with the function of its dialect that
    /// spells them there.
    Own(Spelling, Vec<Word>),
}

/// How a dialect spells words in a place that no other language has.
pub type Spelling = fn(&[Word]) -> Result<String, Refusal>;

/// Spells values for one consumer.
pub trait Dialect: fmt::Debug + Sync {
    /// The text that stands for `value` in this language.
    ///
    /// # Errors
    /// When the language cannot hold it.
    fn spell(&self, value: &Printed) -> Result<String, Refusal>;
}

/// A value that a language cannot hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What cannot be held, by whom and why: one lowercase sentence without a full stop.
    pub message: String,
    /// What to do instead.
    pub help: String,
}

/// A value where the language has no place for its kind: only a template of the user's
/// own can do that.
fn misplaced(language: &str) -> Refusal {
    Refusal {
        message: format!("this value has no meaning in {language}"),
        help: "start from the built-in template".to_owned(),
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Problem::error(refusal.message).help(refusal.help)
    }
}
