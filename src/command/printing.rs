//! What a command prints: what is asked for, problems, and how it goes.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::Result;
use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};

use super::{FAILURE, Failure};
use crate::problem::{Problem, Severity};
use crate::terminal::{self, colours, inert};

/// Whether only errors are printed besides what is asked for.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Goes to the start of the line and clears it.
const CLEARED_LINE: &str = "\r\x1b[K";

/// Prints neither progress nor warnings from now on.
pub(super) fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Prints why a command ended early and returns its exit code.
pub fn explain(error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref::<Failure>() {
        Some(failure) => {
            report(&failure.problems);
            ExitCode::from(failure.code)
        }
        None => {
            report(&[Problem::error(format!("{error:#}"))]);
            ExitCode::from(FAILURE)
        }
    }
}

/// Prints problems for a person: to standard error, in colour on a terminal.
pub(super) fn report(problems: &[Problem]) {
    let colour = colours::on(&io::stderr());
    let quiet = is_quiet();
    let shown = |problem: &&Problem| !quiet || problem.severity() == Severity::Error;
    let mut stderr = io::stderr().lock();
    for (index, problem) in problems.iter().filter(shown).enumerate() {
        if index > 0 {
            let _ = writeln!(stderr);
        }
        // Nothing is left to report it to that standard error cannot be written.
        let _ = writeln!(stderr, "{}", problem.render(colour));
    }
}

/// Prints a line about progress or a result to standard error, unless `--quiet` is given.
pub(super) fn info(message: &str) {
    if is_quiet() {
        return;
    }
    let message = inert(message);
    // As above.
    let _ = writeln!(io::stderr(), "{message}");
}

/// A line on a terminal that says how long something has taken; it goes when it is done.
pub(super) struct Progress {
    what: String,
    started: Instant,
    shown: Option<u64>,
}

impl Progress {
    /// Of something that begins now.
    pub(super) fn of(what: String) -> Self {
        Progress {
            what,
            started: Instant::now(),
            shown: None,
        }
    }

    /// Shows the time where that has changed.
    pub(super) fn show(&mut self) {
        let seconds = self.started.elapsed().as_secs();
        if self.shown != Some(seconds) && !is_quiet() && io::stderr().is_terminal() {
            self.shown = Some(seconds);
            // As above.
            let _ = write!(io::stderr(), "\r{} {seconds} s", inert(&self.what));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(io::stderr(), "{CLEARED_LINE}");
        }
    }
}

/// Prints what a command is run for: it fails where nothing can be written.
pub(super) fn deliver(text: &str) -> Result<()> {
    if is_closed(&io::stdout()) {
        return Err(Failure::failed([Problem::error("standard output is closed")
            .help("leave out `>&-`, or throw the output away with `>/dev/null`")])
        .into());
    }
    print(text)
}

/// Whether there was no such stream when this process began: the runtime of Rust then opens the
/// null device in its place, for reading too.
fn is_closed(stream: &io::Stdout) -> bool {
    let read_too = fcntl_getfl(stream).is_ok_and(|flags| flags.contains(OFlags::RDWR));
    let found = fstat(stream).map(|found| found.st_rdev);
    let null = stat("/dev/null").map(|null| null.st_rdev);
    read_too && found.is_ok() && found == null
}

/// Prints what a command has to say. A closed pipe is not an error, nor is `/dev/null`.
pub(super) fn print(text: &str) -> Result<()> {
    match terminal::write(&mut io::stdout().lock(), text) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            Err(Failure::failed([Problem::cannot("write to standard output", &error)]).into())
        }
        Ok(()) => Ok(()),
    }
}
