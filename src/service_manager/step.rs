//! One step of an installation.

use std::fmt;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::call::Call;
use crate::output::{self, Target};
use crate::problem::Problem;
use crate::suggest;
use crate::trust::Owners;

/// How long a service may take to leave, and how often it is looked for.
const PATIENCE: Duration = Duration::from_secs(120);
const AGAIN: Duration = Duration::from_millis(200);

/// One step: what is said of it, and what is done.
#[derive(Debug)]
pub enum Step {
    /// Writes files, all or none.
    Write(Vec<Target>),
    /// Removes a file.
    Remove(PathBuf),
    /// Calls a program of the manager.
    Call {
        /// What that is for, as `stopping`.
        purpose: &'static str,
        /// The program.
        call: Call,
        /// Whether a service that does not start lets it fail.
        starts: bool,
    },
    /// Lets a manager stop a service that it then forgets, which may take a while longer than
    /// the call.
    Leave {
        /// What lets it.
        call: Call,
        /// What succeeds as long as the manager knows the service.
        known: Call,
    },
}

impl Step {
    pub(super) fn call(purpose: &'static str, call: Call) -> Self {
        Step::Call {
            purpose,
            call,
            starts: false,
        }
    }

    /// A call that fails when a service does not start.
    pub(super) fn start(purpose: &'static str, call: Call) -> Self {
        Step::Call {
            purpose,
            call,
            starts: true,
        }
    }

    /// Whether a service that does not start lets it fail.
    pub fn starts(&self) -> bool {
        matches!(self, Step::Call { starts: true, .. })
    }

    /// Does it; `owners` are those whose links are followed, and `force` replaces files that
    /// lisplaunch did not write.
    ///
    /// # Errors
    /// When it fails.
    pub fn perform(&self, force: bool, owners: &Owners) -> Result<(), Problem> {
        match self {
            Step::Write(targets) => output::write(targets, force, owners),
            Step::Remove(path) => output::remove(path),
            Step::Call { call, .. } => call.run().map(|_| ()),
            Step::Leave { call, known } => leave(call, known),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Write(targets) => {
                let paths = targets.iter().map(|target| target.path.display());
                let paths: Vec<String> = paths.map(|path| path.to_string()).collect();
                let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
                write!(f, "writing {}", suggest::list(&paths))
            }
            Step::Remove(path) => write!(f, "removing `{}`", path.display()),
            Step::Call { purpose, call, .. } => write!(f, "{purpose}: `{call}`"),
            Step::Leave { call, .. } => write!(f, "stopping: `{call}`"),
        }
    }
}

/// The call may fail because the service takes its time: what counts is that it is gone then.
fn leave(call: &Call, known: &Call) -> Result<(), Problem> {
    let answer = call.ask()?;
    let deadline = Instant::now() + PATIENCE;
    while known.ask()?.code == Some(0) {
        if Instant::now() > deadline {
            return Err(call.failed(&answer));
        }
        sleep(AGAIN);
    }
    Ok(())
}
