//! Dockerfiles, as `BuildKit` and Buildah read them, and the file that says what they do not see.
//!
//! Rules: the Dockerfile reference and what both readers do:
//!
//! 1. A line that ends in a backslash goes on; of those that follow, the ones that begin with `#`
//!    are comments. A line has at most 65,535 bytes.
//! 2. In the exec form of `RUN`, `HEALTHCHECK` and `ENTRYPOINT` words are strings of JSON, and no
//!    variable is replaced.
//! 3. `ENV` and `COPY` replace variables. In the double quotes of `ENV` a backslash takes `"`, `$`
//!    and itself as they are, and nothing stands for a line break.
//! 4. The sources of `COPY` are patterns, as the lines of `.dockerignore` are.

use super::{Dialect, Printed, Refusal, comment, limit, misplaced, name};
use crate::word::Word;

/// The language of Dockerfiles.
#[derive(Clone, Copy, Debug)]
pub struct Dockerfile;

/// The language of `.dockerignore`.
#[derive(Clone, Copy, Debug)]
pub struct Ignored;

/// The bytes that a line may have, less what is around a word.
const LONGEST_LINE: usize = 65_535 - 100;

/// A word of the exec form.
fn string(word: &Word) -> Result<String, Refusal> {
    let text = word.resolved();
    limit::check(&text)?;
    fits(serde_json::Value::from(text).to_string())
}

fn fits(spelt: String) -> Result<String, Refusal> {
    if spelt.len() <= LONGEST_LINE {
        return Ok(spelt);
    }
    Err(Refusal {
        message: format!(
            "a Dockerfile cannot hold a word of {} bytes: its lines have at most 65535",
            spelt.len()
        ),
        help: "put the text into a file and load that".to_owned(),
    })
}

/// `NAME="value"`.
fn variable(name: &str, value: &Word) -> Result<String, Refusal> {
    let (name, value) = (name::environment(name)?, value.resolved());
    limit::check(&format!("{name}={value}"))?;
    if value.contains(['\n', '\r']) {
        return Err(Refusal {
            message: format!("a Dockerfile cannot hold the line break in the value of `{name}`"),
            help: "put the text into a file, or set the variable where the container is started"
                .to_owned(),
        });
    }
    let mut spelt = format!("{name}=\"");
    for character in value.chars() {
        if "\"\\$".contains(character) {
            spelt.push('\\');
        }
        spelt.push(character);
    }
    spelt.push('"');
    fits(spelt)
}

/// The rest of a line that is a path: a source or a destination of `COPY`, or a folder.
fn path(word: &Word) -> Result<String, Refusal> {
    let text = word.resolved();
    let plain = |c: char| c.is_ascii_alphanumeric() || "_+,./:@=~%-".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return Ok(text);
    }
    Err(Refusal {
        message: format!(
            "a Dockerfile cannot name the path `{}`: it takes letters, digits and some signs for themselves only",
            text.escape_debug()
        ),
        help: "give the file or folder another name".to_owned(),
    })
}

/// What `COPY` copies and where to, which may have blanks.
///
/// # Errors
/// When a path has signs that mean something there.
pub fn copied(words: &[Word]) -> Result<String, Refusal> {
    let has_blanks = words.iter().any(|word| word.resolved().contains(' '));
    let paths = words.iter().map(|word| {
        path(&word.resolved().replace(' ', "-").into())?;
        if has_blanks { string(word) } else { path(word) }
    });
    if has_blanks {
        return Ok(format!("[{}]", joined(paths, ", ")?));
    }
    joined(paths, " ")
}

/// A pattern that matches a path, and nothing else, seen from the folder that the image is made
/// from.
fn pattern(word: &Word) -> Result<String, Refusal> {
    let text = word.resolved();
    if text.contains(['\n', '\r']) || text.trim() != text {
        return Err(Refusal {
            message: format!(
                "`.dockerignore` cannot hold the path `{}`: white space at its ends and line breaks are cut off",
                text.escape_debug()
            ),
            help: "give the file or folder another name".to_owned(),
        });
    }
    let mut spelt = String::with_capacity(text.len());
    for (index, character) in text.chars().enumerate() {
        if "*?[]\\".contains(character) || index == 0 && "#!".contains(character) {
            spelt.push('\\');
        }
        spelt.push(character);
    }
    Ok(spelt)
}

/// Packages of Debian in a command of a shell.
///
/// # Errors
/// When one has characters that no package has in its name.
pub fn packages(words: &[Word]) -> Result<String, Refusal> {
    let names = words.iter().map(|word| {
        let name = word.resolved();
        let legal = |c: char| c.is_ascii_alphanumeric() || "+-.=:~".contains(c);
        if name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(legal) {
            return Ok(name);
        }
        Err(misplaced("a list of packages"))
    });
    joined(names, " ")
}

impl Dialect for Dockerfile {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Words(words) => joined(words.iter().map(string), ", "),
            Printed::Environment(variables) => joined(
                variables.iter().map(|(name, value)| variable(name, value)),
                " ",
            ),
            Printed::Setting(word) => path(word),
            Printed::Comment(text) => Ok(comment::one_line(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
        }
    }
}

impl Dialect for Ignored {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Setting(word) => pattern(word),
            Printed::Comment(text) => Ok(comment::one_line(text)),
            Printed::Own(spell, words) => spell(words),
            _ => Err(misplaced("`.dockerignore`")),
        }
    }
}

fn joined(
    words: impl Iterator<Item = Result<String, Refusal>>,
    between: &str,
) -> Result<String, Refusal> {
    Ok(words.collect::<Result<Vec<_>, _>>()?.join(between))
}
