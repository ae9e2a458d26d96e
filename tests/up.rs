//! `lisplaunch up`: services together in the foreground, each a real sbcl.

use std::fs;

use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};

use crate::end_to_end::running::{Running, eventually};
use crate::support::Project;

const SHOP: &str = r#"
name: shop
loader: none
services:
  web:
    after: [db, cache]
    start: (format t "web begins~%")
    stop: (format t "web stops~%")
  db:
    start:
      - (loop until (probe-file "go") do (sleep 1/20))
      - (format t "λ~%db begins~%")
    stop: (format t "db stops~%")
  cache:
    runtime: false
    start: (format t "cache begins~%~%")
"#;

fn up(project: &Project, arguments: &[&str]) -> Running {
    Running::start(project.command(&[&["up"], arguments].concat()))
}

/// What was said of how it goes, without process numbers.
fn said(running: &Running) -> String {
    let stderr = running.stderr();
    let lines = stderr.lines().map(|line| match line.split_once(", pid ") {
        Some((front, _)) => format!("{front}\n"),
        None => format!("{line}\n"),
    });
    lines.collect()
}

/// Where one line comes before the other.
#[track_caller]
fn assert_order(text: &str, lines: &[&str]) {
    let places = lines.iter().map(|line| {
        text.find(&format!("{line}\n"))
            .unwrap_or_else(|| panic!("{line} is missing:\n{text}"))
    });
    assert!(places.is_sorted(), "{lines:?}:\n{text}");
}

#[test]
fn a_service_begins_after_others_are_ready_and_stops_before_them() {
    let project = Project::new(SHOP).with_variable("LC_ALL", "C.UTF-8");
    let mut shop = up(&project, &[]);
    shop.until_it_says("cache | cache begins\ncache |\n");
    fs::write(project.folder().join("go"), "").unwrap();
    shop.until_it_says("web   | web begins\n");
    eventually("the last one is ready", || {
        said(&shop).contains("`web` is ready\n").then_some(())
    });
    shop.signal(Signal::INT);
    assert_eq!(shop.wait().code(), Some(130));
    let lines = shop.stdout();
    let in_order = ["db    | λ", "db    | db begins", "web   | web begins"];
    assert_order(&lines, &in_order);
    assert_order(&lines, &["web   | web stops", "db    | db stops"]);
    let said = said(&shop);
    assert_order(
        &said,
        &[
            "`cache` is ready",
            "`web` is ready",
            "stopping `web`",
            "stopping `cache`",
        ],
    );
    assert_order(
        &said,
        &[
            "`db` is ready",
            "`web` is ready",
            "stopping `web`",
            "stopping `db`",
        ],
    );
    assert!(!said.contains("killed"), "{said}");
}

#[test]
fn the_first_that_ends_ends_all_and_gives_the_exit_code() {
    let yaml = "name: two\nloader: none\nservices:\n  \
                one: {start: (f)}\n  \
                two: {after: one, start: (g)}\n  \
                three:\n    \
                    start: (sb-thread:make-thread (lambda () (loop until (probe-file \"go\") do (sleep 1/20)) (sb-ext:exit :code 7 :abort t)))\n  \
                four: {start: (format t \"four~%\"), stop: (format t \"stopped~%\")}\n";
    let project = Project::new(yaml);
    let mut all = up(&project, &["--only", "three,four"]);
    eventually("both are ready", || {
        let said = said(&all);
        (said.contains("`three` is ready") && said.contains("`four` is ready")).then_some(())
    });
    fs::write(project.folder().join("go"), "").unwrap();
    assert_eq!(all.wait().code(), Some(7));
    let error = all.stderr();
    let (_, error) = error.split_once("error: ").unwrap();
    assert_snapshot!(error, @"
    the service `three` has ended with exit code 7
     |
     = note: its last output is above; the others were stopped
    ");
    assert!(
        all.stdout().ends_with("four  | stopped\n"),
        "{}",
        all.stdout()
    );

    // One that does not start.
    let mut all = up(&project, &["-s", "one", "-s", "two"]);
    assert_eq!(all.wait().code(), Some(1));
    assert!(all.stdout().contains("one | "), "{}", all.stdout());
    assert!(!all.stdout().contains("two | "), "{}", all.stdout());
}

#[test]
fn one_that_ends_well_ends_all_as_well() {
    let yaml = "name: two\nloader: none\nservices:\n  one: {start: (sb-ext:exit :abort t :code 0)}\n  two: {start: (+ 1 1)}\n";
    let project = Project::new(yaml);
    let mut all = up(&project, &[]);
    assert!(all.wait().success(), "{}", all.stderr());
    assert!(
        said(&all).contains("`one` has ended, and with it the others\n"),
        "{}",
        all.stderr()
    );
}

/// Starts a service, and lets its process stand still.
fn up_and_deaf(project: &Project) -> Running {
    let mut deaf = up(project, &[]);
    let pid = deaf.until("it is ready", || {
        let pid = project.run(&["pid"]).stdout;
        let pid = pid.trim().parse().ok()?;
        let ready = project.run(&["status"]).stdout.contains(" ready ");
        ready.then_some(pid)
    });
    kill_process(Pid::from_raw(pid).unwrap(), Signal::STOP).unwrap();
    deaf
}

#[test]
fn a_service_that_does_not_stop_is_killed() {
    let project = Project::new("name: deaf\nloader: none\nstop-timeout: 1s\nstart: (+ 1 1)\n");
    let mut deaf = up_and_deaf(&project);
    deaf.signal(Signal::TERM);
    assert_eq!(deaf.wait().code(), Some(143));
    let warning = deaf.stderr();
    let (_, warning) = warning.split_once("warning: ").unwrap();
    assert_snapshot!(warning, @"the service `deaf` was killed: it had not stopped within its `stop-timeout`");

    // At once, where a person asks twice.
    let mut deaf = up_and_deaf(&project);
    deaf.signal(Signal::INT);
    eventually("it is asked to stop", || {
        said(&deaf).contains("stopping `deaf`").then_some(())
    });
    deaf.signal(Signal::INT);
    assert_eq!(deaf.wait().code(), Some(130));
}

#[test]
fn services_do_not_outlive_what_started_them() {
    let project =
        Project::new("name: app\nloader: none\nstart: (f2)\nbefore-load: (defun f2 ())\n");
    let mut app = up(&project, &["--quiet"]);
    eventually("it runs", || {
        project
            .run(&["status"])
            .stdout
            .contains("ready")
            .then_some(())
    });
    assert_eq!(app.stderr(), "");
    app.signal(Signal::KILL);
    app.wait();
    eventually("it ends", || {
        project
            .run(&["status"])
            .stdout
            .contains("down")
            .then_some(())
    });
}

#[test]
fn nothing_is_started_where_something_is_missing() {
    let yaml = "name: two\nloader: none\nservices:\n  one: {start: (f)}\n  two: {start: (f), directory: gone}\n";
    let project = Project::new(yaml).with_sbcl("touch started");
    assert_snapshot!(project.run(&["up"]).failure(1), @"
    error: `directory`: there is no folder `/srv/app/gone`
     --> lisplaunch.yaml:5:32
      |
    5 |   two: {start: (f), directory: gone}
      |                                ^^^^
    ");
    assert!(!project.folder().join("started").exists());
    let from_input =
        project.run_with_input(&["-f", "-", "up"], b"start: (f)\nloader: none\nname: a\n");
    assert_snapshot!(from_input.failure(2), @"
    error: `up` needs a project file, not standard input
     |
     = help: each service reads it again: name a file with `-f FILE`
    ");
}

#[test]
fn names_have_colours_and_lines_do_not_steer_a_terminal() {
    let yaml = "name: two\nloader: none\nservices:\n  \
                one:\n    start: (format t \"~c[2J~%\" (code-char 27))\n  \
                two: {start: (sb-ext:exit :abort t), after: one}\n";
    let project = Project::new(yaml);
    let mut all = up(&project, &["--color=always"]);
    all.wait();
    let lines = all.stdout();
    assert!(
        lines.contains("\u{1b}[36mone |\u{1b}[0m \u{1b}[2J\n"),
        "{lines:?}"
    );
    let line = format!("{} up", crate::support::LISPLAUNCH);
    let mut script = project.command(&[]);
    let environment: Vec<_> = script
        .get_envs()
        .map(|(name, value)| (name.to_owned(), value.unwrap().to_owned()))
        .collect();
    let mut command = std::process::Command::new("script");
    command
        .args(["-qec", &line, "/dev/null"])
        .current_dir(project.folder())
        .env_clear()
        .envs(environment)
        .env("TERM", "xterm");
    script = command;
    let shown = String::from_utf8(script.output().unwrap().stdout).unwrap();
    assert!(shown.contains("one |\u{1b}[0m ␛[2J"), "{shown:?}");
}
