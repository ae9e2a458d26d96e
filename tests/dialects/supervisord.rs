//! The dialect of supervisord's configuration, read by its parser and by the daemon.

use std::cell::RefCell;
use std::fmt::Write as _;

use lisplaunch::dialect::supervisord::{self, Supervisord};
use lisplaunch::dialect::{Dialect, Printed};
use lisplaunch::word::Word;
use proptest::prelude::*;

use super::case::{Case, Start, batch, short};
use super::{config, one, words};
use crate::consumer::{Daemon, Dumper, Parsed, Parser, Received};

/// White space, as Python's documentation of `str.isspace` has it.
const PYTHON_SPACE: &str = "\t\n\u{b}\u{c}\r\u{1c}\u{1d}\u{1e}\u{1f} \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\
    \u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\
    \u{205f}\u{3000}";

fn has_comment(text: &str) -> bool {
    PYTHON_SPACE
        .chars()
        .any(|space| text.contains(&format!("{space};")) || text.contains(&format!("{space}#")))
}

fn unquoted_holds(text: &str) -> bool {
    let space = |character| PYTHON_SPACE.contains(character);
    !text.is_empty()
        && text.trim_matches(space) == text
        && !text.contains(['\n', '\r'])
        && !text.starts_with(['#', ';'])
        && !text.contains("%(here)s")
        && !has_comment(text)
}

fn log_file_holds(text: &str) -> bool {
    let lower = text.to_lowercase();
    unquoted_holds(text)
        && !text.starts_with('~')
        && ["auto", "none", "off", "syslog"]
            .iter()
            .all(|word| lower != *word)
}

fn environment_holds(text: &str) -> bool {
    let both_quotes = text.contains('"') && text.contains('\'');
    !both_quotes
        && text.trim_matches(['"', '\'']) == text
        && !text.contains(['\n', '\r'])
        && !text.contains("%(here)s")
        && !has_comment(text)
}

/// The environment that `environment=` takes, and the rest as words of `env`.
fn split_environment(start: &Start) -> (Vec<(String, Word)>, Vec<Word>) {
    let holds = |(_, value): &(String, Word)| supervisord::environment_holds(&value.resolved());
    let (held, moved): (Vec<_>, Vec<_>) = start.environment.iter().cloned().partition(holds);
    let moved = moved
        .into_iter()
        .map(|(name, value)| format!("{name}={}", value.resolved()));
    let mut words: Vec<Word> = moved.map(Word::from).collect();
    if !words.is_empty() {
        words.insert(0, Word::from("/usr/bin/env"));
    }
    (held, words)
}

/// What one program of a configuration file should become, if it can be held.
struct Stanza {
    text: String,
    argv: Vec<String>,
    environment: Vec<(String, String)>,
    directory: Option<String>,
    log_file: Option<String>,
}

/// A program with every setting that can be held; `None` if its command cannot.
fn stanza(name: &str, start: &Start, directory: &str, log_file: &str) -> Option<Stanza> {
    let (environment, mut argv) = split_environment(start);
    argv.extend(start.argv());
    let command = words(&Supervisord, &argv);
    let environment_text = Supervisord.spell(&Printed::Environment(environment.clone()));
    let texts: Vec<String> = argv.iter().map(Word::resolved).collect();
    let holds = texts
        .iter()
        .all(|text| !text.contains('\r') && text.len() <= 131_071);
    assert_eq!(command.is_ok(), holds, "{}", short(&texts));
    for (_, value) in &start.environment {
        let value = value.resolved();
        assert_eq!(
            supervisord::environment_holds(&value),
            environment_holds(&value),
            "{}",
            short(&value)
        );
    }
    assert_eq!(
        environment_text.is_ok(),
        environment
            .iter()
            .all(|(name, value)| name.len() + 1 + value.resolved().len() <= 131_071)
    );
    let (command, environment_text) = (command.ok()?, environment_text.ok()?);
    let mut text = format!("[program:{name}]\ncommand={command}\nenvironment={environment_text}\n");
    let setting = Supervisord.spell(&Printed::Setting(Word::from(directory)));
    assert_eq!(setting.is_ok(), unquoted_holds(directory), "{directory:?}");
    let log = supervisord::log_file(&[Word::from(log_file)]);
    assert_eq!(log.is_ok(), log_file_holds(log_file), "{log_file:?}");
    // With and without blanks around the sign: both are usual.
    if let Ok(setting) = &setting {
        writeln!(text, "directory = {setting}").expect("a string takes all");
    }
    if let Ok(log) = &log {
        writeln!(text, "stdout_logfile={log}").expect("a string takes all");
    }
    Some(Stanza {
        text,
        argv: texts,
        environment: environment
            .into_iter()
            .map(|(name, value)| (name, value.resolved()))
            .collect(),
        directory: setting.ok().map(|_| directory.to_owned()),
        log_file: log.ok().map(|_| log_file.to_owned()),
    })
}

/// Writes the programs into an included file, or into the main one, and returns the main one.
fn configuration(dumper: &Dumper, stanzas: &[Stanza], included: bool) -> std::path::PathBuf {
    let programs: String = stanzas.iter().map(|stanza| stanza.text.as_str()).collect();
    let mut main =
        "[supervisord]\nnodaemon=true\nlogfile=daemon.log\npidfile=daemon.pid\n".to_owned();
    if included {
        dumper.file("app.conf", &programs);
        main += "[include]\nfiles=app.conf\n";
    } else {
        main += &programs;
    }
    dumper.file("supervisord.conf", &main)
}

#[test]
fn the_parser_of_supervisord_gives_back_every_word() {
    let parser = RefCell::new(Parser::start());
    let mut runner = proptest::test_runner::TestRunner::new(config(16));
    runner
        .run(&(batch(200), any::<bool>()), |(batch, included)| {
            assert_parsed(&mut parser.borrow_mut(), &batch.0, included);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error:.6000}"));
}

fn assert_parsed(parser: &mut Parser, cases: &[Case], included: bool) {
    let dumper = Dumper::new();
    let mut stanzas = Vec::new();
    for case in cases {
        let start = Start {
            program: format!("/{}", case.program),
            directory: String::new(),
            environment: (0..)
                .map(|n| format!("K_{n}"))
                .zip(case.environment.clone())
                .collect(),
            words: case.words.clone(),
        };
        stanzas.extend(stanza(
            &format!("p{}", stanzas.len()),
            &start,
            &case.directory,
            &case.log_file,
        ));
    }
    let programs = parser
        .parse(&configuration(&dumper, &stanzas, included))
        .unwrap_or_else(|error| panic!("supervisord would not start: {error:.3000}"));
    for (index, stanza) in stanzas.into_iter().enumerate() {
        let expected = Parsed::Program {
            argv: stanza.argv,
            environment: stanza.environment.into_iter().collect(),
            directory: stanza.directory,
            log_file: stanza.log_file,
        };
        let parsed = &programs[&format!("p{index}")];
        assert!(
            *parsed == expected,
            "{}\n{}\n{:.3000}",
            short(parsed),
            short(&expected),
            stanza.text
        );
    }
}

proptest! {
    #![proptest_config(config(2))]

    #[test]
    fn supervisord_starts_what_was_written(batch in batch(120), included in any::<bool>()) {
        let dumper = Dumper::new();
        let mut starts = Vec::new();
        let mut stanzas = Vec::new();
        for (index, case) in batch.0.iter().enumerate() {
            let mut start = Start::new(&dumper, index, case);
            let log_file = dumper.folder().join(format!("l{index}{}", case.log_file));
            let log_file = log_file.to_str().expect("UTF-8");
            let Some(mut stanza) = stanza(&format!("p{index}"), &start, &start.directory, log_file) else {
                continue;
            };
            stanza.text += "autorestart=false\nstartsecs=0\nredirect_stderr=true\n";
            if stanza.log_file.is_none() {
                stanza.text += "stdout_logfile=NONE\n";
            }
            if stanza.directory.is_none() {
                start.directory = dumper.folder().to_str().expect("UTF-8").to_owned();
            }
            stanzas.push(stanza);
            starts.push(start);
        }
        let mut daemon = Daemon::start(&configuration(&dumper, &stanzas, included));
        let logged = |stanza: &Stanza| {
            let log = stanza.log_file.as_ref();
            log.is_none_or(|log| std::fs::read(log).is_ok_and(|log| log == b"started\n"))
        };
        daemon.wait_until(|| {
            starts.iter().all(|start| Received::by(&start.program).is_some()) && stanzas.iter().all(logged)
        });
        for (start, stanza) in starts.iter().zip(&stanzas) {
            start.assert_received("supervisord", &stanza.text);
            assert!(logged(stanza), "nothing in the log of {:.3000}", stanza.text);
        }
    }
}

#[test]
fn supervisord_refuses_with_a_reason_and_a_way_out() {
    let refusal = one(&Supervisord, "a\rb").expect_err("it cannot be held");
    assert_eq!(
        refusal.message,
        "a supervisord command cannot hold a carriage return: its reader takes it for the end of a line"
    );
    let refusal = Supervisord
        .spell(&Printed::Environment(vec![(
            "K".to_owned(),
            Word::from("'\""),
        )]))
        .expect_err("it cannot be held");
    assert_eq!(refusal.help, "start the command with `/usr/bin/env K=…`");
    let refusal = supervisord::log_file(&[Word::from("AUTO")]).expect_err("it cannot be held");
    assert_eq!(
        refusal.message,
        "a log file of supervisord cannot be called `AUTO`: it has a meaning of its own"
    );
}
