//! `lisplaunch logs` of services that run below each of the managers.

use std::fs;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use super::running::{Running, eventually};
use super::supervisor::Supervisor;
use crate::consumer::Systemd;
use crate::support::{LISPLAUNCH, Outcome, Project};

/// A service that writes a line for each file `1`, `2` and so on that there is.
const WRITER: &str = "\
name: writer
loader: none
start: (sb-thread:make-thread 'write-lines)
before-load: |
  (defun write-lines ()
    (loop for n from 1
          do (loop until (probe-file (format nil \"~d\" n)) do (sleep 1/20))
             (format t \"line ~d λ~%\" n)
             (finish-output)))
";

fn writer(keys: &str) -> Project {
    Project::new(&format!("{WRITER}{keys}")).with_variable("LC_ALL", "C.UTF-8")
}

fn let_it_write(project: &Project, number: u32) {
    fs::write(project.folder().join(number.to_string()), "").unwrap();
}

/// Lets it write what a log is asked for, and follows that.
fn check(project: &Project, command: impl Fn(&[&str]) -> Command) {
    for number in 1..=3 {
        let_it_write(project, number);
    }
    let logs = |arguments: &[&str]| {
        let output = command(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| project.with_fixed_paths(&String::from_utf8(bytes).unwrap());
        Outcome {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    };
    eventually("it writes three lines", || {
        let log = logs(&["logs"]);
        log.stdout.contains("line 3 λ\n").then_some(())
    });
    assert_eq!(logs(&["logs", "-n", "2"]).success(), "line 2 λ\nline 3 λ\n");
    assert_eq!(logs(&["logs", "--lines=0"]).success(), "");

    let mut following = Running::start(command(&["logs", "-f", "-n", "1"]));
    following.until_it_says("line 3 λ\n");
    let_it_write(project, 4);
    following.until_it_says("line 4 λ\n");
    let_it_write(project, 5);
    following.until_it_says("line 5 λ\n");
    assert_eq!(following.stdout(), "line 3 λ\nline 4 λ\nline 5 λ\n");
}

#[test]
fn supervisord_is_asked_for_the_log_that_it_keeps() {
    let project = writer("start-timeout: 1s\n");
    let _supervisor = Supervisor::start(&project, &[]);
    eventually("it runs", || {
        (project.run(&["pid"]).code == Some(0)).then_some(())
    });
    check(&project, |arguments| project.command(arguments));
}

#[test]
fn the_log_of_the_project_file_is_read_though_it_is_rotated() {
    let project = writer("log: {file: a b.log, max-size: 30, backups: 3}\nstart-timeout: 1s\n");
    let supervisor = Supervisor::start(&project, &[]);
    eventually("it runs", || {
        (project.run(&["pid"]).code == Some(0)).then_some(())
    });
    let_it_write(&project, 1);
    let log = project.folder().join("a b.log");
    eventually("it writes a line", || {
        let text = fs::read_to_string(&log).ok()?;
        text.contains("line 1").then_some(())
    });
    let mut following = Running::start(project.command(&["logs", "-f"]));
    for number in 1..=9 {
        let_it_write(&project, number);
        following.until_it_says(&format!("line {number} λ\n"));
    }
    assert!(project.folder().join("a b.log.3").exists());
    for number in 1..=9 {
        let line = format!("line {number} λ\n");
        assert_eq!(following.stdout().matches(&line).count(), 1);
    }
    // When it runs no more, too.
    supervisor.control(&["stop", "writer"]);
    let log = project.run(&["logs"]).success();
    assert!(log.ends_with("line 8 λ\nline 9 λ\n"), "{log}");
}

#[test]
fn the_journal_is_asked_for_the_log_of_a_unit() {
    let project = writer("");
    let systemd = Systemd::start(&project.home());
    let units = systemd.units();
    let emit = ["emit", "systemd", "--user", "-o", units.to_str().unwrap()];
    project.run(&emit).success();
    systemd.success(&["daemon-reload"]);
    systemd.success(&["start", "writer.service"]);
    check(&project, |arguments| {
        systemd.inside(&project.command(arguments))
    });
}

#[test]
fn the_pane_of_tmux_is_read() {
    let project = writer("");
    let sockets = project.home().join("tmux");
    fs::create_dir(&sockets).unwrap();
    let project = project.with_variable("TMUX_TMPDIR", sockets.to_str().unwrap());
    project.run(&["tmux", "start"]).success();
    // The prompt of SBCL is a line, too.
    for number in 1..=3 {
        let_it_write(&project, number);
    }
    eventually("it writes three lines", || {
        let log = project.run(&["logs"]).success();
        log.contains("line 3 λ").then_some(())
    });
    let mut following = Running::start(project.command(&["logs", "-f"]));
    following.until_it_says("line 3 λ\n");
    let_it_write(&project, 4);
    following.until_it_says("line 4 λ\n");
    assert_eq!(following.stdout().matches("line 2 λ").count(), 1);
    project.run(&["tmux", "stop"]).success();
    // Its session is gone, and its log with it.
    assert!(following.wait().success(), "{}", following.stderr());
    assert_snapshot!(project.run(&["logs"]).failure(1), @"
    error: nothing keeps the output of the service `writer`
     |
     = note: it does not run, and nothing is known of its last run
     = help: `log: FILE` in the project file keeps it, once a manager starts the service
    ");
}

#[test]
fn the_folder_of_a_logger_is_found() {
    let project = writer("");
    let services = project.home().join("services");
    let folder = services.join("writer");
    fs::create_dir_all(folder.join("log")).unwrap();
    let scripts = [
        (
            "run",
            format!(
                "exec 2>&1\ncd {} || exit\nexec {LISPLAUNCH} run",
                project.folder().display()
            ),
        ),
        ("log/run", "mkdir -p main\nexec svlogd ./main".to_owned()),
    ];
    for (name, text) in scripts {
        let file = folder.join(name);
        fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
        crate::support::make_executable(&file);
    }
    let environment = project.command(&[]);
    let variables = environment
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    let mut command = Command::new("runsv");
    command
        .arg("writer")
        .current_dir(&services)
        .env_clear()
        .envs(variables)
        .stdin(Stdio::null());
    let _runsv = Running::start(command);
    eventually("it runs", || {
        (project.run(&["pid"]).code == Some(0)).then_some(())
    });
    check(&project, |arguments| project.command(arguments));
}

#[test]
fn what_was_started_by_hand_is_read_where_its_output_goes() {
    let project = writer("log: kept.log\n");
    let run = |output: Stdio| {
        let mut command = project.command(&["run"]);
        command.stdout(output);
        command
    };
    let mut service = run(Stdio::piped()).spawn().unwrap();
    eventually("it runs", || {
        (project.run(&["pid"]).code == Some(0)).then_some(())
    });
    let said = project.run(&["logs"]).failure(1);
    let said = said.replace(&service.id().to_string(), "PID");
    service.kill().unwrap();
    service.wait().unwrap();
    assert_snapshot!(said, @"
    error: nothing keeps the output of the service `writer`
     |
     = note: it was started by hand, pid PID, and writes to a pipe
     = help: `log: FILE` in the project file keeps it, once a manager starts the service
    ");

    let file = fs::File::create(project.folder().join("by hand.log")).unwrap();
    let mut service = run(file.into()).spawn().unwrap();
    eventually("it runs", || {
        (project.run(&["pid"]).code == Some(0)).then_some(())
    });
    check(&project, |arguments| project.command(arguments));
    service.kill().unwrap();
    service.wait().unwrap();
    // `log` may be that of a manager which does not say so, as launchd.
    fs::write(project.folder().join("kept.log"), "kept\n").unwrap();
    assert_eq!(project.run(&["logs"]).success(), "kept\n");
}
