//! What is written to standard output and standard error, and where the line is.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use crate::problem::Problem;
use crate::terminal::{colours, inert};

/// How much of an unfinished line is remembered; no question is longer.
const LONGEST_LINE: usize = 4096;

const RED: &str = "\x1b[31m";
const DIM: &str = "\x1b[2m";
const CYAN: &str = "\x1b[36m";
const PLAIN: &str = "\x1b[0m";

/// Both outputs.
#[derive(Debug)]
pub(super) struct Screen {
    colour: bool,
    /// Whether both go to a terminal, where one continues the line of the other.
    together: bool,
    /// The unfinished line, or its end.
    line: String,
}

impl Screen {
    /// In colour on a terminal, unless the environment asks for none.
    pub(super) fn new() -> Self {
        let together = io::stdout().is_terminal() && io::stderr().is_terminal();
        Screen {
            colour: colours::on(&io::stdout()) && colours::on(&io::stderr()),
            together,
            line: String::new(),
        }
    }

    /// Whether it has colours.
    pub(super) fn colour(&self) -> bool {
        self.colour
    }

    /// What the image wrote to its standard output.
    pub(super) fn output(&mut self, text: &str) -> io::Result<()> {
        let text = shown(text, &io::stdout());
        self.write(&text)
    }

    /// What the image wrote to its standard error.
    pub(super) fn errors(&mut self, text: &str) -> io::Result<()> {
        let text = shown(text, &io::stderr());
        if self.together {
            self.follow(&text);
        }
        let text = self.painted(&text, RED);
        io::stderr().write_all(text.as_bytes())
    }

    /// A value, on a line of its own.
    pub(super) fn value(&mut self, value: &str) -> io::Result<()> {
        self.fresh_line()?;
        self.output(&format!("{value}\n"))
    }

    /// A remark for the person, not a value.
    pub(super) fn remark(&mut self, text: &str) -> io::Result<()> {
        self.fresh_line()?;
        let text = self.painted(&shown(text, &io::stdout()), DIM);
        self.write(&format!("{text}\n"))
    }

    /// An error of the image.
    pub(super) fn failure(&mut self, text: &str) -> io::Result<()> {
        self.fresh_line()?;
        self.errors(&format!("{text}\n"))
    }

    /// A problem of our own.
    pub(super) fn problem(&mut self, problem: &Problem) -> io::Result<()> {
        self.fresh_line()?;
        writeln!(io::stderr(), "{}", problem.render(self.colour))
    }

    /// Begins a line unless one was just begun.
    pub(super) fn fresh_line(&mut self) -> io::Result<()> {
        if self.line.is_empty() {
            return Ok(());
        }
        self.output("\n")
    }

    /// The unfinished line, for an editor that writes it again and finishes it.
    pub(super) fn take_line(&mut self) -> String {
        let line = std::mem::take(&mut self.line);
        let shown = line.rsplit(char::is_control).next();
        shown.unwrap_or_default().to_owned()
    }

    /// A prompt as it looks.
    pub(super) fn prompt(&self, text: &str) -> String {
        self.painted(&shown(text, &io::stdout()), CYAN)
    }

    fn painted(&self, text: &str, colour: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        // The end of the line keeps its colour out of what follows.
        match text.strip_suffix('\n') {
            Some(text) => format!("{colour}{text}{PLAIN}\n"),
            None => format!("{colour}{text}{PLAIN}"),
        }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.follow(text);
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    fn follow(&mut self, text: &str) {
        match text.rsplit_once('\n') {
            Some((_, rest)) => rest.clone_into(&mut self.line),
            None => self.line.push_str(text),
        }
        while self.line.len() > LONGEST_LINE {
            let half = LONGEST_LINE / 2;
            let start = (half..=self.line.len()).find(|&at| self.line.is_char_boundary(at));
            self.line.drain(..start.unwrap_or(half));
        }
    }
}

/// What an image printed, as it goes to this stream.
fn shown<'t>(text: &'t str, stream: &impl IsTerminal) -> Cow<'t, str> {
    if stream.is_terminal() {
        inert(text)
    } else {
        Cow::Borrowed(text)
    }
}
