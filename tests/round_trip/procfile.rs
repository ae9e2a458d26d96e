//! The Procfile, as its runners read it.

use std::fs;

use super::project::Project;
use super::{BY_SHELLS, assert_refused, emit, for_projects, indices, name};
use crate::consumer::Runner;

/// What the runners add to the environment.
const BY_RUNNERS: &[&str] = &[
    "PWD",
    "OLDPWD",
    "SHLVL",
    "_",
    "PORT",
    "PS",
    "HONCHO_PROCESS_NAME",
    "FOREMAN_WORKER_NAME",
    "PYTHONPATH",
];

/// Writes those services that a Procfile holds, having seen that the others are refused.
fn write(project: &Project) -> Vec<usize> {
    let mut held = Vec::new();
    for index in indices(project) {
        let service = name(project, index);
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        let expected = project.expected(index, &project.settings);
        match expected.procfile_holds() {
            Some(true) if service.chars().all(plain) => held.push(index),
            Some(true | false) => assert_refused(project, "procfile", &[service]),
            None => {}
        }
    }
    if !held.is_empty() {
        let text = emit(project, "procfile", &held);
        fs::write(project.root().join("out/Procfile"), text).unwrap();
    }
    held
}

#[test]
pub fn runners_start_what_run_starts() {
    for_projects(5, 25, |project| {
        let held = write(project);
        if held.is_empty() {
            return;
        }
        let file = project.root().join("out/Procfile");
        let [honcho, node, ruby] = Runner::ALL.map(|runner| runner.parse(&file));
        assert_eq!(honcho.len(), held.len());
        assert_eq!(honcho, node);
        assert_eq!(honcho, ruby);
        for index in held {
            let command = &honcho[name(project, index)];
            let mut shell = project.command("sh", &project.settings);
            let output = shell.args(["-c", command]).output().unwrap();
            project.success(command, output);
            project.assert_started(index, &project.settings, "sh", BY_SHELLS);
        }
    });
}

#[test]
fn the_runners_themselves_start_it() {
    for_projects(2, 3, |project| {
        let held = write(project);
        let file = project.root().join("out/Procfile");
        for (index, runner) in held
            .iter()
            .flat_map(|index| Runner::ALL.map(|runner| (*index, runner)))
        {
            let wanted = runner.start(&file, name(project, index));
            // The names of programs are those of this process, the environment that of the project.
            let mut command = project.command(&program(&wanted), &project.settings);
            command.args(wanted.get_args());
            command.envs(
                wanted
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            );
            let output = command.output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(said.contains("started"), "{runner:?}: {said:.2000}");
            let what = format!("{runner:?}");
            project.assert_started(index, &project.settings, &what, BY_RUNNERS);
        }
    });
}

fn program(command: &std::process::Command) -> String {
    command.get_program().to_str().unwrap().to_owned()
}

#[test]
fn what_a_procfile_cannot_hold_is_refused() {
    let refused = |yaml: &str| {
        let project = crate::support::Project::new(&format!("loader: none\n{yaml}"));
        project.run(&["emit", "procfile"]).failure(1)
    };
    let said = refused("services: {a.b: {start: (f)}}");
    assert!(
        said.contains("a Procfile cannot have a process `a.b`: a name in it has letters, digits, `-` and `_` only"),
        "{said}"
    );
    let said = refused("start: (f)\nenv: {A: \"\\u2028\"}");
    assert!(
        said.contains("a Procfile cannot hold the character `\\u{2028}`: it ends a line for one of its readers"),
        "{said}"
    );
    let said = refused(&format!("start: (f \"{}\")", "x".repeat(66_000)));
    assert!(
        said.contains("a Procfile cannot hold a command of ")
            && said.contains(" bytes: overmind reads lines of at most 65535"),
        "{said}"
    );
}
