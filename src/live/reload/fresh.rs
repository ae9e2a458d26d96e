//! The process that tries the code beside the service.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::diagnostic::Kind;
use super::limits::{GivenUp, Limits};
use super::report::Report;
use crate::runtime;

/// How often the process is looked after.
const PAUSE: Duration = Duration::from_millis(10);

/// How long it may take to leave on SIGTERM.
const GRACE: Duration = Duration::from_secs(3);

/// How much of what it printed is shown, in bytes: the end matters.
const MAX_MESSAGES: usize = 64 << 10;

/// What came of a trial.
#[derive(Debug)]
pub struct Tried {
    /// What the process found.
    pub report: Report,
    /// Why the service is not to load the code; nothing that was compiled is left behind then.
    pub refusal: Option<Reason>,
}

/// Why code is not to be loaded.
#[derive(Debug)]
pub enum Reason {
    /// The compiler warns of it.
    Warnings,
    /// The process could not load it, and printed this.
    Failed(String),
    /// The process was given up.
    GivenUp(GivenUp),
    /// The process could not be started, with its command.
    NotStarted(Box<Command>, io::Error),
    /// A file of this process could not be used.
    Io(io::Error),
}

/// The folder in which the process writes what is not needed later.
#[derive(Clone, Copy, Debug)]
pub struct Workplace<'a>(pub &'a Path);

impl Workplace<'_> {
    /// Writes the runtime there.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn install(&self) -> io::Result<()> {
        fs::create_dir(self.0.join(runtime::PARTS))?;
        let mut files = runtime::FILES.iter().chain(&runtime::TRIAL);
        files.try_for_each(|file| fs::write(self.0.join(file.path), file.text()))
    }

    /// The file that loads lisplaunch's own code, which lies there too.
    pub fn runtime(&self) -> PathBuf {
        self.0.join(runtime::ENTRY)
    }

    /// Where it says what it finds.
    pub fn report(&self) -> PathBuf {
        self.0.join("report")
    }

    /// Where it puts a compiled file that is not to be loaded.
    pub fn output(&self) -> PathBuf {
        self.0.join("output.fasl")
    }

    /// The file for a form of this number.
    pub fn form(&self, number: usize) -> PathBuf {
        self.0.join(format!("form-{number}.lisp"))
    }

    /// Where it puts compiled files that nothing loads later.
    pub fn compiled(&self) -> PathBuf {
        self.0.join("compiled/")
    }

    fn messages(&self) -> PathBuf {
        self.0.join("messages")
    }
}

/// Runs the process to its end. The compiler's warnings, but for matters of style, stop it unless
/// `allow_warnings` is set.
pub fn compile(
    command: Command,
    workplace: Workplace<'_>,
    limits: &Limits,
    allow_warnings: bool,
) -> Tried {
    let tried = attempt(command, workplace, limits, allow_warnings);
    if tried.refusal.is_some() {
        tried.report.discard();
    }
    tried
}

/// The same, and what was compiled stays.
pub fn attempt(
    command: Command,
    workplace: Workplace<'_>,
    limits: &Limits,
    allow_warnings: bool,
) -> Tried {
    let ended = run(command, workplace, limits);
    let (report, refusal) = match (Report::read(&workplace.report()), ended) {
        (Err(error), _) => (Report::default(), Some(Reason::Io(error))),
        (Ok(report), Err(reason)) => (report, Some(reason)),
        (Ok(report), Ok(status)) => {
            let worst = report.worst();
            let refusal = if !status.success() || !report.done {
                Some(Reason::Failed(messages(&workplace.messages())))
            } else if worst == Some(Kind::Error) || worst == Some(Kind::Warning) && !allow_warnings
            {
                Some(Reason::Warnings)
            } else {
                None
            };
            (report, refusal)
        }
    };
    Tried { report, refusal }
}

fn run(
    mut command: Command,
    workplace: Workplace<'_>,
    limits: &Limits,
) -> Result<ExitStatus, Reason> {
    // One file for both keeps them in their order.
    let messages = File::create(workplace.messages()).map_err(Reason::Io)?;
    let errors = messages.try_clone().map_err(Reason::Io)?;
    command
        .stdin(Stdio::null())
        .stdout(messages)
        .stderr(errors)
        // A terminal's Ctrl-C is for this process, which sees to the other.
        .process_group(0);
    match command.spawn() {
        Ok(child) => Fresh { child }.wait(limits),
        Err(error) => Err(Reason::NotStarted(Box::new(command), error)),
    }
}

/// A process that does not outlive this.
struct Fresh {
    child: Child,
}

impl Fresh {
    fn wait(mut self, limits: &Limits) -> Result<ExitStatus, Reason> {
        loop {
            if let Some(status) = self.child.try_wait().map_err(Reason::Io)? {
                return Ok(status);
            }
            limits.check().map_err(Reason::GivenUp)?;
            sleep(PAUSE);
        }
    }

    fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends a signal to the process and those that it started.
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
