//! A service in a real sbcl, as a command line of lisplaunch starts it, without systems.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use rustix::process::Signal;
use tempfile::TempDir;

use super::{installed, sbcl};
use crate::end_to_end::running::Running;

/// The name of its state file.
const STATE: &str = "%srv%shop.yaml@web";

/// A started service `web` of a project `shop`.
pub(super) struct Service {
    pub(super) process: Running,
    home: TempDir,
}

impl Service {
    /// Evaluates `forms` after the boot, one option each; a stop may take a minute.
    pub(super) fn start(forms: &[&str]) -> Self {
        Self::start_with(forms, |command| command)
    }

    /// The same, with another command made of the one that starts sbcl.
    pub(super) fn start_with(forms: &[&str], change: impl FnOnce(Command) -> Command) -> Self {
        let home = installed();
        let mut command = sbcl(home.path());
        let boot = r#"(lisplaunch:boot "shop" :service "web" :file "/srv/shop.yaml"
                                       :stop-timeout 60)"#;
        for form in [&[boot], forms].concat() {
            command.args(["--eval", form]);
        }
        command.stdin(Stdio::null());
        let process = Running::start(change(command));
        Service { process, home }
    }

    /// The same, once it has come to `phase`.
    pub(super) fn until(mut self, phase: &str) -> Self {
        self.until_state_holds(&format!(":PHASE :{phase} "));
        self
    }

    /// Waits until its state file holds `text`.
    pub(super) fn until_state_holds(&mut self, text: &str) {
        let home = self.home.path();
        self.process
            .until(text, || state(home, STATE)?.contains(text).then_some(()));
    }

    /// Waits for its end after a signal.
    pub(super) fn stop(&mut self, signal: Signal) -> ExitStatus {
        self.process.signal(signal);
        self.process.wait()
    }

    /// Its home folder, which is the project's as well.
    pub(super) fn home(&self) -> &Path {
        self.home.path()
    }

    /// What its state file holds.
    pub(super) fn state(&self) -> String {
        state(self.home.path(), STATE).expect("there is a state file")
    }

    /// The last line of standard error.
    pub(super) fn last_line(&self) -> String {
        let said = self.process.stderr();
        said.lines().last().unwrap_or_default().to_owned()
    }
}

/// What a state file below a home folder holds.
pub(super) fn state(home: &Path, name: &str) -> Option<String> {
    let folder = home.join(".local/state/lisplaunch/services");
    fs::read_to_string(folder.join(name)).ok()
}
