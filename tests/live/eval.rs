//! `lisplaunch eval`.

use std::io::{BufRead, BufReader, Read};
use std::time::Instant;

use insta::assert_snapshot;
use rustix::process::Signal;
use serde_json::{Value, json};

use super::service::{SOON, Service};
use crate::support::Outcome;

/// What is said by an evaluation that ends with `code`, without the lines that only hold a bar.
#[track_caller]
fn report(outcome: Outcome, code: i32) -> String {
    let report = outcome.failure(code);
    let lines = report
        .lines()
        .filter(|line| !matches!(line.trim(), "" | "|"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[track_caller]
fn refused(forms: &str) -> String {
    // No server listens: what is sent ends with another code.
    let service = Service::shared();
    let port = service.free.to_string();
    report(service.run(&["eval", "web", forms, "--port", &port]), 2)
}

#[track_caller]
fn object(outcome: &Outcome, code: i32) -> Value {
    assert_eq!(outcome.code, Some(code), "{}", outcome.stderr);
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn values_are_printed_as_the_repl_prints_them() {
    let service = Service::shared();
    assert_eq!(service.eval("(+ 1 2)"), "3\n");
    assert_eq!(
        service.eval("(values 1 \"a\\\"b\" :k 'start)"),
        "1\n\"a\\\"b\"\n:K\nSTART\n"
    );
    assert_eq!(service.eval("(values)"), "");
    assert_eq!(service.eval("-1"), "-1\n");
    assert_eq!(service.eval("1 2 ; comment"), "1\n2\n");
    let words = [
        "eval",
        "web",
        "(defparameter cl-user::*a* 1) ; c",
        "(1+ cl-user::*a*)",
    ];
    assert_eq!(service.run(&words).success(), "COMMON-LISP-USER::*A*\n2\n");
}

#[test]
fn the_values_of_each_form_come_after_its_output() {
    let service = Service::shared();
    let words = [
        "eval",
        "web",
        "(princ :a) 1",
        "(values) (values 2 3)",
        "(progn (princ :b) (values))",
        "\"\"",
    ];
    assert_eq!(service.run(&words).success(), "A\n:A\n1\n2\n3\nB\n\"\"\n");
    // The package and the readtable of one form are those of the next.
    let readtable = "(in-package :cl-user) 'car
         (setf *readtable* (copy-readtable)
               (readtable-case *readtable*) :preserve)
         (CL:LIST 'lower)";
    let printed = service.eval(readtable);
    assert!(
        printed.starts_with("#<PACKAGE \"COMMON-LISP-USER\">\nCAR\n"),
        "{printed}"
    );
    assert!(printed.ends_with("\n(lower)\n"), "{printed}");
    // What was sent before an error is printed.
    let outcome = service.run(&["eval", "web", "1", "(princ 2)", "(/ 3 0)", "4"]);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (Some(1), "1\n2\n2\n")
    );
    let outcome = service.run(&["eval", "web", "1", "(loop)", "--timeout", "2s"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), "1\n"));
}

#[test]
fn forms_are_read_in_the_package_of_the_service_unless_another_is_named() {
    let service = Service::shared();
    assert_eq!(
        service.eval("(package-name *package*)"),
        "\"HELLO-HUNCHENTOOT\"\n"
    );
    let named =
        |name: &str| service.run(&["eval", "web", "--package", name, "(package-name *package*)"]);
    assert_eq!(named("hunchentoot").success(), "\"HUNCHENTOOT\"\n");
    assert_eq!(named(":hunchentoot").success(), "\"HUNCHENTOOT\"\n");
    assert_snapshot!(report(named("hunchentot"), 1), @"
    error: there is no package `hunchentot` in the service `web`
     = help: `--package` names the one to begin in, `package:` in the project file the usual one
    ");
}

#[test]
fn output_and_errors_of_several_threads_go_their_ways() {
    let service = Service::shared();
    let forms = "(progn (princ \"no line end\") (format *error-output* \"on stderr~%\") :value)";
    let outcome = service.run(&["eval", "web", forms]);
    assert_eq!(outcome.stdout, "no line end\n:VALUE\n");
    assert_eq!(outcome.stderr, "on stderr\n");

    let threads = "
        (let ((out *standard-output*))
          (mapc #'sb-thread:join-thread
                (loop :for i :below 8
                      :collect (let ((i i))
                                 (sb-thread:make-thread
                                  (lambda ()
                                    ;; In one piece: FORMAT writes several.
                                    (write-string (format nil \"line ~d~%\" i) out))))))
          (values))";
    let printed = service.eval(threads);
    let mut lines: Vec<&str> = printed.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines.len(), 8, "{printed}");
    assert_eq!((lines[0], lines[7]), ("line 0", "line 7"));
}

#[test]
fn unicode_goes_there_and_back() {
    let printed = Service::shared().eval("(write-line \"λ 日本 🎉\") (list \"é\" #\\λ)");
    assert_eq!(
        printed,
        "λ 日本 🎉\n\"λ 日本 🎉\"\n(\"é\" #\\GREEK_SMALL_LETTER_LAMDA)\n"
    );
}

#[test]
fn output_comes_as_it_is_printed_and_two_clients_do_not_wait_for_each_other() {
    let service = Service::shared();
    let mut first = service.spawn_eval(
        "(progn
           (format t \"started~%\")
           (loop :until (boundp 'cl-user::*go*) :do (sleep 1/100))
           :done)",
    );
    let mut lines = BufReader::new(first.child().stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "started");
    service.eval("(defvar cl-user::*go* t)");
    assert_eq!(lines.next().unwrap().unwrap(), ":DONE");
    assert_eq!(first.finish(), (Some(0), String::new()));
}

#[test]
fn what_an_evaluation_signals_is_reported() {
    let service = Service::shared();
    let signalled = |forms: &str| report(service.run(&["eval", "web", forms]), 1);
    assert_snapshot!(signalled("(/ 1 0)"), @"
    error: the evaluation signalled `DIVISION-BY-ZERO`
     = note: arithmetic error DIVISION-BY-ZERO signalled
             Operation was (/ 1 0).
     = note: the innermost calls:
             0: (SB-KERNEL::INTEGER-/-INTEGER 1 0)
             1: (/ 1 0)
    ");
    assert_snapshot!(signalled("(error \"two~%lines\")"), @"
    error: the evaluation signalled `SIMPLE-ERROR`
     = note: two
             lines
    ");
    assert_snapshot!(signalled("(nowhere:symbol)"), @"
    error: the image cannot read the form: `SB-INT:SIMPLE-READER-PACKAGE-ERROR`
     = note: Package NOWHERE does not exist.
    ");
    let unprintable = "(defclass hello-hunchentoot::ugly () ())
         (defmethod print-object ((u hello-hunchentoot::ugly) s) (error \"too ugly\"))
         (make-instance 'hello-hunchentoot::ugly)";
    assert!(
        signalled(unprintable).starts_with("error: a value cannot be printed: `SIMPLE-ERROR`\n")
    );
    assert_snapshot!(signalled("(sb-thread:abort-thread)"), @"error: the evaluation left through the top level of its thread");
    let outcome = service.run(&["eval", "web", "(progn (princ 1) (error \"x\"))"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), "1"));
}

#[test]
fn forms_that_are_none_are_refused_before_anything_is_sent() {
    assert_snapshot!(refused("(progn\n  (princ 1)"), @"
    error: `(` is not closed
     --> command line:1:1
    1 | (progn
      | ^ opened here
      = help: add the missing `)`
    ");
    assert_snapshot!(refused("(f))"), @"
    error: `)` closes nothing
     --> command line:1:4
    1 | (f))
      |    ^ no `(` is open here
      = help: remove it, or add the missing `(`
    ");
    assert_snapshot!(refused("; nothing"), @"
    error: there is no form to evaluate
     = help: name one such as '(+ 1 2)', `-` for standard input, or `--file FILE`
    ");
    let service = Service::shared();
    assert_snapshot!(report(service.run(&["eval", "web", "--file", "none.lisp"]), 2), @"error: cannot read the forms in `none.lisp`: no such file or directory");
    let missing = service
        .project
        .run_with_input(&["eval", "web", "-"], b"(+ 1\n   \"x");
    assert_snapshot!(report(missing, 2), @r#"
    error: the string is not closed
     --> standard input:2:4
    2 |    "x
      |    ^ opened here
      = help: add the missing `"`; a `"` within the string is written `\"`
    "#);
    let binary = service
        .project
        .run_with_input(&["eval", "web", "-"], b"\xff");
    assert_snapshot!(report(binary, 2), @"error: cannot read forms from standard input: it is not UTF-8 text (line 1)");
}

#[test]
fn forms_come_from_files_and_standard_input_too() {
    let service = Service::shared();
    std::fs::write(
        service.project.folder().join("patch.lisp"),
        "(print 1)\n; end",
    )
    .unwrap();
    let printed = service.run(&["eval", "web", "(print 0)", "--file", "patch.lisp"]);
    assert_eq!(printed.success(), "\n0 \n0\n\n1 \n1\n");
    for arguments in [
        ["eval", "web", "-"].as_slice(),
        &["eval", "web", "--file", "-"],
    ] {
        let printed = service.project.run_with_input(arguments, b"(+ 20\n 22)");
        assert_eq!(printed.success(), "42\n");
    }
}

#[test]
fn a_service_is_named_where_there_are_several() {
    let service = Service::shared();
    assert_snapshot!(report(service.run(&["eval", "(+ 1 2)"]), 2), @"
    error: `lisplaunch.yaml` has several services: which one?
     = help: name one of `web`, `worker`, `mailer`
    ");
    assert_snapshot!(report(service.run(&["eval", "wbe", "(+ 1 2)"]), 2), @"
    error: there is no service `wbe` in `lisplaunch.yaml`
     = help: there are: `web`, `worker`, `mailer`
    ");
    assert_snapshot!(report(service.run(&["eval", "web"]), 2), @"
    error: there is no form to evaluate
     = help: name one such as '(+ 1 2)', `-` for standard input, or `--file FILE`
    ");
    assert_snapshot!(report(service.run(&["eval", "mailer", "1"]), 2), @"
    error: the service `mailer` has no swank server
     = help: add `swank: 4005` to the project file and restart the service, or name a port with `--port`
    ");
}

#[test]
fn no_answer_has_an_exit_code_of_its_own() {
    let service = Service::shared();
    let free = service.free.to_string();
    let fixed = |text: String| text.replace(&free, "4006");
    assert_snapshot!(fixed(report(service.run(&["eval", "worker", "1"]), 3)), @"
    error: the service `worker` does not answer: nothing listens on `127.0.0.1:4006`
     = help: `lisplaunch status` shows whether it runs
    ");
    let outcome = service.run(&["eval", "worker", "1", "--json"]);
    assert_snapshot!(fixed(object(&outcome, 3)["message"].to_string()), @r#""the service `worker` does not answer: nothing listens on `127.0.0.1:4006`""#);
    // A web server is not a swank server.
    let http = service.http.to_string();
    let outcome = service.run(&["eval", "web", "1", "--port", &http]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
}

#[test]
fn an_endless_evaluation_is_interrupted_in_the_image() {
    let service = Service::small("(f)").started();
    assert_snapshot!(
        report(service.run(&["eval", "(loop)", "--timeout", "2s"]), 1),
        @"error: no answer within 2 s"
    );
    service.assert_idle();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut endless = service.spawn_eval("(progn (format t \"started~%\") (loop))");
        let mut lines = BufReader::new(endless.child().stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "started");
        endless.interrupt(signal);
        assert_eq!(
            endless.finish(),
            (Some(code), "error: interrupted\n".to_owned())
        );
        service.assert_idle();
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_evaluation() {
    let service = Service::small("(f)").started();
    let mut endless = service.spawn_eval("(loop (print 1))");
    let mut stdout = endless.child().stdout.take().unwrap();
    stdout.read_exact(&mut [0; 100]).unwrap();
    drop(stdout);
    let start = Instant::now();
    assert_eq!(endless.finish(), (Some(1), String::new()));
    assert!(start.elapsed() < SOON);
    service.assert_idle();
}

#[test]
fn a_client_that_is_killed_takes_its_evaluation_with_it() {
    let service = Service::small("(f)").started();
    for endless in ["(loop)", "(loop (print 1))"] {
        let mut killed = service.spawn_eval(&format!("(format t \"started~%\") {endless}"));
        let mut lines = BufReader::new(killed.child().stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "started");
        drop(killed);
        service.assert_idle();
    }
    assert_eq!(service.eval("(+ 1 1)"), "2\n");
}

#[test]
fn json_holds_everything() {
    let service = Service::shared();
    let eval = |forms: &str| service.run(&["eval", "web", "--json", forms]);
    assert_eq!(
        object(
            &eval("(princ 1) (princ 2 *error-output*) (values :a \"é\")"),
            0
        ),
        json!({
            "ok": true, "stdout": "1", "stderr": "2", "values": [":A", "\"é\""],
            "results": [["1"], ["2"], [":A", "\"é\""]],
            "complete": true, "package": "HELLO-HUNCHENTOOT",
        })
    );
    assert_eq!(
        object(&eval("(princ 1) (/ 1 0)"), 1),
        json!({
            "ok": false, "stdout": "1", "stderr": "", "phase": "evaluate",
            "condition": "DIVISION-BY-ZERO",
            "message": "arithmetic error DIVISION-BY-ZERO signalled\nOperation was (/ 1 0).",
            "results": [["1"]], "backtrace": ["(SB-KERNEL::INTEGER-/-INTEGER 1 0)", "(/ 1 0)"],
            "package": "HELLO-HUNCHENTOOT",
        })
    );
    let late = service.run(&[
        "eval",
        "web",
        "--json",
        "--timeout",
        "2s",
        "(princ 1) (loop)",
    ]);
    assert_eq!(
        object(&late, 1),
        json!({
            "ok": false, "stdout": "1", "stderr": "", "phase": null, "condition": null,
            "message": "no answer within 2 s", "results": [["1"]], "backtrace": [], "package": null,
        })
    );
    let much = eval("(loop (write-line (make-string 100000)))");
    assert!(
        object(&much, 1)["message"]
            .as_str()
            .unwrap()
            .contains("more than 16 MB"),
        "{}",
        much.stderr
    );
}

#[test]
fn values_that_are_too_long_are_cut() {
    let service = Service::shared();
    let outcome = service.run(&["eval", "web", "(make-string 5000000)"]);
    assert_eq!(outcome.stdout.chars().count(), (4 << 20) + 1);
    assert_snapshot!(report(outcome, 0), @"
    warning: the values are longer than 4 MB, and cut
     = help: what is printed may have any length: `(print …)`
    ");
}

#[test]
fn a_service_that_ends_during_an_evaluation_did_not_answer() {
    let mut service = Service::small("(f)").started();
    let outcome = service.run(&["eval", "(sb-ext:exit :code 4 :abort t)"]);
    assert_snapshot!(report(outcome, 1), @"
    error: the service `small` did not answer: the server closed the connection
     = help: `lisplaunch status` shows whether it still runs
    ");
    assert_eq!(service.exit_code(), Some(4));
}

#[test]
fn a_timeout_is_a_duration() {
    let service = Service::shared();
    let refused = |timeout| service.run(&["eval", "web", "1", "--timeout", timeout]);
    assert_snapshot!(report(refused("soon"), 2), @"error: `--timeout` is `soon`: expected a duration such as `10s` or `500ms`, at most a day");
    assert_eq!(refused("0").code, Some(2));
    assert_eq!(refused("30").success(), "1\n");
}

#[test]
fn the_only_service_may_be_named_and_need_not_be() {
    let service = Service::small("(f)").started();
    assert_eq!(service.eval("(+ 1 1)"), "2\n");
    assert_eq!(service.run(&["eval", "(+ 1 2)"]).success(), "3\n");
}
