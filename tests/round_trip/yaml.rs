//! Writing a project file: the same tree in every style that YAML has for its leaves.

use std::fmt::Write as _;

use serde_yaml::Value;

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub enum Style {
    /// As `serde_yaml` does.
    Serde,
    /// As JSON, which is YAML.
    Json,
    /// By hand, each leaf in a style of its own.
    Mixed(u64),
}

pub fn write(tree: &Value, style: Style) -> String {
    match style {
        Style::Json => json(tree),
        Style::Serde => {
            let text = serde_yaml::to_string(tree).unwrap();
            // It writes YAML 1.1, where these break a line of a block; in YAML 1.2 they do not.
            if text.contains(['\u{85}', '\u{2028}', '\u{2029}']) {
                json(tree)
            } else {
                text
            }
        }
        Style::Mixed(seed) => {
            let mut writer = Writer {
                text: String::new(),
                seed,
            };
            writer.node(tree, 0);
            writer.text
        }
    }
}

/// Characters that YAML wants to be escaped.
fn must_be_escaped(character: char) -> bool {
    matches!(character, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn json(tree: &Value) -> String {
    let text = serde_json::to_string_pretty(tree).unwrap();
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '\n' => escaped.push('\n'),
            _ if must_be_escaped(character) => {
                write!(escaped, "\\u{:04x}", u32::from(character)).unwrap();
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

struct Writer {
    text: String,
    seed: u64,
}

impl Writer {
    fn random(&mut self, below: u64) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below
    }

    /// Whatever is behind `key:` or `-`, up to the end of its line.
    fn node(&mut self, node: &Value, depth: usize) {
        match node {
            Value::Mapping(map) if !map.is_empty() => {
                for (key, value) in map {
                    self.start_line(depth);
                    let key = quoted(key.as_str().unwrap());
                    self.text += &format!("{key}:");
                    self.node(value, depth + 1);
                }
            }
            Value::Sequence(items) if !items.is_empty() => {
                for item in items {
                    self.start_line(depth);
                    self.text.push('-');
                    self.node(item, depth + 1);
                }
            }
            Value::String(text) => self.leaf(text, depth),
            other => self.text += &format!(" {}", json(other).trim_end()),
        }
    }

    fn start_line(&mut self, depth: usize) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text += &"  ".repeat(depth);
    }

    fn leaf(&mut self, text: &str, depth: usize) {
        let leaf = match self.random(4) {
            0 if is_plain(text) => text.to_owned(),
            1 if is_literal(text) => literal(text, depth),
            2 if !text.contains(must_be_escaped) => format!("'{}'", text.replace('\'', "''")),
            3 => folded(text, depth),
            _ => quoted(text),
        };
        self.text += &format!(" {leaf}");
        if self.random(5) == 0 && !leaf.starts_with('|') {
            self.text += " # ') \" a comment";
        }
    }
}

/// Whether it can be without quotes.
fn is_plain(text: &str) -> bool {
    let first =
        text.starts_with(|first: char| first.is_ascii_alphabetic() || "(/.λ$".contains(first));
    let null = ["null", "Null", "NULL"].contains(&text);
    first
        && !null
        && !text.ends_with([' ', ':'])
        && !text.contains(must_be_escaped)
        && !text.contains(": ")
        && !text.contains(" #")
}

/// Whether it can be below a `|-`.
fn is_literal(text: &str) -> bool {
    let escapes = |character| character != '\n' && character != '\t' && must_be_escaped(character);
    let blank = |line: &str| !line.is_empty() && line.trim().is_empty();
    !text.starts_with([' ', '\t', '\n'])
        && !text.is_empty()
        && !text.ends_with('\n')
        && !text.contains(escapes)
        && !text.lines().any(blank)
}

fn literal(text: &str, depth: usize) -> String {
    let indentation = "  ".repeat(depth);
    let lines = text.split('\n').map(|line| match line {
        "" => "\n".to_owned(),
        _ => format!("\n{indentation}{line}"),
    });
    format!("|-{}", lines.collect::<String>())
}

fn escaped(character: char) -> String {
    match character {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        _ if must_be_escaped(character) && u32::from(character) < 0x100 => {
            format!("\\x{:02x}", u32::from(character))
        }
        _ if must_be_escaped(character) => format!("\\u{:04x}", u32::from(character)),
        _ => character.to_string(),
    }
}

/// Between double quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// Between double quotes, over several lines: a backslash at the end of a line joins it with
/// the next, and one at the front keeps a blank.
fn folded(text: &str, depth: usize) -> String {
    let mut folded = "\"".to_owned();
    for (index, character) in text.chars().enumerate() {
        if index > 0 && index % 20 == 0 {
            folded += &format!("\\\n{}", "  ".repeat(depth));
            if character == ' ' {
                folded.push('\\');
            }
        }
        folded += &escaped(character);
    }
    folded + "\""
}
