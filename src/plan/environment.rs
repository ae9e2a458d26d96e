//! The environment of a process.

use std::collections::{BTreeMap, BTreeSet};

use super::secrecy;
use crate::problem::Problem;
use crate::project::field::{Field, FieldReader, Fields};
use crate::project::reference::is_variable_name;
use crate::project::variables::{Variables, is_integer};
use crate::word::{Piece, Variable, Word};

/// The environment of a process.
pub(super) struct Environment {
    /// Names and values.
    pub(super) variables: Vec<(String, Word)>,
    /// The names of those that are made from a variable which may be a secret.
    pub(super) secrets: BTreeSet<String>,
}

/// The environment of the process: what env files set, then `env`.
///
/// A name in an env file has the same value here as `${NAME}` has, so the environment
/// of the person who starts it wins; `env` is an order and wins over both.
pub(super) fn read(
    fields: &Fields<'_>,
    files: &BTreeMap<String, String>,
    reader: &FieldReader,
) -> Environment {
    let (own, secrets) = own_values(fields, reader);
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
    Environment {
        variables: env,
        secrets,
    }
}

fn own_values(
    fields: &Fields<'_>,
    reader: &FieldReader,
) -> (Vec<(String, Word)>, BTreeSet<String>) {
    let (mut values, mut secrets) = (Vec::new(), BTreeSet::new());
    let entries = fields.get("env").map(|field| field.entries());
    for (key, field) in entries.unwrap_or_default() {
        if !is_variable_name(&key.text) {
            reader.report(
                Problem::error(format!("`{}` is not a valid variable name", key.text))
                    .at(key.location.clone())
                    .help("letters, digits and `_`, no digit first"),
            );
            continue;
        }
        reader.variables.used.take();
        if let Some(value) = env_value(&field) {
            values.push((key.text.clone(), value));
        }
        if !secrecy::of(&reader.variables.used.take()).is_empty() {
            secrets.insert(key.text.clone());
        }
    }
    (values, secrets)
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
