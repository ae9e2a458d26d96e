//! The commands of the pages in `docs/formats/`.

use std::fs;

use crate::docs::page::Page;
use crate::docs::shell::run;
use crate::docs::written::my_app;
use crate::support::Project;

/// The folder with a page for each format that has one.
const FOLDER: &str = "docs/formats/";

/// Programs of these pages that the tests of the formats run, or that start and stop services of
/// the machine.
const MANAGERS: &[&str] = &[
    "docker",
    "foreman",
    "ln",
    "logrotate",
    "make",
    "nginx",
    "nomad",
    "rc-service",
    "rc-update",
    "s6-svscanctl",
    "supervisorctl",
    "systemctl",
];

#[test]
fn every_command_of_the_pages_on_formats_runs() {
    let yaml = my_app() + "http: {port: 8080, hosts: [my-app.example]}\nlog: log/my-app.log\n";
    let project = Project::new(&yaml).with_file("~/quicklisp/setup.lisp", "");
    let project = project.with_sbcl("printf '%s\\n' \"$@\"");
    let pages = Page::all().into_iter();
    let mut count = 0;
    for page in pages.filter(|page| page.name.starts_with(FOLDER)) {
        for line in page.commands() {
            let command = line.trim_start_matches("sudo ");
            let program = command.split(' ').next().unwrap();
            if program == "lisplaunch" {
                run(&project, &below_project(&project, command));
                count += 1;
            } else {
                let known = MANAGERS.contains(&program);
                assert!(known, "{}: no test runs `{line}`", page.name);
            }
        }
    }
    assert!(count >= 7, "{count}");
}

/// The command with the folder that it writes to below that of the project, and there.
fn below_project(project: &Project, command: &str) -> String {
    let Some((front, path)) = command.split_once(" -o /") else {
        return command.to_owned();
    };
    let folder = project.folder().join(path).parent().unwrap().to_owned();
    fs::create_dir_all(folder).unwrap();
    format!("{front} -o {path}")
}
