//! `check --load`: what keeps a service from starting is found, and its place.

mod table;

use std::env;
use std::fs;
use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::{Outcome, Project, files_below};
use table::{CASES, Case, Fails};

/// What a case leaves out.
const FILES: [(&str, &str); 3] = [
    (
        "app.asd",
        "(defsystem \"app\" :serial t\n  :components ((:file \"package\") (:file \"app\")))\n",
    ),
    (
        "package.lisp",
        "(defpackage :my-app (:use :cl)\n  (:export #:start #:stop #:gone #:up-p #:with-app #:*app*))\n",
    ),
    (
        "app.lisp",
        "(in-package :my-app)
(defvar *app* 1)
(defun start (&key (port 8080) host) (list port host))
(defun stop () *app*)
(defun up-p () t)
(defun hidden () 1)
(defmacro with-app (name) name)\n",
    ),
];

const YAML: &str = "loader: asdf\nregistry: [.]\n";

/// A project whose libraries are compiled where they always are.
fn project(yaml: &str, files: &[(&str, &str)]) -> Project {
    let cache = match env::var_os("XDG_CACHE_HOME") {
        Some(cache) => cache.into(),
        None => PathBuf::from(env::var_os("HOME").unwrap()).join(".cache"),
    };
    let project = Project::new(yaml)
        .with_variable("XDG_CACHE_HOME", cache.to_str().unwrap())
        .with_variable("LC_ALL", "C.UTF-8");
    let files = FILES.iter().chain(files);
    files.fold(project, |project, (name, text)| {
        project.with_file(name, text)
    })
}

impl Case {
    fn project(&self) -> Project {
        let yaml = format!(
            "{YAML}systems: {}\nrestart: never\n{}",
            self.systems, self.yaml
        );
        project(&yaml, self.files)
    }
}

fn found(outcome: &Outcome) -> Vec<Value> {
    assert_eq!(outcome.stderr, "");
    let found: Value = serde_json::from_str(&outcome.stdout).unwrap();
    found["problems"].as_array().unwrap().clone()
}

/// Whether one of the problems is at this place and says this.
fn says(problems: &[Value], case: &Case) -> bool {
    problems.iter().any(|problem| {
        let place = format!(
            "{}:{}:{}",
            problem["file"].as_str().unwrap_or_default(),
            problem["line"],
            problem["column"]
        );
        let message = problem["message"].as_str().unwrap();
        problem["severity"] == "error" && place == case.place && message.contains(case.message)
    })
}

#[test]
fn what_keeps_a_service_from_starting_is_found_at_its_place() {
    let mut missed = Vec::new();
    for case in CASES {
        let project = case.project();
        let plain = project.run(&["check"]);
        assert_eq!(plain.code, Some(0), "{}: {plain:?}", case.what);
        let outcome = project.run(&["check", "--load", "--json"]);
        let problems = found(&outcome);
        if outcome.code != Some(1) || !says(&problems, case) {
            missed.push(format!("{}: {problems:#?}", case.what));
        }
    }
    // One that depends on what is in the world when it runs is in the table too.
    assert!(CASES.len() >= 15);
    assert!(missed.len() <= 1, "{}", missed.join("\n"));
    assert!(
        missed.iter().all(|missed| missed.contains("when it runs")),
        "{}",
        missed.join("\n")
    );
}

#[test]
fn each_of_these_services_fails() {
    for case in CASES.iter().filter(|case| case.fails == Fails::AtStart) {
        let project = case.project();
        let output = project.command(&["run"]).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(1),
            "{}: {}",
            case.what,
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn a_service_that_starts_is_all_well_and_leaves_nothing_behind() {
    let yaml = format!(
        "{YAML}systems: app
package: my-app
before-load: (defvar cl-user::*early* 1)
load: more.lisp
start: (start :port 80)
ready: (up-p)
stop: stop
after-reload: (progn cl-user::*early* (more))
"
    );
    let more = "(in-package :my-app)\n(defun more () 2)\n";
    let project =
        project(&yaml, &[("more.lisp", more)]).with_variable("XDG_CACHE_HOME", "/proc/nowhere");
    let before = files_below(&project.folder());
    let outcome = project.run(&["check", "--load"]);
    assert_eq!(outcome.stderr, "");
    assert_eq!(
        outcome.success(),
        "lisplaunch.yaml: 1 service and 0 profiles, loaded and all well\n"
    );
    assert_eq!(files_below(&project.folder()), before);
    assert_eq!(files_below(&project.home()), Vec::<PathBuf>::new());
}

#[test]
fn a_form_may_define_what_those_after_it_name() {
    let yaml = format!(
        "{YAML}systems: app
start:
  - (progn (load \"later.lisp\") (my-app:gone))
  - (later:run)
"
    );
    let outcome = project(&yaml, &[]).run(&["check", "--load"]);
    assert_snapshot!(outcome.stderr, @r#"
    warning: undefined function: my-app:gone
     --> lisplaunch.yaml:5:32
      |
    5 |   - (progn (load "later.lisp") (my-app:gone))
      |                                ^^^^^^^^^^^^^ unless a form before it defines it

    warning: Package LATER does not exist.
     --> lisplaunch.yaml:6:6
      |
    6 |   - (later:run)
      |      ^^^^^^^^^ unless a form before it defines it
    "#);
    assert_eq!(outcome.code, Some(0));
}

#[test]
fn everything_that_is_wrong_is_reported_at_once() {
    let yaml = format!(
        "{YAML}systems: [app]
start:
  - |
    (progn
      ; which port?
      (my-app:start :prot ${{PORT:-8080}}
                    :host (my-app:hots)))
  - (my-app::hiden)
stop: my-app:hidden
"
    );
    let app = "(in-package :my-app)
(defvar *app* 1)
(defun start (&key (port 8080) host) (list port host))
(defun hidden (unused) (gone 1))
";
    let project = project(&yaml, &[("app.lisp", app)]);
    assert_snapshot!(project.run(&["check", "--load"]).failure(1), @r#"
    warning: The variable UNUSED is defined but never used.
     --> app.lisp:4:1
      |
    4 | (defun hidden (unused) (gone 1))
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a matter of style

    warning: undefined function: my-app:gone
     --> app.lisp:4:24
      |
    4 | (defun hidden (unused) (gone 1))
      |                        ^^^^^^^^

    error: Symbol "HOTS" not found in the MY-APP package.
     --> lisplaunch.yaml:9:28
      |
    9 |                     :host (my-app:hots)))
      |                            ^^^^^^^^^^^

    error: undefined function: my-app::hiden
      --> lisplaunch.yaml:10:5
       |
    10 |   - (my-app::hiden)
       |     ^^^^^^^^^^^^^^^
       |
       = help: did you mean `hidden`?

    error: The symbol "HIDDEN" is not external in the MY-APP package.
      --> lisplaunch.yaml:11:7
       |
    11 | stop: my-app:hidden
       |       ^^^^^^^^^^^^^
       |
       = help: write `::` between the package and the symbol, or export it
    lisplaunch.yaml: 3 problems
    "#);
}

#[test]
fn what_ends_sbcl_itself_is_reported_with_what_it_printed() {
    let yaml = format!("{YAML}systems: [app]\nload: [run.lisp]\nstart: (my-app:start)");
    let run = "(format t \"~&goodbye~%\")\n(finish-output)\n(sb-ext:exit :code 3 :abort t)\n";
    let ends = project(&yaml, &[("run.lisp", run)]);
    assert_snapshot!(ends.run(&["check", "--load"]).failure(1), @"
    error: the sbcl that tried the code ended before all of it was loaded
     --> lisplaunch.yaml:4:8
      |
    4 | load: [run.lisp]
      |        ^^^^^^^^
      |
      = note: it printed:
              goodbye
    lisplaunch.yaml: 1 problem
    ");
}

#[test]
fn code_that_does_not_come_to_its_end_is_given_up() {
    let yaml = format!("{YAML}systems: [app]\nload: [run.lisp]\nstart: (my-app:start)");
    let run = "(with-open-file (out \"running\" :direction :output))\n(loop (sleep 1))\n";
    let project = project(&yaml, &[("run.lisp", run)]);
    let late = project.run(&["check", "--load", "--timeout", "1s"]);
    let said = late.failure(1);
    assert!(
        said.starts_with("error: the code was not loaded within 1s"),
        "{said}"
    );

    let running = project.folder().join("running");
    // The first one may have come so far, too.
    let _ = fs::remove_file(&running);
    let mut command = project.command(&["check", "--load"]);
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while !running.exists() {
        assert!(Instant::now() < end, "it does not load the file");
        sleep(Duration::from_millis(20));
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"
    error: interrupted while the code was loaded
     --> lisplaunch.yaml:4:8
      |
    4 | load: [run.lisp]
      |        ^^^^^^^^
    ");
}

#[test]
fn code_of_another_user_is_not_loaded() {
    let yaml = format!("{YAML}systems: [app]\nuser: nobody\nstart: (my-app:start)");
    let project = project(
        &yaml,
        &[("app.lisp", "(open \"started\" :direction :output)\n")],
    );
    let file = project.folder().join("lisplaunch.yaml");
    chown(&file, lisplaunch::host::uid_of("nobody"), None).unwrap();
    let said = project.run(&["check", "--load"]).failure(1);
    assert!(said.contains("--trust"), "{said}");
    assert!(!project.folder().join("started").exists());
}

#[test]
fn what_is_known_without_loading_is_not_tried() {
    let yaml = format!("{YAML}systems: [app]\nload: [none.lisp]\nstart: (my-app:none)");
    let project = project(&yaml, &[]);
    assert_eq!(
        project.run(&["check", "--load"]).failure(1),
        project.run(&["check"]).failure(1)
    );
}
