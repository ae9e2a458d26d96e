//! Env files and the environment of a process.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::host;
use crate::problem::{Place, Problem, Source};
use crate::project::field::{Field, Fields, Reader};
use crate::project::reference::is_variable_name;
use crate::project::variables::{Variables, is_integer};
use crate::trust::{Owners, Standing};
use crate::word::{Piece, Variable, Word};

use super::path::{self, Base};

/// What env files say.
#[derive(Debug, Default)]
pub(super) struct EnvFiles {
    /// The absolute paths of the files.
    pub(super) paths: Vec<String>,
    /// Names and values, later files replacing earlier ones.
    pub(super) values: BTreeMap<String, String>,
}

/// Reads the files that `env-file` names; with `owners` only theirs.
pub(super) fn read_files(
    fields: &Fields<'_>,
    base: Base<'_>,
    owners: Option<&Owners>,
    reader: &Reader,
) -> EnvFiles {
    let mut files = EnvFiles::default();
    let items = fields.get("env-file").map(|field| field.items());
    for field in items.unwrap_or_default() {
        let Some(file) = field.parse(|text| path::absolute(&text.into(), base)) else {
            continue;
        };
        let file = file.resolved();
        match read(Path::new(&file)) {
            Ok((text, standing)) => match owners.map(|owners| owners.check(&standing)) {
                Some(Err(problem)) => field.report(problem),
                _ => match parse(&file, text) {
                    Ok(values) => files.values.extend(values),
                    Err(problem) => reader.report(problem),
                },
            },
            Err(error) => field.report(unreadable(&file, &error)),
        }
        files.paths.push(file);
    }
    files
}

fn read(file: &Path) -> io::Result<(String, Standing)> {
    let mut open = host::open_text(file)?;
    let standing = Standing::of_file(file, &open)?;
    Ok((host::read_text_from(&mut open)?, standing))
}

fn unreadable(file: &str, error: &io::Error) -> Problem {
    let problem = Problem::io("read", Path::new(file), error);
    problem.help(match error.kind() {
        io::ErrorKind::NotFound => "write the file, or remove it from `env-file`",
        _ => "an env file has lines such as `NAME=value`",
    })
}

fn parse(file: &str, text: String) -> Result<Vec<(String, String)>, Problem> {
    let parsed: Result<Vec<_>, _> = dotenvy::from_read_iter(text.as_bytes()).collect();
    parsed.map_err(|error| match error {
        dotenvy::Error::LineParse(..) => {
            let range = broken_line(&text);
            let source = Arc::new(Source {
                name: file.to_owned(),
                text,
            });
            Problem::error("this is no line of an env file")
                .at(Place { source, range })
                .help("write `NAME=value`, with quotes around a value that has blanks: `NAME=\"two words\"`")
        }
        other => Problem::error(format!("cannot read `{file}`: {other}")),
    })
}

/// The line that the parser stopped at: it tells what the line says, but not where it is.
fn broken_line(text: &str) -> Range<usize> {
    let entries = |text: &str| {
        let entries = dotenvy::from_read_iter(text.as_bytes());
        entries.take_while(Result::is_ok).count()
    };
    let all = entries(text);
    let ends: Vec<usize> = std::iter::once(0)
        .chain(text.match_indices('\n').map(|(at, _)| at + 1))
        .collect();
    // A value in quotes may have several lines: only with the last one it is an entry.
    let read = ends.partition_point(|&end| entries(&text[..end]) < all);
    let mut start = ends.get(read).copied().unwrap_or(0);
    for line in text[start..].split_inclusive('\n') {
        if !matches!(line.trim_start().chars().next(), None | Some('#')) {
            return start..start + line.trim_end().len();
        }
        start += line.len();
    }
    start..start
}

/// The environment of the process: what env files set, then `env`.
///
/// A name in an env file has the same value here as `${NAME}` has, so the environment
/// of the person who starts it wins; `env` is an order and wins over both.
pub(super) fn read_env(
    fields: &Fields<'_>,
    files: &BTreeMap<String, String>,
    reader: &Reader,
) -> Vec<(String, Word)> {
    let own = own_values(fields, reader);
    let named: BTreeSet<&str> = own.iter().map(|(name, _)| name.as_str()).collect();
    let mut env = match file_values(files, &reader.variables) {
        Ok(env) => env,
        Err(problem) => {
            if let Some(field) = fields.get("env-file") {
                field.report(problem);
            }
            Vec::new()
        }
    };
    env.retain(|(name, _)| !named.contains(name.as_str()));
    env.extend(own);
    env
}

fn own_values(fields: &Fields<'_>, reader: &Reader) -> Vec<(String, Word)> {
    let mut values = Vec::new();
    let entries = fields.get("env").map(|field| field.entries());
    for (key, field) in entries.unwrap_or_default() {
        if !is_variable_name(&key.text) {
            reader.report(
                Problem::error(format!("`{}` is no name of a variable", key.text))
                    .at(key.place.clone())
                    .help("letters, digits and `_`, no digit first"),
            );
        } else if let Some(value) = env_value(&field) {
            values.push((key.text.clone(), value));
        }
    }
    values
}

fn file_values(
    files: &BTreeMap<String, String>,
    variables: &Variables,
) -> Result<Vec<(String, Word)>, Problem> {
    let mut values = Vec::new();
    for name in files.keys() {
        let Ok(value) = variables.get(name) else {
            continue;
        };
        variables.allowance.take(value.len())?;
        values.push((name.clone(), file_value(name, value, variables)));
    }
    Ok(values)
}

/// A variable stays one here where it does in the rest of the file: a Makefile would
/// otherwise set the old value beside the new one in the command.
fn file_value(name: &str, value: &str, variables: &Variables) -> Word {
    let kept = variables.integers.contains(name) && is_integer(value);
    if kept {
        let variable = Variable {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        variables.keep(&variable);
        Word::from_iter([Piece::Variable(variable)])
    } else {
        value.into()
    }
}

fn env_value(field: &Field<'_>) -> Option<Word> {
    if field.is_null() {
        field.report(
            Problem::error(format!("`{}` has no value", field.path()))
                .help("write `\"\"` for an empty one"),
        );
        return None;
    }
    field.value().map(|value| value.word())
}
