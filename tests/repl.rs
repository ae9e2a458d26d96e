//! `lisplaunch repl`, at a real terminal and on a pipe, with a real image.

#[path = "repl/terminal.rs"]
pub mod terminal;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::{Duration, Instant};

use lisplaunch::live::swank::{Answer, Client, Evaluation, Interrupt};

use self::terminal::Terminal;
use crate::support::{Outcome, Project};
use crate::swank_server::fake;
use crate::swank_server::real::Swank;
use crate::swank_server::recorder::Recorder;

fn project(swank: &Swank) -> Project {
    at_port(swank.address().port)
}

fn at_port(port: u16) -> Project {
    Project::new(&format!(
        "name: app\nloader: none\nruntime: false\nstart: (f)\nswank: {port}\n"
    ))
}

/// A terminal at its first prompt.
fn prompt(project: &Project) -> Terminal {
    let terminal = Terminal::start(project, &["repl", "--any"]);
    terminal.expect_last("CL-USER>");
    terminal
}

/// Clears the line. What is typed ahead of the next prompt goes with it.
fn clear(terminal: &Terminal) {
    terminal.press("C-c");
    terminal.expect_last("CL-USER>");
}

/// What the image has, asked by another client.
fn value(client: &mut Client, form: &str) -> String {
    let answer = client.evaluate(
        &Evaluation::new(form),
        &mut Recorder::default(),
        &Interrupt::new(),
    );
    match answer.unwrap() {
        Answer::Returned { values, .. } => values.join(" "),
        other => panic!("{other:?}"),
    }
}

/// Waits until only a new client has threads in the image.
#[track_caller]
fn assert_no_thread_is_left(swank: &Swank) {
    let client = &mut swank.client();
    let count = "(count-if (lambda (thread) (member (sb-thread:thread-name thread) \
                 '(\"worker\" \"lisplaunch\") :test #'equal)) (sb-thread:list-all-threads))";
    let start = Instant::now();
    while value(client, count) != "2" {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "a thread is left"
        );
        thread::sleep(Duration::from_millis(50));
    }
}

fn feed(project: &Project, input: &str) -> Outcome {
    project.run_with_input(&["repl", "--any"], input.as_bytes())
}

#[test]
fn a_prompt_shows_the_package_and_evaluates() {
    let swank = Swank::shared();
    let terminal = prompt(&project(swank));
    terminal.expect(&format!(
        "; app, SBCL {}, pid {}; Ctrl-C interrupts, Ctrl-D leaves\nCL-USER>",
        swank
            .client()
            .connection_info()
            .lisp_version
            .as_ref()
            .unwrap(),
        swank.pid()
    ));
    terminal.enter("(list 1 \"zwölf\" 'x)");
    terminal.expect_last("CL-USER>");
    terminal.expect("'x)\n(1 \"zwölf\" X)\nCL-USER>");
    terminal.enter("(values 1 2)");
    terminal.expect("\n1\n2\nCL-USER>");
    terminal.enter("(values)");
    terminal.expect("; no value\nCL-USER>");
    terminal.enter("1 2 ; two forms");
    terminal.expect("1 2 ; two forms\n1\n2\nCL-USER>");
    terminal.enter("(list * ** (length /))");
    terminal.expect("\n(2 1 1)\nCL-USER>");
    terminal.enter("(progn (princ \"no line end\") (format *error-output* \"~%oops\") :v)");
    terminal.expect("no line end\noops\n:V\nCL-USER>");
    terminal.enter("(in-package :swank)");
    terminal.expect("#<PACKAGE \"SWANK\">\nSWANK>");
    terminal.enter("'connection");
    terminal.expect("\nCONNECTION\nSWANK>");
    terminal.enter("  ");
    terminal.press("C-d");
    terminal.expect_exit("0");
}

#[test]
fn a_form_may_have_several_lines() {
    let terminal = prompt(&project(Swank::shared()));
    terminal.enter("(list");
    terminal.enter("  \"a");
    terminal.enter("b\" 1");
    terminal.enter("  )");
    terminal.expect("CL-USER> (list\n  \"a\nb\" 1\n  )\n(\"a\nb\"\n 1)\nCL-USER>");
    // The whole of it is one entry.
    terminal.press("Up");
    terminal.press("Enter");
    terminal.expect("CL-USER> (list\n  \"a\nb\" 1\n  )\n(\"a\nb\"\n 1)\nCL-USER> (list\n  \"a\nb\" 1\n  )\n(\"a\nb\"\n 1)\nCL-USER>");
    // Ctrl-C clears what was begun.
    terminal.enter("(begun");
    terminal.expect_last("CL-USER> (begun");
    clear(&terminal);
    terminal.enter("(+ 20 22)");
    terminal.expect("(+ 20 22)\n42\nCL-USER>");
}

#[test]
fn what_is_no_form_is_not_sent() {
    let terminal = prompt(&project(Swank::shared()));
    terminal.enter("(princ \"sent\") (foo))");
    terminal.expect("error: ");
    terminal.expect("^");
    terminal.expect_last("CL-USER>");
    assert!(!terminal.screen().contains("\nsent"));
}

#[test]
fn tab_completes() {
    let terminal = prompt(&project(Swank::shared()));
    terminal.write("(list #'multiple-value-l");
    terminal.press("Tab");
    terminal.expect_last("CL-USER> (list #'multiple-value-list");
    clear(&terminal);
    terminal.write("(with-output-to-");
    terminal.press("Tab");
    terminal.expect_last("CL-USER> (with-output-to-string");
    clear(&terminal);
    terminal.write("(swank:connection-i");
    terminal.press("Tab");
    terminal.expect_last("CL-USER> (swank:connection-info");
}

#[test]
fn the_history_outlives_the_session_and_is_private() {
    let project = project(Swank::shared());
    {
        let terminal = prompt(&project);
        terminal.enter("(list 1");
        terminal.enter("2)");
        terminal.expect("(1 2)\nCL-USER>");
        terminal.press("C-d");
        terminal.expect_exit("0");
    }
    let folder = project.home().join(".local/state/lisplaunch/history");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.clone()), 0o700);
    assert_eq!(mode(folder.join("app")), 0o600);

    let terminal = prompt(&project);
    terminal.press("Up");
    terminal.expect_last("2)");
    terminal.press("Enter");
    terminal.expect("CL-USER> (list 1\n2)\n(1 2)\nCL-USER>");
}

#[test]
fn a_history_that_cannot_be_kept_is_reported_once() {
    let project = project(Swank::shared()).with_file("state", "");
    let state = project.folder().join("state");
    let project = project.with_variable("XDG_STATE_HOME", state.to_str().unwrap());
    let terminal = prompt(&project);
    terminal.enter("11");
    terminal.expect("\n11\nCL-USER>");
    terminal.expect("warning: cannot keep the history in `");
    terminal.enter("22");
    terminal.expect("CL-USER> 22\n22\nCL-USER>");
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let shown = |project: &Project| {
        let terminal = prompt(project);
        terminal.enter("(format *error-output* \"careful~%\")");
        terminal.expect("\nNIL\nCL-USER>");
        terminal.coloured_screen()
    };
    let project = project(Swank::shared());
    let coloured = shown(&project);
    assert!(coloured.contains("\x1b[31mcareful"), "{coloured:?}");
    assert!(coloured.contains("\x1b[36mCL-USER>"), "{coloured:?}");
    let plain = shown(&project.with_variable("NO_COLOR", "1"));
    assert!(!plain.contains('\x1b'), "{plain:?}");
}

#[test]
fn ctrl_c_interrupts_the_evaluation() {
    let swank = Swank::start();
    let terminal = prompt(&project(&swank));
    for form in [
        "(progn (princ :turning) (loop))",
        "(progn (princ :turning) (sleep 600))",
    ] {
        terminal.enter(form);
        terminal.expect_last("TURNING");
        terminal.press("C-c");
        terminal.expect_last("CL-USER>");
        terminal.press("C-l");
    }
    terminal.enter("(+ 20 22)");
    terminal.expect("42\nCL-USER>");
    terminal.press("C-d");
    terminal.expect_exit("0");
    assert_no_thread_is_left(&swank);
}

#[test]
fn an_error_offers_its_restarts() {
    let swank = Swank::start();
    let terminal = prompt(&project(&swank));
    terminal.enter("(defun fail () (list (error \"no ~a\" 'luck)))");
    terminal.expect("FAIL\nCL-USER>");
    terminal.enter("(progn (fail) 1)");
    terminal.expect(
        "SIMPLE-ERROR: no LUCK\n  0: [ABORT] return to the prompt\n\
         ; a number chooses, b shows the backtrace, Ctrl-D returns to the prompt\nrestart>",
    );
    terminal.enter("b");
    terminal.expect("  0: (FAIL)\n");
    terminal.enter("7");
    terminal.expect("; no restart is `7`\nrestart>");
    terminal.enter("0");
    terminal.expect_last("CL-USER>");

    terminal.press("C-l");
    terminal.enter("(list (restart-case (error \"x\") (go-on () :report \"go on\" 42)))");
    terminal.expect("  0: [GO-ON] go on\n  1: [ABORT]");
    terminal.enter("go-on");
    terminal.expect("restart> go-on\n(42)\nCL-USER>");

    // Restarts that ask, and go wrong themselves.
    terminal.press("C-l");
    terminal.enter("(list 1 unbound-here)");
    terminal.expect("UNBOUND-VARIABLE: ");
    terminal.enter("use-value");
    terminal.expect_last("Enter a form to be evaluated:");
    terminal.enter("(car 5)");
    terminal.expect("TYPE-ERROR: ");
    terminal.expect("  0: [ABORT] return to the error before this one\n  1: [ABORT] return to");
    terminal.enter("0");
    terminal.expect("restart> 0\nUNBOUND-VARIABLE: ");
    terminal.expect_last("restart>");
    terminal.enter("use-value");
    terminal.expect_last("Enter a form to be evaluated:");
    terminal.enter("(+ 21 22)");
    terminal.expect("(1 43)\nCL-USER>");

    // What was done before the error stays, the package too.
    terminal.enter("(progn (in-package :swank) (error \"y\"))");
    terminal.expect("SIMPLE-ERROR: y");
    terminal.press("C-c");
    terminal.expect_last("SWANK>");
    terminal.press("C-d");
    terminal.expect_exit("0");
    assert_no_thread_is_left(&swank);
}

#[test]
fn forms_may_ask_the_person() {
    let swank = Swank::start();
    let terminal = prompt(&project(&swank));
    terminal.enter("(progn (format t \"~&Name? \") (list (read-line) (read)))");
    terminal.expect_last("Name?");
    terminal.enter("O'Neil \"x\"");
    terminal.enter("(a");
    terminal.enter("b)");
    terminal.expect("(\"O'Neil \\\"x\\\"\" (A B))\nCL-USER>");
    terminal.enter("(y-or-n-p \"Sure?\")");
    terminal.expect_last("Sure? (y or n)");
    terminal.enter("y");
    terminal.expect("y\nT\nCL-USER>");
    // The end of the input is for the form, Ctrl-C is not.
    terminal.enter("(progn (princ \"more: \") (read-line nil nil :end))");
    terminal.expect_last("more:");
    terminal.expect_keys_to_be_read();
    terminal.press("C-d");
    terminal.expect(":END\nT\nCL-USER>");
    terminal.enter("(progn (princ \"next: \") (read-line))");
    terminal.expect_last("next:");
    terminal.press("C-c");
    terminal.expect("; interrupted\nCL-USER>");
    terminal.press("C-d");
    terminal.expect_exit("0");
    assert_no_thread_is_left(&swank);
}

#[test]
fn without_an_answer_the_evaluation_goes_on_or_ends() {
    let client = &mut Swank::shared().client();
    let mut evaluate = |forms| {
        let evaluation = Evaluation {
            interactive: true,
            ..Evaluation::new(forms)
        };
        client.evaluate(&evaluation, &mut Recorder::default(), &Interrupt::new())
    };
    match evaluate("(read-line nil nil :end)").unwrap() {
        Answer::Returned { values, .. } => assert_eq!(values, [":END", "T"]),
        other => panic!("{other:?}"),
    }
    match evaluate("(in-package :swank) (error \"no luck\")").unwrap() {
        Answer::Signalled {
            message, package, ..
        } => assert_eq!((&message[..], &package.prompt[..]), ("no luck", "SWANK")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_terminal_that_is_closed_leaves_nothing_behind() {
    let swank = Swank::with_guard();
    let project = project(&swank);
    for form in [
        "(progn (princ :begun) (loop))",
        "(progn (princ :begun) (error \"restart> comes\"))",
        "(progn (princ :begun) (read-line))",
    ] {
        for killed in [true, false] {
            let terminal = prompt(&project);
            terminal.enter(form);
            terminal.expect("\nBEGUN");
            if form.contains("restart>") {
                terminal.expect_last("restart>");
            }
            if killed {
                terminal.kill();
            }
            drop(terminal);
            assert_no_thread_is_left(&swank);
        }
    }
}

#[test]
fn a_restarted_service_is_found_again() {
    let swank = Swank::with_guard();
    let terminal = prompt(&project(&swank));
    terminal.enter("(in-package :swank)");
    terminal.expect_last("SWANK>");
    let swank = swank.restarted();
    terminal.enter("(princ-to-string '(+ 20 22))");
    terminal.expect(&format!(
        "; `app` was restarted, pid {}: what was defined here is gone\n",
        swank.pid()
    ));
    terminal.expect("\"(+ 20 22)\"\nCL-USER>");
    terminal.press("C-d");
    terminal.expect_exit("0");
}

#[test]
fn a_service_that_goes_away_ends_the_prompt() {
    let lost =
        "error: the connection to the service `app` is lost: the server closed the connection";
    let gone = "error: the service `app` does not answer: nothing listens on `127.0.0.1:";
    // In the midst of an evaluation, by itself or not.
    let swank = Swank::with_guard();
    let terminal = prompt(&project(&swank));
    terminal.enter("(sb-ext:exit :abort t)");
    terminal.expect(lost);
    terminal.expect(gone);
    terminal.expect_exit("3");
    let swank = swank.restarted();
    let terminal = prompt(&project(&swank));
    terminal.enter("(progn (princ :begun) (loop (sleep 1)))");
    terminal.expect("\nBEGUN");
    drop(swank);
    terminal.expect(lost);
    terminal.expect_exit("3");
    // While the prompt waits.
    let swank = Swank::with_guard();
    let terminal = prompt(&project(&swank));
    drop(swank);
    terminal.enter("1");
    terminal.expect(gone);
    terminal.expect_exit("3");
}

#[test]
fn what_ends_a_lisp_leaves_only_the_prompt() {
    let swank = Swank::with_guard();
    let project = project(&swank);
    for leaving in ["(quit)", "(exit)", " (SB-EXT:EXIT) ", ":q", ",q"] {
        let terminal = prompt(&project);
        terminal.enter(leaving);
        terminal.expect_exit("0");
        assert_eq!(
            feed(&project, &format!("1\n{leaving}\n2\n")).success(),
            "1\n"
        );
    }
    let terminal = prompt(&project);
    terminal.enter("(list :q");
    terminal.enter(":q");
    terminal.enter(")");
    terminal.expect("(:Q :Q)\nCL-USER>");
    // It is the same process all the time.
    let pid = format!("{}\n", swank.pid());
    assert_eq!(feed(&project, "(sb-unix:unix-getpid)").success(), pid);
}

#[test]
fn a_connection_to_the_same_process_is_made_again() {
    let swank = Swank::with_guard();
    let terminal = prompt(&project(&swank));
    terminal.enter("(progn (mapc #'swank::close-connection% swank::*connections* '(nil) '(nil)))");
    terminal.expect("is lost");
    terminal.expect(&format!(
        "; connected to `app` again, pid {}\nCL-USER>",
        swank.pid()
    ));
    terminal.enter("(list 42)");
    terminal.expect("\n(42)\nCL-USER>");
}

#[test]
fn a_package_may_go() {
    let swank = Swank::shared();
    let terminal = prompt(&project(swank));
    terminal.enter("(progn (defpackage :passing (:use :cl)) (in-package :passing))");
    terminal.expect_last("PASSING>");
    value(&mut swank.client(), "(delete-package :passing)");
    terminal.enter("1");
    terminal.expect("error: there is no package `PASSING` any more, so nothing was evaluated\n");
    terminal.expect_last("CL-USER>");
}

#[test]
fn a_pipe_is_read_form_by_form() {
    let project = project(Swank::shared());
    let input = "(in-package :swank)\n'connection (values 1\n 2) ; end\n\
                 (progn (princ \"out\") (format *error-output* \"err~%\") *)";
    let outcome = feed(&project, input);
    assert_eq!(outcome.stderr, "err\n");
    assert_eq!(
        outcome.success(),
        "#<PACKAGE \"SWANK\">\nCONNECTION\n1\n2\nout\n1\n"
    );
    assert_eq!(feed(&project, "; nothing\n").success(), "");
    assert_eq!(feed(&project, "").success(), "");
}

#[test]
fn a_pipe_ends_at_the_first_error() {
    let project = project(Swank::shared());
    let outcome = feed(&project, "1 (parse-integer \"luck\")\n2\n");
    assert_eq!(outcome.stdout, "1\n");
    let stderr = outcome.failure(1);
    assert!(stderr.contains("0: (PARSE-INTEGER \"luck\""), "{stderr}");
    assert!(stderr.contains("PARSE-ERROR: "), "{stderr}");
    let stderr = feed(&project, "1\n\n(list 2\n").failure(2);
    assert!(stderr.contains("standard input:3:"), "{stderr}");
    let stderr = feed(&project, "1 2)\n").failure(2);
    assert!(stderr.contains("standard input:1:4"), "{stderr}");
    let stderr = project
        .run_with_input(&["repl", "--any"], b"\"\xff\"\n")
        .failure(2);
    assert!(stderr.contains("cannot read standard input:"), "{stderr}");
    // A form that asks finds the end of its input.
    assert!(
        feed(&project, "(read-line)")
            .failure(1)
            .contains("END-OF-FILE")
    );
}

#[test]
fn nothing_begins_without_a_service_or_a_package() {
    let deaf = Project::new("name: app\nloader: none\nstart: (f)\n");
    let stderr = deaf.run(&["repl"]).failure(2);
    assert!(
        stderr.contains("the service `app` has no swank server"),
        "{stderr}"
    );
    let project = at_port(1);
    let stderr = project.run(&["repl"]).failure(3);
    assert!(
        stderr.contains("the service `app` does not answer"),
        "{stderr}"
    );
    let project = self::project(Swank::shared());
    let stderr = project
        .run(&["repl", "--any", "--package", "none-such"])
        .failure(1);
    assert!(
        stderr.contains("the service `app` has no package `none-such`"),
        "{stderr}"
    );
    let outcome = project.run_with_input(&["repl", "--any", "--package", "swank"], b"'connection");
    assert_eq!(outcome.success(), "CONNECTION\n");
}

#[test]
fn a_pipe_reports_when_the_connection_is_lost() {
    let swank = Swank::start();
    let outcome = feed(&project(&swank), "(sb-ext:exit :abort t)");
    let stderr = outcome.failure(3);
    assert!(
        stderr.contains("the connection to the service `app` is lost:"),
        "{stderr}"
    );
    let address = fake::serve_command(drop);
    feed(&at_port(address.port), "1").failure(3);
}

#[test]
fn a_pipe_ends_when_its_package_has_gone() {
    let address = fake::serve_command(|mut peer| {
        peer.send(r#"(:return (:ok (:ok 0 nil "MINE" "MINE")) 3)"#);
        peer.receive().unwrap();
        peer.send("(:return (:ok (:no-package)) 4)");
        peer.wait();
    });
    let stderr = feed(&at_port(address.port), "1").failure(1);
    assert_eq!(stderr, "error: there is no package `MINE` any more");
}
