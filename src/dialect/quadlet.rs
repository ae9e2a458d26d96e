//! Units of containers, from which podman's generator makes services of systemd.
//!
//! Rules: podman-systemd.unit(5), and what the generator (podman 4.4 to 5) does:
//!
//! 1. It reads the file as systemd reads a unit, `Environment=` in words.
//! 2. It puts what it read into a command of a service, spelt again, but leaves `$` and `%` as they
//!    are: systemd replaces them there. So both are doubled in every setting of `[Container]`.
//! 3. An escape of a byte beyond ASCII is another character to it, so that there is none of what
//!    systemd takes only in bytes.

use super::systemd::{self, checked};
use super::{Dialect, Printed, Refusal, comment, name};
use crate::word::Word;

/// The language of `.container` files.
#[derive(Clone, Copy, Debug)]
pub struct Quadlet;

/// The rest of a line in `[Container]`.
fn setting(word: &Word) -> Result<String, Refusal> {
    Ok(systemd::rest(word)?.replace('$', "$$"))
}

/// A command that asks whether the container is well: a list of JSON.
///
/// # Errors
/// When systemd does not take it for text.
pub fn command(words: &[Word]) -> Result<String, Refusal> {
    let words: Vec<String> = words.iter().map(Word::resolved).collect();
    setting(&serde_json::json!(words).to_string().into())
}

impl Dialect for Quadlet {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Words(words) => spelt(words.iter().map(Word::resolved)),
            Printed::Environment(variables) => {
                let variables = variables.iter().map(|(name, value)| {
                    let name = name::environment(name)?;
                    Ok(format!("{name}={}", value.resolved()))
                });
                spelt(variables.collect::<Result<Vec<_>, _>>()?.into_iter())
            }
            Printed::Setting(word) => setting(word),
            Printed::Comment(text) => Ok(comment::one_line(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
        }
    }
}

/// Words with blanks between them.
fn spelt(words: impl Iterator<Item = String>) -> Result<String, Refusal> {
    let words = words.map(|word| {
        checked(&word)?;
        systemd::command_word(&word.into())
    });
    Ok(words.collect::<Result<Vec<_>, Refusal>>()?.join(" "))
}
