//! What `import` makes of files that were written after the forms that public projects use.
//!
//! Each folder below `tests/import` holds such files, the project file and the messages that are
//! expected, and in `starts` what the command lines of the original start, by hand: systems, forms
//! and files in their order, and what the machine must have (`set`, `folder`).

mod case;
mod hostile;
mod usage;

use std::fs;
use std::path::{Path, PathBuf};

use case::Case;

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
