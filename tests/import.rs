//! What `import` makes of files that were written after the forms that public projects use.
//!
//! Each folder below `tests/import` holds such files, the project file and the messages that are
//! expected, and in `starts` what the command lines of the original start, by hand: systems, forms
//! and files in their order, and what the machine must have (`set`, `folder`).

mod case;
mod contained;
mod hostile;
mod launch;
mod original;
mod usage;

use std::fs;
use std::path::{Path, PathBuf};

use case::{Case, Origin, words};
use launch::Launch;

/// How many of ten must become a project file that starts the same.
const ENOUGH_OF_TEN: usize = 9;

fn folder() -> PathBuf {
    Path::new(crate::support::REPOSITORY).join("tests/import")
}

fn cases() -> Vec<Case> {
    let entries = fs::read_dir(folder()).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders.iter().map(|folder| Case::read(folder)).collect()
}

#[test]
fn every_file_becomes_the_expected_project_file() {
    for case in cases() {
        case.compare();
    }
}

#[test]
fn most_files_become_one_that_starts_the_same() {
    let cases = cases();
    assert!(cases.len() >= 60, "only {}", cases.len());
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| case.try_out().err())
        .collect();
    let well = cases.len() - failures.len();
    assert!(
        well * 10 >= cases.len() * ENOUGH_OF_TEN,
        "{well} of {}:\n{}",
        cases.len(),
        failures.join("\n")
    );
}

/// `starts` was written by hand, and by those who wrote the import.
#[test]
fn what_reads_the_files_starts_the_same() {
    let cases = cases();
    // They mostly wait.
    let compared: Vec<_> = std::thread::scope(|scope| {
        let parts = cases.chunks(cases.len().div_ceil(4));
        let threads = parts.map(|part| scope.spawn(|| part.iter().flat_map(compare).collect()));
        let threads: Vec<_> = threads.collect();
        let results = threads
            .into_iter()
            .flat_map(|thread| -> Vec<_> { thread.join().unwrap() });
        results.collect()
    });
    assert!(compared.len() >= 60, "only {}", compared.len());
    let failures: Vec<&String> = compared
        .iter()
        .filter_map(|one| one.as_ref().err())
        .collect();
    assert!(failures.is_empty(), "{failures:#?}");
}

/// Compares, for each service of a case, what its file starts with what its project file starts.
fn compare(case: &Case) -> Vec<Result<(), String>> {
    let mut origins = case.origins();
    origins.retain(is_for_a_program);
    if origins.is_empty() {
        return Vec::new();
    }
    let project = case.imported();
    let compare = |origin: &Origin| {
        let original = original::started(case, &project, origin);
        let imported = words(&project, origin.service.as_deref());
        let launches = [original, imported].map(|words| Launch::of(&words));
        let same = launches[0] == launches[1];
        same.then_some(())
            .ok_or_else(|| format!("{}: {launches:?}", case.name()))
    };
    origins.iter().map(compare).collect()
}

/// A script is read by SBCL itself.
fn is_for_a_program(origin: &Origin) -> bool {
    origin.kind != "the script"
}
