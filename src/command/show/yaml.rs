//! YAML that readers of version 1.1 and of version 1.2 take for the same.
//!
//! For many of them `no` is false, `1_000` a number and `12:30:00` a number of seconds. So only
//! text that can be nothing else is without quotes.

use serde_yaml::{Mapping, Value};

/// Words that some reader takes for a truth or for nothing, in any case.
const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// The text of a document.
pub(super) fn document(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text
}

/// Writes what begins a line of its own, `indent` blanks from its start; of a list in a map the
/// items are below the key.
fn write(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Mapping(map) if !map.is_empty() => entries(map, indent, out),
        Value::Sequence(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                start_line(index, indent, out);
                out.push_str("- ");
                write(item, indent + 2, out);
            }
        }
        Value::String(text) => {
            out.push_str(&string(text, indent));
            out.push('\n');
        }
        Value::Tagged(tagged) => write(&tagged.value, indent, out),
        Value::Mapping(_) => out.push_str("{}\n"),
        Value::Sequence(_) => out.push_str("[]\n"),
        Value::Null => out.push_str("null\n"),
        Value::Bool(truth) => out.push_str(&format!("{truth}\n")),
        Value::Number(number) => out.push_str(&format!("{number}\n")),
    }
}

fn entries(map: &Mapping, indent: usize, out: &mut String) {
    for (index, (key, value)) in map.iter().enumerate() {
        start_line(index, indent, out);
        out.push_str(&string(key.as_str().unwrap_or_default(), indent));
        out.push(':');
        match value {
            Value::Mapping(map) if !map.is_empty() => {
                out.push('\n');
                out.push_str(&" ".repeat(indent + 2));
                write(value, indent + 2, out);
            }
            Value::Sequence(items) if !items.is_empty() => {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                write(value, indent, out);
            }
            _ => {
                out.push(' ');
                write(value, indent + 2, out);
            }
        }
    }
}

/// Its caller has begun the first line.
fn start_line(index: usize, indent: usize, out: &mut String) {
    if index > 0 {
        out.push_str(&" ".repeat(indent));
    }
}

fn string(text: &str, indent: usize) -> String {
    if is_plain(text) {
        text.to_owned()
    } else if text.chars().all(is_printable) {
        format!("'{}'", text.replace('\'', "''"))
    } else if is_block(text) {
        block(text, indent)
    } else {
        format!("\"{}\"", text.chars().map(escaped).collect::<String>())
    }
}

/// Whether no reader can take it for anything but this text.
fn is_plain(text: &str) -> bool {
    let begins = |c: char| c.is_alphabetic() || "/(".contains(c);
    let option = text.strip_prefix("--").unwrap_or(text);
    let ends_key = text.ends_with([' ', ':']) || text.contains(": ");
    option.starts_with(begins)
        && text.chars().all(is_printable)
        && !(ends_key || text.contains(" #"))
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn is_printable(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, ' '..='~')
}

/// Whether its lines are written as they are below a `|`.
fn is_block(text: &str) -> bool {
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let line = |line: &str| !line.ends_with(' ') && line.chars().all(is_printable);
    text.contains('\n') && !text.starts_with([' ', '\n']) && !text.ends_with("\n\n") && {
        lines.clone().all(line)
    }
}

fn block(text: &str, indent: usize) -> String {
    let (sign, lines) = match text.strip_suffix('\n') {
        Some(lines) => ("|", lines),
        None => ("|-", text),
    };
    let mut block = sign.to_owned();
    for line in lines.split('\n') {
        block.push('\n');
        if !line.is_empty() {
            block.push_str(&" ".repeat(indent.max(2)));
            block.push_str(line);
        }
    }
    block
}

fn escaped(c: char) -> String {
    match c {
        '"' | '\\' => format!("\\{c}"),
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        c if is_printable(c) => c.to_string(),
        c => format!("\\U{:08X}", u32::from(c)),
    }
}
