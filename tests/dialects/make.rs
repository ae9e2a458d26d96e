//! The dialect of Makefiles, read by GNU make and BSD make.

use std::ffi::OsString;
use std::fmt::Write as _;

use lisplaunch::dialect::make::{self, Make};
use lisplaunch::dialect::{Dialect, Printed, Refusal};
use lisplaunch::word::{Piece, Variable, Word};
use proptest::prelude::*;

use super::case::{Case, Start, VARIABLES, batch};
use super::{config, one, words};
use crate::consumer::{Dumper, MAKES, Received, run};

/// What stands for a variable in a recipe.
fn default(name: &str, value: &str) -> Result<String, Refusal> {
    let (name, value) = (name.to_owned(), value.to_owned());
    make::default(&[Word::from_iter([Piece::Variable(Variable { name, value })])])
}

/// A target whose recipe has its words two a line, as a person would break them.
fn target(name: &str, start: &Start) -> Result<String, Refusal> {
    let directory = Word::from(start.directory.as_str());
    let argv = start.argv();
    let all: Vec<Word> = argv
        .iter()
        .chain(start.environment.iter().map(|(_, value)| value))
        .chain([&directory])
        .cloned()
        .collect();
    let prelude = make::prelude(&all)?;
    let environment = Make.spell(&Printed::Environment(start.environment.clone()))?;
    let directory = words(&Make, std::slice::from_ref(&directory))?;
    let mut recipe = format!("{name}:\n\t@{prelude}");
    for (name, value) in VARIABLES {
        let default = default(name, value)?;
        write!(recipe, "{name}={default}; ").expect("a string takes all");
    }
    write!(recipe, "cd {directory} && exec env {environment}").expect("a string takes all");
    for line in argv.chunks(2) {
        write!(recipe, " \\\n\t  {}", words(&Make, line)?).expect("a string takes all");
    }
    Ok(recipe + "\n")
}

/// The bytes of a start in shell syntax: at least, and at most with all that may be around.
fn line_length(start: &Start) -> std::ops::RangeInclusive<usize> {
    let spelt = |text: &String| {
        text.len() + 3 * text.matches('\'').count() + 9 * text.matches('\n').count()
    };
    let least: usize = start.texts().iter().map(spelt).sum();
    least..=least + 2560 + 60 * start.texts().len()
}

fn makefile(targets: &[(Start, String)]) -> String {
    let mut file = "all:".to_owned();
    for index in 0..targets.len() {
        write!(file, " t{index}").expect("a string takes all");
    }
    file.push('\n');
    for (_, target) in targets {
        file += target;
    }
    file
}

fn targets(dumper: &Dumper, cases: &[Case]) -> Vec<(Start, String)> {
    let mut targets = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let start = Start::new(dumper, index, case);
        let length = line_length(&start);
        match target(&format!("t{}", targets.len()), &start) {
            Ok(target) => {
                assert!(*length.start() <= 131_071 && start.is_short_enough());
                targets.push((start, target));
            }
            Err(refusal) => {
                let fits = *length.end() <= 131_071 && start.is_short_enough();
                assert!(!fits, "{refusal}, for nothing");
            }
        }
    }
    targets
}

fn assert_made(cases: &[Case], arguments: &[&str]) {
    let dumper = Dumper::new();
    let targets = targets(&dumper, cases);
    dumper.file("Makefile", &makefile(&targets));
    for make in MAKES {
        run(make, arguments, &dumper.folder());
        for (start, target) in &targets {
            start.assert_received(make, target);
        }
    }
}

proptest! {
    #![proptest_config(config(10))]

    #[test]
    fn makes_give_back_every_word(batch in batch(200)) {
        assert_made(&batch.0, &[]);
    }
}

proptest! {
    #![proptest_config(config(1))]

    #[test]
    fn parallel_makes_give_back_every_word(batch in batch(100)) {
        assert_made(&batch.0, &["-j2"]);
    }
}

#[test]
fn makes_give_back_words_without_a_shell() {
    // GNU make and BSD make start a command without shell syntax themselves.
    let dumper = Dumper::new();
    let mut file = String::new();
    let texts = [
        "", "a b", "it's", "$", "$(X)", "\\", "#", "-", "@x", "a=b", "%", "~", "é", "~x", "a,b",
        "\t",
    ];
    let programs: Vec<String> = (0..texts.len())
        .map(|index| dumper.program(&format!("p{index}")))
        .collect();
    writeln!(file, "all:").expect("a string takes all");
    for (program, text) in programs.iter().zip(texts) {
        let line = words(&Make, &[Word::from(program.as_str()), Word::from(text)]);
        writeln!(file, "\t{}", line.expect("it is short")).expect("a string takes all");
    }
    dumper.file("Makefile", &file);
    for make in MAKES {
        run::<&str>(make, &[], &dumper.folder());
        for (program, text) in programs.iter().zip(texts) {
            let received = Received::by(program).unwrap_or_else(|| panic!("{make}: {text}"));
            assert_eq!(received.argv, [program.as_str(), text], "{make}");
            std::fs::remove_file(format!("{program}.dump")).expect("it was read");
        }
    }
}

#[test]
fn a_make_variable_can_be_set_on_the_command_line() {
    let dumper = Dumper::new();
    let program = dumper.program("p");
    let port = Piece::Variable(Variable {
        name: "SERVER_PORT".into(),
        value: "8080".into(),
    });
    let form = Word::from_iter([
        Piece::Text("(start :port ".into()),
        port.clone(),
        Piece::Text(")".into()),
    ]);
    let line = [Word::from(program.as_str()), form, Word::from_iter([port])];
    let line = words(&Make, &line).expect("it is short");
    assert!(line.ends_with(" '(start :port '\"$$SERVER_PORT\"')' \"$$SERVER_PORT\""));
    dumper.file(
        "Makefile",
        &format!("all:\n\t@SERVER_PORT=$${{SERVER_PORT:-8080}}; exec \\\n\t  {line}\n"),
    );
    for make in MAKES {
        for (argument, port) in [("all", "8080"), ("SERVER_PORT=9090", "9090")] {
            run(make, &[argument], &dumper.folder());
            let received = Received::by(&program).expect("it was started");
            assert_eq!(
                received.argv[1..],
                [&*format!("(start :port {port})"), port],
                "{make}"
            );
        }
    }
}

#[test]
fn a_recipe_is_refused_from_the_first_byte_too_many() {
    let dumper = Dumper::new();
    let program = dumper.program("p");
    let fits = |length: usize| make::prelude(&["x".repeat(length).into()]).is_ok();
    let most = (0..200_000)
        .collect::<Vec<_>>()
        .partition_point(|length| fits(*length))
        - 1;
    let long = "x".repeat(most);
    let line = words(&Make, &[Word::from(long.as_str())]).expect("it fits");
    dumper.file(
        "Makefile",
        &format!("all:\n\t@cd . && exec {program} \\\n\t  {line}\n"),
    );
    for make in MAKES {
        run::<&str>(make, &[], &dumper.folder());
        let received = Received::by(&program).expect("it was started");
        assert!(
            received.argv[1..] == [OsString::from(long.as_str())],
            "{make}"
        );
    }
    let refusal = one(&Make, &"x".repeat(most + 1)).expect_err("it is too long");
    assert_eq!(
        refusal.message,
        "a Makefile cannot hold a command of 131072 bytes: its shell receives it as one word, \
         and the system takes at most 131071"
    );
}

#[test]
fn only_integers_are_values_of_make_variables() {
    assert_eq!(default("PORT", "8080"), Ok("$${PORT:-8080}".to_owned()));
    assert_eq!(default("N", "-1"), Ok("$${N:--1}".to_owned()));
    for text in ["", "-", "8 ", "$x", "a", "8#", "8\n"] {
        assert!(default("PORT", text).is_err(), "{text:?}");
    }
}

/// The POSIX variable names at the head of lines like `NAME = value`.
fn assigned(listing: &str) -> Vec<&str> {
    let name = |line: &str| {
        line.split([' ', ':', '?', '+', '='])
            .next()
            .unwrap_or_default()
            .len()
    };
    listing
        .lines()
        .map(|line| line.split_at(name(line)))
        .filter(|(name, rest)| {
            !name.is_empty()
                && !name.starts_with(|first: char| first.is_ascii_digit())
                && name
                    .chars()
                    .all(|each| each.is_ascii_alphanumeric() || each == '_')
                && rest
                    .trim_start()
                    .trim_start_matches([':', '?', '+'])
                    .starts_with('=')
        })
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn the_names_that_make_defines_are_reserved() {
    let dumper = Dumper::new();
    let path = std::env::var_os("PATH").expect("a PATH");
    let program = |name: &str| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|program| program.exists())
            .unwrap_or_else(|| panic!("`{name}` must be installed for this test"))
    };
    for (make, arguments) in MAKES.into_iter().zip([["-p", "-f"], ["-dg1", "-f"]]) {
        let output = std::process::Command::new(program(make))
            .env_clear()
            .args(arguments)
            .arg("/dev/null")
            .current_dir(dumper.folder())
            .output()
            .expect("it runs");
        let listing =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        let names = assigned(&listing);
        assert!(
            names.contains(&"CC") && names.contains(&"MFLAGS") || names.contains(&"MACHINE"),
            "{make}: {names:?}"
        );
        for name in names {
            assert!(make::reserved(name), "{make} defines `{name}`");
        }
    }
    for name in ["MAKEFLAGS", "SHELL", "PATH", ".CURDIR", "CC", "toLower"] {
        assert!(make::reserved(name), "{name}");
    }
    for name in ["SERVER_PORT", "PORT", "SWANK_PORT", "port", "N"] {
        assert!(!make::reserved(name), "{name}");
    }
}
