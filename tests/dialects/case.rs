//! What is tried: programs to be started, with words, names and values that mean something
//! to some reader.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;

use lisplaunch::word::{Piece, Variable, Word};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::consumer::{Dumper, Received};

/// Text that means something to some reader.
#[rustfmt::skip]
pub(crate) const HOSTILE: &[&str] = &[
    "'", "\"", "''", "'\\''", "\\", "\\\\", "\\\n", "$", "$$", "$(X)", "${HOME}",
    "$(SERVER_PORT)", "$x", "${q0a}", "\"${q0a}\"", "`id`", "%", "%%", "%(here)s", "%%(here)s",
    "%(ENV_PATH)s", "%s", "%(", "#", " #", "#'", ";", " ;", "\t;", "\u{a0}#", "\u{1c};", "\u{b}#",
    "\n#", "\n;", "\n[x]", "\n\n", "\n ", " \n", "\n\t", "\n", "\t", " ", "\r", "\r\n", "\u{1}",
    "\u{1b}", "\u{7f}", "\u{85}", "\u{81}", "\u{2028}", "\u{feff}", "\u{88}", "é", "λ", "🙂", "(",
    ")", "(progn", "#\\(", "#p\"", "|", "&", "<", ">", "*", "?", "[", "]", "{", "}", "{a,b}", "!",
    "^", "~", "~root", "-", "--eval", "@", "+", "=", ":=", "K=v", "=ls", ",", ":", ".", "/", "if",
    "then", "for", "time", "AUTO", "auto", "NONE", "Syslog", "off", "a", "b c", "8080",
];

pub(crate) const VARIABLES: [(&str, &str); 3] =
    [("SERVER_PORT", "8080"), ("N", "-1"), ("lisp_port", "0")];

pub(crate) fn text() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        6 => select(HOSTILE).prop_map(str::to_owned),
        1 => "[a-zA-Z0-9_./:=-]{1,8}",
        1 => "\\PC{1,3}",
        1 => any::<char>().prop_map(|any| if any == '\0' { '\u{1}' } else { any }.to_string()),
    ];
    vec(fragment, 0..5).prop_map(|fragments| fragments.concat())
}

fn long_text() -> impl Strategy<Value = String> {
    let unit = select(vec!["x", "x", "'", "$", "%", "\n", " #", "a b", "é", "\\"]);
    (unit, 1_000..140_000_usize).prop_map(|(unit, length)| unit.repeat(length / unit.len()))
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        6 => text().prop_map(Piece::Text),
        1 => select(&VARIABLES[..]).prop_map(|(name, value)| Piece::Variable(Variable {
            name: name.to_owned(),
            value: value.to_owned(),
        })),
    ]
}

pub(crate) fn word() -> impl Strategy<Value = Word> {
    prop_oneof![
        250 => vec(piece(), 0..3).prop_map(Word::from_iter),
        1 => long_text().prop_map(Word::from),
    ]
}

/// The name of a file or folder.
fn file_name() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.replace('/', "_").chars().take(40).collect())
}

/// A program to be started.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) program: String,
    pub(crate) directory: String,
    pub(crate) log_file: String,
    pub(crate) environment: Vec<Word>,
    pub(crate) words: Vec<Word>,
}

fn case() -> impl Strategy<Value = Case> {
    (
        file_name(),
        file_name(),
        file_name(),
        vec(word(), 0..3),
        vec(word(), 0..8),
    )
        .prop_map(|(program, directory, log_file, environment, words)| Case {
            // `env` would take a program with `=` in its path for a variable.
            program: program.replace('=', "_"),
            directory,
            log_file,
            environment,
            words,
        })
}

/// Many cases for one run of a consumer. A failure names its case, so this need not.
pub(crate) struct Batch(pub(crate) Vec<Case>);

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cases", self.0.len())
    }
}

pub(crate) fn batch(count: usize) -> impl Strategy<Value = Batch> {
    vec(case(), count).prop_map(Batch)
}

/// A case whose program and directory exist.
pub(crate) struct Start {
    pub(crate) program: String,
    pub(crate) directory: String,
    pub(crate) environment: Vec<(String, Word)>,
    pub(crate) words: Vec<Word>,
}

impl Start {
    pub(crate) fn new(dumper: &Dumper, index: usize, case: &Case) -> Self {
        let environment = case.environment.iter().cloned();
        Start {
            program: dumper.program(&format!("{index}{}", case.program)),
            directory: dumper.directory(&format!("d{index}{}", case.directory)),
            environment: (0..)
                .map(|index| format!("K_{index}"))
                .zip(environment)
                .collect(),
            words: case.words.clone(),
        }
    }

    /// Program and arguments.
    pub(crate) fn argv(&self) -> Vec<Word> {
        let mut argv = vec![Word::from(self.program.as_str())];
        argv.extend(self.words.iter().cloned());
        argv
    }

    /// Every word and value of it.
    pub(crate) fn texts(&self) -> Vec<String> {
        let words = self
            .words
            .iter()
            .chain(self.environment.iter().map(|(_, value)| value));
        words
            .map(Word::resolved)
            .chain([self.program.clone(), self.directory.clone()])
            .collect()
    }

    /// No word or variable is longer than the system takes.
    pub(crate) fn is_short_enough(&self) -> bool {
        self.words
            .iter()
            .all(|word| word.resolved().len() <= 131_071)
            && self
                .environment
                .iter()
                .all(|(name, value)| name.len() + 1 + value.resolved().len() <= 131_071)
    }

    /// The program received everything, and nothing else.
    pub(crate) fn assert_received(&self, consumer: &str, file: &str) {
        let context = || format!("{consumer}: {}\n{file:.3000}", short(&self.argv()));
        let received = Received::by(&self.program)
            .unwrap_or_else(|| panic!("nothing was started by {}", context()));
        let expected: Vec<OsString> = self
            .argv()
            .iter()
            .map(|word| word.resolved().into())
            .collect();
        assert!(
            received.argv == expected,
            "argv by {}\n{}",
            context(),
            short(&received.argv)
        );
        assert_eq!(
            received.directory,
            Path::new(&self.directory),
            "directory by {}",
            context()
        );
        for (name, value) in &self.environment {
            let value = value.resolved();
            let came = received.variable(name);
            assert!(
                came == Some(OsStr::new(&value)),
                "{name} by {}: {}",
                context(),
                short(&came)
            );
        }
        std::fs::remove_file(format!("{}.dump", self.program)).expect("it was read");
    }
}

/// A value for a message, as far as a person would read it.
pub(crate) fn short(value: &impl fmt::Debug) -> String {
    format!("{:.3000}", format!("{value:?}"))
}
