//! One thing that was looked at, how it is, and what helps.

use serde::Serialize;

use crate::problem::{Problem, Severity};

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Not known.
    Unknown,
    /// It may bite.
    Warning,
    /// It keeps a service from working.
    Error,
}

impl Level {
    /// All of them, the best first.
    pub const ALL: [Level; 4] = [Level::Ok, Level::Unknown, Level::Warning, Level::Error];

    /// What a person calls it.
    pub fn name(self) -> &'static str {
        match self {
            Level::Ok => "ok",
            Level::Unknown => "unknown",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// How one thing is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it is.
    pub level: Level,
    /// What was found, in a line.
    pub message: String,
    /// What to do about it.
    pub cures: Vec<String>,
}

impl Finding {
    /// It is as it should be.
    pub fn ok(message: impl Into<String>) -> Self {
        Finding::new(Level::Ok, message)
    }

    /// It is not known.
    pub fn unknown(message: impl Into<String>) -> Self {
        Finding::new(Level::Unknown, message)
    }

    /// It may bite.
    pub fn warning(message: impl Into<String>) -> Self {
        Finding::new(Level::Warning, message)
    }

    /// It keeps a service from working.
    pub fn error(message: impl Into<String>) -> Self {
        Finding::new(Level::Error, message)
    }

    fn new(level: Level, message: impl Into<String>) -> Self {
        Finding {
            level,
            message: message.into(),
            cures: Vec::new(),
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn cure(mut self, cure: impl Into<String>) -> Self {
        self.cures.push(cure.into());
        self
    }
}

impl From<&Problem> for Finding {
    fn from(problem: &Problem) -> Self {
        let level = match problem.severity() {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
        };
        let finding = Finding::new(level, problem.message());
        problem.helps().fold(finding, Finding::cure)
    }
}
