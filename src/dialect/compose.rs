//! Files of Compose.
//!
//! Rules: the Compose specification, 12 (interpolation): `$` begins a variable in every value, and
//! `$$` is one; everything else is YAML.

use super::yaml::{commented, scalar};
use super::{Dialect, Printed, Refusal, limit, name};
use crate::word::Word;

/// The language of Compose.
#[derive(Clone, Copy, Debug)]
pub struct Compose;

fn value(word: &Word) -> Result<String, Refusal> {
    let text = word.resolved();
    limit::check(&text)?;
    Ok(scalar(&text.replace('$', "$$")))
}

impl Dialect for Compose {
    fn spell(&self, value_: &Printed) -> Result<String, Refusal> {
        match value_ {
            Printed::Words(words) => {
                let words = words.iter().map(value).collect::<Result<Vec<_>, _>>()?;
                Ok(words.join(", "))
            }
            Printed::Setting(word) => value(word),
            Printed::Environment(variables) => {
                let entries = variables.iter().map(|(name, word)| {
                    // `ON` and `NO` are words of YAML.
                    let key = scalar(name::environment(name)?);
                    limit::check(&format!("{name}={}", word.resolved()))?;
                    Ok(format!("{key}: {}", value(word)?))
                });
                Ok(entries.collect::<Result<Vec<_>, _>>()?.join(", "))
            }
            Printed::Comment(text) => Ok(commented(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
        }
    }
}
