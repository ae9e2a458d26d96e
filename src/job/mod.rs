//! A job: forms that are evaluated in a fresh process, which loads the code of a service and
//! starts nothing of it. `templates/sbcl/runtime/job/job.lisp` is its other half.

mod events;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::argv::{Trial, loading_forms};
use crate::lisp::print::string;
use crate::live::reload::fresh::Workplace;
use crate::live::signals::Signals;
use crate::live::swank::{Answer, ClientError, Evaluation, EvaluationOutput};
use crate::plan::service::Service;
use crate::word::Word;
use events::JobEvents;

/// How often the process is looked after.
const PAUSE: Duration = Duration::from_millis(10);

/// How long it may take to leave when it is asked to.
const GRACE: Duration = Duration::from_secs(5);

/// Forms, and the process that evaluates them.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The service whose code it has.
    pub service: &'a Service,
    /// The forms, their package and how long they may take.
    pub evaluation: &'a Evaluation<'a>,
    /// The folder in which it writes what is not needed later.
    pub place: Workplace<'a>,
    /// Whether its output and values are recorded; or else they are printed as they come.
    pub recorded: bool,
}

/// How a job ended.
#[derive(Debug)]
pub enum JobEnd {
    /// As an evaluation does.
    Evaluated(Result<Answer, ClientError>),
    /// The code could not be loaded: what was done, and why that failed.
    NotLoaded {
        /// The type of the condition.
        condition: String,
        /// What was loaded, and the reason.
        message: String,
    },
    /// The process left before it was done, as when a form exits it.
    Left {
        /// How.
        status: ExitStatus,
        /// Whether the code had been loaded.
        loaded: bool,
    },
}

impl Job<'_> {
    /// What its process evaluates; its forms and the runtime are written for it.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn prepare(&self) -> io::Result<Trial> {
        self.place.install()?;
        fs::write(self.forms(), self.evaluation.forms)?;
        let service = self.service;
        let registry = service
            .registry
            .iter()
            .map(|word| in_slash(&word.resolved()));
        let prepare = format!(
            "(lisplaunch::prepare-job {} :folder {} :registry {}{})",
            quoted_path(&self.report()),
            quoted(&in_slash(&service.identity.folder)),
            list(registry),
            if service.verbose { " :verbose t" } else { "" }
        );
        let run = format!(
            "(lisplaunch::run-job :load '({}) :files {} :text {} :package {}{})",
            loading_forms(service).join(" "),
            list(service.load.iter().map(Word::resolved)),
            quoted_path(&self.forms()),
            quoted(self.evaluation.package.unwrap_or("COMMON-LISP-USER")),
            if self.recorded { " :record t" } else { "" }
        );
        Ok(Trial {
            runtime: self.place.runtime().to_string_lossy().as_ref().into(),
            begin: vec![
                "(lisplaunch::load-part \"job\")".into(),
                prepare.as_str().into(),
            ],
            load: run.as_str().into(),
        })
    }

    /// Runs its process to its end. Where that is recorded `output` takes what it wrote.
    ///
    /// # Errors
    /// When it cannot be started, or its files cannot be used.
    pub fn run(
        &self,
        command: &mut Command,
        signals: &Signals,
        output: &mut dyn EvaluationOutput,
    ) -> io::Result<JobEnd> {
        if self.recorded {
            command
                .stdout(File::create(self.written("stdout"))?)
                .stderr(File::create(self.written("stderr"))?);
        }
        let child = command.stdin(Stdio::inherit()).spawn()?;
        let ended = self.wait(child, signals)?;
        let events = JobEvents::read(&self.report())?;
        if self.recorded
            && let Err(error) = self.hand_on(&events, output)
        {
            let error = ClientError::Output {
                error,
                stopped: true,
            };
            return Ok(JobEnd::Evaluated(Err(error)));
        }
        Ok(match ended {
            Ok(status) => events.ended(status),
            Err(error) => JobEnd::Evaluated(Err(error)),
        })
    }

    fn wait(
        &self,
        mut child: Child,
        signals: &Signals,
    ) -> io::Result<Result<ExitStatus, ClientError>> {
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                // A terminal's Ctrl-C is for both.
                let interrupted = signals.requested() && !status.success();
                return Ok(if interrupted {
                    Err(ClientError::Interrupted { stopped: true })
                } else {
                    Ok(status)
                });
            }
            let late = self.evaluation.timeout;
            let late = late.filter(|timeout| begun.elapsed() >= *timeout);
            if signals.requested() || late.is_some() {
                end(&mut child)?;
                return Ok(Err(match late {
                    Some(after) if !signals.requested() => ClientError::TimedOut {
                        after,
                        stopped: true,
                    },
                    _ => ClientError::Interrupted { stopped: true },
                }));
            }
            sleep(PAUSE);
        }
    }

    fn hand_on(&self, events: &JobEvents, output: &mut dyn EvaluationOutput) -> io::Result<()> {
        let text = |name| fs::read(self.written(name));
        output.stdout(&String::from_utf8_lossy(&text("stdout")?))?;
        output.stderr(&String::from_utf8_lossy(&text("stderr")?))?;
        let mut values = events.values.iter();
        values.try_for_each(|values| output.values(values.clone(), true))
    }

    fn forms(&self) -> PathBuf {
        self.written("forms.lisp")
    }

    /// The file of its events.
    fn report(&self) -> PathBuf {
        self.place.report()
    }

    fn written(&self, name: &str) -> PathBuf {
        self.place.0.join(name)
    }
}

/// Asks a process to leave, and kills it where it does not.
fn end(child: &mut Child) -> io::Result<()> {
    // It may have ended meanwhile.
    let _ = kill_process(Pid::from_child(child), Signal::TERM);
    let limit = Instant::now() + GRACE;
    while child.try_wait()?.is_none() {
        if Instant::now() > limit {
            child.kill()?;
        }
        sleep(PAUSE);
    }
    Ok(())
}

fn list(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.map(|text| quoted(&text)).collect();
    format!("(list {})", texts.join(" "))
}

fn quoted_path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

fn quoted(text: &str) -> String {
    string(&text.into()).resolved()
}

/// Lisp takes a path for a folder only if it ends in a slash.
fn in_slash(folder: &str) -> String {
    format!("{}/", folder.trim_end_matches('/'))
}
