//! Plain English: words at which readers stop, each with those that the field uses.

use std::fs;
use std::path::Path;

use super::files_below;
use crate::support::REPOSITORY;

/// Words and phrases, and what to write instead.
const PLAIN: &[(&str, &str)] = &[
    ("told", "reported, printed, asked or given"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("nobody", "no user, no client, no process"),
    ("whoever", "the user who, the caller, the client that"),
    ("shall", "must, is to"),
    ("anew", "again"),
    ("in vain", "without effect"),
    ("lead elsewhere", "point to another location"),
    ("leads elsewhere", "points to another location"),
    ("tells how it is", "reports its state"),
];

fn is_part_of_a_word(c: char) -> bool {
    // What is in backticks is a name and not a word.
    c.is_alphanumeric() || "`_".contains(c)
}

/// The words of a text with one blank around each, whatever is between them in the text.
fn words(text: &str) -> String {
    let words = text.split(|c| !is_part_of_a_word(c));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" ").to_lowercase())
}

/// Says "X is no Y" for "X is not a Y".
fn denies_oddly(words: &str) -> Option<&str> {
    words.match_indices(" is no ").find_map(|(start, phrase)| {
        let after = &words[start + phrase.len()..];
        let plain = words[..start].ends_with(" there") || after.starts_with("longer ");
        let end = after.find(' ').unwrap_or(after.len());
        (!plain).then(|| &words[start..start + phrase.len() + end])
    })
}

#[test]
fn the_words_are_plain() {
    let mut files: Vec<_> = ["src", "templates", "examples", "docs"]
        .iter()
        .flat_map(|folder| files_below(folder))
        // The runtime that a start has written there is that of `templates`.
        .filter(|(name, _)| !name.contains("/.lisplaunch/"))
        .collect();
    let readme = fs::read_to_string(Path::new(REPOSITORY).join("README.md")).unwrap();
    files.push(("README.md".to_owned(), readme));
    let mut found = Vec::new();
    for (name, text) in files {
        let words = words(&text);
        for (odd, plain) in PLAIN {
            if words.contains(&format!(" {odd} ")) {
                found.push(format!("{name}: `{odd}`: write {plain}"));
            }
        }
        if let Some(phrase) = denies_oddly(&words) {
            found.push(format!("{name}: `{}`: write `is not a`", phrase.trim()));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn odd_words_are_seen_across_lines() {
    assert!(words("/// It is told\n/// of that.").contains(" told "));
    assert!(!words("`nobody` and told_of").contains(" told "));
    assert_eq!(
        denies_oddly(&words("It\n// is no form.")),
        Some(" is no form")
    );
    assert_eq!(
        denies_oddly(&words("There is no form, it is no longer there.")),
        None
    );
}
