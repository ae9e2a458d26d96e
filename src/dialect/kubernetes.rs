//! The manifests of Kubernetes: YAML, and what Kubernetes does with a command afterwards.
//!
//! Rules: those of YAML; and `Expand` of Kubernetes' `expansion` package: in a command `$(NAME)` is
//! a variable and `$$` is a dollar sign.

use super::yaml::{commented, quoted, scalar};
use super::{Dialect, Printed, Refusal, name};
use crate::word::Word;

/// The language of manifests.
#[derive(Clone, Copy, Debug)]
pub struct Kubernetes;

/// The words of a command, in which nothing is a variable.
///
/// # Errors
/// Never: a manifest holds every word.
pub fn command(words: &[Word]) -> Result<String, Refusal> {
    let words = words
        .iter()
        .map(|word| quoted(&unexpanded(&word.resolved())));
    Ok(words.collect::<Vec<_>>().join(", "))
}

/// The text that Kubernetes makes `text` of. A dollar sign is one unless another one or a
/// parenthesis follows.
fn unexpanded(text: &str) -> String {
    let mut spelt = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        spelt.push(character);
        if character == '$' && matches!(characters.peek(), Some('$' | '(')) {
            spelt.push('$');
        }
    }
    spelt
}

impl Dialect for Kubernetes {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Words(words) => {
                let words = words.iter().map(|word| scalar(&word.resolved()));
                Ok(words.collect::<Vec<_>>().join(", "))
            }
            Printed::Setting(word) => Ok(scalar(&word.resolved())),
            Printed::Environment(variables) => {
                let variables = variables.iter().map(|(name, value)| {
                    let name = scalar(name::environment(name)?);
                    Ok(format!("{name}: {}", scalar(&value.resolved())))
                });
                Ok(variables.collect::<Result<Vec<_>, Refusal>>()?.join(", "))
            }
            Printed::Comment(text) => Ok(commented(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
        }
    }
}

#[test]
fn a_dollar_sign_is_doubled_where_it_would_mean_something() {
    for (text, spelt) in [
        ("$(A)", "$$(A)"),
        ("$$(A)", "$$$$(A)"),
        ("$x $", "$x $"),
        ("$$", "$$$"),
    ] {
        assert_eq!(unexpanded(text), spelt);
    }
}
