//! Paths of the project file, made absolute.

use std::path::Path;

use crate::project::field::Field;
use crate::word::{Piece, Word};

/// What relative paths are relative to.
#[derive(Clone, Copy, Debug)]
pub struct Base<'a> {
    /// The folder of the project file.
    pub folder: &'a str,
    /// The home folder for a leading `~/`, where one is known.
    pub home: Option<&'a Path>,
}

/// The absolute path that `field` names.
pub(super) fn read(field: &Field<'_>, base: Base<'_>) -> Option<Word> {
    field.parse_word(|word| absolute(word, base))
}

/// The absolute path that `word` names, or what was expected instead.
pub fn absolute(word: &Word, base: Base<'_>) -> Result<Word, String> {
    let text = word.resolved();
    if text.is_empty() {
        return Err("a path".to_owned());
    }
    if text.starts_with('/') {
        return Ok(word.clone());
    }
    if text == "~" || text.starts_with("~/") {
        return Ok(prefixed(home(base)?, &without_front(word, "~")));
    }
    if text.starts_with('~') {
        return Err(format!(
            "a path; only a leading `~/` is understood, not `{}`",
            text.split('/').next().unwrap_or_default()
        ));
    }
    match text.as_str() {
        "." | "./" => Ok(base.folder.into()),
        _ if text.starts_with("./") => Ok(below(base.folder, &without_front(word, "./"))),
        _ => Ok(below(base.folder, word)),
    }
}

fn home(base: Base<'_>) -> Result<&str, String> {
    base.home
        .and_then(Path::to_str)
        .ok_or_else(|| "a path without `~`: the home folder is not known".to_owned())
}

fn below(folder: &str, rest: &Word) -> Word {
    prefixed(&format!("{}/", folder.trim_end_matches('/')), rest)
}

fn prefixed(front: &str, rest: &Word) -> Word {
    let mut word = Word::from(front);
    word.extend(rest.pieces().iter().cloned());
    word
}

/// `word` without `front`, which its first piece starts with: a variable that is kept
/// is an integer, so the front of a path is always literal text.
fn without_front(word: &Word, front: &str) -> Word {
    let mut pieces = word.pieces().iter().cloned();
    match pieces.next() {
        Some(Piece::Text(text)) => {
            let rest = text.strip_prefix(front).unwrap_or(&text).to_owned();
            std::iter::once(Piece::Text(rest)).chain(pieces).collect()
        }
        _ => word.clone(),
    }
}
