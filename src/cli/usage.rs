//! What is wrong with a command line, as the other problems are reported.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::problem::{Problem, shown};
use crate::suggest;

/// The problem that clap reports.
pub(super) fn problem(error: &Error) -> Problem {
    let found = ClapError(error);
    let problem = found.problem().unwrap_or_else(|| plain(error));
    match found.usage() {
        Some(usage) => problem.help(format!("usage: `{usage}`")),
        None => problem,
    }
}

/// The message of clap itself, on one line.
fn plain(error: &Error) -> Problem {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    Problem::error(line.trim_start_matches("error: "))
}

/// What clap knows of an error.
struct ClapError<'a>(&'a Error);

impl ClapError<'_> {
    fn problem(&self) -> Option<Problem> {
        Some(match self.0.kind() {
            ErrorKind::UnknownArgument => self.unknown_argument()?,
            ErrorKind::InvalidSubcommand => self.unknown_command()?,
            ErrorKind::MissingSubcommand => self.missing_command()?,
            ErrorKind::InvalidValue => self.invalid_value()?,
            ErrorKind::ValueValidation => self.refused_value()?,
            ErrorKind::NoEquals => {
                let option = name(self.text(ContextKind::InvalidArg)?);
                Problem::error(format!("`{option}` takes its value after a `=`"))
            }
            ErrorKind::MissingRequiredArgument => {
                let missing = self.texts(ContextKind::InvalidArg)?;
                let missing: Vec<&str> = missing.into_iter().map(name).collect();
                Problem::error(format!("missing: {}", suggest::list(&missing)))
            }
            ErrorKind::ArgumentConflict => self.conflict()?,
            _ => return None,
        })
    }

    fn unknown_argument(&self) -> Option<Problem> {
        let word = self.text(ContextKind::InvalidArg)?;
        if !word.starts_with('-') {
            return Some(Problem::error(format!(
                "unexpected argument `{}`",
                shown(word)
            )));
        }
        let problem = Problem::error(format!("there is no option `{}`", shown(word)));
        let problem = self.suggested(problem, ContextKind::SuggestedArg);
        // clap finds out whether words may come after `--`.
        let trailing = self.0.get(ContextKind::Suggested).is_some_and(|said| {
            let said = said.to_string();
            said.contains(&format!("-- {word}"))
        });
        if !trailing {
            return Some(problem);
        }
        Some(problem.help(format!(
            "what begins with `-` and is not an option comes after `--`: `-- {}`",
            shown(word)
        )))
    }

    fn unknown_command(&self) -> Option<Problem> {
        let word = self.text(ContextKind::InvalidSubcommand)?;
        let problem = Problem::error(format!("there is no command `{}`", shown(word)));
        Some(self.suggested(problem, ContextKind::SuggestedSubcommand))
    }

    fn missing_command(&self) -> Option<Problem> {
        let command = self.text(ContextKind::InvalidSubcommand)?;
        Some(
            Problem::error(format!("`{command}` needs a command below it"))
                .help(format!("`{command} --help` lists them")),
        )
    }

    /// A value that is not one of those that there are, or no value at all.
    fn invalid_value(&self) -> Option<Problem> {
        let option = self.text(ContextKind::InvalidArg)?;
        let value = self.text(ContextKind::InvalidValue)?;
        if value.is_empty() {
            return Some(
                Problem::error(format!("`{}` has no value", name(option)))
                    .help(format!("write `{option}`")),
            );
        }
        let known = self.texts(ContextKind::ValidValue).unwrap_or_default();
        let problem = Problem::error(format!(
            "`{}` is `{}`: expected one of {}",
            name(option),
            shown(value),
            suggest::list(&known)
        ));
        Some(match suggest::closest(value, known.iter().copied()) {
            Some(close) => problem.help(format!("did you mean `{close}`?")),
            None => problem,
        })
    }

    /// A value that is not valid, for a reason that its reader gives.
    fn refused_value(&self) -> Option<Problem> {
        let option = name(self.text(ContextKind::InvalidArg)?);
        let value = shown(self.text(ContextKind::InvalidValue)?);
        let reason = std::error::Error::source(self.0)?;
        Some(Problem::error(format!("`{option}` is `{value}`: {reason}")))
    }

    fn conflict(&self) -> Option<Problem> {
        let option = name(self.text(ContextKind::InvalidArg)?);
        let others = self.texts(ContextKind::PriorArg).unwrap_or_default();
        let others: Vec<&str> = others.into_iter().map(name).collect();
        Some(Problem::error(match others.as_slice() {
            [] => format!("`{option}` cannot be combined with other arguments"),
            [other] if *other == option => format!("`{option}` is given more than once"),
            others => format!(
                "`{option}` and {} exclude each other",
                suggest::list(others)
            ),
        }))
    }

    /// Asks for what the word may have been meant for.
    fn suggested(&self, problem: Problem, kind: ContextKind) -> Problem {
        let suggested = self.texts(kind).unwrap_or_default();
        match suggested.as_slice() {
            [] => problem,
            names => problem.help(format!("did you mean {}?", suggest::list(names))),
        }
    }

    fn text(&self, kind: ContextKind) -> Option<&str> {
        match self.0.get(kind)? {
            ContextValue::String(text) => Some(text),
            _ => None,
        }
    }

    fn texts(&self, kind: ContextKind) -> Option<Vec<&str>> {
        match self.0.get(kind)? {
            ContextValue::String(text) => Some(vec![text]),
            ContextValue::Strings(texts) => Some(texts.iter().map(String::as_str).collect()),
            _ => None,
        }
    }

    /// How the command is called, on one line.
    fn usage(&self) -> Option<String> {
        let usage = self.0.get(ContextKind::Usage)?.to_string();
        let line = usage.lines().next()?.trim_start_matches("Usage: ");
        Some(line.to_owned())
    }
}

/// `--format` of `--format <FORMAT>`, `--wait` of `--wait[=<DURATION>]`, `FORMAT` of `<FORMAT>`.
fn name(argument: &str) -> &str {
    if argument.starts_with('-') {
        let end = argument.find([' ', '=', '[']);
        return &argument[..end.unwrap_or(argument.len())];
    }
    let argument = argument.trim_end_matches("...");
    let inner = argument.strip_prefix(['<', '[']);
    let inner = inner.and_then(|inner| inner.strip_suffix(['>', ']']));
    inner.unwrap_or(argument)
}
