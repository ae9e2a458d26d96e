//! The process that tries the code beside the service.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::limits::{GivenUp, Limits};
use super::report::Report;

/// How often the process is looked after.
const PAUSE: Duration = Duration::from_millis(10);

/// How long it may take to leave when it is told to.
const GRACE: Duration = Duration::from_secs(3);

/// How much of what it printed is told, in bytes: the end matters.
const MAX_MESSAGES: usize = 64 << 10;

/// Why the code was not compiled. Nothing that was compiled is left behind.
#[derive(Debug)]
pub enum CompileError {
    /// The process found something wrong, and what it printed.
    Refused(String),
    /// It was given up.
    GivenUp(GivenUp),
    /// The process could not be started, with its command.
    NotStarted(Box<Command>, io::Error),
    /// A file of this process could not be used.
    Io(io::Error),
}

/// The folder in which the process writes what nobody needs later.
#[derive(Clone, Copy, Debug)]
pub struct Workplace<'a>(pub &'a Path);

impl Workplace<'_> {
    /// Where it tells what it compiles.
    pub fn report(&self) -> PathBuf {
        self.0.join("report")
    }

    /// Where it puts a compiled file that is not to be loaded.
    pub fn output(&self) -> PathBuf {
        self.0.join("output.fasl")
    }

    fn messages(&self) -> PathBuf {
        self.0.join("messages")
    }
}

/// Runs the process to its end and returns the files that it compiled.
///
/// # Errors
/// When the code is wrong, or it takes too long.
pub fn compile(
    command: Command,
    workplace: Workplace<'_>,
    limits: &Limits,
) -> Result<Vec<PathBuf>, CompileError> {
    let ended = run(command, workplace, limits);
    let report = Report::read(&workplace.report()).map_err(CompileError::Io)?;
    let error = match ended {
        Ok(status) if status.success() && report.done => return Ok(report.sources),
        Ok(_) => CompileError::Refused(messages(&workplace.messages())),
        Err(error) => error,
    };
    report.discard();
    Err(error)
}

fn run(
    mut command: Command,
    workplace: Workplace<'_>,
    limits: &Limits,
) -> Result<ExitStatus, CompileError> {
    // One file for both keeps them in their order.
    let messages = File::create(workplace.messages()).map_err(CompileError::Io)?;
    let errors = messages.try_clone().map_err(CompileError::Io)?;
    command
        .stdin(Stdio::null())
        .stdout(messages)
        .stderr(errors)
        // A terminal's Ctrl-C is for this process, which sees to the other.
        .process_group(0);
    match command.spawn() {
        Ok(child) => Fresh { child }.wait(limits),
        Err(error) => Err(CompileError::NotStarted(Box::new(command), error)),
    }
}

/// A process that does not outlive this.
struct Fresh {
    child: Child,
}

impl Fresh {
    fn wait(mut self, limits: &Limits) -> Result<ExitStatus, CompileError> {
        loop {
            if let Some(status) = self.child.try_wait().map_err(CompileError::Io)? {
                return Ok(status);
            }
            limits.check().map_err(CompileError::GivenUp)?;
            sleep(PAUSE);
        }
    }

    fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Tells the process and those that it started.
    fn signal(&self, signal: Signal) {
        if let Ok(id) = i32::try_from(self.child.id())
            && let Some(id) = Pid::from_raw(id)
        {
            // It may have ended meanwhile.
            let _ = kill_process_group(id, signal);
        }
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if self.has_ended() {
            return;
        }
        self.signal(Signal::TERM);
        let end = Instant::now() + GRACE;
        while !self.has_ended() && Instant::now() < end {
            sleep(PAUSE);
        }
        if !self.has_ended() {
            self.signal(Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

/// What the process printed, from its last lines backwards.
fn messages(file: &Path) -> String {
    let bytes = fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(MAX_MESSAGES)..]);
    text.trim().to_owned()
}
