//! The service that loads the code: evaluations whose output is kept or handed on.

use std::io::{self, Write};

use super::limits::Limits;
use crate::live::swank::{Answer, Client, ClientError, Evaluation, Output};

/// How much output is kept, in bytes: the end matters.
const MAX_KEPT: usize = 64 << 10;

/// Evaluates forms as long as the limits allow.
///
/// # Errors
/// If there is no answer.
pub fn evaluate(
    client: &mut Client,
    forms: &str,
    package: Option<&str>,
    output: &mut dyn Output,
    limits: &Limits,
) -> Result<Answer, ClientError> {
    let evaluation = Evaluation {
        package,
        timeout: limits.remaining(),
        ..Evaluation::new(forms)
    };
    client
        .evaluate(&evaluation, output, &limits.interrupt())
        .map_err(|error| match (error, limits.timeout()) {
            // What was left of the time means nothing to a person.
            (ClientError::TimedOut { stopped, .. }, Some(after)) => {
                ClientError::TimedOut { after, stopped }
            }
            (error, _) => error,
        })
}

/// Output that is told only if something goes wrong.
#[derive(Debug, Default)]
pub struct Kept(String);

impl Kept {
    /// The end of it.
    pub fn text(&self) -> &str {
        self.0.trim()
    }

    fn push(&mut self, text: &str) {
        self.0.push_str(text);
        if self.0.len() > 2 * MAX_KEPT {
            let mut start = self.0.len() - MAX_KEPT;
            while !self.0.is_char_boundary(start) {
                start += 1;
            }
            self.0.drain(..start);
        }
    }
}

impl Output for Kept {
    fn stdout(&mut self, text: &str) -> io::Result<()> {
        self.push(text);
        Ok(())
    }

    fn stderr(&mut self, text: &str) -> io::Result<()> {
        self.push(text);
        Ok(())
    }
}

/// Output that is handed on as it comes.
#[derive(Debug)]
pub struct HandedOn;

impl Output for HandedOn {
    fn stdout(&mut self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    fn stderr(&mut self, text: &str) -> io::Result<()> {
        io::stderr().write_all(text.as_bytes())
    }
}
