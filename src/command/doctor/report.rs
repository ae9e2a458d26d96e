//! What the checks found, for a person and for programs.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::doctor::finding::{Finding, FindingLevel};

/// How wide the names of checks are.
const WIDTH: usize = 10;

/// What all checks found.
#[derive(Serialize)]
pub(super) struct DoctorReport {
    ok: bool,
    findings: Vec<FindingEntry>,
}

#[derive(Serialize)]
struct FindingEntry {
    check: &'static str,
    #[serde(flatten)]
    finding: Finding,
}

impl DoctorReport {
    pub(super) fn of(found: impl Iterator<Item = (&'static str, Vec<Finding>)>) -> Self {
        let findings = found.flat_map(|(check, findings)| {
            let findings = findings.into_iter();
            findings.map(move |finding| FindingEntry { check, finding })
        });
        let findings: Vec<FindingEntry> = findings.collect();
        DoctorReport {
            ok: findings
                .iter()
                .all(|entry| entry.finding.level != FindingLevel::Error),
            findings,
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.ok
    }

    pub(super) fn json(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self);
        Ok(text.context("cannot write the findings as JSON")? + "\n")
    }

    /// A line a finding, those that are alike together, cures below.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for level in FindingLevel::ALL {
            let of_level = |entry: &&FindingEntry| entry.finding.level == level;
            let entries: Vec<&FindingEntry> = self.findings.iter().filter(of_level).collect();
            if entries.is_empty() {
                continue;
            }
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(level.name());
            text.push('\n');
            for entry in entries {
                let message = entry.finding.message.split_whitespace();
                let message: Vec<&str> = message.collect();
                // A text takes all that is written to it.
                let _ = writeln!(text, "  {:WIDTH$}{}", entry.check, message.join(" "));
                for cure in &entry.finding.cures {
                    let _ = writeln!(text, "  {:WIDTH$}→ {cure}", "");
                }
            }
        }
        text
    }
}
