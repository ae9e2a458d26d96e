//! A Lisp function that writes down what it sees, and a project whose service calls it.

use std::fs;
use std::path::Path;

use crate::support::Project;

/// `(witness:tell FILE VALUE…)` writes the values, a line each. The last line says that all
/// of it is there.
const TELL: &str = r#"
(defpackage :witness (:use :cl) (:export #:tell))
(in-package :witness)
(defun tell (file &rest values)
  (with-open-file (out file :direction :output :if-exists :supersede :external-format :utf-8)
    (format out "~{~A~%~}END~%" values)))
"#;

/// A project of SBCL alone whose `start` may call the witness, with more lines to its file.
///
/// With a stop form, since without one SBCL sometimes loses a SIGTERM that comes early.
pub(super) fn project(start: &str, more: &str) -> Project {
    let stop = if more.contains("stop: ") {
        ""
    } else {
        "stop: (finish-output)\n"
    };
    let yaml = format!(
        "name: seen\nloader: none\nload: [witness.lisp]\nstop-timeout: 10s\n{stop}\
         start:\n  - |\n    {start}\n{more}"
    );
    Project::new(&yaml).with_file("witness.lisp", TELL)
}

/// What the witness has written, once it is whole.
pub(super) fn recorded(file: &Path) -> Option<Vec<String>> {
    let text = fs::read_to_string(file).ok()?;
    let lines = text.strip_suffix("END\n")?.lines();
    Some(lines.map(str::to_owned).collect())
}
