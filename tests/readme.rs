//! What the README shows is true: its commands run, its tables are those of the program.

use std::fs;
use std::process::Command;

use lisplaunch::format;
use lisplaunch::project::keys;

use crate::support::{Project, REPOSITORY};

fn readme() -> String {
    fs::read_to_string(format!("{REPOSITORY}/README.md")).unwrap()
}

/// The fenced blocks of one language.
fn blocks(language: &str) -> Vec<String> {
    let readme = readme();
    let fence = format!("```{language}\n");
    readme
        .split(&fence)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

/// A command that a person would type at the prompt.
#[derive(Debug, PartialEq, Eq)]
enum Shown {
    /// Run here, in the project of the README.
    Lisplaunch(String),
    /// Run by another test, or by the person alone.
    Elsewhere,
}

/// Commands that are not run here, with what runs them instead.
const ELSEWHERE: &[(&str, &str)] = &[
    ("./examples/try", "tests/end_to_end.rs"),
    ("./tests/run", "this run"),
    (
        "cargo install --path .",
        "cargo builds the same program for the tests",
    ),
    ("sudo supervisorctl update", "tests/end_to_end.rs"),
    ("sudo supervisorctl status my-app", "tests/end_to_end.rs"),
];

fn classify(line: &str) -> Shown {
    let command = line.split(" # ").next().unwrap().trim();
    if ELSEWHERE.iter().any(|(known, _)| *known == command) {
        return Shown::Elsewhere;
    }
    let command = command.trim_start_matches("sudo ");
    assert!(
        command.contains("lisplaunch "),
        "the README shows `{line}`, which no test runs"
    );
    // The README writes where supervisord looks; the test has no business there.
    Shown::Lisplaunch(command.replace("/etc/supervisor/conf.d/", ""))
}

/// The project of the README's five minutes, with a stand-in for sbcl.
fn my_app() -> Project {
    let yaml = blocks("yaml")
        .into_iter()
        .find(|block| block.contains("name: my-app"))
        .unwrap();
    Project::new(&yaml)
        .with_file("~/quicklisp/setup.lisp", "")
        .with_sbcl("printf '%s\\n' \"$@\"")
}

#[test]
fn every_command_runs() {
    let project = my_app();
    let mut ran = 0;
    for line in blocks("sh").iter().flat_map(|block| block.lines()) {
        let Shown::Lisplaunch(command) = classify(line) else {
            continue;
        };
        let mut shell = project.command(&[]);
        let path = std::path::Path::new(crate::support::LISPLAUNCH)
            .parent()
            .unwrap()
            .to_owned();
        let script = format!("PATH={}:$PATH; {command}", path.display());
        let lisplaunch_environment: Vec<_> = shell
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        shell = Command::new("sh");
        shell
            .args(["-c", &script])
            .env_clear()
            .envs(lisplaunch_environment)
            .current_dir(project.folder());
        let output = shell.output().unwrap();
        assert!(
            output.status.success(),
            "`{command}`: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        ran += 1;
    }
    assert!(ran >= 8, "only {ran} commands were found");
}

#[test]
fn the_table_of_keys_is_the_programs() {
    let readme = readme();
    let table = readme
        .split("<!-- keys: begin -->\n")
        .nth(1)
        .and_then(|rest| rest.split("<!-- keys: end -->").next())
        .unwrap();
    assert_eq!(table, keys::markdown());
}

#[test]
fn the_table_of_formats_is_complete() {
    let readme = readme();
    for format in format::ALL {
        assert!(
            readme.contains(&format!("\n| `{}` | ", format.name)),
            "the README does not list the format `{}`",
            format.name
        );
    }
}

#[test]
fn every_project_file_in_it_can_be_read() {
    for block in blocks("yaml") {
        let yaml = if block.contains("name:") {
            block
        } else {
            format!("name: shown\n{block}")
        };
        Project::new(&yaml)
            .with_file("~/quicklisp/setup.lisp", "")
            .run(&["show"])
            .success();
    }
}

#[test]
fn the_error_in_it_is_the_programs() {
    let yaml =
        "name: my-app\nregistry: [.]\nsystems: [my-app]\nstart: (my-app:start #'on-request\n";
    let project = Project::new(yaml)
        .with_file("~/quicklisp/setup.lisp", "")
        .with_sbcl("");
    let shown = blocks("text").into_iter().next().unwrap();
    let told = project.run(&["check"]).failure(1);
    assert_eq!(
        shown,
        told.split("lisplaunch.yaml: 1 problem").next().unwrap()
    );
}
