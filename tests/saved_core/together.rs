//! What is done side by side: compiled files are shared by what loads them.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use crate::end_to_end::running::{Running, eventually};
use crate::end_to_end::with_compiled_systems;
use crate::support::ports::free_port;
use crate::support::{Project, files_below};

/// Two services of the same code: one that stays, and one that reports and ends.
const YAML: &str = r"
name: app
loader: asdf
registry: [.]
systems: [app]
stop-timeout: 1s
services:
  web:
    start: (+ 1 1)
    swank: SWANK
  once:
    swank: false
    core: true
    start:
      - (app:report)
      - (sb-ext:exit)
";

const SYSTEM: &str = r#"
(defsystem "app" :serial t
  :components ((:file "version") (:file "a") (:file "b") (:file "c") (:file "report")))
"#;

const REPORT: &str = r#"
(in-package :app)
(defun report ()
  (format t "~a ~a ~a ~:[from source~;from the image~]~%" (a) (b) (c)
          (search "/.lisplaunch/" (namestring sb-ext:*core-pathname*))))
"#;

fn project() -> Project {
    let mut project = Project::new(&YAML.replace("SWANK", &free_port().to_string()))
        .with_file("app.asd", SYSTEM)
        .with_file("report.lisp", REPORT)
        .with_variable("LC_ALL", "C.UTF-8");
    for name in ["a", "b", "c"] {
        let code = format!("(in-package :app)\n(defun {name} () (version))\n");
        project = project.with_file(&format!("{name}.lisp"), code);
    }
    let fasls = project.folder().join("fasls");
    let translations = format!(
        "(:output-translations (\"{}/\" \"{}/\") :inherit-configuration)",
        project.folder().display(),
        fasls.display()
    );
    let project = project.with_variable("ASDF_OUTPUT_TRANSLATIONS", &translations);
    write(&project, 1);
    with_compiled_systems(project)
}

/// Writes a version, of which each file has a part once it is compiled.
fn write(project: &Project, version: u32) {
    let code = format!(
        "(defpackage :app (:use :cl) (:export :report))\n(in-package :app)\n\
         (defmacro version () {version})\n"
    );
    fs::write(project.folder().join("version.lisp"), code).unwrap();
}

/// What runs has said that it went well.
#[track_caller]
fn well(mut process: Running) {
    let status = process.wait();
    assert!(status.success(), "{}", process.stderr());
}

#[track_caller]
fn assert_no_file_is_unfinished(project: &Project) {
    for file in files_below(&project.folder().join("fasls")) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let compiled = name.strip_suffix(".lisplaunch").unwrap_or(&name);
        let kind = Path::new(compiled).extension();
        assert_eq!(kind, Some(OsStr::new("fasl")), "{name}");
    }
}

#[test]
fn an_image_is_built_while_the_service_starts_and_while_it_reloads() {
    let project = project();
    let run = |arguments: &[&str]| Running::start(project.command(arguments));
    let build = run(&["build", "once"]);
    let mut web = run(&["run", "web"]);
    well(build);
    web.until("it is ready", || {
        (project.run(&["eval", "web", "(app:report)"]).code == Some(0)).then_some(())
    });
    for version in 1..4 {
        if version > 1 {
            write(&project, version);
            let (build, reload) = (run(&["build", "once"]), run(&["reload", "web"]));
            well(build);
            well(reload);
        }
        let said = project.run(&["eval", "web", "(app:report)"]).success();
        let of_all = format!("{version} {version} {version}");
        assert!(
            said.starts_with(&format!("{of_all} from source\n")),
            "{said}"
        );
        let said = project.run(&["run", "once"]).success();
        assert_eq!(said, format!("{of_all} from the image\n"));
        assert_no_file_is_unfinished(&project);
    }
    web.stop();
    eventually("nothing is left of it", || {
        web.family().is_empty().then_some(())
    });
}
