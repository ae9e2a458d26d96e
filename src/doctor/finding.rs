//! One thing that was looked at, how it is, and what helps.

use serde::Serialize;

use crate::problem::{Problem, Severity};

/// The level of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingLevel {
    /// As it should be.
    Ok,
    /// Not known.
    Unknown,
    /// It may bite.
    Warning,
    /// It keeps a service from working.
    Error,
}

impl FindingLevel {
    /// All of them, the best first.
    pub const ALL: [FindingLevel; 4] = [
        FindingLevel::Ok,
        FindingLevel::Unknown,
        FindingLevel::Warning,
        FindingLevel::Error,
    ];

    /// What a person calls it.
    pub fn name(self) -> &'static str {
        match self {
            FindingLevel::Ok => "ok",
            FindingLevel::Unknown => "unknown",
            FindingLevel::Warning => "warning",
            FindingLevel::Error => "error",
        }
    }
}

/// How one thing is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it is.
    pub level: FindingLevel,
    /// What was found, in a line.
    pub message: String,
    /// What to do about it.
    pub cures: Vec<String>,
}

impl Finding {
    /// It is as it should be.
    pub fn ok(message: impl Into<String>) -> Self {
        Finding::new(FindingLevel::Ok, message)
    }

    /// It is not known.
    pub fn unknown(message: impl Into<String>) -> Self {
        Finding::new(FindingLevel::Unknown, message)
    }

    /// It may bite.
    pub fn warning(message: impl Into<String>) -> Self {
        Finding::new(FindingLevel::Warning, message)
    }

    /// It keeps a service from working.
    pub fn error(message: impl Into<String>) -> Self {
        Finding::new(FindingLevel::Error, message)
    }

    fn new(level: FindingLevel, message: impl Into<String>) -> Self {
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
            Severity::Error => FindingLevel::Error,
            Severity::Warning => FindingLevel::Warning,
        };
        let finding = Finding::new(level, problem.message());
        problem.helps().fold(finding, Finding::cure)
    }
}
