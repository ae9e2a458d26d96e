//! An evaluation as one JSON object.

use std::io;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::command::info;
use crate::live::swank::{Answer, EvaluationOutput, FormPhase};

/// How much output is kept, in bytes.
const MOST_OUTPUT: usize = 16 << 20;

/// Keeps the output of an evaluation.
#[derive(Default)]
pub(in crate::command) struct EvaluationRecorder {
    stdout: String,
    stderr: String,
    results: Vec<Vec<String>>,
    /// Whether not all values came.
    cut: bool,
    /// The length of what is kept, in bytes.
    length: usize,
}

/// What is printed of an evaluation that returned.
#[derive(Serialize)]
struct ReturnedJson<'a> {
    ok: bool,
    stdout: &'a str,
    stderr: &'a str,
    /// Those of the last form.
    values: &'a [String],
    /// Those of each form.
    results: &'a [Vec<String>],
    /// Whether the values are not cut.
    complete: bool,
    package: &'a str,
}

/// What is printed of one that did not, for whatever reason.
#[derive(Serialize)]
struct FailedJson<'a> {
    ok: bool,
    stdout: &'a str,
    stderr: &'a str,
    /// What was done when the condition was signalled.
    phase: Option<&'static str>,
    /// The type of the condition; none where there was no condition.
    condition: Option<&'a str>,
    message: &'a str,
    /// The values of the forms before.
    results: &'a [Vec<String>],
    backtrace: &'a [String],
    package: Option<&'a str>,
}

impl EvaluationRecorder {
    /// The object for an evaluation that ended with `answer`, or without one; `message` is
    /// what a person reads where no condition says it.
    pub(in crate::command) fn object(
        &self,
        answer: Option<&Answer>,
        message: &str,
    ) -> Result<String> {
        match answer {
            Some(Answer::Returned { package, .. }) => written(&ReturnedJson {
                ok: true,
                stdout: &self.stdout,
                stderr: &self.stderr,
                values: self.results.last().map_or(&[], Vec::as_slice),
                results: &self.results,
                complete: !self.cut,
                package: &package.name,
            }),
            Some(Answer::Signalled {
                phase,
                condition,
                message,
                backtrace,
                package,
            }) => written(&FailedJson {
                phase: Some(phase_name(*phase)),
                condition: Some(condition),
                backtrace,
                package: Some(&package.name),
                ..self.failure(message)
            }),
            _ => written(&self.failure(message)),
        }
    }

    fn failure<'a>(&'a self, message: &'a str) -> FailedJson<'a> {
        FailedJson {
            ok: false,
            stdout: &self.stdout,
            stderr: &self.stderr,
            phase: None,
            condition: None,
            message,
            results: &self.results,
            backtrace: &[],
            package: None,
        }
    }

    fn take_room(&mut self, length: usize) -> io::Result<()> {
        self.length = self.length.saturating_add(length);
        if self.length > MOST_OUTPUT {
            return Err(io::Error::other(
                "more than 16 MB do not go into one object; without `--json` they do not have to",
            ));
        }
        Ok(())
    }
}

impl EvaluationOutput for EvaluationRecorder {
    fn stdout(&mut self, text: &str) -> io::Result<()> {
        self.take_room(text.len())?;
        self.stdout.push_str(text);
        Ok(())
    }

    fn stderr(&mut self, text: &str) -> io::Result<()> {
        self.take_room(text.len())?;
        self.stderr.push_str(text);
        Ok(())
    }

    fn values(&mut self, values: Vec<String>, complete: bool) -> io::Result<()> {
        // Empty ones take room too; the text of all has a limit of its own.
        self.take_room(size_of::<Vec<String>>() + values.len() * size_of::<String>())?;
        self.cut |= !complete;
        self.results.push(values);
        Ok(())
    }

    fn aborted(&mut self, message: &str) -> io::Result<()> {
        info(&format!("another thread was aborted: {message}"));
        Ok(())
    }
}

fn phase_name(phase: FormPhase) -> &'static str {
    match phase {
        FormPhase::Read => "read",
        FormPhase::Evaluate => "evaluate",
        FormPhase::Print => "print",
    }
}

fn written(object: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(object).context("cannot write the answer as JSON")? + "\n")
}
