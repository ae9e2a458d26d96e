//! What a service has written: where that is, its last lines, and those that follow.
//!
//! [`source`] finds out where; each of the others reads one kind of place.

mod file;
mod journal;
mod pane;
mod source;
mod supervisor;

use std::io;
use std::time::Duration;

use crate::problem::Problem;

pub use source::LogOutput;

/// How often it is looked for more.
const AGAIN: Duration = Duration::from_millis(200);

/// What is wanted of a log.
#[derive(Clone, Copy, Debug)]
pub struct LogRequest {
    /// How many of the last lines.
    pub lines: usize,
    /// Whether those that are written from now on as well.
    pub follow: bool,
}

/// Takes lines of a log, without their line breaks.
pub type Take<'a> = &'a mut dyn FnMut(&str) -> io::Result<()>;

/// Why there is no more.
#[derive(Debug)]
pub enum LogEnd {
    /// The log cannot be read.
    Log(Problem),
    /// The lines were not taken.
    Taking(io::Error),
}

impl From<Problem> for LogEnd {
    fn from(problem: Problem) -> Self {
        LogEnd::Log(problem)
    }
}

fn take_all<T: AsRef<str>>(lines: &[T], take: Take<'_>) -> Result<(), LogEnd> {
    let mut lines = lines.iter();
    lines.try_for_each(|line| take(line.as_ref()).map_err(LogEnd::Taking))
}

/// The last of `lines`.
fn last<T>(lines: &[T], count: usize) -> &[T] {
    &lines[lines.len().saturating_sub(count)..]
}
