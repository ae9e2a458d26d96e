//! What the documentation shows is true: its commands run and print what it says, its tables are
//! those of the program, its links lead to pages.
//!
//! A page that shows commands is in `PAGES`, with the test that runs them. What a page has from
//! the program is written by these tests with `INSTA_UPDATE=always`.

mod day;
mod first_steps;
mod formats;
mod guide;
mod links;
mod operations;
mod page;
mod picture;
mod shell;
mod site;
mod tables;
mod transcript;
mod written;

use std::fs;
use std::path::Path;

use page::Page;

use crate::support::REPOSITORY;

/// Pages and folders that show commands, with the file of the test that reads and runs them.
const PAGES: &[(&str, &str)] = &[
    ("README.md", "tests/docs/first_steps.rs"),
    ("docs/deploy.md", "tests/end_to_end/deployed.rs"),
    ("docs/doctor.md", "tests/doctor.rs"),
    ("docs/editors.md", "tests/docs/first_steps.rs"),
    ("docs/everyday.md", "tests/docs/day.rs"),
    ("docs/formats/", "tests/docs/formats.rs"),
    ("docs/guide.md", "tests/docs/guide.rs"),
    ("docs/images.md", "tests/saved_core/page.rs"),
    ("docs/import.md", "tests/docs/first_steps.rs"),
    ("docs/keys.md", "tests/docs/first_steps.rs"),
    ("docs/operations.md", "tests/docs/operations.rs"),
    ("docs/running.md", "tests/docs/day.rs"),
    ("docs/runtime.md", "tests/docs/first_steps.rs"),
    ("docs/security.md", "tests/docs/first_steps.rs"),
    ("docs/templates.md", "tests/docs/first_steps.rs"),
];

/// Commands that the test of their page does not run, with the test that does. The name of that
/// test is the end of its path.
const ELSEWHERE: &[(&str, &str)] = &[
    ("./examples/try", "end_to_end/tried.rs: the_first_try_works"),
    (
        "cargo install --locked --path .",
        "end_to_end/tried.rs: the_first_try_works",
    ),
    (
        "sudo lisplaunch install systemd",
        "end_to_end/installed_units.rs: units_are_installed_changed_and_removed",
    ),
    (
        "sudo lisplaunch install supervisor",
        "end_to_end/installed.rs: a_service_is_installed_changed_and_removed",
    ),
    (
        "lisplaunch deploy --rollback",
        "end_to_end/deployed.rs: the_image_before_is_put_back_below_supervisord",
    ),
    (
        "lisplaunch run --debug",
        "debug.rs: an_error_of_a_start_form_waits_for_a_person_and_the_start_goes_on",
    ),
    (
        "lisplaunch tmux attach",
        "tmux/life.rs: attach_shows_the_session_on_a_terminal",
    ),
    (
        "lisplaunch up",
        "up.rs: a_service_begins_after_others_are_ready_and_stops_before_them",
    ),
    (
        "lisplaunch up --only web,worker",
        "up.rs: the_first_that_ends_ends_all_and_gives_the_exit_code",
    ),
];

#[test]
fn each_page_with_commands_has_a_test_that_runs_them() {
    for page in Page::all() {
        if page.blocks_of("sh").is_empty() {
            continue;
        }
        let known = PAGES.iter().find(|(name, _)| page.name.starts_with(name));
        let (name, file) = known.unwrap_or_else(|| panic!("no test runs {}", page.name));
        let text = fs::read_to_string(Path::new(REPOSITORY).join(file)).unwrap();
        assert!(text.contains(name), "{file} does not read {name}");
    }
}

#[test]
fn what_other_tests_run_is_shown_and_run() {
    for (command, test) in ELSEWHERE {
        let shown = Page::all()
            .iter()
            .any(|page| page.lines_of_commands().any(|line| line == *command));
        assert!(shown, "no page shows `{command}`");
        let (file, name) = test.split_once(": ").unwrap();
        let text = fs::read_to_string(Path::new(REPOSITORY).join("tests").join(file)).unwrap();
        assert!(
            text.contains(&format!("fn {name}()")),
            "there is no test {test}"
        );
    }
}

/// A command in a block of another kind would be run by no test.
#[test]
fn commands_are_in_blocks_of_commands() {
    for page in Page::all() {
        for block in page.blocks() {
            assert!(
                !block.language.is_empty(),
                "{}: a block without a language below `{}`",
                page.name,
                block.heading
            );
            let first = block
                .text
                .trim_start()
                .split(' ')
                .next()
                .unwrap_or_default();
            assert!(
                block.language == "sh" || !["lisplaunch", "sudo", "$"].contains(&first),
                "{}: commands in a block `{}` below `{}`",
                page.name,
                block.language,
                block.heading
            );
        }
        let mut before = "";
        for line in page.text.lines() {
            let begins = before.is_empty() && line.starts_with("    ");
            assert!(!begins, "{}: a block without a fence: {line}", page.name);
            before = line;
        }
    }
}
