//! The configuration file of supervisord.
//!
//! Rules: supervisor's documentation, "Configuration File", and what its reader does step
//! by step (supervisor 4 on Python 3):
//! 1. The file is read as text: a carriage return ends a line.
//! 2. `ConfigParser` cuts each line at a `;` or `#` after white space, quotes or not, and
//!    strips it; a line that is indented goes on with the value, after a newline.
//! 3. In an included file, `%(here)s` is replaced wherever it occurs, also after a `%`.
//! 4. Python's `%` formatting; for a log file a second time.
//! 5. `command` goes through `shlex.split`, `environment` through `shlex` without its
//!    POSIX mode (where nothing escapes a quote), a log file through `expanduser`.

use super::{Dialect, Printed, Refusal, comment, limit, name};
use crate::word::{Piece, Variable, Word};

/// The language of supervisord's configuration file.
#[derive(Clone, Copy, Debug)]
pub struct Supervisord;

/// What becomes the number of a process, of those that one stanza starts. No other variable has
/// such a name.
const NUMBER: &str = "%(process_num)d";

/// The word that these texts are, each where the number is the next one from `first` on; nothing
/// where they differ in another way.
pub fn numbered(texts: &[String], first: u32) -> Option<Word> {
    let numbers: Vec<String> = (first..).take(texts.len()).map(|n| n.to_string()).collect();
    let mut rests: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut word = Word::default();
    while let Some(next) = rests.first()?.chars().next() {
        let same: Option<Vec<&str>> = rests.iter().map(|rest| rest.strip_prefix(next)).collect();
        rests = if let Some(rests) = same {
            word.push_text(next.encode_utf8(&mut [0; 4]));
            rests
        } else {
            word.push(Piece::Variable(Variable {
                name: NUMBER.to_owned(),
                value: numbers.first()?.clone(),
            }));
            let pairs = rests.iter().zip(&numbers);
            pairs
                .map(|(rest, number)| rest.strip_prefix(number.as_str()))
                .collect::<Option<_>>()?
        };
    }
    rests.iter().all(|rest| rest.is_empty()).then_some(word)
}

/// A word with `escape` for its text, and its number where it has one.
fn spelled(word: &Word, escape: impl Fn(&str) -> String) -> String {
    let pieces = word.pieces().iter().map(|piece| match piece {
        Piece::Variable(variable) if variable.name == NUMBER => NUMBER.to_owned(),
        Piece::Variable(variable) => escape(&variable.value),
        Piece::Text(text) => escape(text),
    });
    pieces.collect()
}

/// Whether `environment=` can hold a value; if not, `command=/usr/bin/env NAME=value …` can,
/// unless there is a carriage return in it, or a `=` in the path of the program after it.
pub fn environment_holds(value: &str) -> bool {
    let quotes = ['\'', '"'];
    !(quotes.iter().all(|quote| value.contains(*quote))
        || value.starts_with(quotes)
        || value.ends_with(quotes)
        || value.contains(['\n', '\r'])
        || value.contains(HERE)
        || holds_inline_comment(value))
}

/// What an included file holds only as the folder that it is in.
const HERE: &str = "%(here)s";

/// The values of `stdout_logfile` that are not a path, in lower case.
const NOT_PATHS: [&str; 4] = ["auto", "none", "off", "syslog"];

/// One word of `command=`.
fn command_word(word: &Word) -> Result<String, Refusal> {
    let text = word.resolved();
    limit::check(&text)?;
    if text.contains('\r') {
        return Err(Refusal {
            message: "a supervisord command cannot hold a carriage return: its reader takes it \
                      for the end of a line"
                .to_owned(),
            help: "write it as an escape of the language that reads the word, or put the text \
                   into a file and load that"
                .to_owned(),
        });
    }
    Ok(if is_bare(&text) {
        spelled(word, str::to_owned)
    } else {
        format!("'{}'", spelled(word, quoted))
    })
}

/// Whether a word of a command is read as itself without quotes.
fn is_bare(text: &str) -> bool {
    let safe =
        |character: char| character.is_ascii_alphanumeric() || "_+,./:@=-".contains(character);
    !text.is_empty() && text.chars().all(safe)
}

/// What is between the quotes of a word of a command.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' => quoted.push_str(r#"'"'"'"#),
            // The quotes are closed and opened again, so that there is no `%(here)s` …
            '%' if characters.peek() == Some(&'(') => quoted.push_str("%%''"),
            '%' => quoted.push_str("%%"),
            // … and no white space before what would be a comment.
            ';' | '#' => {
                quoted.push_str("''");
                quoted.push(character);
            }
            // The parts of two lines that a newline is between, in double quotes.
            '\n' => quoted.push_str("'\"\n \"'"),
            _ => quoted.push(character),
        }
    }
    quoted
}

/// One `NAME="value"` of `environment=`.
fn assignment(name: &str, value: &Word) -> Result<String, Refusal> {
    let name = name::environment(name)?;
    let text = value.resolved();
    limit::check(&format!("{name}={text}"))?;
    if !environment_holds(&text) {
        return Err(Refusal {
            message: format!(
                "the `environment` of supervisord cannot hold the value of `{name}`: it has both \
                 kinds of quote, a quote at an end, a line break, `{HERE}`, or white space before \
                 `;` or `#`"
            ),
            help: format!("start the command with `/usr/bin/env {name}=…`"),
        });
    }
    let quote = if text.contains('"') { '\'' } else { '"' };
    let value = spelled(value, |text| text.replace('%', "%%"));
    Ok(format!("{name}={quote}{value}{quote}"))
}

/// A value that supervisord takes without quotes, in which a `%` becomes `percent`.
fn unquoted(word: &Word, percent: &str) -> Result<String, Refusal> {
    let value = word.resolved();
    let Some(reason) = unholdable(&value) else {
        return Ok(spelled(word, |text| text.replace('%', percent)));
    };
    Err(Refusal {
        message: format!(
            "a setting of supervisord cannot hold `{}`: {reason}, and there are no quotes",
            value.escape_debug()
        ),
        help: "choose another name, or name a symbolic link to it that has a plain name".to_owned(),
    })
}

/// Why a value without quotes would not come back.
fn unholdable(value: &str) -> Option<&'static str> {
    if value.is_empty() {
        Some("it is empty")
    } else if value.contains(['\n', '\r']) {
        Some("a line break ends the value")
    } else if value.starts_with(is_space) || value.ends_with(is_space) {
        Some("white space at its ends is cut off")
    } else if value.starts_with([';', '#']) || holds_inline_comment(value) {
        Some("`;` and `#` start a comment after white space")
    } else if value.contains(HERE) {
        Some("`%(here)s` is replaced")
    } else {
        None
    }
}

/// The value of `stdout_logfile`, one word.
///
/// # Errors
/// When it would be read as something else.
pub fn log_file(words: &[Word]) -> Result<String, Refusal> {
    let spelled = joined(words.iter().map(|word| unquoted(word, "%%%%")), " ")?;
    let value: Vec<String> = words.iter().map(Word::resolved).collect();
    let value = value.join(" ");
    let reason = if NOT_PATHS.contains(&value.to_ascii_lowercase().as_str()) {
        "it has a meaning of its own"
    } else if value.starts_with('~') {
        "a `~` is expanded to the home of the user that supervisord runs as"
    } else {
        return Ok(spelled);
    };
    Err(Refusal {
        message: format!(
            "a log file of supervisord cannot be called `{}`: {reason}",
            value.escape_debug()
        ),
        help: "write the whole path, from `/` on".to_owned(),
    })
}

/// Whether the reader finds a comment inside a value.
fn holds_inline_comment(value: &str) -> bool {
    value
        .chars()
        .zip(value.chars().skip(1))
        .any(|(before, sign)| is_space(before) && matches!(sign, ';' | '#'))
}

/// White space as Python knows it: that of Unicode, and the four ASCII separators.
fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

impl Dialect for Supervisord {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Words(words) => joined(words.iter().map(command_word), " "),
            Printed::Environment(variables) => joined(
                variables
                    .iter()
                    .map(|(name, value)| assignment(name, value)),
                ",",
            ),
            Printed::Setting(word) => unquoted(word, "%%"),
            Printed::Comment(text) => Ok(comment::one_line(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
        }
    }
}

/// The parts with `separator` between them, or the first refusal.
fn joined(
    parts: impl Iterator<Item = Result<String, Refusal>>,
    separator: &str,
) -> Result<String, Refusal> {
    Ok(parts.collect::<Result<Vec<_>, _>>()?.join(separator))
}
