//! The page on images shows what runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{CODE, YAML};
use crate::support::{LISPLAUNCH, Project, REPOSITORY};

#[test]
fn every_command_of_the_page_runs() {
    let page = fs::read_to_string(format!("{REPOSITORY}/docs/images.md")).unwrap();
    let blocks = page.split("```sh\n").skip(1);
    let script: String = blocks
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert_eq!(script.lines().count(), 5);
    let project = Project::new(YAML).with_file("app.lisp", CODE);
    let path = Path::new(LISPLAUNCH).parent().unwrap();
    let mut shell = Command::new("sh");
    shell
        .args(["-ec", &script])
        .current_dir(project.folder())
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", path.display()))
        .env("HOME", project.home())
        .env("LC_ALL", "C.UTF-8");
    project.outcome(shell).success();
}
