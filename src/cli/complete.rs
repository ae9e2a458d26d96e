//! What a shell offers for a word that is typed: commands and options as clap knows them, names as
//! the project file at hand has them.
//!
//! The script that a shell loads calls lisplaunch for each word, with [`VARIABLE`] naming the
//! shell, so that what is offered is never older than the program and the file.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use clap::{Arg, CommandFactory, FromArgMatches, ValueEnum};
use clap_complete::engine::{self, ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{Bash, EnvCompleter, Fish, Zsh};

use super::Cli;
use super::selection::Selection;

/// Set for a call that completes a word.
const VARIABLE: &str = "LISPLAUNCH_COMPLETE";

/// What is between two words for bash.
const BETWEEN: &str = "\u{b}";

const PROGRAM: &str = "lisplaunch";

/// A shell that completes words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU bash, 4.4 or later
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
}

/// The words of a command line, one of which is to be completed.
#[derive(Debug)]
pub struct Request {
    shell: Shell,
    words: Vec<OsString>,
}

/// The names in a project file.
#[derive(Clone, Debug, Default)]
pub struct CandidateNames {
    /// Its services.
    pub services: Vec<String>,
    /// Its commands.
    pub commands: Vec<String>,
    /// Its profiles.
    pub profiles: Vec<String>,
    /// Its variables.
    pub variables: Vec<String>,
}

impl Shell {
    /// What the shell loads.
    ///
    /// # Panics
    /// If the scripts are not text.
    pub fn script(self) -> String {
        let mut script = Vec::new();
        self.completer()
            .write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script)
            .expect("a vector takes all");
        let script = String::from_utf8(script).expect("scripts are text");
        format!("{}\n", script.trim())
    }

    fn completer(self) -> &'static dyn EnvCompleter {
        match self {
            Shell::Bash => &Bash,
            Shell::Zsh => &Zsh,
            Shell::Fish => &Fish,
        }
    }
}

impl Request {
    /// What a shell asks for, if that is what this process was called for.
    pub(super) fn of(arguments: &[OsString]) -> Option<Self> {
        let shell = env::var(VARIABLE).ok()?;
        let shell = Shell::from_str(&shell, false).ok()?;
        let start = arguments.iter().position(|word| word == "--")?;
        let mut words = arguments[start + 1..].to_vec();
        if shell == Shell::Bash {
            words = as_typed(words);
        }
        (!words.is_empty()).then_some(Request { shell, words })
    }

    /// Which project the words choose, as far as they are understood.
    pub(super) fn selection(&self) -> Result<Selection, clap::Error> {
        // The last word is not typed to its end.
        let words = self.words.split_last().map_or(&[][..], |(_, words)| words);
        let home = dirs::home_dir().unwrap_or_default();
        let words = words
            .iter()
            .map(|word| match Path::new(word).strip_prefix("~") {
                Ok(rest) => home.join(rest).into_os_string(),
                Err(_) => word.clone(),
            });
        let command = Cli::command().ignore_errors(true);
        let matches = command.try_get_matches_from(words)?;
        let mut inner = &matches;
        while let Some((_, matches)) = inner.subcommand() {
            inner = matches;
        }
        Selection::from_arg_matches(inner)
    }

    /// Whether this is one of the words, to its end.
    fn has(&self, name: &str) -> bool {
        let words = self.words.split_last().map_or(&[][..], |(_, words)| words);
        words.iter().any(|word| word == name)
    }

    /// What is offered, as the shell reads it.
    ///
    /// # Errors
    /// When nothing can be.
    pub fn offered(self, mut names: CandidateNames) -> io::Result<Vec<u8>> {
        names.services.retain(|name| !self.has(name));
        let mut command = Cli::command();
        command.build();
        let mut command = with_names(command, &names);
        if self.shell == Shell::Bash {
            let last = self.words.len() - 1;
            let offered = engine::complete(&mut command, self.words, last, None)?;
            let offered = offered.iter().map(CompletionCandidate::get_value);
            let offered: Vec<&OsStr> = offered.collect();
            return Ok(offered.join(OsStr::new(BETWEEN)).into_encoded_bytes());
        }
        let mut offered = Vec::new();
        self.shell
            .completer()
            .write_complete(&mut command, self.words, None, &mut offered)?;
        Ok(offered)
    }
}

/// The words up to the one that is completed, as they were typed: to bash `--option=value` is three.
fn as_typed(mut words: Vec<OsString>) -> Vec<OsString> {
    let index = env::var("_CLAP_COMPLETE_INDEX");
    if let Some(index) = index.ok().and_then(|index| index.parse::<usize>().ok()) {
        words.truncate(index + 1);
    }
    words.retain(|word| word != "=");
    words
}

/// The command, and all below it, with the names that its arguments may have.
fn with_names(command: clap::Command, names: &CandidateNames) -> clap::Command {
    command
        .mut_args(|argument| offering(argument, names))
        .mut_subcommands(|command| with_names(command, names))
}

fn offering(argument: Arg, names: &CandidateNames) -> Arg {
    let (names, suffix) = match argument.get_id().as_str() {
        "service" | "services" | "service option" | "words" => (&names.services, ""),
        "command" => (&names.commands, ""),
        "profiles" => (&names.profiles, ""),
        "set" => (&names.variables, "="),
        _ => return argument,
    };
    let names: Vec<String> = names
        .iter()
        .filter(|name| is_plain(name))
        .map(|name| format!("{name}{suffix}"))
        .collect();
    argument.add(ArgValueCandidates::new(move || {
        names.iter().map(CompletionCandidate::new).collect()
    }))
}

/// Whether a shell takes it for the word that it is: what is offered is put into a command line.
fn is_plain(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    name.chars().all(legal) && !name.starts_with('-')
}
