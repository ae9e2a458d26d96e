//! One of several services: its process, and how far it has come.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::events::Sender;
use crate::host::Host;
use crate::live::port;
use crate::live::record::Phase;
use crate::live::state_file;
use crate::live::swank::Address;
use crate::plan::service::Service;
use crate::plan::stopping;
use crate::problem::Problem;

/// How long what a process wrote may come after its end: something that it started may have its
/// output, too.
const LAST_WORDS: Duration = Duration::from_millis(500);

pub(super) struct TogetherMember {
    pub(super) service: Service,
    command: Command,
    stage: Stage,
    /// When it has to be gone.
    deadline: Option<Instant>,
    /// Whether it was killed.
    killed: bool,
    /// Whether all that it wrote has come.
    silent: bool,
    /// What it waits for by its own account.
    note: Option<String>,
}

enum Stage {
    /// It is not started yet.
    Waiting,
    Starting(Child),
    Ready(Child),
    Ended(ExitStatus, Instant),
}

impl TogetherMember {
    pub(super) fn new(service: Service, command: Command) -> Self {
        TogetherMember {
            service,
            command,
            stage: Stage::Waiting,
            deadline: None,
            killed: false,
            silent: false,
            note: None,
        }
    }

    pub(super) fn waits(&self) -> bool {
        matches!(self.stage, Stage::Waiting)
    }

    pub(super) fn is_ready(&self) -> bool {
        matches!(self.stage, Stage::Ready(_))
    }

    pub(super) fn runs(&self) -> bool {
        match &self.stage {
            Stage::Waiting => false,
            Stage::Starting(_) | Stage::Ready(_) => true,
            Stage::Ended(_, at) => !self.silent && at.elapsed() < LAST_WORDS,
        }
    }

    pub(super) fn was_killed(&self) -> bool {
        self.killed
    }

    pub(super) fn output_ended(&mut self) {
        self.silent = true;
    }

    /// How it ended, once all that it wrote is there.
    pub(super) fn ended(&self) -> Option<(&Service, ExitStatus)> {
        match self.stage {
            Stage::Ended(status, _) if !self.runs() => Some((&self.service, status)),
            _ => None,
        }
    }

    /// Starts it. A terminal's Ctrl-C is not for it: this program stops it in order.
    pub(super) fn start(&mut self, sender: Sender) -> Result<(), Problem> {
        let failed = |error: io::Error| {
            let name = &self.service.name;
            Problem::cannot(format_args!("start the service `{name}`"), &error)
        };
        let (output, input) = io::pipe().map_err(failed)?;
        let errors = input.try_clone().map_err(failed)?;
        // One pipe for both keeps them in their order.
        self.command
            .stdin(Stdio::null())
            .stdout(input)
            .stderr(errors)
            .process_group(0);
        let child = self.command.spawn().map_err(failed)?;
        // Or this process would keep the pipe open.
        self.command.stdout(Stdio::null()).stderr(Stdio::null());
        sender.read(output);
        self.stage = Stage::Starting(child);
        Ok(())
    }

    /// Sees whether it has come further.
    pub(super) fn look(&mut self, host: &Host, info: &dyn Fn(&str)) {
        let (Stage::Starting(child) | Stage::Ready(child)) = &mut self.stage else {
            return;
        };
        if let Ok(Some(status)) = child.try_wait() {
            self.stage = Stage::Ended(status, Instant::now());
            return;
        }
        let pid = child.id();
        if !self.is_ready() && self.deadline.is_none() && self.has_got_ready(pid, host, info) {
            info(&format!("`{}` is ready, pid {pid}", self.service.name));
            let stage = std::mem::replace(&mut self.stage, Stage::Waiting);
            self.stage = match stage {
                Stage::Starting(child) => Stage::Ready(child),
                other => other,
            };
        }
    }

    /// What its state file says; a service without one is asked at its port.
    fn has_got_ready(&mut self, pid: u32, host: &Host, info: &dyn Fn(&str)) -> bool {
        if self.service.runtime.is_none() {
            return self.service.swank.as_ref().is_none_or(|swank| {
                port::is_taken(&Address {
                    host: swank.interface.resolved(),
                    port: swank.port.number(),
                })
            });
        }
        let record = state_file::read(&self.service, host);
        let Some(record) = record.filter(|record| record.pid == Some(pid)) else {
            return false;
        };
        if record.note != self.note {
            if let Some(note) = &record.note {
                info(&format!("waiting for `{}`: {note}", self.service.name));
            }
            self.note = record.note;
        }
        record.phase == Some(Phase::Ready)
    }

    /// Sends SIGTERM, once.
    pub(super) fn ask_to_stop(&mut self, info: &dyn Fn(&str)) {
        let (Stage::Starting(child) | Stage::Ready(child)) = &self.stage else {
            return;
        };
        if self.deadline.is_some() {
            return;
        }
        info(&format!("stopping `{}`", self.service.name));
        // It may have ended meanwhile.
        let _ = kill_process(Pid::from_child(child), Signal::TERM);
        let patience = stopping::patience(self.service.stop_timeout).0;
        self.deadline = Some(Instant::now() + Duration::from_secs(patience));
    }

    /// Kills it with all that it started, if it takes too long, or `at_once`.
    pub(super) fn kill_if_late(&mut self, at_once: bool) {
        let (Stage::Starting(child) | Stage::Ready(child)) = &self.stage else {
            return;
        };
        let late = self
            .deadline
            .is_some_and(|deadline| Instant::now() > deadline);
        if late || at_once {
            let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
            self.killed = true;
        }
    }
}

impl Drop for TogetherMember {
    fn drop(&mut self) {
        if let Stage::Starting(child) | Stage::Ready(child) = &mut self.stage {
            let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
            let _ = child.wait();
        }
    }
}
