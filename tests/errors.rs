//! Every error and warning that a person can cause, as that person reads it.
//!
//! Most are reported by `lisplaunch argv`, which starts nothing and ends with exit code 2 where
//! the project file is wrong.

mod cluster;
mod complete;
mod containers;
mod deployment;
mod emit;
mod environment;
mod finding;
mod forms;
mod keys;
mod live;
mod managers;
mod runtime;
mod sbcl;
mod services;
mod start;
mod systemd;
mod templates;
mod usage;
mod values;
mod variables;
mod yaml;

use crate::support::{Outcome, Project};

/// What is said about each of these project files.
#[track_caller]
fn refused(files: &[&str]) -> String {
    let report = files.iter().map(|file| Project::new(file).run(&["argv"]));
    report.map(|outcome| brief(outcome, 2)).collect()
}

/// What is said about each of these keys in a file that is otherwise right.
#[track_caller]
fn wrong(keys: &[&str]) -> String {
    let files: Vec<String> = keys
        .iter()
        .map(|key| format!("{key}\nstart: (f)"))
        .collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    refused(&files)
}

/// What a run that ended with `code` says, without the lines that only hold a bar.
#[track_caller]
fn brief(outcome: Outcome, code: i32) -> String {
    let report = outcome.failure(code);
    let lines = report
        .lines()
        .filter(|line| !matches!(line.trim(), "" | "|"));
    lines.map(|line| format!("{line}\n")).collect()
}
