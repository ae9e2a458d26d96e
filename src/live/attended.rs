//! A process that this one attends to its end: what it prints goes into a file, and it does not
//! outlive this one.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::limits::{Deadline, GivenUp};

/// How often the process is looked after.
const PAUSE: Duration = Duration::from_millis(10);

/// How long it may take to leave on SIGTERM.
const GRACE: Duration = Duration::from_secs(3);

/// How much of what it printed is shown, in bytes: the end matters.
const MAX_MESSAGES: usize = 64 << 10;

/// Why a process did not come to its end.
#[derive(Debug)]
pub enum Unfinished {
    /// It was given up.
    GivenUp(GivenUp),
    /// It could not be started, with its command.
    NotStarted(Box<Command>, io::Error),
    /// A file of this process could not be used.
    Io(io::Error),
}

/// Runs a process to its end. What it prints goes into the file `messages`; `watch` is called again
/// and again meanwhile.
///
/// # Errors
/// When it does not come to its end by itself.
pub fn run(
    mut command: Command,
    messages: &Path,
    limits: &Deadline,
    mut watch: impl FnMut(),
) -> Result<ExitStatus, Unfinished> {
    // One file for both keeps them in their order.
    let messages = File::create(messages).map_err(Unfinished::Io)?;
    let errors = messages.try_clone().map_err(Unfinished::Io)?;
    command
        .stdin(Stdio::null())
        .stdout(messages)
        .stderr(errors)
        // A terminal's Ctrl-C is for this process, which ends the other.
        .process_group(0);
    match command.spawn() {
        Ok(child) => Attended { child }.wait(limits, &mut watch),
        Err(error) => Err(Unfinished::NotStarted(Box::new(command), error)),
    }
}

/// What the process printed, from its last lines backwards.
pub fn messages(file: &Path) -> String {
    let bytes = fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(MAX_MESSAGES)..]);
    text.trim().to_owned()
}

/// A process that does not outlive this.
struct Attended {
    child: Child,
}

impl Attended {
    fn wait(
        mut self,
        limits: &Deadline,
        watch: &mut dyn FnMut(),
    ) -> Result<ExitStatus, Unfinished> {
        loop {
            if let Some(status) = self.child.try_wait().map_err(Unfinished::Io)? {
                return Ok(status);
            }
            limits.check().map_err(Unfinished::GivenUp)?;
            watch();
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

impl Drop for Attended {
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
