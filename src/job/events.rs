//! How a job goes, as its process writes it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::ExitStatus;

use super::JobEnd;
use crate::live::swank::reader::read;
use crate::live::swank::sexp::Sexp;
use crate::live::swank::{Answer, FormPhase, Package, shorten_backtrace};

/// How many frames of a backtrace are kept, as those of an evaluation.
const FRAMES: usize = 20;

/// What has come of a job.
#[derive(Debug, Default)]
pub(super) struct JobEvents {
    /// The values of each form, where they are reported.
    pub(super) values: Vec<Vec<String>>,
    loaded: bool,
    answer: Option<Answer>,
    /// The condition that ended the loading, and its message.
    not_loaded: Option<(String, String)>,
}

impl JobEvents {
    /// From the file of the process; it writes none where it does not come so far.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(super) fn read(file: &Path) -> io::Result<Self> {
        let text = match fs::read(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            text => text?,
        };
        let text = String::from_utf8_lossy(&text);
        let mut events = JobEvents::default();
        // All of them at once: a text in one may have several lines.
        if let Ok(Sexp::List(list)) = read(&format!("({text})")) {
            for event in &list {
                // What is not understood was not asked for.
                let _ = events.add(event);
            }
        }
        Ok(events)
    }

    /// How the job ended whose process did so.
    pub(super) fn ended(self, status: ExitStatus) -> JobEnd {
        match (self.answer, self.not_loaded) {
            (Some(answer), _) => JobEnd::Evaluated(Ok(answer)),
            (None, Some((condition, message))) => JobEnd::NotLoaded { condition, message },
            (None, None) => JobEnd::Left {
                status,
                loaded: self.loaded,
            },
        }
    }

    fn add(&mut self, event: &Sexp) -> Option<()> {
        let (kind, parts) = event.as_list()?.split_first()?;
        match (kind.as_atom()?.to_ascii_lowercase().as_str(), parts) {
            (":loaded", []) => self.loaded = true,
            (":values", [values]) => self.values.push(texts(values)?),
            (":no-package", []) => self.answer = Some(Answer::UnknownPackage),
            (":done", [package]) => {
                self.answer = Some(Answer::Returned {
                    values: Vec::new(),
                    complete: true,
                    package: named(package)?,
                });
            }
            (":error", [phase, condition, message, frames, package]) => {
                let condition = condition.as_str()?.to_owned();
                let message = message.as_str()?.to_owned();
                let phase = match phase.as_atom()?.to_ascii_lowercase().as_str() {
                    ":read" => FormPhase::Read,
                    ":evaluate" => FormPhase::Evaluate,
                    ":print" => FormPhase::Print,
                    _ => {
                        self.not_loaded = Some((condition, message));
                        return Some(());
                    }
                };
                let mut backtrace = shorten_backtrace(texts(frames)?);
                backtrace.truncate(FRAMES);
                self.answer = Some(Answer::Signalled {
                    phase,
                    condition,
                    message,
                    backtrace,
                    package: named(package)?,
                });
            }
            _ => {}
        }
        Some(())
    }
}

fn named(package: &Sexp) -> Option<Package> {
    let name = package.as_str()?.to_owned();
    Some(Package {
        prompt: name.clone(),
        name,
    })
}

fn texts(list: &Sexp) -> Option<Vec<String>> {
    // No values are the empty list, which is a symbol to Lisp.
    if list.is_nil() {
        return Some(Vec::new());
    }
    let texts = list.as_list()?.iter();
    texts.map(|text| Some(text.as_str()?.to_owned())).collect()
}
