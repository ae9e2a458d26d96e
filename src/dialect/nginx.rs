//! The configuration of nginx.
//!
//! Rules: nginx's `ngx_conf_read_token`: a word ends at white space, `;` or `{`, unless it is in
//! quotes, where a backslash is before `"`, `'` and `\` and makes `\t`, `\r` and `\n` of the
//! letters; a word, and a comment too, is at most 4095 bytes. And what some directives do with
//! their words afterwards: `$` begins a variable, and there is no way to say that it does not.

use super::{Dialect, Printed, Refusal, comment, misplaced, name};
use crate::word::Word;

/// The language of nginx's configuration.
#[derive(Clone, Copy, Debug)]
pub struct Nginx;

/// The longest word, in bytes as it is spelt.
const LONGEST: usize = 4095;

/// The characters of a comment that fit on a line, whatever they are.
const LINE: usize = 1000;

/// A word in which nothing is a variable.
fn word(text: &str) -> Result<String, Refusal> {
    let spelt = if is_bare(text) {
        text.to_owned()
    } else {
        quoted(text)
    };
    if spelt.len() <= LONGEST {
        return Ok(spelt);
    }
    Err(Refusal {
        message: format!(
            "nginx cannot read a word of {} bytes: it takes at most {LONGEST}",
            spelt.len()
        ),
        help: SHORTER.to_owned(),
    })
}

const SHORTER: &str = "choose another name, or make a symbolic link with a short and plain name";

/// Whether nginx reads it as itself without quotes.
fn is_bare(text: &str) -> bool {
    let safe =
        |character: char| character.is_ascii_alphanumeric() || "_%+,./:*@=-".contains(character);
    !text.is_empty() && text.chars().all(safe)
}

fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\t' => quoted.push_str(r"\t"),
            '\r' => quoted.push_str(r"\r"),
            '\n' => quoted.push_str(r"\n"),
            _ => quoted.push(character),
        }
    }
    quoted + "\""
}

/// The value of a directive that may hold variables.
fn setting(value: &Word) -> Result<String, Refusal> {
    let text = value.resolved();
    if !text.contains('$') {
        return word(&text);
    }
    Err(Refusal {
        message: format!(
            "nginx cannot hold `{}`: a `$` begins a variable there, and nothing escapes it",
            text.escape_debug()
        ),
        help: SHORTER.to_owned(),
    })
}

/// The path of a `location`, from that of a URL: nginx looks for it in what it has made of the
/// request, without a query and with all escapes undone.
///
/// # Errors
/// When there is no text behind the escapes.
pub fn location(paths: &[Word]) -> Result<String, Refusal> {
    let path: String = paths.iter().map(Word::resolved).collect();
    let path = path.split('?').next().unwrap_or_default();
    match unescaped(path).filter(|path| !path.contains('\0')) {
        Some(path) => word(&path),
        None => Err(Refusal {
            message: format!(
                "nginx cannot have a location `{path}`: without its escapes it is not UTF-8"
            ),
            help: "write other characters than letters and digits as the `%20` of their bytes"
                .to_owned(),
        }),
    }
}

/// The text of a part of a URL.
fn unescaped(text: &str) -> Option<String> {
    let (first, rest) = text.split_once('%').unwrap_or((text, ""));
    let mut bytes = first.as_bytes().to_vec();
    let escapes = rest.split('%').filter(|_| first.len() < text.len());
    for escape in escapes {
        let (digits, rest) = escape.split_at_checked(2)?;
        let digits = digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then_some(digits)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(rest.bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Text in comments, of which there are several lines when one would be too long.
fn commented(text: &str) -> String {
    let characters: Vec<char> = comment::one_line(text).chars().collect();
    let lines = characters.chunks(LINE).map(String::from_iter);
    lines.collect::<Vec<_>>().join("\n# ")
}

impl Dialect for Nginx {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Words(words) => {
                let words = words.iter().map(setting);
                Ok(words.collect::<Result<Vec<_>, _>>()?.join(" "))
            }
            Printed::Setting(word) => setting(word),
            Printed::Comment(text) => Ok(commented(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
            Printed::Environment(_) => Err(misplaced("nginx's configuration")),
        }
    }
}
