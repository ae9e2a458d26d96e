//! Calling another program to its end, and what it printed where that failed.

use std::fmt;
use std::io::{self, Read};
use std::process::{Command, Output, Stdio};

use crate::dialect::sh::{self, Newline};
use crate::problem::Problem;
use crate::word::Word;

/// A program with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call(Vec<String>);

/// What a program that has ended left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOutput {
    /// Its exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it printed to standard error.
    pub stderr: String,
}

impl CallOutput {
    fn of(output: &Output) -> Self {
        CallOutput {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Call {
    /// The program is the first of the words.
    pub fn new<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Self {
        Call(words.into_iter().map(Into::into).collect())
    }

    /// The same with more arguments.
    #[must_use]
    pub fn with<W: Into<String>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.0.extend(words.into_iter().map(Into::into));
        self
    }

    /// Runs it to its end, and returns what it printed.
    ///
    /// # Errors
    /// When it cannot be run, or fails, with what it printed.
    pub fn run(&self) -> Result<String, Problem> {
        let answer = self.ask()?;
        if answer.code == Some(0) {
            Ok(answer.stdout)
        } else {
            Err(self.failed(&answer))
        }
    }

    /// Runs it to its end, however that is.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn ask(&self) -> Result<CallOutput, Problem> {
        let output = self.command().and_then(|mut command| command.output());
        let output = output.map_err(|error| self.cannot_run(&error))?;
        Ok(CallOutput::of(&output))
    }

    /// Runs it to its end, and hands on what it prints as it comes. What `take` returns as an
    /// error ends it.
    ///
    /// # Errors
    /// When it cannot be run, or fails, with what it printed; and those of `take`.
    pub fn stream<E: From<Problem>>(
        &self,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |error: io::Error| self.cannot_run(&error);
        let mut command = self.command().map_err(failed)?;
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let mut block = vec![0; 64 << 10];
        loop {
            let output = child.stdout.as_mut();
            let count = output.map_or(Ok(0), |output| output.read(&mut block));
            let count = count.map_err(failed)?;
            if count == 0 {
                break;
            }
            if let Err(error) = take(&block[..count]) {
                // It may have ended by itself.
                let _ = child.kill();
                let _ = child.wait();
                return Err(error);
            }
        }
        let output = child.wait_with_output().map_err(failed)?;
        let answer = CallOutput::of(&output);
        match answer.code {
            Some(0) => Ok(()),
            _ => Err(self.failed(&answer).into()),
        }
    }

    /// An error with the first line that it printed, and the others below.
    pub fn failed(&self, answer: &CallOutput) -> Problem {
        // Some print errors to standard output.
        let said = [answer.stderr.trim(), answer.stdout.trim()].join("\n");
        let (first, others) = said.trim().split_once('\n').unwrap_or((said.trim(), ""));
        let reason = match (first, answer.code) {
            ("", Some(code)) => format!("exit code {code}"),
            ("", None) => "a signal ended it".to_owned(),
            (said, _) => said.to_owned(),
        };
        let problem = Problem::error(format!("`{self}` failed: {reason}"));
        match others {
            "" => problem,
            others => problem.note(others),
        }
    }

    fn command(&self) -> io::Result<Command> {
        let (program, arguments) = self.0.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(program);
        // A question for a password would not be seen.
        command.args(arguments).stdin(Stdio::null());
        Ok(command)
    }

    fn cannot_run(&self, error: &io::Error) -> Problem {
        match (error.kind(), self.0.first()) {
            (io::ErrorKind::NotFound, Some(program)) => {
                Problem::error(format!("there is no program `{program}` on the PATH"))
            }
            _ => Problem::cannot(format_args!("run `{self}`"), error),
        }
    }
}

impl fmt::Display for Call {
    /// As a shell reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<Word> = self.0.iter().map(|word| word.as_str().into()).collect();
        f.write_str(&sh::line(&words, Newline::Raw).resolved())
    }
}
