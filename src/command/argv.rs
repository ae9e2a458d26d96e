//! `lisplaunch argv`: the argument list for programs.

use std::process::ExitCode;

use anyhow::{Context, Result};

use super::{Failure, Invocation, command_line, deliver};
use crate::cli::{ArgvArgs, ArgvFormat};
use crate::dialect::{Dialect, Printed, sh::Sh};
use crate::problem::{Problem, shown};
use crate::word::Word;

pub(super) fn execute(invocation: &Invocation, arguments: &ArgvArgs) -> Result<ExitCode> {
    let (plan, service) = invocation.plan_one(arguments.service.name())?;
    let argv = command_line(&plan, &service, &arguments.arguments)?;
    let words: Vec<Word> = argv.words().cloned().collect();
    deliver(&spell(&words, arguments.format)?)?;
    Ok(ExitCode::SUCCESS)
}

fn spell(words: &[Word], format: ArgvFormat) -> Result<String> {
    match format {
        ArgvFormat::Sh => {
            let line = Sh.spell(&Printed::Words(words.to_vec()));
            Ok(line.map_err(Problem::from).map_err(Failure::from)? + "\n")
        }
        ArgvFormat::Json => {
            Ok(serde_json::to_string(words).context("cannot write the arguments as JSON")? + "\n")
        }
        ArgvFormat::Lines => lines(words),
        ArgvFormat::Nul => Ok(words.iter().map(|word| word.resolved() + "\0").collect()),
    }
}

fn lines(words: &[Word]) -> Result<String> {
    let words: Vec<String> = words.iter().map(Word::resolved).collect();
    if let Some(word) = words.iter().find(|word| word.contains('\n')) {
        return Err(Failure::failed([Problem::error(format!(
            "an argument has several lines: `{}`",
            shown(word)
        ))
        .help("use `--format nul` or `--format json`")])
        .into());
    }
    Ok(words.iter().map(|word| format!("{word}\n")).collect())
}
