//! Several services, replicas and profiles; and what other commands report of images.

use std::fs;

use insta::assert_snapshot;

use super::{CODE, YAML, built, project, with_code};
use crate::support::Project;

fn images(project: &Project) -> Vec<String> {
    let entries = fs::read_dir(project.folder().join(".lisplaunch")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.contains(".core")).collect();
    names.sort();
    names
}

/// An image holds what was read from the environment when it was made, so each service has its own.
#[test]
fn each_service_and_profile_has_an_image_of_its_own() {
    let yaml = r#"
name: shop
loader: none
load: [app.lisp]
core: true
swank: false
services:
  web: {replicas: 2, env: {NUMBER: "${REPLICA}"}, start: [(app:report), (sb-ext:exit)]}
  worker: {start: [(app:report), (sb-ext:exit)]}
profiles:
  loud: {services: {worker: {env: {NUMBER: loud}}}}
"#;
    let code = r#"
(defpackage :app (:use :cl) (:export :report))
(in-package :app)
(defvar *number* (sb-ext:posix-getenv "NUMBER"))
(defun report () (format t "~a in ~a~%" *number* (file-namestring sb-ext:*core-pathname*)))
"#;
    let project = with_code(yaml, code);
    project.run(&["build"]).success();
    project.run(&["build", "-p", "loud", "worker"]).success();
    assert_eq!(
        images(&project),
        [
            "web-1.core",
            "web-2.core",
            "worker+loud.core",
            "worker.core"
        ]
    );
    let run = |arguments: &[&str]| project.run(&[&["run"], arguments].concat()).success();
    assert_eq!(run(&["web-2"]), "2 in web-2.core\n");
    assert_eq!(run(&["worker"]), "NIL in worker.core\n");
    assert_eq!(run(&["-p", "loud", "worker"]), "loud in worker+loud.core\n");
}

/// The image before is there for who wants it back.
#[test]
fn the_image_before_is_kept() {
    let project = built("");
    let file = project.folder().join(".lisplaunch/app.core");
    let before = fs::read(&file).unwrap();
    fs::write(
        project.folder().join("app.lisp"),
        CODE.replace("first", "second"),
    )
    .unwrap();
    project.run(&["build"]).success();
    assert_eq!(images(&project), ["app.core", "app.core.1"]);
    assert!(fs::read(file.with_extension("core.1")).unwrap() == before);
    assert_eq!(project.run(&["run"]).success(), "second; from the image\n");
}

#[test]
fn commands_report_what_is_wrong_with_an_image() {
    let project = project("");
    let emit = ["emit", "sh"];
    assert_snapshot!(project.run(&emit).stderr, @"
    warning: the service `app` starts from a saved image, and there is no file `/srv/app/.lisplaunch/app.core`
     |
     = help: `lisplaunch build app` rebuilds it
    ");
    project.run(&["build"]).success();
    assert_eq!(project.run(&emit).stderr, "");
    assert_eq!(project.run(&["check"]).stderr, "");
    fs::write(
        project.folder().join("app.lisp"),
        CODE.replace("first", "second"),
    )
    .unwrap();
    let warning = "\
warning: the saved image of `app` is stale: `/srv/app/app.lisp` has changed
 |
 = help: `lisplaunch build app` rebuilds it
";
    assert_eq!(project.run(&emit).stderr, warning);
    assert_eq!(project.run(&["check"]).stderr, warning);
    let json = project.run(&["check", "--json"]).success();
    assert!(json.contains("the saved image of `app` is stale"), "{json}");
    assert_snapshot!(project.run(&["status"]).stdout, @"
    SERVICE  STATE
    app      down   it has not been started
    app: the saved image is stale: `/srv/app/app.lisp` has changed; `lisplaunch build app` rebuilds it
    ");
    let json = project.run(&["status", "--json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json[0]["saved-image"]["stale"],
        "`/srv/app/app.lisp` has changed"
    );
}

#[test]
fn a_dry_run_shows_what_would_run() {
    let project = built("");
    let dry = |arguments: &[&str]| {
        project
            .run(&[&["run", "--dry-run"], arguments].concat())
            .success()
    };
    assert!(dry(&[]).contains("--core /srv/app/.lisplaunch/app.core"));
    assert!(!dry(&["--from-source"]).contains("--core"));
    fs::write(
        project.folder().join("app.lisp"),
        CODE.replace("first", "second"),
    )
    .unwrap();
    assert!(!dry(&[]).contains("--core"));
}

/// The recipe comes from the templates in use.
#[test]
fn a_template_of_the_project_makes_an_image_stale() {
    let project = built("");
    let template = project.run(&["templates", "show", "sbcl/argv"]).success();
    let template = template.replace(
        "{% if boot %}",
        "--eval (defvar cl-user::*mine* 1)\n{% if boot %}",
    );
    assert!(template.contains("*mine*"));
    let yaml = format!("{YAML}templates: templates\n");
    let project = project
        .with_file("lisplaunch.yaml", &yaml)
        .with_file("templates/sbcl/argv", &template);
    let check = project.run(&["build", "--check"]);
    assert_eq!(
        check.stdout,
        "app: stale: the project file asks for other code\n"
    );
    assert_eq!(project.run(&["run"]).success(), "first; from source\n");
    project.run(&["build"]).success();
    assert_eq!(project.run(&["run"]).success(), "first; from the image\n");
}
