//! Saved images: made by the real sbcl, started, and compared with what they were made from.

mod another_home;
mod asdf;
mod builder;
mod choices;
mod failing;
mod freshness;
mod image;
mod page;
mod program;
mod sbcl;
mod together;

use crate::support::{Outcome, Project};

/// A service that ends by itself, and says what it is on the way.
const YAML: &str = r"
name: app
loader: none
load: [app.lisp]
start:
  - (app:report)
  - (sb-ext:exit)
core: true
";

const CODE: &str = r#"
(defpackage :app (:use :cl) (:export :report))
(in-package :app)
(defun report ()
  (format t "first; ~:[from source~;from the image~]~%"
          (search "/.lisplaunch/" (namestring sb-ext:*core-pathname*))))
"#;

/// Its project, not built.
fn project(more: &str) -> Project {
    with_code(&format!("{YAML}{more}"), CODE)
}

/// A project with this file to load.
fn with_code(yaml: &str, code: &str) -> Project {
    Project::new(yaml)
        .with_file("app.lisp", code)
        .with_variable("LC_ALL", "C.UTF-8")
}

/// The same, built.
fn built(more: &str) -> Project {
    let project = project(more);
    project.run(&["build"]).success();
    project
}

/// Starts the service as an emitted file does, without `lisplaunch run`.
fn start(project: &Project) -> Outcome {
    let argv = project.run(&["argv"]).success();
    // The outcome shows these paths for the real ones.
    let argv = argv
        .replace("/srv/app", project.folder().to_str().unwrap())
        .replace("/home/me", project.home().to_str().unwrap());
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", &format!("exec {argv}")])
        .current_dir(project.folder())
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", project.home())
        .env("LC_ALL", "C.UTF-8")
        .stdin(std::process::Stdio::null());
    project.outcome(command)
}
