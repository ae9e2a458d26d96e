//! `lisplaunch reload` with real services: sbcl, swank and Hunchentoot.

mod forgotten;
mod older;
mod service;
mod truth;
mod warnings;

use std::fs;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::support::{Outcome, REPOSITORY};
use service::{Service, Sources, get};

const YAML: &str = "\
name: app
loader: asdf
registry: [.]
systems: [app]
package: app
start: (cl:defvar cl-user::*started* t)
swank: SWANK
sbcl: {userinit: false, sysinit: false}
";

const SYSTEM: &str = "\
(defsystem \"app\" :serial t
  :components ((:file \"package\") (:file \"answer\")))
(defsystem \"app/more\" :components ((:file \"more\")))
";

const PACKAGE: &str = "(defpackage :app (:use :cl) (:export #:answer))\n";

fn answer(text: &str) -> String {
    format!("(in-package :app)\n(defun answer () {text})\n")
}

fn app(more_yaml: &str) -> Sources {
    Sources::new(&format!("{YAML}{more_yaml}"))
        .with_file("app.asd", SYSTEM)
        .with_file("package.lisp", PACKAGE)
        .with_file("answer.lisp", &answer("\"old\""))
        .with_file("more.lisp", "(cl:defvar cl-user::*more* t)")
}

/// What a person reads, without the times, and the values of the compiler that change.
fn report(outcome: Outcome, code: i32) -> String {
    let report = outcome.failure(code);
    let lines = report.lines().filter(|line| {
        let noise = [
            "; compiling file",
            "; wrote",
            "; compilation finished",
            "; compilation aborted after",
        ];
        !line.trim().is_empty() && !noise.iter().any(|noise| line.starts_with(noise))
    });
    let lines = lines.map(|line| match line.rsplit_once(" in ") {
        Some((before, time)) if is_time(time) => format!("{before} in TIME\n"),
        _ => format!("{}\n", without_address(line)),
    });
    lines.collect()
}

/// A line without the address of an object, `{1001CCE7F3}`.
fn without_address(line: &str) -> String {
    let found = line.rsplit_once(" {").and_then(|(before, rest)| {
        let (address, after) = rest.split_once('}')?;
        let hexadecimal = address.chars().all(|c| c.is_ascii_hexdigit());
        hexadecimal.then(|| format!("{before}{after}"))
    });
    found.unwrap_or_else(|| line.to_owned())
}

fn is_time(text: &str) -> bool {
    let number = text.strip_suffix(" s");
    number.is_some_and(|number| number.parse::<f64>().is_ok())
}

#[test]
fn requests_are_answered_all_the_while() {
    let yaml = YAML.replace("start: ", "start:\n- (start HTTP)\n- ");
    let handler = |text: &str| {
        format!(
            "(in-package :app)\n(defun greeting () \"{text}\")\n\
             (defvar *port*)\n\
             (defun start (port)\n\
             (setf *port* port)\n\
             (push (hunchentoot:create-prefix-dispatcher \"/\" 'greeting)\n\
             hunchentoot:*dispatch-table*)\n\
             (hunchentoot:start (make-instance 'hunchentoot:easy-acceptor :port port\n\
             :address \"127.0.0.1\" :access-log-destination nil)))\n"
        )
    };
    let mut service = Sources::new(&yaml)
        .with_file(
            "app.asd",
            "(defsystem \"app\" :depends-on (\"hunchentoot\") :serial t\n\
             :components ((:file \"package\") (:file \"web\")))",
        )
        .with_file("package.lisp", PACKAGE)
        .with_file("web.lisp", &handler("old"))
        .start("");
    let port = service.value("app::*port*").parse().unwrap();
    assert_eq!(get(port), Ok("old".to_owned()));
    service.change("web.lisp", &handler("new"));

    let ended = AtomicBool::new(false);
    let requests = |results: &mut Vec<_>| {
        while !ended.load(Ordering::SeqCst) {
            results.push(get(port));
        }
    };
    let (outcome, results) = scope(|threads| {
        let clients = [(); 2].map(|()| {
            threads.spawn(|| {
                let mut results = Vec::new();
                requests(&mut results);
                results
            })
        });
        let outcome = service.reload(&[]);
        ended.store(true, Ordering::SeqCst);
        let results = clients.map(|client| client.join().unwrap());
        (outcome, results.concat())
    });
    assert_snapshot!(report(outcome, 0), @"
    compiled web.lisp in TIME
    loaded web.lisp in TIME
    ");
    let answers = |text: &str| {
        let wanted = Ok(text.to_owned());
        results.iter().filter(|result| **result == wanted).count()
    };
    let (old, new) = (answers("old"), answers("new"));
    assert_eq!(old + new, results.len(), "{results:?}");
    assert!(
        old > 50 && results.len() > 100,
        "{old} of {}",
        results.len()
    );
    assert_eq!(get(port), Ok("new".to_owned()));
    assert!(service.is_same_process());
}

#[test]
fn what_does_not_compile_changes_nothing() {
    let mut service = app("").start("");
    assert_eq!(service.value("(app:answer)"), "\"old\"");
    let refused = [
        // The compiler writes a file anyway.
        answer("(+ 1 \"one\")"),
        // It cannot be read.
        "(in-package :app)\n(defun answer () \"new\"".to_owned(),
        // It fails when it is loaded.
        format!("{}(error \"no config\")\n", answer("\"new\"")),
    ];
    let mut all = String::new();
    for text in refused {
        service.change("answer.lisp", &text);
        all += &report(service.reload(&[]), 1);
        all += "--\n";
        assert_eq!(service.value("(app:answer)"), "\"old\"");
        assert_eq!(service.fasls(), ["package.fasl"]);
    }
    assert_snapshot!(all, @r#"
    warning: Constant "one" conflicts with its asserted type NUMBER.
     --> answer.lisp:2:18
      |
    2 | (defun answer () (+ 1 "one"))
      |                  ^^^^^^^^^^^
    error: the compiler found 1 warning in the code
     |
     = help: fix it, or give `--allow-warnings` to load it anyway
     = help: the service `app` is as it was
    --
    error: the file ends before the form that begins here
     --> answer.lisp:2:1
      |
    2 | (defun answer () "new"
      | ^^^^^^^^^^^^^^^^^^^^^^
    error: the code does not compile
     |
     = help: the service `app` is as it was
    --
    ;
    ; compilation unit aborted
    ;   caught 1 fatal ERROR condition
    error: a fresh sbcl cannot load the code: SIMPLE-ERROR: no config
     |
     = note: in answer.lisp
     = help: the service `app` is as it was
    --
    "#);
    // The same text is refused again: there is no compiled file that seems to be right.
    assert_eq!(service.reload(&[]).code, Some(1));

    service.change("answer.lisp", &answer("\"new\""));
    assert_snapshot!(report(service.reload(&[]), 0), @"
    compiled answer.lisp in TIME
    loaded answer.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "\"new\"");
    assert_snapshot!(report(service.reload(&[]), 0), @"
    compiled nothing in TIME
    nothing has changed since the service loaded it
    ");
    assert!(service.is_same_process());
}

#[test]
fn forms_are_evaluated_afterwards_in_the_package() {
    let service = app("\
after-reload:
- (defparameter *reloaded* (answer))
- (format t \"now ~a~%\" *reloaded*)
- (when (string= *reloaded* \"bad\") (error \"~a is bad\" *reloaded*))
")
    .start("");
    service.change("answer.lisp", &answer("\"new\""));
    let outcome = service.reload(&[]);
    assert_eq!(outcome.stdout, "now new\n");
    assert_snapshot!(report(outcome, 0), @"
    compiled answer.lisp in TIME
    loaded answer.lisp in TIME
    ran `after-reload` in TIME
    ");
    assert_eq!(service.value("app::*reloaded*"), "\"new\"");

    service.change("answer.lisp", &answer("\"bad\""));
    assert_snapshot!(report(service.reload(&[]), 1), @"
    compiled answer.lisp in TIME
    loaded answer.lisp in TIME
    error: `after-reload` failed: SIMPLE-ERROR: bad is bad
     |
     = help: the code has been loaded: fix the form and reload again
    ");
    assert_eq!(service.value("(app:answer)"), "\"bad\"");

    let yaml = fs::read_to_string(service.project().folder().join("lisplaunch.yaml")).unwrap();
    service.change(
        "lisplaunch.yaml",
        &yaml.replace("package: app", "package: nope"),
    );
    assert_snapshot!(report(service.reload(&[]), 1), @"
    compiled nothing in TIME
    nothing has changed since the service loaded it
    error: `after-reload` failed: there is no package `nope`
     |
     = help: the code has been loaded: fix the form and reload again
    ");
}

#[test]
fn the_service_may_keep_compiled_files_elsewhere() {
    let service = app("").start("");
    service.change("answer.lisp", &answer("\"new\""));
    let mut elsewhere = service.project().command(&["reload"]);
    elsewhere
        .env_remove("ASDF_OUTPUT_TRANSLATIONS")
        .env("XDG_CACHE_HOME", service.project().home());
    assert_snapshot!(report(service.project().outcome(elsewhere), 0), @"
    compiled package.lisp, answer.lisp in TIME
    warning: the service `app` had to compile 1 file itself: it keeps compiled files elsewhere
     |
     = help: reload as the service's user, on its machine, with its environment
    loaded answer.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "\"new\"");
}

#[test]
fn what_keeps_it_from_trying_the_code_is_reported() {
    let lisp = "#!/bin/sh\nexec sbcl \"$@\"\n";
    let yaml = YAML.replace("sbcl: {", "sbcl: {program: ./lisp, ");
    let service = Sources::new(&yaml)
        .with_file("app.asd", SYSTEM)
        .with_file("package.lisp", PACKAGE)
        .with_file("answer.lisp", &answer("\"old\""))
        .with_program("lisp", lisp)
        .start("");
    let reload = |folder: &str| {
        let mut command = service.project().command(&["reload"]);
        command.env("TMPDIR", service.project().folder().join(folder));
        report(service.project().outcome(command), 1)
    };
    assert_snapshot!(reload("nowhere"), @"
    error: cannot make a temporary folder: no such file or directory
     |
     = help: `TMPDIR` names the folder to make it in
    ");
    service.change(
        "lisp",
        "#!/bin/sh\ncd \"$TMPDIR\"/lisplaunch-* && mkdir report\n",
    );
    assert_snapshot!(reload("."), @"
    error: cannot try the code: is a directory
     |
     = help: the service `app` is as it was
    ");
    assert_eq!(service.value("(app:answer)"), "\"old\"");
}

#[test]
fn a_service_that_dies_does_not_answer() {
    let service = app("").start("");
    let exit = "(when (boundp 'cl-user::*started*) (sb-ext:exit :code 7 :abort t))\n";
    service.change("answer.lisp", &format!("{}{exit}", answer("\"new\"")));
    assert_snapshot!(report(service.reload(&[]), 3), @"
    compiled answer.lisp in TIME
    error: the service `app`, loading the code: the server closed the connection
     |
     = help: `lisplaunch status` shows whether it still runs
    ");
}

#[test]
fn code_may_end_the_process_that_tries_it() {
    let service = app("").start("");
    let exit = "(unless (boundp 'cl-user::*started*) (sb-ext:exit :code 7 :abort t))\n";
    service.change("answer.lisp", &format!("{}{exit}", answer("\"new\"")));
    assert_snapshot!(report(service.reload(&[]), 1), @"
    error: the sbcl that tried the code ended before all of it was loaded
     |
     = help: the service `app` is as it was
    ");
    assert_eq!(service.value("(app:answer)"), "\"old\"");
}

#[test]
fn an_image_may_answer_otherwise_than_this_release_asks() {
    let service = app("").start("");
    service.value("(defun lisplaunch::prepare-reload (&rest options) options :yes)");
    assert_snapshot!(report(service.reload(&[]), 1), @"
    error: the service `app`, preparing the reload: its answer is not understood
     |
     = help: was it started by another release of lisplaunch? restart it
    ");
    assert_eq!(service.value("(app:answer)"), "\"old\"");
}

#[test]
fn what_the_service_cannot_load_is_reported() {
    let service = app("").start("");
    // Fine in a fresh image, but not where it has another value.
    let constant = |value: &str| format!("{}(defconstant +c+ {value})\n", answer("\"new\""));
    service.value("(defconstant app::+c+ 1)");
    service.change("answer.lisp", &constant("2"));
    assert_snapshot!(report(service.reload(&[]), 1), @"
    compiled answer.lisp in TIME
    ;
    ; compilation unit aborted
    ;   caught 1 fatal ERROR condition
    error: the service `app` could not load the code: SB-EXT:DEFCONSTANT-UNEQL: The constant +C+ is being redefined (from 1 to 2)
     |
     = help: it may have loaded some of it: fix the code and reload again
     = help: what was compiled stays: once restarted, the service would load all of it
    ");
    // What was compiled is right; what was not loaded is loaded with the next reload.
    service.change("answer.lisp", &constant("1"));
    assert_snapshot!(report(service.reload(&[]), 0), @"
    compiled answer.lisp in TIME
    loaded answer.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "\"new\"");
}

#[test]
fn systems_may_be_named() {
    let service = app("").start("");
    assert_snapshot!(report(service.reload(&["app/more"]), 0), @"
    compiled more.lisp in TIME
    loaded more.lisp in TIME
    ");
    assert_eq!(service.value("cl-user::*more*"), "T");
    assert_snapshot!(report(service.reload(&["app/mor"]), 2), @"
    error: there is no system `app/mor`
     |
     = help: did you mean `app/more`?
    ");
    assert_snapshot!(report(service.reload(&[":app"]), 2), @"
    error: `:app` is not a valid system
     |
     = help: expected the name without a colon: `app`
    ");
}

#[test]
fn quicklisp_loads_as_it_does_at_the_start() {
    let yaml = YAML
        .replace(
            "loader: asdf",
            &format!("loader: quicklisp\nsetup: {REPOSITORY}/tests/quicklisp/setup.lisp"),
        )
        .replace("[.]", "[., ~/lib]");
    let service = Sources::new(&yaml)
        .with_file(
            "app.asd",
            "(defsystem \"app\" :depends-on (\"lib\") :serial t
               :components ((:file \"package\") (:file \"answer\")))",
        )
        .with_file("package.lisp", PACKAGE)
        .with_file("answer.lisp", &answer("\"old\""))
        .with_file(
            "~/lib/lib.asd",
            "(defsystem \"lib\" :components ((:file \"lib\")))",
        )
        .with_file("~/lib/lib.lisp", "(defvar cl-user::*lib* 1)")
        .start("");
    // What depends on it is compiled again.
    service.change("../home/lib/lib.lisp", "(defparameter cl-user::*lib* 2)");
    assert_snapshot!(report(service.reload(&[]), 0), @"
    compiled package.lisp, answer.lisp and 1 file of other projects in TIME
    loaded package.lisp, answer.lisp and 1 file of other projects in TIME
    ");
    assert_eq!(service.value("cl-user::*lib*"), "2");
    // It takes no notice of warnings itself.
    service.change("answer.lisp", &answer("(list (+ 1 \"one\") (gone))"));
    assert_snapshot!(report(service.reload(&[]), 1), @r#"
    warning: Constant "one" conflicts with its asserted type NUMBER.
     --> answer.lisp:2:24
      |
    2 | (defun answer () (list (+ 1 "one") (gone)))
      |                        ^^^^^^^^^^^
    warning: undefined function: app::gone
     --> answer.lisp:2:36
      |
    2 | (defun answer () (list (+ 1 "one") (gone)))
      |                                    ^^^^^^
    error: the compiler found 2 warnings in the code
     |
     = help: fix it, or give `--allow-warnings` to load it anyway
     = help: the service `app` is as it was
    "#);
    assert_eq!(service.value("(app:answer)"), "\"old\"");
}

#[test]
fn one_of_several_services_is_named() {
    let yaml = "\
name: app
loader: asdf
registry: [.]
systems: [app]
sbcl: {userinit: false, sysinit: false}
start: (defvar cl-user::*started* t)
services:
  web: {swank: SWANK}
  worker: {}
";
    let sources = Sources::new(yaml)
        .with_file("app.asd", SYSTEM)
        .with_file("package.lisp", PACKAGE)
        .with_file("answer.lisp", &answer("\"old\""))
        .with_file("more.lisp", "");
    let service = sources.start("web");
    service.change("answer.lisp", &answer("\"new\""));
    assert_snapshot!(report(service.reload(&["web"]), 0), @"
    compiled answer.lisp in TIME
    loaded answer.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "\"new\"");
    assert_snapshot!(report(service.reload(&["web", "app/more"]), 0), @"
    compiled more.lisp in TIME
    loaded more.lisp in TIME
    ");
    assert_snapshot!(report(service.reload(&[]), 2), @"
    error: `lisplaunch.yaml` has several services: which one?
     |
     = help: name one of `web`, `worker`
    ");
    assert_snapshot!(report(service.reload(&["app"]), 2), @"
    error: there is no service `app` in `lisplaunch.yaml`
     |
     = help: there are: `web`, `worker`
    ");
    assert_snapshot!(report(service.reload(&["worker"]), 2), @"
    error: the service `worker` has no swank server
     |
     = help: add `swank: 4005` to the project file and restart the service, or name a port with `--port`
    ");
}

#[test]
fn files_are_loaded_again() {
    let yaml = "\
name: app
loader: none
load: [package.lisp, answer.lisp]
start: (defvar cl-user::*started* t)
sbcl: {userinit: false, sysinit: false}
";
    // Without a loader swank comes from elsewhere.
    let yaml = format!(
        "{yaml}swank: SWANK\n\
         before-load:\n- (require :asdf)\n- (asdf:load-system :swank)\n"
    );
    let service = Sources::new(&yaml)
        .with_file("package.lisp", PACKAGE)
        .with_file("answer.lisp", &answer("\"old\""))
        .start("");
    service.change("answer.lisp", &answer("\"new\""));
    assert_snapshot!(report(service.reload(&[]), 0), @"
    compiled answer.lisp in TIME
    loaded answer.lisp in TIME
    ");
    assert_eq!(service.value("(app:answer)"), "\"new\"");
    // As `--load` takes it, it would fail when it runs.
    service.change("answer.lisp", &answer("(let ((a 1 2)) a)"));
    assert_snapshot!(report(service.reload(&[]), 1), @"
    error: The LET binding spec (A 1 2) is malformed.
     --> answer.lisp:2:24
      |
    2 | (defun answer () (let ((a 1 2)) a))
      |                        ^^^^^^^
    error: the compiler found 1 error in the code
     |
     = help: the service `app` is as it was
    ");
    assert_eq!(service.value("(app:answer)"), "\"new\"");
    assert_snapshot!(report(service.reload(&["app", "app"]), 2), @"
    error: the service `app` has `loader: none`, which loads no system
     |
     = help: leave out the systems to reload the files below `load`
    ");
}

#[test]
fn without_a_service_nothing_is_compiled() {
    let sources = app("").with_file("answer.lisp", "(");
    assert!(
        report(sources.run(&["reload"]), 3)
            .contains("error: the service `app` does not answer: nothing listens on")
    );
}

#[test]
fn there_must_be_something_to_reload() {
    let sources = Sources::new("name: app\nloader: none\nstart: (f)\nswank: SWANK\n");
    assert_snapshot!(report(sources.run(&["reload"]), 2), @"
    error: the service `app` has neither `systems` nor files to `load`
     |
     = help: name its systems below `systems:`, or the ones to reload on the command line
    ");
    let outcome = sources.run(&["reload", "--timeout", "soon"]);
    assert_snapshot!(report(outcome, 2), @"error: `--timeout` is `soon`: expected a duration such as `10s` or `500ms`, at most a day");
}

#[test]
fn it_ends_in_time_and_when_it_is_interrupted_to() {
    let service = app("").start("");
    let slow = "(eval-when (:compile-toplevel) (close (open \"begun\" :direction :output :if-exists nil)) (sleep 600))\n";
    service.change("answer.lisp", &format!("{}{slow}", answer("\"new\"")));
    let started = Instant::now();
    assert_snapshot!(report(service.reload(&["--timeout", "5s"]), 1), @"
    error: the code was not compiled within 5s
     |
     = help: the service `app` is as it was
    ");
    service.shell("rm begun");
    assert_snapshot!(report(interrupted(&service), 1), @"
    error: interrupted while the code was compiled
     |
     = help: the service `app` is as it was
    ");
    assert!(started.elapsed() < Duration::from_secs(120));
    assert_eq!(service.fasls(), ["package.fasl"]);
    assert_eq!(service.value("(app:answer)"), "\"old\"");

    // It compiles at once, and the service loads it for ever.
    let slow = "(when (boundp 'cl-user::*started*) (loop (sleep 1)))\n";
    service.change("answer.lisp", &format!("{}{slow}", answer("\"new\"")));
    assert_snapshot!(report(service.reload(&["--timeout", "10s"]), 1), @"
    compiled answer.lisp in TIME
    error: the service `app`, loading the code: no answer within 10 s
    ");
}

/// A reload that is sent what Ctrl-C sends once it compiles.
fn interrupted(service: &Service) -> Outcome {
    let mut command = service.project().command(&["reload"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let begun = service.project().folder().join("begun");
    let end = Instant::now() + Duration::from_secs(60);
    while !begun.exists() {
        assert!(Instant::now() < end, "nothing is compiled");
        sleep(Duration::from_millis(20));
    }
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Outcome {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}
