//! The script of each service, as every shell reads it.

use std::fs;
use std::process::Command;

use super::project::Project;
use super::{BY_SHELLS, assert_refused, for_projects, indices, name};
use crate::consumer;

/// The shells that must read a script alike, with what makes them one.
const SHELLS: [&[&str]; 5] = [&["sh"], &["dash"], &["bash"], &["busybox", "sh"], &["mksh"]];

#[test]
pub fn shells_start_what_run_starts() {
    for_projects(6, 25, |project| {
        for index in indices(project) {
            let service = name(project, index);
            let expected = project.expected(index, &project.settings);
            if expected.env_takes_the_program() {
                assert_refused(project, "sh", &[service]);
                continue;
            }
            let script = write(project, service);
            for shell in SHELLS {
                let mut command = project.command(shell[0], &project.settings);
                let output = command.args(&shell[1..]).arg(&script).output().unwrap();
                let what = shell.join(" ");
                assert_eq!(project.success(&what, output).stdout, b"started\n");
                project.assert_started(index, &project.settings, &what, BY_SHELLS);
            }
        }
    });
}

fn write(project: &Project, service: &str) -> std::path::PathBuf {
    let text = project.printed(&project.settings, &["emit", "sh", service]);
    let script = project.root().join("out").join(format!("{service}.sh"));
    fs::write(&script, text).unwrap();
    script
}

/// Lets shellcheck look at scripts.
pub(super) fn check(scripts: &[std::path::PathBuf]) {
    let mut command: Command = consumer::command("shellcheck");
    let output = command.env("LC_ALL", "C.UTF-8").args(scripts).output();
    let output = output.expect("shellcheck must be installed for this test");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said:.6000}");
}

#[test]
fn shellcheck_has_nothing_to_say() {
    for_projects(3, 25, |project| {
        let services = indices(project).filter(|index| {
            !project
                .expected(*index, &project.settings)
                .env_takes_the_program()
        });
        let scripts: Vec<_> = services
            .map(|index| write(project, name(project, index)))
            .collect();
        // The one service of a project may be one that is refused.
        if !scripts.is_empty() {
            check(&scripts);
        }
    });
}

#[test]
fn shellcheck_has_nothing_to_say_of_the_examples() {
    let project = crate::support::Project::empty();
    for example in fs::read_dir(format!("{}/examples", crate::support::REPOSITORY)).unwrap() {
        let file = example.unwrap().path().join("lisplaunch.yaml");
        if file.exists() {
            let file = file.to_str().unwrap();
            project
                .run(&["emit", "sh", "-f", file, "-o", "./scripts/"])
                .success();
        }
    }
    let scripts = fs::read_dir(project.folder().join("scripts")).unwrap();
    let scripts: Vec<_> = scripts.map(|script| script.unwrap().path()).collect();
    assert!(scripts.len() >= 4, "{scripts:?}");
    check(&scripts);
}
