//! An evaluation as a person sees it: its output and the values of each form, as they come.

use std::io;

use crate::command::info;
use crate::live::swank::EvaluationOutput;
use crate::terminal;

/// Hands on the output of an evaluation.
pub(super) struct Printer {
    /// Whether the next character begins a line.
    at_line_start: bool,
    /// Whether not all values came.
    pub(super) cut: bool,
}

impl Printer {
    /// One that has printed nothing.
    pub(super) fn new() -> Self {
        Printer {
            at_line_start: true,
            cut: false,
        }
    }
}

impl EvaluationOutput for Printer {
    fn stdout(&mut self, text: &str) -> io::Result<()> {
        if let Some(last) = text.chars().next_back() {
            self.at_line_start = last == '\n';
        }
        terminal::write(&mut io::stdout().lock(), text)
    }

    fn stderr(&mut self, text: &str) -> io::Result<()> {
        terminal::write(&mut io::stderr(), text)
    }

    /// Prints each value on a line of its own, none beside the output.
    fn values(&mut self, values: Vec<String>, complete: bool) -> io::Result<()> {
        self.cut |= !complete;
        let mut text = String::new();
        if !self.at_line_start {
            text.push('\n');
        }
        for value in values {
            text += &value;
            text.push('\n');
        }
        self.stdout(&text)
    }

    fn aborted(&mut self, message: &str) -> io::Result<()> {
        info(&format!("another thread was aborted: {message}"));
        Ok(())
    }
}
