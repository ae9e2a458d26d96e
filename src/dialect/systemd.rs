//! Units of systemd, and the files that `EnvironmentFile=` names.
//!
//! Rules: systemd.syntax(7), systemd.service(5), COMMAND LINES, systemd.exec(5), and what
//! systemd 252 does:
//!
//! 1. A line that ends in a backslash goes on; of one that goes on, a physical line that begins
//!    with `#` or `;` is a comment. White space at the ends of a value is cut off.
//! 2. `%` begins a specifier in every setting; `%%` is one.
//! 3. Commands and `Environment=` are split into words, in which quotes of both kinds group and
//!    a backslash begins an escape of C, inside any quotes.
//! 4. `$` begins a variable in a command, quoted or not, but for the path of its program; `$$` is
//!    one.
//! 5. In lists of paths a backslash takes the next character as it is. Other settings have no
//!    quotes.
//! 6. Text is UTF-8 without noncharacters, which are possible only where bytes can be escaped.
//! 7. The program must have a path without quotes, backslashes and control characters.

use super::{Dialect, Printed, Refusal, comment, limit, misplaced, name};
use crate::word::{Argv, Word};

/// The language of units.
#[derive(Clone, Copy, Debug)]
pub struct Systemd;

/// The language of the files that `EnvironmentFile=` names.
#[derive(Clone, Copy, Debug)]
pub struct EnvironmentFile;

/// What one setting may be long, all its lines together (`LONG_LINE_MAX`), less its name.
const LONGEST_SETTING: usize = (1 << 20) - 100;

/// Where a word is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum UnitField {
    /// In a command, whose variables are replaced.
    Command,
    /// Elsewhere.
    Setting,
}

/// A word among others that are separated by blanks.
fn word(text: &str, field: UnitField) -> String {
    let quote = match text {
        _ if is_bare(text) => None,
        _ if text.contains('"') && !text.contains('\'') => Some('\''),
        _ => Some('"'),
    };
    let mut spelt = String::with_capacity(text.len() + 2);
    spelt.extend(quote);
    for character in text.chars() {
        match character {
            '%' => spelt.push_str("%%"),
            '$' if field == UnitField::Command => spelt.push_str("$$"),
            '\n' => spelt.push_str("\\n"),
            '\t' => spelt.push_str("\\t"),
            '\r' => spelt.push_str("\\r"),
            _ if character.is_ascii_control() || is_noncharacter(character) => {
                let mut bytes = [0; 4];
                let bytes = character.encode_utf8(&mut bytes).bytes();
                spelt.extend(bytes.map(|byte| format!("\\x{byte:02x}")));
            }
            _ if character == '\\' || quote == Some(character) => {
                spelt.extend(['\\', character]);
            }
            _ => spelt.push(character),
        }
    }
    spelt.extend(quote);
    spelt
}

/// Whether Unicode has set a character aside, so that systemd takes text with it for none.
fn is_noncharacter(character: char) -> bool {
    let number = u32::from(character);
    number & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&number)
}

/// Text that is not spelt in bytes.
pub(super) fn checked(text: &str) -> Result<&str, Refusal> {
    match text.chars().find(|character| is_noncharacter(*character)) {
        None => Ok(text),
        Some(character) => Err(Refusal {
            message: format!(
                "systemd does not accept text with the character {}",
                character.escape_unicode()
            ),
            help: "choose another character: this one is not for text (a noncharacter of Unicode)"
                .to_owned(),
        }),
    }
}

fn is_bare(text: &str) -> bool {
    let safe =
        |character: char| character.is_ascii_alphanumeric() || "_%+,./:@=-".contains(character);
    !text.is_empty() && text.chars().all(safe)
}

pub(super) fn command_word(word_: &Word) -> Result<String, Refusal> {
    let text = word_.resolved();
    limit::check(&text)?;
    Ok(word(&text, UnitField::Command))
}

/// The beginning of a command line: the file of the program, the name that it is called by, and
/// words.
///
/// # Errors
/// When systemd does not take the file for a program.
pub fn program(words: &[Word]) -> Result<String, Refusal> {
    let [file, called, words @ ..] = words else {
        return Err(misplaced("a unit"));
    };
    let (file, called) = (file.resolved(), called.resolved());
    let special = |c: char| c.is_ascii_control() || "\"'\\".contains(c);
    if file.contains(special) {
        return Err(Refusal {
            message: format!(
                "systemd starts no program whose path is `{}`: it has a quote, a backslash or a control character",
                file.escape_debug()
            ),
            help: "name a symbolic link with a plain name in `sbcl.program`".to_owned(),
        });
    }
    // The name, unlike the path, is searched for variables.
    let path = word(checked(&file)?, UnitField::Setting);
    let command = if file == called && !file.contains('$') {
        path
    } else {
        format!("@{path} {}", command_word(&called.into())?)
    };
    let words = words.iter().map(command_word);
    joined(std::iter::once(Ok(command)).chain(words))
}

/// Refuses a command line that is longer than systemd reads.
///
/// # Errors
/// When it is.
pub fn fits(argv: &Argv) -> Result<(), Refusal> {
    let lines = argv.0.iter().map(|line| {
        let words = line.words.iter();
        let words = words.map(|each| word(&each.resolved(), UnitField::Command).len() + 1);
        words.sum::<usize>() + "\\\n  ".len()
    });
    let length: usize = lines.sum();
    if length <= LONGEST_SETTING {
        return Ok(());
    }
    Err(Refusal {
        message: format!(
            "systemd reads at most {LONGEST_SETTING} bytes of a command line, and this is {length}"
        ),
        help: "put the long forms into a file and list it below `load:`".to_owned(),
    })
}

/// Paths of a list; one that begins with `-` need not exist.
///
/// # Errors
/// When one cannot be in a list.
pub fn paths(words: &[Word]) -> Result<String, Refusal> {
    joined(words.iter().map(|each| {
        let path = each.resolved();
        checked(&path)?;
        if path.contains(['\n', '\r']) {
            return Err(unholdable(&path, "a line break ends the value"));
        }
        Ok(if is_bare(&path) {
            path.replace('%', "%%")
        } else {
            let path = path.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{}\"", path.replace('%', "%%"))
        })
    }))
}

/// Names of units.
///
/// # Errors
/// None.
pub fn units(words: &[Word]) -> Result<String, Refusal> {
    joined(words.iter().map(|name| Ok(name.resolved())))
}

/// A line for people.
///
/// # Errors
/// None.
pub fn description(words: &[Word]) -> Result<String, Refusal> {
    let texts: Vec<String> = words.iter().map(Word::resolved).collect();
    Ok(comment::one_line(texts.join(" ").trim()).replace('%', "%%"))
}

/// The rest of a line, as it is.
pub(super) fn rest(word: &Word) -> Result<String, Refusal> {
    let text = word.resolved();
    checked(&text)?;
    let reason = if text.contains(['\n', '\r']) {
        "a line break ends the value"
    } else if text.trim_matches([' ', '\t']) != text {
        "white space at its ends is cut off"
    } else if text.ends_with('\\') {
        "a backslash at its end joins the next line"
    } else {
        return Ok(text.replace('%', "%%"));
    };
    Err(unholdable(&text, reason))
}

fn unholdable(text: &str, reason: &str) -> Refusal {
    Refusal {
        message: format!(
            "a setting of systemd cannot hold `{}`: {reason}",
            text.escape_debug()
        ),
        help: "choose another name, or name a symbolic link to it that has a plain name".to_owned(),
    }
}

/// `NAME=value`, as long as a program may be given it.
fn assignment(name: &str, value: &Word) -> Result<(String, String), Refusal> {
    let (name, value) = (name::environment(name)?.to_owned(), value.resolved());
    limit::check(&format!("{name}={value}"))?;
    checked(&value)?;
    Ok((name, value))
}

/// A line of a file of variables, in which nothing is replaced.
fn line_of_file(name: &str, value: &Word) -> Result<String, Refusal> {
    let (name, value) = assignment(name, value)?;
    let mut spelt = format!("{name}=\"");
    for character in value.chars() {
        if "\"\\$`".contains(character) {
            spelt.push('\\');
        }
        spelt.push(character);
    }
    spelt.push('"');
    Ok(spelt)
}

impl Dialect for Systemd {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Words(words) => joined(words.iter().map(command_word)),
            Printed::Environment(variables) => joined(variables.iter().map(|(name, value)| {
                let (name, value) = assignment(name, value)?;
                Ok(word(&format!("{name}={value}"), UnitField::Setting))
            })),
            Printed::Setting(word) => rest(word),
            Printed::Comment(text) => Ok(comment::one_line(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
        }
    }
}

impl Dialect for EnvironmentFile {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Environment(variables) => {
                let lines = variables.iter();
                let lines = lines.map(|(name, value)| line_of_file(name, value));
                Ok(lines.collect::<Result<Vec<_>, _>>()?.join("\n"))
            }
            Printed::Comment(text) => Ok(comment::one_line(text)),
            Printed::Bare(text) => name::bare(text),
            _ => Err(misplaced("a file of variables")),
        }
    }
}

/// The words with blanks between them, or the first refusal.
fn joined(words: impl Iterator<Item = Result<String, Refusal>>) -> Result<String, Refusal> {
    Ok(words.collect::<Result<Vec<_>, _>>()?.join(" "))
}
