//! runsvdir and s6-svscan: each supervises the service folders in a folder.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};

use super::wait_while_running;

/// One that runs, with all that it started.
#[derive(Debug)]
pub(crate) struct Scanner {
    process: Child,
}

impl Scanner {
    /// Starts `command`, which names it and its folder.
    pub(crate) fn start(mut command: Command) -> Self {
        let process = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let process = process.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Scanner { process }
    }

    /// Waits until `done`, as long as it runs, two minutes at most.
    pub(crate) fn wait_until(&mut self, done: impl FnMut() -> bool) -> bool {
        wait_while_running(&mut self.process, done)
    }
}

impl Drop for Scanner {
    /// Supervisors first, so that nothing is started again; a log service ends with what it reads.
    fn drop(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        let _ = self.process.wait();
    }
}
