//! What the log and the state file say of a service that failed.

use std::net::TcpListener;
use std::path::Path;

use super::service::Service;

/// A service of which these forms fail, once it has ended.
#[track_caller]
fn failed(forms: &[&str]) -> Service {
    let mut service = Service::start(forms);
    let status = service.process.wait();
    assert_eq!(status.code(), Some(1), "{}", service.process.stderr());
    service
}

/// Fails unless the service left `words` in the last line of its log and in its state file.
#[track_caller]
fn assert_last_words(service: &Service, words: &str) {
    assert_eq!(
        service.last_line(),
        format!("lisplaunch: web {words}"),
        "{}",
        service.process.stderr()
    );
    let note = words.split_once(": ").unwrap().1.replace('"', "\\\"");
    let state = service.state();
    assert!(state.contains(&format!(":NOTE \"{note}\"")), "{state}");
    assert!(state.contains(":PHASE :ENDED"), "{state}");
    assert!(state.contains(":EXIT 1"), "{state}");
}

#[test]
fn the_last_line_says_what_failed() {
    let cases: [(&[&str], &str); 5] = [
        (
            &["(require :asdf)", "(progn (asdf:load-system :guestbok))"],
            "did not start: loading system guestbok: Component :GUESTBOK not found",
        ),
        (
            &[
                "(defpackage :my-app)",
                "(progn (lisplaunch:starting) (my-app:strat \"x)\") )",
            ],
            "did not start: reading (my-app:strat \"x)\"): Symbol \"STRAT\" not found in the MY-APP \
             package.",
        ),
        (
            &["(progn (lisplaunch:starting) (error \"a~% b~%~% c\"))"],
            "did not start: (error \"a~% b~%~% c\"): a b c",
        ),
        (
            &[
                "(lisplaunch:starting)",
                "(sb-thread:join-thread
                   (sb-thread:make-thread (lambda () (error \"lost\")) :name \"worker\"))",
            ],
            "did not start: in thread \"worker\": lost",
        ),
        (
            &["(defun f () (+ 1 (f)))", "(f)"],
            "did not start: (f): Control stack exhausted (no more space for function call frames). \
             This is probably due to heavily nested or infinitely recursive function calls, or a \
             tail call that SBCL cannot or has not optimized away. PROCEED WITH CAUTION. \
             (`sbcl: {control-stack-size: …}` in the project file makes the stack larger)",
        ),
    ];
    for (forms, words) in cases {
        assert_last_words(&failed(forms), words);
    }
}

#[test]
fn a_service_that_was_ready_ended() {
    let fail = "(sb-thread:make-thread (lambda () (sleep 1) (error \"lost\")) :name \"worker\")";
    let stop = "(lisplaunch:on-stop (format t \"a stop form that ends no line\"))";
    let service = failed(&[stop, "(lisplaunch:starting)", fail, "(lisplaunch:stay)"]);
    assert_last_words(&service, "ended: in thread \"worker\": lost");
    assert!(service.process.stdout().ends_with("ends no line\n"));
}

#[test]
fn a_missing_swank_can_be_installed_or_done_without() {
    let forms = ["(require :asdf)", "(progn (asdf:load-system :swank))"];
    let mut service = Service::start_with(&forms, |mut command| {
        let none = "(:source-registry :ignore-inherited-configuration)";
        command.env("CL_SOURCE_REGISTRY", none);
        command
    });
    assert_eq!(service.process.wait().code(), Some(1));
    let words = "did not start: loading system swank: Component :SWANK not found (`apt-get install \
                 cl-swank` installs swank; `swank: false` does without it)";
    assert_last_words(&service, words);
}

#[test]
fn a_file_of_the_project_is_named_too() {
    let mut service = Service::start_with(&[], |mut command| {
        let home = command.get_envs().find(|(name, _)| *name == "HOME");
        let file = Path::new(home.unwrap().1.unwrap()).join("main.lisp");
        std::fs::write(&file, "(defun main () (error \"no luck\"))\n(main)\n").unwrap();
        command.arg("--load").arg(&file);
        command
    });
    assert_eq!(service.process.wait().code(), Some(1));
    assert_last_words(&service, "did not start: loading main.lisp: no luck");
    let log = service.process.stderr();
    assert!(!log.contains("LISPLAUNCH::"), "{log}");
}

#[test]
fn a_file_is_named_with_the_place_that_failed() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("main.lisp");
    std::fs::write(&file, "(defpackage :my-app)\n(my-app:strat)\n").unwrap();
    let mut service = Service::start_with(&[], |mut command| {
        command.arg("--load").arg(&file);
        command
    });
    assert_eq!(service.process.wait().code(), Some(1));
    let words = format!(
        "did not start: loading {}: READ error during LOAD: Symbol \"STRAT\" not found in the MY-APP \
         package. Line: 2, Column: 13, File-Position: 33",
        file.display()
    );
    assert_last_words(&service, &words);
}

#[test]
fn the_frames_are_those_of_the_service() {
    let forms = [
        "(defun fails (x) (error \"~a is wrong\" x))",
        "(progn (lisplaunch:starting) (list (fails 42)))",
    ];
    let log = failed(&forms).process.stderr();
    let head = "Unhandled SIMPLE-ERROR in thread \"main thread\": 42 is wrong\n";
    assert!(log.starts_with(head), "{log}");
    assert!(log.contains(": (FAILS 42)\n"), "{log}");
    for name in ["PROCESS-EVAL/LOAD-OPTIONS", "END-WITH-LAST-WORDS", "%START"] {
        assert!(!log.contains(name), "{log}");
    }
}

#[test]
fn a_message_of_many_lines_is_whole() {
    let form = "(error \"~{line ~a~%~}\" (loop for i below 100 collect i))";
    let service = failed(&["(lisplaunch:starting)", form]);
    let log = service.process.stderr();
    assert!(log.contains("line 0\nline 1\n"), "{log}");
    assert!(log.contains("line 99\n 0: (ERROR "), "{log}");
    assert!(service.last_line().len() < 500);
}

#[test]
fn many_frames_and_long_ones_are_cut() {
    let forms = [
        "(defun f (n x) (if (zerop n) (error \"deep\") (list (f (1- n) x))))",
        "(f 100 (make-string 1000000 :initial-element #\\x))",
    ];
    let log = failed(&forms).process.stderr();
    assert_eq!(log.lines().count(), 22, "{log}");
    assert!(log.len() < 22 * 200, "{log}");
}

#[test]
fn who_holds_a_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let listen = format!(
        "(sb-bsd-sockets:socket-bind (make-instance 'sb-bsd-sockets:inet-socket :type :stream
                                                    :protocol :tcp)
                                     #(127 0 0 1) {port})"
    );
    let in_thread = format!("(sb-thread:join-thread (sb-thread:make-thread (lambda () {listen})))");
    // As a library does that maps the conditions of others to its own.
    let mapped = format!(
        "(funcall (compile nil '(lambda (&key port)
                                  (error \"bind: Address already in use ~~a\" (list port))))
                  :port {port})"
    );
    for form in [&listen, &in_thread, &mapped] {
        let service = failed(&["(require :sb-bsd-sockets)", "(lisplaunch:starting)", form]);
        let line = service.last_line();
        let pid = std::process::id();
        assert!(
            line.contains(&format!("(port {port} is held by ")),
            "{line}"
        );
        assert!(line.ends_with(&format!(", pid {pid})")), "{line}");
    }
}

#[test]
fn an_exit_with_a_code_before_it_is_ready_is_a_failed_start() {
    let mut service = Service::start(&["(lisplaunch:starting)", "(sb-ext:exit :code 7)"]);
    assert_eq!(service.process.wait().code(), Some(7));
    let line = "lisplaunch: web did not start: left with exit code 7";
    assert_eq!(service.last_line(), line);
}

#[test]
fn a_condition_that_cannot_be_printed_does_no_harm() {
    let endless = "(define-condition endless (error) () (:report (lambda (c s) (princ c s))))";
    assert_last_words(
        &failed(&[endless, "(error 'endless)"]),
        "did not start: (error (quote endless)): endless",
    );
    let service = failed(&[
        "(define-condition odd (error) () (:report (lambda (c s) (error \"again ~a ~a\" c s))))",
        "(error 'odd)",
    ]);
    assert_last_words(&service, "did not start: (error (quote odd)): odd");
}
