//! What the compiler says of changed code, and what it stops.

use insta::assert_snapshot;
use serde_json::Value;

use super::service::{Service, Sources};
use super::{PACKAGE, YAML, answer, app, report};

const THREE_FILES: &str = "(defsystem \"app\" :serial t
  :components ((:file \"package\") (:file \"answer\") (:file \"later\")))";

/// A service with a file whose functions come after those that call them.
fn service() -> Service {
    app("")
        .with_file("app.asd", THREE_FILES)
        .with_file("later.lisp", "(in-package :app)\n")
        .start("")
}

#[test]
fn what_is_undefined_stops_it() {
    let service = service();
    service.change(
        "answer.lisp",
        "(in-package :app)\n\n(defun answer (&optional unused)\n  (let ((größe 1))\n    (list (gone größe) *nowhere*)))\n",
    );
    assert_snapshot!(report(service.reload(&[]), 1), @"
    warning: The variable UNUSED is defined but never used.
     --> answer.lisp:3:1
      |
    3 | (defun answer (&optional unused)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a matter of style
    warning: undefined function: app::gone
     --> answer.lisp:5:11
      |
    5 |     (list (gone größe) *nowhere*)))
      |           ^^^^^^^^^^^^
    warning: undefined variable: app::*nowhere*
     --> answer.lisp:5:5
      |
    5 |     (list (gone größe) *nowhere*)))
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: the compiler found 2 warnings in the code
     |
     = help: fix it, or give `--allow-warnings` to load it anyway
     = help: the service `app` is as it was
    ");
    assert_eq!(service.value("(app:answer)"), "\"old\"");
    assert_eq!(service.fasls(), ["package.fasl"]);
    // What is defined by a file that comes later is defined.
    service.change(
        "later.lisp",
        "(in-package :app)\n(defvar *nowhere* 2)\n(defun gone (x) x)\n",
    );
    service.change("answer.lisp", &answer("(gone 1)"));
    assert_snapshot!(report(service.reload(&[]), 0), @"
    compiled answer.lisp, later.lisp in TIME
    loaded answer.lisp, later.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "1");
}

#[test]
fn matters_of_style_do_not() {
    let service = service();
    service.change("answer.lisp", &answer("(let ((x 1)) 2)"));
    assert_snapshot!(report(service.reload(&[]), 0), @"
    warning: The variable X is defined but never used.
     --> answer.lisp:2:24
      |
    2 | (defun answer () (let ((x 1)) 2))
      |                        ^^^^^ a matter of style
    compiled answer.lisp, later.lisp in TIME
    loaded answer.lisp, later.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "2");
    // They are those of what was compiled now.
    service.change("later.lisp", "(in-package :app)\n(defvar *later* 1)\n");
    assert_snapshot!(report(service.reload(&[]), 0), @"
    compiled later.lisp in TIME
    loaded later.lisp in TIME
    ");
}

#[test]
fn warnings_can_be_allowed_but_errors_cannot() {
    let failure = "(type-of (nth-value 1 (ignore-errors (app:answer))))";
    let mut service = service();
    service.change("answer.lisp", &answer("(if t 3 (gone))"));
    assert_eq!(service.reload(&[]).code, Some(1));
    assert_snapshot!(report(service.reload(&["--allow-warnings"]), 0), @"
    warning: undefined function: app::gone
     --> answer.lisp:2:26
      |
    2 | (defun answer () (if t 3 (gone)))
      |                          ^^^^^^
    compiled answer.lisp, later.lisp in TIME
    loaded answer.lisp, later.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "3");
    service.change("answer.lisp", &answer("(list (+ 1 \"one\"))"));
    assert_snapshot!(report(service.reload(&["--allow-warnings"]), 0), @r#"
    warning: Constant "one" conflicts with its asserted type NUMBER.
     --> answer.lisp:2:24
      |
    2 | (defun answer () (list (+ 1 "one")))
      |                        ^^^^^^^^^^^
    compiled answer.lisp, later.lisp in TIME
    loaded answer.lisp, later.lisp in TIME
    "#);
    assert_eq!(service.value(failure), "SIMPLE-TYPE-ERROR");
    // The next start loads what was reloaded, though ASDF alone would not have compiled it.
    service.restart();
    assert_eq!(service.value(failure), "SIMPLE-TYPE-ERROR");

    service.change("answer.lisp", &answer("(let ((a 1 2)) a)"));
    assert_snapshot!(report(service.reload(&["--allow-warnings"]), 1), @"
    error: The LET binding spec (A 1 2) is malformed.
     --> answer.lisp:2:24
      |
    2 | (defun answer () (let ((a 1 2)) a))
      |                        ^^^^^^^
    error: the compiler found 1 error in the code
     |
     = help: the service `app` is as it was
    ");
    service.change(
        "answer.lisp",
        "(in-package :app)\n(defun answer ()\n  (nowhere:f))\n",
    );
    assert_snapshot!(report(service.reload(&["--allow-warnings"]), 1), @"
    error: Package NOWHERE does not exist.
     --> answer.lisp:3:4
      |
    3 |   (nowhere:f))
      |    ^^^^^^^^^
    error: the code does not compile
     |
     = help: the service `app` is as it was
    ");
}

#[test]
fn libraries_may_warn() {
    let service = Sources::new(YAML)
        .with_file(
            "app.asd",
            "(defsystem \"app\" :depends-on (\"warns\") :components ((:file \"package\") (:file \"answer\")))",
        )
        .with_file("package.lisp", PACKAGE)
        .with_file("answer.lisp", &answer("\"old\""))
        .with_file("~/common-lisp/warns/warns.asd", "(defsystem \"warns\" :components ((:file \"warns\")))")
        .with_file("~/common-lisp/warns/warns.lisp", "(defun cl-user::warns () (let ((x 1)) (cl-user::gone)))")
        .start("");
    service.change(
        "../home/common-lisp/warns/warns.lisp",
        "(defun cl-user::warns () (let ((y 1)) (cl-user::gone 2)))",
    );
    service.shell("touch -d '-1 minute' ../home/fasls/common-lisp/warns/warns.fasl");
    service.change("answer.lisp", &answer("\"new\""));
    assert_snapshot!(report(service.reload(&[]), 0), @"
    compiled package.lisp, answer.lisp and 1 file of other projects in TIME
    loaded package.lisp, answer.lisp and 1 file of other projects in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "\"new\"");
}

#[test]
fn one_object_says_it_all() {
    let service = service();
    let reload = |arguments: &[&str]| {
        let outcome = service.reload(&[&["--json"], arguments].concat());
        let mut object: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let seconds = object.as_object_mut().unwrap().remove("seconds").unwrap();
        assert!(seconds.as_f64().unwrap() > 0.0);
        let text = serde_json::to_string_pretty(&object).unwrap();
        let folder = service.project().folder().canonicalize().unwrap();
        (
            outcome.code,
            text.replace(folder.to_str().unwrap(), "/srv/app"),
        )
    };
    service.change("answer.lisp", &answer("(let ((x 1)) (gone))"));
    let (code, object) = reload(&[]);
    assert_eq!(code, Some(1));
    assert_snapshot!(object, @r#"
    {
      "compiled": [
        "/srv/app/answer.lisp",
        "/srv/app/later.lisp"
      ],
      "error": "the compiler found 1 warning in the code",
      "loaded": [],
      "ok": false,
      "output": "",
      "service": "app",
      "warnings": [
        {
          "column": 24,
          "file": "/srv/app/answer.lisp",
          "kind": "style-warning",
          "line": 2,
          "message": "The variable X is defined but never used."
        },
        {
          "column": 31,
          "file": "/srv/app/answer.lisp",
          "kind": "warning",
          "line": 2,
          "message": "undefined function: app::gone"
        }
      ]
    }
    "#);
    let (code, object) = reload(&["--allow-warnings"]);
    assert_eq!(code, Some(0));
    assert_snapshot!(object, @r#"
    {
      "compiled": [
        "/srv/app/answer.lisp",
        "/srv/app/later.lisp"
      ],
      "error": null,
      "loaded": [
        "/srv/app/answer.lisp",
        "/srv/app/later.lisp"
      ],
      "ok": true,
      "output": "",
      "service": "app",
      "warnings": [
        {
          "column": 24,
          "file": "/srv/app/answer.lisp",
          "kind": "style-warning",
          "line": 2,
          "message": "The variable X is defined but never used."
        },
        {
          "column": 31,
          "file": "/srv/app/answer.lisp",
          "kind": "warning",
          "line": 2,
          "message": "undefined function: app::gone"
        }
      ]
    }
    "#);
}
