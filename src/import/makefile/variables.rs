//! The variables of a Makefile, and what a text with them becomes.

use std::collections::BTreeMap;

use crate::import::marks::{UNKNOWN, VariableMarks};
use crate::import::shell::expansion::substituted;

/// References within each other.
const DEEPEST: usize = 16;

/// What a reference costs, in bytes of text.
const COST: usize = 64;

/// How a variable was set.
#[derive(Clone, Debug)]
struct MakeValue {
    /// Its text, references not replaced.
    text: String,
    /// Whether the environment comes first: `?=`.
    yields: bool,
}

/// The variables by name.
#[derive(Clone, Debug, Default)]
pub(super) struct MakeVariables(BTreeMap<String, MakeValue>);

impl MakeVariables {
    /// Sets a variable by one of make's operators.
    pub(super) fn set(&mut self, name: &str, operator: &str, text: &str) {
        let yields = operator == "?=";
        match self.0.get_mut(name) {
            Some(_) if yields => {}
            Some(value) if operator == "+=" => {
                value.text += " ";
                value.text += text;
            }
            _ => {
                let text = match operator {
                    "!=" => format!("$(shell {text})"),
                    _ => text.to_owned(),
                };
                self.0.insert(name.to_owned(), MakeValue { text, yields });
            }
        }
    }

    /// The text with its references replaced: by their text, or by variables of the environment.
    pub(super) fn expanded(&self, text: &str, marks: &mut VariableMarks) -> String {
        self.expand(text, marks, 0)
    }

    fn expand(&self, text: &str, marks: &mut VariableMarks, depth: usize) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            expanded += &rest[..at];
            rest = &rest[at + 1..];
            match rest.chars().next() {
                Some('$') => {
                    expanded.push('$');
                    rest = &rest[1..];
                }
                Some(open @ ('(' | '{')) => {
                    let (inner, after) = bracketed(rest, open);
                    rest = after;
                    expanded += &self.reference(inner, marks, depth + 1);
                }
                Some(c) => {
                    rest = &rest[c.len_utf8()..];
                    expanded += &self.reference(c.encode_utf8(&mut [0; 4]), marks, depth + 1);
                }
                None => expanded.push('$'),
            }
        }
        expanded += rest;
        expanded
    }

    /// What is between the parentheses after a `$`.
    fn reference(&self, inner: &str, marks: &mut VariableMarks, depth: usize) -> String {
        if depth > DEEPEST || !marks.charge(COST) {
            return UNKNOWN.to_string();
        }
        if let Some((function, arguments)) = inner.split_once([' ', '\t']) {
            return self.function(function, arguments.trim_start(), marks, depth);
        }
        let name = self.expand(inner, marks, depth);
        match (self.0.get(&name), name.as_str()) {
            (Some(value), name) => {
                let text = self.expand(&value.text, marks, depth);
                let number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                let plain = !text.is_empty() && !text.contains(char::is_whitespace);
                if number || value.yields && plain {
                    marks.mark(name, Some(&text)).to_string()
                } else {
                    marks.afford(&text)
                }
            }
            (None, "CURDIR" | "PWD") => ".".to_owned(),
            (None, "MAKE") => "make".to_owned(),
            (None, "SHELL") => "/bin/sh".to_owned(),
            (None, name) => marks.mark(name, None).to_string(),
        }
    }

    fn function(&self, name: &str, text: &str, marks: &mut VariableMarks, depth: usize) -> String {
        let arguments = split(text);
        match name {
            "call" => {
                let (function, rest) = arguments.split_first().unwrap_or((&"", &[]));
                if !marks.charge(self.0.len() * COST) {
                    return UNKNOWN.to_string();
                }
                let mut inner = self.clone();
                for (index, argument) in rest.iter().enumerate() {
                    let value = self.expand(argument, marks, depth).replace('$', "$$");
                    inner.0.insert(
                        (index + 1).to_string(),
                        MakeValue {
                            text: value,
                            yields: false,
                        },
                    );
                }
                let body = self.0.get(function.trim()).map(|value| value.text.clone());
                inner.expand(&body.unwrap_or_default(), marks, depth)
            }
            "shell" => {
                let command = self.expand(text, marks, depth);
                substituted(&command, marks)
            }
            "or" => {
                let mut argument = |at: usize| {
                    let text = arguments.get(at)?;
                    Some(self.expand(text.trim(), marks, depth))
                };
                let (first, second) = (argument(0).unwrap_or_default(), argument(1));
                let mut chars = first.chars();
                let variable = chars.next().and_then(|c| marks.variable(c)).cloned();
                match (variable, second) {
                    (Some(variable), Some(default)) if chars.next().is_none() => {
                        marks.mark(&variable.name, Some(&default)).to_string()
                    }
                    _ => first,
                }
            }
            "strip" | "abspath" | "realpath" | "lastword" | "firstword" => {
                self.expand(text, marks, depth).trim().to_owned()
            }
            "dir" | "patsubst" if text.contains("MAKEFILE_LIST") => "./".to_owned(),
            _ => UNKNOWN.to_string(),
        }
    }
}

/// The text between brackets that open here, and what follows them.
fn bracketed(text: &str, open: char) -> (&str, &str) {
    let close = if open == '(' { ')' } else { '}' };
    let mut level = 0_usize;
    for (at, c) in text.char_indices() {
        if c == open {
            level += 1;
        } else if c == close {
            level -= 1;
            if level == 0 {
                return (&text[1..at], &text[at + 1..]);
            }
        }
    }
    (&text[1..], "")
}

/// The arguments of a function, between commas.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut level = 0_usize;
    let mut start = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '{' => level += 1,
            ')' | '}' => level = level.saturating_sub(1),
            ',' if level == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}
