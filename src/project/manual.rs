//! The manual page of the project file, `lisplaunch.yaml(5)`, made from the table of keys.

use roff::{Inline, Roff, bold, italic, roman};

use super::keys::{Absent, KEYS, Key, Level};

/// When the pages of the manual were last changed.
pub const DATE: &str = "2026-11-27";

/// What the pages belong to.
pub const SOURCE: &str = concat!("lisplaunch ", env!("CARGO_PKG_VERSION"));

/// The manual of which they are pages.
pub const NAME: &str = "lisplaunch";

const EXAMPLE: &str = "\
name: my-app
systems: [my-app]
start: (my-app:start :port ${PORT:-8080})
stop: my-app:stop
swank: 4005

services:
  web:
  worker:
    start: my-app:work

profiles:
  production:
    user: www-data
    log: log/{service}.log";

/// What is said before the keys: paragraphs.
const DESCRIPTION: [&str; 3] = [
    "Says what a Common Lisp service consists of and how it is started. lisplaunch looks for it \
     in the current folder and in those above. Paths in it are relative to its folder; a leading \
     ~/ is the home folder.",
    "A value may hold variables of the environment: ${NAME}, ${NAME:-default} and ${NAME:?message}. \
     $$ is a dollar.",
    "A key that begins with x- is left to the person. A key without a value is one that is not \
     there.",
];

/// The page, for `man` to format.
pub fn page() -> String {
    let mut page = Roff::new();
    page.control("TH", ["LISPLAUNCH.YAML", "5", DATE, SOURCE, NAME]);
    page.control("SH", ["NAME"]);
    page.text([roman(r"lisplaunch.yaml - the project file of lisplaunch")]);
    page.control("SH", ["DESCRIPTION"]);
    for (index, paragraph) in DESCRIPTION.iter().enumerate() {
        if index > 0 {
            page.control("PP", []);
        }
        page.text([roman(*paragraph)]);
    }
    page.control("SH", ["KEYS"]);
    for key in KEYS {
        describe(key, &mut page);
    }
    add_literal("EXAMPLE", EXAMPLE, &mut page);
    add_references([("lisplaunch", "1"), ("sbcl", "1")], &mut page);
    page.to_roff()
}

/// Adds a section whose lines are printed as they are.
pub fn add_literal(title: &str, text: &str, page: &mut Roff) {
    page.control("SH", [title]);
    page.control("nf", []);
    for line in text.lines() {
        page.text([roman(line)]);
    }
    page.control("fi", []);
}

/// Adds the section that names other pages, each by its name and the section of the manual.
pub fn add_references(pages: [(&str, &str); 2], page: &mut Roff) {
    page.control("SH", ["SEE ALSO"]);
    let [first, second] = pages.map(|(name, section)| (bold(name), format!("({section})")));
    page.text([first.0, roman(first.1 + ", "), second.0, roman(second.1)]);
}

fn describe(key: &Key, page: &mut Roff) {
    page.control("TP", []);
    page.text([
        bold(key.path),
        roman(": "),
        italic(plain(&key.holds.to_string())),
    ]);
    let mut line = spoken(&format!("{}.", key.sentence()));
    match key.absent {
        Absent::Nothing => {}
        Absent::Value(text) => line.extend([roman(" Default: "), bold(text), roman(".")]),
        Absent::Said(text) => line.extend(spoken(&format!(" Default: {text}."))),
    }
    line.extend(match key.level {
        Level::Project => Some(roman(" At the top of the file only.")),
        Level::Own => Some(roman(" Services do not inherit it.")),
        Level::Service => None,
    });
    page.text(line);
}

/// Text in which what is to be typed is between backticks.
fn spoken(text: &str) -> Vec<Inline> {
    let parts = text.split('`').enumerate();
    parts
        .map(|(index, part)| match index % 2 {
            0 => roman(part),
            _ => bold(part),
        })
        .collect()
}

fn plain(text: &str) -> String {
    text.replace('`', "")
}
