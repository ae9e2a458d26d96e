//! A program of its own: without sbcl, without lisplaunch, with the arguments and the environment
//! that it is given.

use std::process::Command;

use insta::assert_snapshot;

use crate::support::{Outcome, Project};

const YAML: &str = r#"
name: app
loader: none
load: [app.lisp]
env: {GREETING: "it's $$here", COLOUR: red}
arguments: [--first, "two words"]
umask: 027
sbcl: {dynamic-space-size: 700MB}
package: app
start:
  - (report ${NUMBER:-8080} "a \"quoted\" text")
  - (sb-ext:exit)
"#;

/// Its package has no symbol of CL.
const CODE: &str = r#"
(cl:defpackage :app (:use))
(cl:in-package :app)
(cl:defun report (number text)
  (cl:format cl:t "~s ~s~%~s~%~s ~s~%~d MB, umask ~o~%"
             number text (cl:rest sb-ext:*posix-argv*)
             (sb-ext:posix-getenv "GREETING") (sb-ext:posix-getenv "COLOUR")
             (cl:floor (sb-ext:dynamic-space-size) 1048576)
             (sb-alien:alien-funcall
              (sb-alien:extern-alien "umask" (cl:function sb-alien:unsigned sb-alien:unsigned))
              0)))
"#;

fn built() -> Project {
    let project = Project::new(YAML)
        .with_file("app.lisp", CODE)
        .with_variable("LC_ALL", "C.UTF-8");
    let built = ["build", "--executable", "-o", "program"];
    project.run(&built).success();
    project
}

/// Runs it with nothing on the PATH.
fn run(project: &Project, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let mut command = Command::new(project.folder().join("program"));
    command
        .args(arguments)
        .current_dir("/")
        .env_clear()
        .env("HOME", project.home())
        .envs(variables.iter().copied());
    project.outcome(command)
}

#[test]
fn it_starts_the_service_as_the_project_file_says() {
    let project = built();
    assert_snapshot!(run(&project, &[], &[]).success(), @r#"
    8080 "a \"quoted\" text"
    ("--first" "two words")
    "it's $here" "red"
    700 MB, umask 27
    "#);
    let variables = [("NUMBER", "9"), ("COLOUR", "blue")];
    let arguments = ["--eval", "--version", "--noinform", "--help"];
    assert_snapshot!(run(&project, &arguments, &variables).success(), @r#"
    9 "a \"quoted\" text"
    ("--first" "two words" "--eval" "--version" "--noinform" "--help")
    "it's $here" "blue"
    700 MB, umask 27
    "#);
    let wrong = run(&project, &[], &[("NUMBER", "nine) (exit")]).failure(1);
    assert_snapshot!(wrong.lines().last().unwrap(), @r#"lisplaunch: app did not start: NUMBER is "nine) (exit" in the environment: expected a number"#);
}

#[test]
fn a_program_of_several_services_is_refused() {
    let project = Project::new("services: {one: {start: (f)}, two: {start: (f)}}");
    let build = ["build", "--executable", "-o", "program"];
    assert_snapshot!(project.run(&build).failure(2), @"
    error: `--executable` makes a program of one service: which one?
     |
     = help: name one of `one`, `two`
    ");
    let project = Project::new("start: (f)\nruntime: false");
    assert_snapshot!(project.run(&build).failure(2), @"
    error: `--executable` needs lisplaunch's own code in the image, and `runtime` is `false`
     |
     = help: remove `runtime: false`
    ");
}
