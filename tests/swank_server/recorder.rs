//! An output that keeps what it is given.

use std::io;
use std::time::Instant;

use lisplaunch::live::swank::{EvaluationOutput, Interrupt};

/// What came, and when the first of it came.
#[derive(Default)]
pub struct Recorder {
    pub stdout: String,
    pub stderr: String,
    pub aborted: Vec<String>,
    pub first: Option<Instant>,
}

impl EvaluationOutput for Recorder {
    fn stdout(&mut self, text: &str) -> io::Result<()> {
        self.first.get_or_insert_with(Instant::now);
        self.stdout.push_str(text);
        Ok(())
    }

    fn stderr(&mut self, text: &str) -> io::Result<()> {
        self.stderr.push_str(text);
        Ok(())
    }

    fn aborted(&mut self, message: &str) -> io::Result<()> {
        self.aborted.push(message.to_owned());
        Ok(())
    }
}

/// An output that asks for the end of the evaluation when the first of it comes.
#[derive(Default)]
pub struct Interrupting {
    pub recorder: Recorder,
    pub interrupt: Interrupt,
}

impl EvaluationOutput for Interrupting {
    fn stdout(&mut self, text: &str) -> io::Result<()> {
        // Asked twice, a client does not wait for the end.
        if self.recorder.first.is_none() {
            self.interrupt.request();
        }
        self.recorder.stdout(text)
    }

    fn stderr(&mut self, text: &str) -> io::Result<()> {
        self.recorder.stderr(text)
    }
}

/// An output that cannot be written, as a pipe without a reader.
pub struct Broken;

impl EvaluationOutput for Broken {
    fn stdout(&mut self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn stderr(&mut self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}
