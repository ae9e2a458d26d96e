//! No message without a test: every text in `src/` that reports an error is also in a test.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{self, REPOSITORY};

/// What is written before the text of a message.
const OPENINGS: &[&str] = &[
    "Problem::error(",
    "Problem::warning(",
    "Problem::cannot(",
    "message:",
    "say(",
    "Err(",
    "expected = ||",
];

/// Texts that no person can cause: second locks behind a check that comes first.
const LOCKS: &[&str] = &[
    // A value with a NUL is refused before it is read as a form.
    "a NUL byte cannot be in a form",
    // Only integers become variables, only checked names are printed bare, and a template is
    // given values of the kinds that its language has.
    "`: only integers can be checked by its recipes",
    "` cannot be written without quotes",
    "` cannot be the name of an environment variable",
    "this value has no meaning in",
    // `environment_holds` is asked first.
    "`: it has both kinds of quote, a quote at an end, a line break, `",
    // The system would have to hide a process from itself.
    "find the path of lisplaunch itself",
    // A terminal that goes away takes the process along.
    "read the answer",
    // For what a later version of the parser may say.
    "this is not YAML:",
];

#[test]
fn every_message_is_in_a_test() {
    let tests: String = files_below("tests").iter().map(|file| read(file)).collect();
    let mut missing = Vec::new();
    for file in files_below("src") {
        for message in messages(&read(&file)) {
            let part = longest_fixed_part(&message);
            if !tests.contains(&part) && !LOCKS.contains(&part.as_str()) {
                missing.push(format!("{}: {part}", file.display()));
            }
        }
    }
    assert!(missing.is_empty(), "in no test:\n{}", missing.join("\n"));
}

fn files_below(folder: &str) -> Vec<PathBuf> {
    let mut found = support::files_below(&Path::new(REPOSITORY).join(folder));
    found.retain(|path| {
        path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("errors/complete.rs")
    });
    found
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap()
}

/// The texts of messages in a source file, up to its own tests.
fn messages(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap();
    let mut found = Vec::new();
    for opening in OPENINGS {
        for rest in source.split(opening).skip(1) {
            let rest = rest.trim_start();
            let rest = rest.strip_prefix("format!(").unwrap_or(rest).trim_start();
            found.extend(rest.strip_prefix('"').and_then(text_literal));
        }
    }
    found
}

/// The text up to the closing quote, escapes undone.
fn text_literal(rest: &str) -> Option<String> {
    let mut text = String::new();
    let mut characters = rest.chars().peekable();
    loop {
        match characters.next()? {
            '"' => return Some(text),
            '\\' => match characters.next()? {
                '\n' => while characters.next_if(|c| c.is_whitespace()).is_some() {},
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
}

/// The longest part of a text for `format!` that is the same in all messages.
fn longest_fixed_part(text: &str) -> String {
    let text = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let parts = text
        .split('{')
        .enumerate()
        .map(|(index, part)| match index {
            0 => part,
            _ => part.split_once('}').map_or("", |(_, after)| after),
        });
    let longest = parts.max_by_key(|part| part.len()).unwrap_or_default();
    longest.trim().replace('\u{1}', "{").replace('\u{2}', "}")
}
