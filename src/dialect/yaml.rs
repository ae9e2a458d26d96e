//! Scalars of YAML, for the languages that are written in it.
//!
//! Rules: YAML 1.1 and 1.2, 7.3 (flow scalars), 5.7 (escapes), 5.1 (characters); and what either
//! takes for something else than a string when it has no quotes: booleans, null, numbers, times.

use super::comment;

/// What is not a string without quotes in one version of YAML or the other.
const WORDS: [&str; 10] = [
    "true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan",
];

/// Text as a scalar that is read as a string, on one line.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// The same in quotes, in those in which it is easier to read.
pub(super) fn quoted(text: &str) -> String {
    let escaped = text.contains(['"', '\\']);
    if escaped && !text.contains('\'') && text.chars().all(is_printable) {
        return format!("'{text}'");
    }
    let mut spelt = String::with_capacity(text.len() + 2);
    spelt.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => spelt.extend(['\\', character]),
            '\n' => spelt.push_str("\\n"),
            '\t' => spelt.push_str("\\t"),
            '\r' => spelt.push_str("\\r"),
            _ if is_printable(character) => spelt.push(character),
            _ => spelt.push_str(&escape(character)),
        }
    }
    spelt.push('"');
    spelt
}

/// Text in a comment, where the same characters may be as in a scalar.
pub(super) fn commented(text: &str) -> String {
    let mut spelt = String::with_capacity(text.len());
    for character in comment::one_line(text).chars() {
        if is_printable(character) || character == '\t' {
            spelt.push(character);
        } else {
            spelt.push_str(&escape(character));
        }
    }
    spelt
}

/// Whether it is the same string without quotes, wherever it is.
fn is_plain(text: &str) -> bool {
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || "/_".contains(c));
    let safe = |c: char| c.is_ascii_alphanumeric() || "_./@-".contains(c);
    let word = text.to_ascii_lowercase();
    starts_well && text.chars().all(safe) && !WORDS.contains(&word.as_str())
}

/// Whether it may be in a file as it is, and is seen there.
fn is_printable(character: char) -> bool {
    let number = u32::from(character);
    let aside = number & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&number);
    let shown = !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}');
    !character.is_control() && !aside && shown
}

fn escape(character: char) -> String {
    match u32::from(character) {
        number @ ..=0xff => format!("\\x{number:02x}"),
        number @ ..=0xffff => format!("\\u{number:04x}"),
        number => format!("\\U{number:08x}"),
    }
}

#[test]
fn a_text_is_quoted_where_something_else_could_be_read() {
    for (text, spelt) in [
        ("/app", "/app"),
        ("shop:1", "\"shop:1\""),
        ("UTC", "UTC"),
        ("No", "\"No\""),
        ("", "\"\""),
        ("1", "\"1\""),
        ("a: b", "\"a: b\""),
        ("a:", "\"a:\""),
        ("(f \"x\")", "'(f \"x\")'"),
        ("it's \"x\"", "\"it's \\\"x\\\"\""),
        ("a\n\u{1}\u{feff}", "\"a\\n\\x01\\ufeff\""),
    ] {
        assert_eq!(scalar(text), spelt);
    }
}
