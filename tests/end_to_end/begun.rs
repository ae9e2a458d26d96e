//! Projects that `lisplaunch init` has made, started and asked.
//!
//! Debian has no Clack, Lucerne and Caveman: small systems of the same names, in
//! `tests/init/systems` behind the stand-in for Quicklisp, have as much of them as the templates use,
//! written after their sources.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use super::network::get;
use super::running::{Running, eventually, terminate};
use crate::support::ports::free_port;
use crate::support::{Project, REPOSITORY};
use crate::swank_server::real::cache;

/// A folder `app` without anything, and a home folder with the stand-in for Quicklisp.
fn with_quicklisp() -> Project {
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let folder = Path::new(REPOSITORY).join("tests");
    let mut project = Project::empty().with_file(
        "~/quicklisp/setup.lisp",
        read(&folder.join("quicklisp/setup.lisp")),
    );
    for entry in fs::read_dir(folder.join("init/systems")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        project = project.with_file(&format!("~/quicklisp/systems/{name}"), read(&path));
    }
    project
}

fn started(project: &Project, port: u16) -> Running {
    let mut command = project.command(&["run"]);
    command
        .env("XDG_CACHE_HOME", cache())
        .env("PORT", port.to_string())
        .env("SWANK_PORT", free_port().to_string())
        .stdin(Stdio::null());
    Running::start(command)
}

/// A project of this template, asked, and stopped.
fn answers(project: &Project, template: &str) {
    let made = project.run(&["init", "--template", template]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let port = free_port();
    let mut running = started(project, port);
    let answer = eventually("an answer over HTTP", || get(port, "/"));
    assert!(answer.contains("Hello, world!"), "{answer}");
    terminate(running.pid());
    let status = running.wait();
    assert_eq!(status.code(), Some(0), "{}", running.stderr());
}

#[test]
fn a_project_on_hunchentoot_answers() {
    answers(&Project::empty(), "hunchentoot");
}

#[test]
fn a_project_on_clack_answers() {
    answers(&with_quicklisp(), "clack");
}

#[test]
fn a_project_on_lucerne_answers() {
    answers(&with_quicklisp(), "lucerne");
}

#[test]
fn a_project_on_caveman_answers() {
    answers(&with_quicklisp(), "caveman");
}

#[test]
fn a_worker_works() {
    let project = Project::empty();
    project.run(&["init", "--template", "worker"]).success();
    let mut running = started(&project, free_port());
    running.until_it_says("app: working");
    terminate(running.pid());
    assert_eq!(running.wait().code(), Some(0), "{}", running.stderr());
}

/// Each file is a system and a package of its own.
#[test]
fn a_package_inferred_system_is_loaded() {
    let project = Project::empty()
        .with_file(
            "orders.asd",
            "(defsystem \"orders\" :class :package-inferred-system :depends-on (\"orders/web\"))",
        )
        .with_file(
            "web.lisp",
            "(uiop:define-package :orders/web (:use :cl :orders/stock) (:export #:start))\n\
             (in-package :orders/web)\n\
             (defun start () (format t \"~&orders: ~A~%\" (count-of)) (finish-output))",
        )
        .with_file(
            "stock.lisp",
            "(defpackage :orders/stock (:use :cl) (:export #:count-of))\n\
             (in-package :orders/stock)\n(defun count-of () 42)",
        );
    project.run(&["init"]).success();
    let mut running = started(&project, free_port());
    running.until_it_says("orders: 42");
    terminate(running.pid());
    assert_eq!(running.wait().code(), Some(0), "{}", running.stderr());
}
