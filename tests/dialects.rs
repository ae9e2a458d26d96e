//! What each dialect spells, read by the real program: every word must come back as it was,
//! and what cannot must be refused.

mod case;
mod make;
mod sh;
mod supervisord;
mod systemd;

use std::fmt::Write as _;

use lisplaunch::dialect::make::Make;
use lisplaunch::dialect::sh::Sh;
use lisplaunch::dialect::supervisord::Supervisord;
use lisplaunch::dialect::systemd::Systemd;
use lisplaunch::dialect::{Dialect, Printed, Refusal};
use lisplaunch::word::Word;
use proptest::prelude::*;

use crate::consumer::{Dumper, MAKES, Parsed, Parser, Received, command, run};
use case::{HOSTILE, text};

const DIALECTS: [&dyn Dialect; 4] = [&Sh, &Make, &Supervisord, &Systemd];

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..Default::default()
    }
}

fn words(dialect: &dyn Dialect, words: &[Word]) -> Result<String, Refusal> {
    dialect.spell(&Printed::Words(words.to_vec()))
}

fn one(dialect: &dyn Dialect, text: &str) -> Result<String, Refusal> {
    words(dialect, &[Word::from(text)])
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn a_comment_stays_a_comment(comment in text()) {
        for dialect in DIALECTS {
            let spelt = dialect.spell(&Printed::Comment(comment.clone())).expect("it is never refused");
            let broken = spelt.contains(['\n', '\r', '\u{85}', '\u{2028}']);
            prop_assert!(!broken && !spelt.ends_with('\\'));
            if comment.chars().all(|each| !each.is_control() && !"\\\u{2028}\u{2029}".contains(each)) {
                prop_assert_eq!(spelt, &*comment);
            }
        }
    }
}

#[test]
fn consumers_pass_over_comments() {
    let dumper = Dumper::new();
    let program = dumper.program("p");
    let mut comments = String::new();
    for hostile in HOSTILE {
        for comment in [
            (*hostile).to_owned(),
            format!("{hostile}\\"),
            format!("x{hostile}x"),
        ] {
            let spelt = Make
                .spell(&Printed::Comment(comment))
                .expect("it is never refused");
            writeln!(comments, "# {spelt}").expect("a string takes all");
        }
    }
    dumper.file(
        "Makefile",
        &format!("{comments}all:\n\t@exec {program} \"x\"\n"),
    );
    for make in MAKES {
        run::<&str>(make, &[], &dumper.folder());
        let received = Received::by(&program).expect("it was started");
        assert_eq!(received.argv[1..], ["x"], "{make}");
    }
    let script = dumper.file("script", &format!("{comments}exec {program} y\n"));
    run("sh", &[script], &dumper.folder());
    assert_eq!(
        Received::by(&program).expect("it was started").argv[1..],
        ["y"]
    );
    let comments = comments.replace("# ", "; ");
    let file = format!(
        "{comments}[supervisord]\n{comments}[program:p]\n{comments}command={program} z\n{comments}"
    );
    let programs = Parser::start()
        .parse(&dumper.file("main.conf", &file))
        .expect("it is right");
    assert!(matches!(&programs["p"], Parsed::Program { argv, .. } if argv[1..] == ["z"]));
}

#[test]
fn a_word_longer_than_the_system_takes_is_refused() {
    let dumper = Dumper::new();
    let longest = "x".repeat(131_071);
    let started = |word: &str| {
        command("env")
            .arg(word.replacen('x', "=", 1))
            .current_dir(dumper.folder())
            .output()
    };
    assert!(started(&longest).is_ok(), "the system takes it");
    for dialect in [&Sh as &dyn Dialect, &Supervisord, &Systemd] {
        assert!(one(dialect, &longest).is_ok());
        let refusal = one(dialect, &(longest.clone() + "x")).expect_err("it is too long");
        assert_eq!(
            refusal.message,
            "no program can be started with a word of 131072 bytes: the system takes at most 131071"
        );
    }
    for dialect in DIALECTS {
        let value = |length: usize| {
            let value = Word::from("x".repeat(length));
            dialect.spell(&Printed::Environment(vec![("K".to_owned(), value)]))
        };
        assert!(value(100_000).is_ok() && value(131_070).is_err());
    }
}

#[test]
fn what_is_no_name_is_not_printed_bare() {
    for dialect in DIALECTS {
        let bare = |text: &str| dialect.spell(&Printed::Bare(text.to_owned()));
        assert_eq!(bare("lucerne-0.1+b"), Ok("lucerne-0.1+b".to_owned()));
        for text in ["", "a b", "$x", "a\n", "é", "%", "a:b", "a/b", "#"] {
            assert!(bare(text).is_err(), "{text:?}");
        }
        for name in ["", "1K", "A-B", "A B", "é", "A="] {
            let variables = vec![(name.to_owned(), Word::from("x"))];
            assert!(
                dialect.spell(&Printed::Environment(variables)).is_err(),
                "{name:?}"
            );
        }
    }
}
