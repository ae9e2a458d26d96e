//! The service that loads the code: what it answers, and output that is kept or handed on.

use std::io;
use std::path::PathBuf;

use crate::live::limits::Deadline;
use crate::live::swank::reader::read;
use crate::live::swank::sexp::Sexp;
use crate::live::swank::{Answer, Client, ClientError, Evaluation, EvaluationOutput};
use crate::terminal;

/// The package that calls of the runtime are read in.
pub const PACKAGE: &str = "COMMON-LISP-USER";

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
    output: &mut dyn EvaluationOutput,
    limits: &Deadline,
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

/// What the service remembers: `prepare-reload` of `templates/sbcl/runtime/core/reload.lisp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The files to load, changed or behind one that is.
    pub changed: Vec<String>,
    /// Whether it lacks what compares systems.
    pub incomplete: bool,
}

/// What the service did: `load-changed` there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The files that it loaded, in their order.
    pub loaded: Vec<PathBuf>,
    /// The files that it had to compile itself.
    pub compiled: Vec<PathBuf>,
    /// The files of which it does not know what it loaded from them.
    pub unremembered: Vec<PathBuf>,
}

impl Memory {
    /// From the value of the call.
    pub fn from_answer(answer: &Answer) -> Option<Self> {
        let value = value(answer)?;
        Some(Memory {
            changed: texts(&value, ":changed")?,
            incomplete: !value.property(":incomplete")?.is_nil(),
        })
    }
}

impl Loaded {
    /// From the value of the call.
    pub fn from_answer(answer: &Answer) -> Option<Self> {
        let value = value(answer)?;
        let paths = |key| Some(texts(&value, key)?.into_iter().map(PathBuf::from).collect());
        Some(Loaded {
            loaded: paths(":loaded")?,
            compiled: paths(":compiled")?,
            unremembered: paths(":unremembered")?,
        })
    }
}

/// A value that the image has printed into a string.
fn value(answer: &Answer) -> Option<Sexp> {
    let Answer::Returned { values, .. } = answer else {
        return None;
    };
    let printed = read(values.first()?).ok()?;
    read(printed.as_str()?).ok()
}

fn texts(value: &Sexp, key: &str) -> Option<Vec<String>> {
    let texts = value.property(key)?.as_list()?.iter();
    texts.map(|text| Some(text.as_str()?.to_owned())).collect()
}

/// Output that is shown only if something goes wrong.
#[derive(Debug, Default)]
pub struct HeldOutput(String);

impl HeldOutput {
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

impl EvaluationOutput for HeldOutput {
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

impl EvaluationOutput for HandedOn {
    fn stdout(&mut self, text: &str) -> io::Result<()> {
        terminal::write(&mut io::stdout().lock(), text)
    }

    fn stderr(&mut self, text: &str) -> io::Result<()> {
        terminal::write(&mut io::stderr(), text)
    }
}
