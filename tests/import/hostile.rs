//! Files that are broken or hostile: no panic, no long wait, and what comes out is a project file.

use std::time::{Duration, Instant};

use lisplaunch::import::import;
use lisplaunch::problem::Source;
use proptest::prelude::*;

use super::case::Case;

/// Longer than a busy machine takes for a large file.
const LONG: Duration = Duration::from_secs(60);

/// Names of files, one of each kind.
const NAMES: [&str; 9] = [
    "Makefile",
    "app.service",
    "app.conf",
    "run.sh",
    "Procfile",
    "compose.yaml",
    "Dockerfile",
    "app.ros",
    "run.lisp",
];

/// What may be put anywhere.
const PIECES: [&str; 28] = [
    "$(",
    "${",
    "$$",
    "`",
    "'",
    "\"",
    "\\",
    "\n",
    "\t",
    "(",
    ")",
    "#|",
    "|#",
    "#+",
    "%(",
    "%",
    "<<E\n",
    "&&",
    "|",
    "--eval ",
    "sbcl ",
    "=",
    "[program:x]\ncommand=",
    ": ",
    " #",
    "\u{10_0000}",
    "\u{F_0001}",
    "\u{0}",
];

/// Imports a text, and reads the project file that comes of it.
fn survives(name: &str, text: String) {
    let source = Source {
        name: name.to_owned(),
        text,
    };
    let Ok(imported) = import(&[source]) else {
        return;
    };
    let source = Source {
        name: "lisplaunch.yaml".to_owned(),
        text: imported.text.clone(),
    };
    let read = lisplaunch::project::yaml::read(&std::sync::Arc::new(source));
    assert!(read.is_ok(), "{}\n{}", read.unwrap_err(), imported.text);
}

fn inputs() -> Vec<(String, String)> {
    super::cases()
        .into_iter()
        .flat_map(Case::into_files)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn changed_files_do_no_harm(
        file in proptest::sample::select(inputs()),
        changes in proptest::collection::vec(
            (any::<proptest::sample::Index>(), 0..40_usize, proptest::sample::select(&PIECES[..])),
            1..6,
        ),
    ) {
        let (name, text) = file;
        let mut chars: Vec<char> = text.chars().collect();
        for (at, length, piece) in changes {
            let at = at.index(chars.len() + 1);
            let end = (at + length).min(chars.len());
            chars.splice(at..end, piece.chars());
        }
        survives(&name, chars.into_iter().collect());
    }

    #[test]
    fn texts_of_nothing_do_no_harm(
        name in proptest::sample::select(&NAMES[..]),
        pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..60),
    ) {
        survives(name, pieces.concat());
    }
}

#[test]
fn what_would_grow_without_end_does_not() {
    let mut doubled = String::new();
    for number in 0..40 {
        let next = number + 1;
        doubled += &format!("A{next}=$A{number}$A{number}$A{number}\n");
    }
    let lines = |line: &str| line.repeat((1 << 18) / line.len());
    for (name, text) in [
        ("run.sh", format!("A0=x\n{doubled}sbcl --eval \"($A40)\"\n")),
        ("run.sh", lines("export A=1; mkdir b\n")),
        ("run.sh", lines("sbcl --eval '(f)'\n")),
        ("run.sh", lines("$(")),
        ("run.sh", lines("${a:-")),
        ("run.sh", "sh -c '".repeat(1000)),
        (
            "Makefile",
            "A = $(A)$(A)$(A)\nrun:\n\tsbcl $(A)\n".to_owned(),
        ),
        (
            "Makefile",
            "f = $(call f,$(1)$(1))\nrun:\n\tsbcl $(call f,x)\n".to_owned(),
        ),
        ("Makefile", lines("a: b\n\tsbcl\n")),
        ("Makefile", lines("a=$(a)\n")),
        (
            "app.conf",
            format!("[program:a]\ncommand=sbcl\n{}", lines("numprocs=2\n")),
        ),
        (
            "app.service",
            format!("ExecStart=sbcl\n{}", lines("After=a.service b.service\n")),
        ),
        ("Procfile", lines("a: sbcl --eval '(f)'\n")),
        ("Dockerfile", format!("{}CMD sbcl\n", lines("ENV A=$A$A\n"))),
        ("run.lisp", lines("(ql:quickload :a)")),
        ("run.lisp", format!("(ql:quickload '({}))", lines(":a b "))),
        ("run.lisp", lines("(")),
        ("run.lisp", "(progn ".repeat(100_000) + &")".repeat(100_000)),
        (
            "compose.yaml",
            format!("services:\n  a:\n    command: {}", lines("[")),
        ),
    ] {
        let began = Instant::now();
        survives(name, text);
        assert!(began.elapsed() < LONG, "{name} took {:?}", began.elapsed());
    }
}
