//! The script of sessions, as tmux runs it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::project::Project;
use super::recorder::Record;
use super::{assert_refused, emit, for_projects, indices, name};
use crate::support;

/// What tmux adds to the environment.
const BY_TMUX: &[&str] = &[
    "PWD",
    "OLDPWD",
    "SHLVL",
    "_",
    "SHELL",
    "TERM",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "TMUX",
    "TMUX_PANE",
    "TMUX_TMPDIR",
];

/// A tmux server of its own, gone with the value.
struct Server<'a>(&'a Path);

impl Server<'_> {
    fn tmux(&self, arguments: &[&str]) -> String {
        let output = self.at(&mut Command::new("tmux")).args(arguments).output();
        let output = output.expect("`tmux` must be installed for this test");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn at<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("TMUX_TMPDIR", self.0).env("LC_ALL", "C.UTF-8")
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

/// Waits, for a while.
fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn held(project: &Project) -> Vec<usize> {
    let mut held = Vec::new();
    for index in indices(project) {
        let expected = project.expected(index, &project.settings);
        match expected.tmux_holds() {
            Some(true) if expected.env_takes_the_program() => {
                assert_refused(project, "tmux", &[name(project, index)]);
            }
            Some(true) => held.push(index),
            Some(false) => assert_refused(project, "tmux", &[name(project, index)]),
            None => {}
        }
    }
    held
}

#[test]
pub fn tmux_starts_what_run_starts() {
    for_projects(4, 20, |project| {
        let held = held(project);
        if held.is_empty() {
            return;
        }
        let script = project.root().join("out/sessions.sh");
        fs::write(&script, emit(project, "tmux", &held)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let server = Server(folder.path());
        // A server whose last session ends goes, and would do so between two services.
        let mut other = project.command("tmux", &project.settings);
        server
            .at(&mut other)
            .args(["new-session", "-d", "-s", "other", "sleep", "600"]);
        project.success("tmux", other.output().unwrap());
        let mut shell = project.command("sh", &project.settings);
        let output = server.at(&mut shell).arg(&script).output().unwrap();
        project.success("the script", output);
        for index in held {
            wait_until(name(project, index), || {
                Record::exists(&project.program(index))
            });
            project.assert_started(index, &project.settings, "tmux", BY_TMUX);
        }
    });
}

#[test]
fn a_service_is_started_once() {
    let project = support::Project::new(
        "name: shop\nsbcl: {program: ./sbcl}\nloader: none\nruntime: false\nservices:\n  \
         web: {start: (f), umask: '027'}\n  worker: {start: (g)}\n",
    )
    .with_file(
        "sbcl",
        "#!/bin/sh\necho \"$$\" >>started\n[ ! -e fails ] || exit 3\nexec sleep 600\n",
    );
    support::make_executable(&project.folder().join("sbcl"));
    let outcome = project.run(&["emit", "tmux", "-o", "./"]);
    outcome.success();
    let home = project.home();
    let server = Server(&home);
    let start = || {
        let mut script = Command::new("./shop-tmux.sh");
        server.at(&mut script).current_dir(project.folder());
        project.outcome(script).success()
    };
    let started = || {
        let text = fs::read_to_string(project.folder().join("started")).unwrap_or_default();
        text.lines().count()
    };
    let lines = |verb: &str| {
        ["shop-web", "shop-worker"]
            .map(|name| format!("{name} {verb}; this shows it: tmux attach -t ={name}\n"))
            .concat()
    };
    assert_eq!(start(), lines("is started"));
    wait_until("both start", || started() == 2);
    assert_eq!(start(), lines("runs already"));
    assert_eq!(started(), 2);
    // It is the session that `lisplaunch tmux` knows.
    let mut status = project.command(&["tmux", "status", "web"]);
    server.at(&mut status);
    let said = project.outcome(status).success();
    assert!(said.starts_with("web: running, process "), "{said}");
    // One that has ended is started again, in place of what it left.
    fs::write(project.folder().join("fails"), "").unwrap();
    server.tmux(&["respawn-pane", "-k", "-t", "=shop-web:"]);
    wait_until("it fails", || {
        server.tmux(&["run-shell", "true"]);
        server.tmux(&["list-panes", "-t", "=shop-web:", "-F", "#{pane_dead}"]) == "1"
    });
    fs::remove_file(project.folder().join("fails")).unwrap();
    let said = start();
    assert!(
        said.starts_with("shop-web is started") && said.contains("shop-worker runs already"),
        "{said}"
    );
    wait_until("it starts again", || started() == 4);
}

#[test]
fn a_session_of_its_name_is_left_alone() {
    let project = support::Project::new("loader: none\nsbcl: {program: /bin/sleep}\nstart: (f)\n");
    project.run(&["emit", "tmux", "-o", "./"]).success();
    let home = project.home();
    let server = Server(&home);
    server.tmux(&["new-session", "-d", "-s", "app", "sleep", "600"]);
    let mut script = Command::new("./app-tmux.sh");
    server.at(&mut script).current_dir(project.folder());
    let outcome = project.outcome(script);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("duplicate session: app"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_session_needs_a_project_file() {
    let project = support::Project::empty();
    let outcome = project.run_with_input(&["emit", "tmux", "-f", "-"], b"start: (f)\n");
    let said = outcome.failure(1);
    assert!(
        said.starts_with("error: a tmux session is that of a project file, not of standard input"),
        "{said}"
    );
}
