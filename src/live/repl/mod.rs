//! A conversation with the image of a running service, form by form.
//!
//! [`prompt`] holds it with a person at a terminal, [`feed`] with whatever writes to standard
//! input. The [`editor`] is the only file that names rustyline; nothing here knows of project
//! files.

mod conversation;
mod editor;
mod feed;
mod history;
mod input;
mod link;
mod prompt;
mod screen;

use std::io;

pub use feed::feed;
pub use prompt::prompt;

use crate::live::signals::Signals;
use crate::live::swank::{Answer, Client, ClientError, Evaluation, Interrupt, Package, Unheard};
use crate::problem::Problem;

/// Makes a connection to the same service again.
pub type Reconnect = Box<dyn FnMut() -> Result<Client, Problem>>;

/// The image to talk to.
pub struct ReplTarget {
    /// The name of its service.
    pub service: String,
    /// The package to begin in; without one, the image's own.
    pub package: Option<String>,
    /// A connection to it.
    pub client: Client,
    /// For when that is lost.
    pub connect: Reconnect,
    /// Those that end an evaluation, and this program while nothing is evaluated.
    pub signals: Signals,
}

/// Why a conversation ended before its time.
#[derive(Debug)]
pub enum ReplEnd {
    /// Something failed in the image or while its answer was shown.
    Failed(Problem),
    /// The connection was lost.
    Lost(Problem),
    /// The input is not a form.
    Wrong(Problem),
    /// The reader of the output has gone.
    Unread,
}

impl ReplEnd {
    /// From what went wrong with an evaluation.
    fn of(service: &str, error: ClientError) -> Self {
        match error {
            ClientError::Output { error, .. } => Self::of_output(&error),
            error if error.closes() => ReplEnd::Lost(lost(service, &error)),
            error => ReplEnd::Failed(Problem::error(error.to_string())),
        }
    }

    /// From what went wrong with standard output.
    fn of_output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => ReplEnd::Unread,
            _ => ReplEnd::Failed(Problem::cannot("write to standard output", error)),
        }
    }
}

impl From<io::Error> for ReplEnd {
    /// From what went wrong with the terminal.
    fn from(error: io::Error) -> Self {
        ReplEnd::of_output(&error)
    }
}

fn lost(service: &str, error: &ClientError) -> Problem {
    Problem::error(format!(
        "the connection to the service `{service}` is lost: {error}"
    ))
}

/// The package to begin in, which must exist.
fn first_package(
    client: &mut Client,
    service: &str,
    wanted: Option<&str>,
) -> Result<Package, ReplEnd> {
    let nothing = Evaluation {
        package: wanted,
        ..Evaluation::new("")
    };
    let answer = client.evaluate(&nothing, &mut Unheard, &Interrupt::new());
    match answer.map_err(|error| ReplEnd::of(service, error))? {
        Answer::Returned { package, .. } | Answer::Signalled { package, .. } => Ok(package),
        Answer::UnknownPackage => Err(ReplEnd::Failed(
            Problem::error(format!(
                "the service `{service}` has no package `{}`",
                wanted.unwrap_or_default()
            ))
            .help("name another with `--package`"),
        )),
        Answer::Aborted(reason) => Err(ReplEnd::Failed(Problem::error(reason))),
    }
}
