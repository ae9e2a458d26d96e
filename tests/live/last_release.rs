//! A service that the release before the runtime started: all of its Lisp is in its command line,
//! which `last_release/argv` keeps as that release wrote it, a line an argument.

use std::fs;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::service::SOON;
use crate::support::Project;
use crate::support::ports::free_port;
use crate::swank_server::real::cache;

const ARGV: &str = include_str!("last_release/argv");

const SYSTEM: &str = r#"(defsystem "app" :components ((:file "app")))"#;

const CODE: &str = r#"
(defpackage :app (:use :cl) (:export #:start #:stop #:answer))
(in-package :app)
(defun answer () :before)
(defun start ())
(defun stop () (with-open-file (file "stopped" :direction :output)))
"#;

/// The process, which ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn project(port: u16) -> Project {
    Project::new(&format!(
        "name: app\nloader: asdf\nregistry: [.]\nsystems: [app]\nstart: (app:start)\n\
         stop: (app:stop)\nswank: {port}\n"
    ))
    .with_file("app.asd", SYSTEM)
    .with_file("app.lisp", CODE)
    .with_variable("XDG_CACHE_HOME", cache().to_str().unwrap())
}

fn start(project: &Project, port: u16) -> Process {
    let folder = project.folder();
    let argv = ARGV
        .replace("@FOLDER@", folder.to_str().unwrap())
        .replace("@PORT@", &port.to_string());
    let mut words = argv.lines();
    let process = Command::new(words.next().unwrap())
        .args(words)
        .current_dir(&folder)
        .env("HOME", project.home())
        .env("XDG_CACHE_HOME", cache())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let process = Process(process);
    let end = Instant::now() + 6 * SOON;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < end, "it does not serve");
        sleep(Duration::from_millis(50));
    }
    process
}

#[test]
fn it_still_answers_every_command() {
    let port = free_port();
    let project = project(port);
    let mut process = start(&project, port);
    let status = project.run(&["status", "--json"]);
    assert!(
        status
            .stdout
            .contains(&format!("\"pid\": {}", process.0.id())),
        "{status:?}"
    );
    assert!(status.stdout.contains("\"state\": \"up\""), "{status:?}");
    // Its forms and its folder show that it is the same service.
    assert_eq!(self::project(port).run(&["stop"]).code, Some(3));
    let other = project.folder().join("other.yaml");
    let yaml = format!("name: other\nloader: asdf\nstart: (other:start)\nswank: {port}\n");
    fs::write(other, yaml).unwrap();
    assert_eq!(project.run(&["-f", "other.yaml", "stop"]).code, Some(3));
    let values = |form: &str| project.run(&["eval", form]).success();
    assert_eq!(values("(app:answer)"), ":BEFORE\n");
    // ASDF, which decides there, compares whole seconds.
    sleep(Duration::from_millis(1100));
    let code = CODE.replace(":before", ":after");
    fs::write(project.folder().join("app.lisp"), code).unwrap();
    project.run(&["reload"]).success();
    assert_eq!(values("(app:answer)"), ":AFTER\n");
    project.run(&["stop"]).success();
    let end = Instant::now() + SOON;
    while process.0.try_wait().unwrap().is_none() {
        assert!(Instant::now() < end, "it does not stop");
        sleep(Duration::from_millis(20));
    }
    assert!(project.folder().join("stopped").exists());
}
