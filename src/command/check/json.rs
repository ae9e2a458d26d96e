//! What a check found, for programs.

use anyhow::{Context, Result};
use serde::Serialize;

use super::Findings;
use crate::problem::{Location, Problem, Severity};

#[derive(Serialize)]
struct CheckReport<'a> {
    file: &'a str,
    ok: bool,
    services: &'a [String],
    profiles: &'a [String],
    problems: Vec<ProblemEntry<'a>>,
}

/// A problem; without a place it is not one of a single line.
#[derive(Serialize)]
struct ProblemEntry<'a> {
    severity: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    label: Option<&'a str>,
    notes: Vec<&'a str>,
    help: Vec<&'a str>,
}

/// One object and a line feed.
pub(super) fn text(file: &str, findings: &Findings) -> Result<String> {
    let report = CheckReport {
        file,
        ok: findings.errors == 0,
        services: &findings.services,
        profiles: &findings.profiles,
        problems: findings.problems.iter().map(ProblemEntry::of).collect(),
    };
    let text = serde_json::to_string_pretty(&report);
    Ok(text.context("cannot write the problems as JSON")? + "\n")
}

impl<'a> ProblemEntry<'a> {
    fn of(problem: &'a Problem) -> Self {
        let location = problem.location();
        ProblemEntry {
            severity: match problem.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: problem.message(),
            file: location.map(|location| location.source.name.as_str()),
            line: location.map(Location::line),
            column: location.map(Location::column),
            label: problem.label_text(),
            notes: problem.notes().collect(),
            help: problem.helps().collect(),
        }
    }
}
