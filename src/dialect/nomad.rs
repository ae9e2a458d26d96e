//! Job files of Nomad: HCL 2, and what Nomad does with its values afterwards.
//!
//! Rules: HCL's native syntax (quoted templates): `${` and `%{` begin what is evaluated, `$${` and
//! `%%{` do not; its strings are in Unicode's normal form C (`cty.NormalizeString`). What a driver is
//! configured with is read so a second time on the client (`hclutils.ParseHclInterface`). In the
//! value of a variable of the environment `${NAME}` is replaced once more (`args.ReplaceEnv`), and
//! nothing escapes it.

use unicode_normalization::is_nfc;

use super::{Dialect, Printed, Refusal, comment, misplaced, name};
use crate::word::Word;

/// The language of job files.
#[derive(Clone, Copy, Debug)]
pub struct Nomad;

/// A string that is read once.
///
/// # Errors
/// When HCL has another text in its place.
fn string(text: &str) -> Result<String, Refusal> {
    if !is_nfc(text) {
        return Err(Refusal {
            message: format!(
                "a job file cannot hold `{}`: HCL composes letters and their accents",
                text.escape_debug()
            ),
            help: "write each accented letter as one character (normal form C)".to_owned(),
        });
    }
    let mut spelt = "\"".to_owned();
    for character in unevaluated(text).chars() {
        match character {
            '"' | '\\' => spelt.extend(['\\', character]),
            '\n' => spelt.push_str("\\n"),
            '\t' => spelt.push_str("\\t"),
            '\r' => spelt.push_str("\\r"),
            _ if character.is_control()
                || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}') =>
            {
                spelt += &format!("\\u{:04x}", u32::from(character));
            }
            _ => spelt.push(character),
        }
    }
    Ok(spelt + "\"")
}

/// The text that HCL makes `text` of.
fn unevaluated(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// Words that a driver is configured with.
///
/// # Errors
/// When HCL has another text in the place of one.
pub fn configuration(words: &[Word]) -> Result<String, Refusal> {
    let words = words
        .iter()
        .map(|word| string(&unevaluated(&word.resolved())));
    Ok(words.collect::<Result<Vec<_>, _>>()?.join(", "))
}

/// The template of a file that sets the variables in the items of a variable of Nomad, whose path
/// is the first of `words`.
///
/// # Errors
/// When that is not made of checked names.
pub fn items(words: &[Word]) -> Result<String, Refusal> {
    let path: String = words.iter().map(Word::resolved).collect();
    path.split('/')
        .try_for_each(|step| name::bare(step).map(|_| ()))?;
    let item = "{{ .K }}={{ .V | toJSON }}\n";
    string(&format!(
        "{{{{ with nomadVar \"{path}\" }}}}{{{{ range .Tuples }}}}{item}{{{{ end }}}}{{{{ end }}}}"
    ))
}

/// The value of a variable of the environment.
fn value(text: &str) -> Result<String, Refusal> {
    match replaced(text) {
        None => string(text),
        Some(part) => Err(Refusal {
            message: format!("Nomad would look for a variable in `{part}`, and nothing escapes it"),
            help: "put the value into an env file: what those set goes another way".to_owned(),
        }),
    }
}

/// What looks like a variable to Nomad.
fn replaced(text: &str) -> Option<&str> {
    let mut from = 0;
    while let Some(start) = text[from..].find("${").map(|at| from + at) {
        let name = &text[start + 2..];
        let legal = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        let length = name.find(|c: char| !legal(c)).unwrap_or(name.len());
        if length > 0 && name[length..].starts_with('}') {
            return Some(&text[start..=start + 2 + length]);
        }
        from = start + 2;
    }
    None
}

impl Dialect for Nomad {
    fn spell(&self, value_: &Printed) -> Result<String, Refusal> {
        match value_ {
            Printed::Words(words) => {
                let words = words.iter().map(|word| string(&word.resolved()));
                Ok(words.collect::<Result<Vec<_>, _>>()?.join(", "))
            }
            Printed::Setting(word) => string(&word.resolved()),
            Printed::Environment(variables) => {
                let variables = variables.iter().map(|(name, word)| {
                    Ok(format!(
                        "{} = {}",
                        name::environment(name)?,
                        value(&word.resolved())?
                    ))
                });
                Ok(variables.collect::<Result<Vec<_>, Refusal>>()?.join("\n"))
            }
            Printed::Comment(text) => Ok(comment::one_line(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
        }
    }
}

/// The language of specifications of variables: JSON.
#[derive(Clone, Copy, Debug)]
pub struct VariablesFile;

impl Dialect for VariablesFile {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        let string = |text: &str| serde_json::Value::from(text).to_string();
        match value {
            Printed::Setting(word) => Ok(string(&word.resolved())),
            Printed::Environment(variables) => {
                let variables = variables.iter();
                let members = variables
                    .map(|(name, word)| format!("{}: {}", string(name), string(&word.resolved())));
                Ok(members.collect::<Vec<_>>().join(", "))
            }
            Printed::Comment(text) => Ok(string(&comment::one_line(text))),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
            Printed::Words(_) => Err(misplaced("the specification of a variable")),
        }
    }
}

#[test]
fn nothing_is_evaluated() {
    for (text, spelt) in [
        ("${x} $x $${y}", r#""$${x} $x $$${y}""#),
        ("%{x} 5% {", r#""%%{x} 5% {""#),
        ("a \"b\" \\ \u{1}\n", r#""a \"b\" \\ \u0001\n""#),
    ] {
        assert_eq!(string(text), Ok(spelt.to_owned()));
    }
    let twice = configuration(&["${x}".into()]);
    assert_eq!(twice, Ok(r#""$$${x}""#.to_owned()));
    for (text, part) in [
        ("a ${b.c-1}", Some("${b.c-1}")),
        ("${} ${a b} $a}", None),
        ("${${x}", Some("${x}")),
    ] {
        assert_eq!(replaced(text), part);
    }
}
