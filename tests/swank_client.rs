//! The client of swank: against the real server, a broken one, and arbitrary bytes.

use std::thread;
use std::time::{Duration, Instant};

use lisplaunch::live::swank::frame::{Decoder, FrameError, LONGEST, encode};
use lisplaunch::live::swank::reader::{ReadErrorKind, read};
use lisplaunch::live::swank::sexp::{Sexp, quoted};
use lisplaunch::live::swank::{
    Address, Answer, Client, ClientError, ConnectError, Evaluation, FormPhase, Interrupt,
    ProtocolError, Timeouts,
};

use proptest::prelude::*;

use crate::support::ports::free_port;
use crate::swank_server::fake::{self, Peer, frame, serve, serve_evaluation};
use crate::swank_server::real::Swank;
use crate::swank_server::recorder::{Broken, Interrupting, Recorder};

/// How long a test waits for what should happen at once.
const SOON: Duration = Duration::from_secs(60);

const MB: usize = 1 << 20;

type Evaluated = (Result<Answer, ClientError>, Recorder);

fn evaluate_as(client: &mut Client, evaluation: &Evaluation) -> Evaluated {
    let mut recorder = Recorder::default();
    let answer = client.evaluate(evaluation, &mut recorder, &Interrupt::new());
    (answer, recorder)
}

fn evaluate(client: &mut Client, forms: &str) -> Evaluated {
    evaluate_as(client, &limited(forms, SOON))
}

fn limited(forms: &str, timeout: Duration) -> Evaluation<'_> {
    Evaluation {
        timeout: Some(timeout),
        ..Evaluation::new(forms)
    }
}

#[track_caller]
fn values_of(evaluated: Evaluated) -> Vec<String> {
    match evaluated.0.unwrap() {
        Answer::Returned {
            values,
            complete: true,
            ..
        } => values,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn values(client: &mut Client, forms: &str) -> Vec<String> {
    values_of(evaluate(client, forms))
}

/// Phase, type and message of the condition, and the backtrace.
#[track_caller]
fn signalled(client: &mut Client, forms: &str) -> (FormPhase, String, String, Vec<String>) {
    match evaluate(client, forms).0.unwrap() {
        Answer::Signalled {
            phase,
            condition,
            message,
            backtrace,
            ..
        } => (phase, condition, message, backtrace),
        other => panic!("{other:?}"),
    }
}

/// Waits until only this client's own threads evaluate something in the image.
#[track_caller]
fn assert_only_worker(client: &mut Client) {
    let count = "(count-if (lambda (thread) (member (sb-thread:thread-name thread) \
                 '(\"worker\" \"lisplaunch\") :test #'equal)) (sb-thread:list-all-threads))";
    let start = Instant::now();
    while values(client, count) != ["2"] {
        assert!(start.elapsed() < SOON, "a thread is left");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn values_are_printed_as_the_repl_prints_them() {
    let client = &mut Swank::shared().client();
    assert_eq!(values(client, "(+ 1 1)"), ["2"]);
    assert_eq!(
        values(client, "(values 1 \"a\\\"b\\\\c\" :k 'foo #\\x 1/2 1.5d0)"),
        ["1", "\"a\\\"b\\\\c\"", ":K", "FOO", "#\\x", "1/2", "1.5d0"]
    );
    assert_eq!(values(client, "(values)"), [""; 0]);
    assert_eq!(values(client, "1 2 ; comment\n (values 3 4)"), ["3", "4"]);
    assert_eq!(values(client, "  ; nothing\n"), [""; 0]);
    assert_eq!(
        values(client, "(in-package :swank) 'connection 'cl-user::x"),
        ["COMMON-LISP-USER::X"]
    );
    assert_eq!(
        values(client, "(defpackage :p1 (:use :cl)) (in-package :p1) 'here"),
        ["HERE"]
    );
    let nothing = "(defclass quiet () ()) (defmethod print-object ((q quiet) s)) \
                   (values (make-instance 'quiet) 1 (make-instance 'quiet))";
    assert_eq!(values(client, nothing), ["", "1", ""]);
}

#[test]
fn the_package_is_the_one_asked_for() {
    let client = &mut Swank::shared().client();
    for name in ["SWANK", "swank"] {
        let evaluation = Evaluation {
            package: Some(name),
            ..Evaluation::new("'connection")
        };
        match evaluate_as(client, &evaluation).0.unwrap() {
            Answer::Returned {
                values, package, ..
            } => {
                assert_eq!(values, ["CONNECTION"]);
                assert_eq!(
                    (package.name.as_str(), package.prompt.as_str()),
                    ("SWANK", "SWANK")
                );
            }
            other => panic!("{other:?}"),
        }
    }
    let evaluation = Evaluation {
        package: Some("no such \"package"),
        ..Evaluation::new("1")
    };
    assert_eq!(
        evaluate_as(client, &evaluation).0.unwrap(),
        Answer::UnknownPackage
    );
    assert_eq!(
        values(client, "(package-name *package*)"),
        ["\"COMMON-LISP-USER\""]
    );
}

#[test]
fn the_variables_of_the_repl_are_set_on_demand_only() {
    let swank = Swank::start();
    let client = &mut swank.client();
    values(client, "(setf * :old)");
    values(client, "(+ 1 1)");
    assert_eq!(values(client, "*"), [":OLD"]);
    let evaluation = Evaluation {
        remember: true,
        ..Evaluation::new("(values 5 6)")
    };
    evaluate_as(client, &evaluation).0.unwrap();
    assert_eq!(
        values(client, "(values * / +)"),
        ["5", "(5 6)", "(VALUES 5 6)"]
    );
}

#[test]
fn output_comes_in_order_and_before_the_end() {
    let client = &mut Swank::shared().client();
    let start = Instant::now();
    let (answer, recorder) = evaluate(
        client,
        "(dotimes (i 5) (print i) (sleep 1/2)) (format t \"~&end\")",
    );
    let late = start.elapsed();
    assert!(matches!(answer.unwrap(), Answer::Returned { .. }));
    assert_eq!(recorder.stdout, "\n0 \n1 \n2 \n3 \n4 \nend");
    let first = recorder.first.unwrap() - start;
    assert!(
        first + Duration::from_millis(500) < late,
        "{first:?} of {late:?}"
    );
}

#[test]
fn the_streams_are_distinguished() {
    let client = &mut Swank::shared().client();
    let forms = "(format t \"out~%\") (format *error-output* \"err~%\") (warn \"look\") \
                 (format *trace-output* \"trace\")";
    let (answer, recorder) = evaluate(client, forms);
    answer.unwrap();
    assert_eq!(recorder.stdout, "out\ntrace");
    assert_eq!(recorder.stderr, "err\nWARNING: look\n");
}

#[test]
fn threads_may_write() {
    let client = &mut Swank::shared().client();
    let forms = "(let ((out *standard-output*)) \
                   (mapc #'sb-thread:join-thread \
                     (loop for i below 4 collect (let ((i i)) \
                       (sb-thread:make-thread (lambda () (dotimes (j 5000) \
                         (write-string (format nil \"~d:~d~%\" i j) out))))))) nil)";
    let (answer, recorder) = evaluate(client, forms);
    answer.unwrap();
    for thread in 0..4 {
        let prefix = format!("{thread}:");
        let lines = recorder
            .stdout
            .lines()
            .filter_map(|line| line.strip_prefix(&prefix));
        let numbers: Vec<usize> = lines.map(|line| line.parse().unwrap()).collect();
        assert_eq!(numbers, (0..5000).collect::<Vec<_>>());
    }
    assert_eq!(recorder.stdout.lines().count(), 20_000);
}

#[test]
fn a_thread_that_outlives_its_evaluation_does_no_harm() {
    let client = &mut Swank::shared().client();
    let forms = "(defvar *late* (let ((out *standard-output*)) (sb-thread:make-thread (lambda () \
                   (sleep 1/2) (dotimes (i 100000) (write-line \"late\" out)) (finish-output out) :done))))";
    values(client, forms);
    assert_eq!(values(client, "(sb-thread:join-thread *late*)"), [":DONE"]);
    let (_, recorder) = evaluate(client, "(print 1)");
    assert_eq!(recorder.stdout, "\n1 ");
}

#[test]
fn any_text_goes_in_and_comes_out() {
    let client = &mut Swank::shared().client();
    let text = "äöü λ 日本語 🦀 \u{7f}\u{0} tab\t \"q\" \\b\\ \r\n%~";
    let forms = format!("(write-string {0}) {0}", quoted(text));
    let (answer, recorder) = evaluate(client, &forms);
    assert_eq!(recorder.stdout, text);
    assert_eq!(values_of((answer, recorder)), [quoted(text)]);
    // No UTF-8 has these.
    let (answer, recorder) = evaluate(
        client,
        "(write-char (code-char #xd800)) (string (code-char #xdfff))",
    );
    assert_eq!(recorder.stdout, "?");
    assert_eq!(values_of((answer, recorder)), ["\"?\""]);
}

#[test]
fn errors_have_a_type_a_message_and_a_short_backtrace() {
    let client = &mut Swank::shared().client();
    values(
        client,
        "(defun inner-one (x) (declare (optimize debug)) (/ 1 x)) \
                    (defun outer-one (x) (declare (optimize debug)) (list (inner-one x)))",
    );
    let (phase, condition, message, backtrace) = signalled(client, "(outer-one 0)");
    assert_eq!(
        (phase, condition.as_str()),
        (FormPhase::Evaluate, "DIVISION-BY-ZERO")
    );
    assert!(
        message.starts_with("arithmetic error DIVISION-BY-ZERO signalled"),
        "{message}"
    );
    assert_eq!(
        backtrace[1..],
        ["(INNER-ONE 0)", "(OUTER-ONE 0)"],
        "{backtrace:?}"
    );

    let (_, condition, message, backtrace) = signalled(client, "(error \"what ~a\" :ever)");
    assert_eq!(
        (condition.as_str(), message.as_str()),
        ("SIMPLE-ERROR", "what EVER")
    );
    assert_eq!(backtrace, [""; 0]);

    let (_, condition, _, backtrace) = signalled(client, "(labels ((f (x) (1+ (f x)))) (f 1))");
    assert_eq!(condition, "SB-KERNEL::CONTROL-STACK-EXHAUSTED");
    assert_eq!(backtrace.len(), 20);

    let (_, condition, message, _) = signalled(client, "(no-such-function)");
    assert_eq!(condition, "UNDEFINED-FUNCTION");
    assert!(message.contains("NO-SUCH-FUNCTION"), "{message}");

    // What was written before comes anyway, and what was signalled only is not an error.
    let (answer, recorder) = evaluate(client, "(princ 1) (signal 'error) (princ 2) (error \"x\")");
    assert!(matches!(answer.unwrap(), Answer::Signalled { .. }));
    assert_eq!(recorder.stdout, "12");
    assert_eq!(
        values(client, "(handler-case (error \"x\") (error () :handled))"),
        [":HANDLED"]
    );
}

#[test]
fn the_debugger_is_never_entered() {
    let client = &mut Swank::shared().client();
    assert_eq!(signalled(client, "(break \"here\")").2, "here");
    assert_eq!(
        signalled(client, "(invoke-debugger (make-condition 'error))").1,
        "ERROR"
    );
    let unprintable = "(defclass bad () ()) (defmethod print-object ((b bad) s) (error \"cannot print\")) \
                       (make-instance 'bad)";
    assert_eq!(signalled(client, unprintable).0, FormPhase::Print);
    let condition =
        "(define-condition worse (error) () (:report (lambda (c s) (break)))) (error 'worse)";
    assert_eq!(signalled(client, condition).1, "WORSE");
    let cleanup = "(unwind-protect (error \"first\") (error \"second\"))";
    assert_eq!(signalled(client, cleanup).2, "second");
    let long = signalled(
        client,
        "(error \"~a\" (make-string 3000000 :initial-element #\\x))",
    )
    .2;
    assert!(long.len() <= 65536);
    // It leaves by the restart of the worker.
    let (answer, _) = evaluate(client, "(abort)");
    assert!(matches!(answer.unwrap(), Answer::Aborted(_)));
    assert_eq!(values(client, "1"), ["1"]);
}

#[test]
fn what_cannot_be_read_is_reported_apart() {
    let client = &mut Swank::shared().client();
    let read = |client: &mut Client, forms| {
        let (phase, condition, message, _) = signalled(client, forms);
        assert_eq!(phase, FormPhase::Read, "{forms}");
        (condition, message)
    };
    assert_eq!(read(client, "(foo").0, "END-OF-FILE");
    assert_eq!(read(client, "\"foo").0, "END-OF-FILE");
    let (condition, message) = read(client, "(nowhere:foo)");
    assert_eq!(condition, "SB-INT:SIMPLE-READER-PACKAGE-ERROR");
    assert!(message.contains("NOWHERE"), "{message}");
    assert_eq!(read(client, "#<foo>").0, "SB-INT:SIMPLE-READER-ERROR");
    assert_eq!(read(client, "(. a)").0, "SB-INT:SIMPLE-READER-ERROR");
}

#[test]
fn nothing_can_be_read_and_nothing_hangs() {
    let client = &mut Swank::shared().client();
    assert_eq!(signalled(client, "(read-line)").1, "END-OF-FILE");
    assert_eq!(values(client, "(read-line nil nil :none)"), [":NONE", "T"]);
    assert_eq!(signalled(client, "(y-or-n-p \"sure?\")").1, "END-OF-FILE");
    // What the server itself may ask of an editor.
    assert_eq!(
        values(client, "(swank::y-or-n-p-in-emacs \"sure?\")"),
        ["NIL"]
    );
    assert_eq!(
        values(client, "(swank::read-from-minibuffer-in-emacs \"name: \")"),
        ["NIL"]
    );
    assert!(
        signalled(client, "(swank::eval-in-emacs '(point))")
            .2
            .contains("not an editor")
    );
    let read = "(let ((tag (swank::make-tag))) \
        (swank::send-to-emacs (list :read-string (swank::current-thread-id) tag)) \
        (third (swank::wait-for-event `(:emacs-return-string ,tag value))))";
    assert_eq!(values(client, read), ["\"\""]);
}

#[test]
fn much_output_and_large_values_come_whole() {
    let client = &mut Swank::shared().client();
    let forms = "(let ((line (make-string 99 :initial-element #\\a))) (dotimes (i 104858) (write-line line)))";
    let (answer, recorder) = evaluate(client, forms);
    answer.unwrap();
    assert_eq!(recorder.stdout.len(), 10_485_800);
    let value = values(
        client,
        "(make-string (* 20 1024 1024) :initial-element #\\a)",
    )
    .remove(0);
    assert_eq!(value.len(), 20 * MB + 2);
    let (answer, recorder) = evaluate(
        client,
        "(write-string (make-string 5000000 :initial-element #\\ä)) nil",
    );
    answer.unwrap();
    assert_eq!(recorder.stdout.len(), 10_000_000);
}

#[test]
fn values_are_cut_at_the_limit() {
    let client = &mut Swank::shared().client();
    let cut = |client: &mut Client, forms| {
        let evaluation = Evaluation {
            limit: 10,
            ..limited(forms, SOON)
        };
        match evaluate_as(client, &evaluation).0.unwrap() {
            Answer::Returned {
                values, complete, ..
            } => (values, complete),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        cut(client, "\"12345678\""),
        (vec!["\"12345678\"".to_owned()], true)
    );
    assert_eq!(
        cut(client, "(values 1 \"123456789\" 3)"),
        (vec!["1".to_owned(), "\"12345678".to_owned()], false)
    );
    // It has no end.
    let (values, complete) = cut(client, "(let ((x (list 1))) (setf (cdr x) x))");
    assert_eq!((values[0].as_str(), complete), ("(1 1 1 1 1", false));
}

/// Evaluates, and interrupts as soon as something is printed.
fn interrupted(client: &mut Client, forms: &str) -> Evaluated {
    let mut output = Interrupting::default();
    let interrupt = output.interrupt.clone();
    let answer = client.evaluate(&limited(forms, SOON), &mut output, &interrupt);
    (answer, output.recorder)
}

#[test]
fn what_runs_for_ever_is_interrupted() {
    let swank = Swank::start();
    let client = &mut swank.client();
    for forms in [
        "(loop)",
        "(loop (sleep 1))",
        "(loop (print 1))",
        "(sleep 100)",
        "(loop (ignore-errors (loop)))",
        "(unwind-protect (loop) (loop))",
    ] {
        let (answer, recorder) = interrupted(client, &format!("(princ \"begun\") {forms}"));
        assert!(recorder.stdout.starts_with("begun"), "{forms}");
        assert!(
            matches!(answer, Err(ClientError::Interrupted { stopped: true })),
            "{forms}: {answer:?}"
        );
        assert_eq!(values(client, "1"), ["1"]);
    }
    let (answer, _) = evaluate_as(client, &limited("(loop)", A_WHILE));
    assert!(
        matches!(answer, Err(ClientError::TimedOut { stopped: true, .. })),
        "{answer:?}"
    );
    assert_only_worker(client);
}

#[test]
fn an_output_that_cannot_be_written_ends_the_evaluation() {
    let swank = Swank::start();
    let client = &mut swank.client();
    let answer = client.evaluate(
        &limited("(loop (print 1))", SOON),
        &mut Broken,
        &Interrupt::new(),
    );
    assert!(
        matches!(answer, Err(ClientError::Output { stopped: true, .. })),
        "{answer:?}"
    );
    assert_only_worker(client);
}

#[test]
fn a_client_that_disappears_leaves_nothing_behind() {
    let swank = Swank::start();
    for forms in [
        "(loop)",
        "(loop (print 1))",
        "(sleep 100)",
        "(unwind-protect (loop) (loop))",
    ] {
        let mut client = swank.client();
        let timeouts = Timeouts {
            grace: Duration::ZERO,
            ..Timeouts::default()
        };
        let mut leaving = Client::connect(&swank.address(), None, timeouts).unwrap();
        let (answer, _) = evaluate_as(&mut leaving, &limited(forms, A_WHILE));
        assert!(
            matches!(answer, Err(ClientError::TimedOut { stopped: false, .. })),
            "{answer:?}"
        );
        drop(leaving);
        assert_only_worker(&mut client);
    }
}

#[test]
fn a_client_that_is_killed_leaves_nothing_behind() {
    let swank = Swank::with_guard();
    for forms in [
        "(loop)",
        "(loop (print 1))",
        "(sleep 100)",
        "(unwind-protect (loop) (loop))",
    ] {
        let address = fake::cut_after(Duration::from_secs(2), &swank.address());
        let mut killed = Client::connect(&address, None, Timeouts::default()).unwrap();
        let (answer, _) = evaluate(&mut killed, forms);
        assert!(matches!(answer, Err(ClientError::Closed)), "{answer:?}");
        assert_only_worker(&mut swank.client());
    }
}

#[test]
fn two_clients_do_not_disturb_each_other() {
    let swank = Swank::shared();
    let clients = ["one", "two"].map(|name| {
        thread::spawn(move || {
            let mut client = swank.client();
            for _ in 0..10 {
                let forms = format!(
                    "(princ \"{name}\") (sleep 1/50) (format *error-output* \"{name}\") :{name}"
                );
                let (answer, recorder) = evaluate(&mut client, &forms);
                assert_eq!(
                    (recorder.stdout.as_str(), recorder.stderr.as_str()),
                    (name, name)
                );
                assert_eq!(
                    values_of((answer, recorder)),
                    [format!(":{}", name.to_uppercase())]
                );
            }
        })
    });
    for client in clients {
        client.join().unwrap();
    }
}

#[test]
fn another_thread_is_not_left_in_the_debugger() {
    let swank = Swank::with_global_debugger();
    let client = &mut swank.client();
    let forms =
        "(sb-thread:make-thread (lambda () (error \"in a thread\")) :name \"worker\") (sleep 1/2)";
    let (answer, recorder) = evaluate(client, forms);
    answer.unwrap();
    assert_eq!(recorder.aborted, ["in a thread"]);
    assert_only_worker(client);
}

#[test]
fn a_secret_opens_and_its_absence_does_not() {
    let secret = "ein Geheimnis 🦀";
    let swank = Swank::with_secret(secret);
    let mut client = Client::connect(&swank.address(), Some(secret), Timeouts::default()).unwrap();
    assert_eq!(values(&mut client, "(+ 1 1)"), ["2"]);
    // The plain server dies of it.
    let wrong = Client::connect(&swank.address(), Some("wrong"), Timeouts::default());
    assert!(
        matches!(wrong, Err(ConnectError::Closed { secret: true, .. })),
        "{wrong:?}"
    );
    let swank = Swank::with_secret(secret);
    let without = Client::connect(&swank.address(), None, Timeouts::default());
    assert!(
        matches!(without, Err(ConnectError::Closed { secret: false, .. })),
        "{without:?}"
    );
}

#[test]
fn a_server_describes_itself() {
    let swank = Swank::shared();
    let client = &mut swank.client();
    let info = client.connection_info();
    assert_eq!(info.pid, Some(swank.pid()));
    assert_eq!(info.lisp.as_deref(), Some("SBCL"));
    assert_eq!(info.style.as_deref(), Some("spawn"));
    assert!(info.lisp_version.is_some() && info.swank_version.is_some());
}

#[test]
fn symbols_are_completed() {
    let client = &mut Swank::shared().client();
    let completions = client.complete("multiple-value-l", None).unwrap();
    assert_eq!(completions, ["multiple-value-list"]);
    assert_eq!(
        client.complete("cl:multiple-value-l", None).unwrap(),
        ["cl:multiple-value-list"]
    );
    assert_eq!(
        client
            .complete("no-such-\"symbol", Some("NOWHERE"))
            .unwrap(),
        [""; 0]
    );
    assert!(
        client
            .complete("with-conn", Some("swank"))
            .unwrap()
            .contains(&"with-connection".to_owned())
    );
}

#[test]
fn an_image_that_exits_closes_the_connection() {
    let swank = Swank::start();
    let (answer, _) = evaluate(&mut swank.client(), "(sb-ext:exit :abort t)");
    assert!(matches!(answer, Err(ClientError::Closed)), "{answer:?}");
}

// From here on the server is not what it should be.

/// For a server that keeps the client waiting.
const SHORT: Timeouts = Timeouts {
    connect: A_WHILE,
    answer: A_WHILE,
    grace: Duration::from_millis(300),
};

const A_WHILE: Duration = Duration::from_secs(1);

/// For a server that has an answer.
const LONG: Timeouts = Timeouts {
    connect: SOON,
    answer: SOON,
    grace: Duration::from_millis(300),
};

fn connect(address: &Address) -> Result<Client, ConnectError> {
    Client::connect(address, None, LONG)
}

/// Connects and evaluates something.
fn exchange(address: &Address) -> Evaluated {
    evaluate_as(&mut connect(address).unwrap(), &limited("(foo)", SOON))
}

/// What came within a short time, which is not exceeded by much.
#[track_caller]
fn in_time<T>(wait: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let came = wait();
    let took = start.elapsed();
    assert!(took < 30 * A_WHILE, "it took {took:?}");
    came
}

fn connect_in_time(address: &Address) -> Result<Client, ConnectError> {
    in_time(|| Client::connect(address, None, SHORT))
}

fn exchange_in_time(address: &Address) -> Evaluated {
    let mut client = connect(address).unwrap();
    in_time(|| evaluate_as(&mut client, &limited("(foo)", A_WHILE)))
}

#[track_caller]
fn assert_whole(evaluated: Evaluated) {
    assert_eq!(evaluated.1.stdout, "hello");
    assert_eq!(values_of(evaluated), ["42"]);
}

#[track_caller]
fn assert_breaks_protocol(bytes: impl Into<Vec<u8>>, message: &str) {
    let bytes = bytes.into();
    let handshake = bytes.clone();
    let (answer, _) = exchange(&serve_evaluation(move |mut peer| {
        peer.send_bytes(&bytes);
    }));
    match answer {
        Err(ClientError::Protocol(error)) => {
            assert!(error.to_string().contains(message), "{error}");
        }
        other => panic!("{other:?}"),
    }
    let error = connect(&serve(move |mut peer| {
        peer.receive();
        peer.send_bytes(&handshake);
    }));
    assert!(
        matches!(error, Err(ConnectError::Protocol(..))),
        "{error:?}"
    );
}

#[test]
fn nobody_answers() {
    let port = free_port();
    let error = connect(&Address {
        host: "127.0.0.1".to_owned(),
        port,
    })
    .unwrap_err();
    assert!(matches!(error, ConnectError::Refused(_)));
    assert_eq!(
        error.to_string(),
        format!("nothing listens on `127.0.0.1:{port}`")
    );
    let error = connect(&Address {
        host: "no-such-host.invalid".to_owned(),
        port,
    })
    .unwrap_err();
    assert!(matches!(error, ConnectError::Unresolved(..)), "{error:?}");
    let error = connect(&serve(drop)).unwrap_err();
    assert!(matches!(error, ConnectError::Closed { .. }), "{error:?}");
    let error = connect_in_time(&serve(Peer::wait)).unwrap_err();
    assert!(matches!(error, ConnectError::TimedOut(..)), "{error:?}");
}

#[test]
fn a_faithful_server_is_understood() {
    assert_whole(exchange(&serve_evaluation(|mut peer| {
        peer.send_answers();
        peer.wait();
    })));
}

#[test]
fn silence_is_bounded() {
    let (answer, _) = exchange_in_time(&serve_evaluation(Peer::wait));
    assert!(
        matches!(answer, Err(ClientError::TimedOut { stopped: false, .. })),
        "{answer:?}"
    );
}

#[test]
fn a_slow_drip_is_bounded() {
    let long = frame(&format!("(:write-string \"{}\")", "x".repeat(5000)));
    let drip = |bytes: Vec<u8>| {
        move |mut peer: Peer| {
            for byte in bytes {
                if !peer.send_bytes(&[byte]) {
                    return;
                }
                thread::sleep(Duration::from_millis(5));
            }
        }
    };
    let (answer, _) = exchange_in_time(&serve_evaluation(drip(long.clone())));
    assert!(
        matches!(answer, Err(ClientError::TimedOut { stopped: false, .. })),
        "{answer:?}"
    );
    let error = connect_in_time(&serve(drip(long)));
    assert!(
        matches!(error, Err(ConnectError::TimedOut(..))),
        "{error:?}"
    );
}

#[test]
fn an_endless_answer_is_bounded() {
    let (answer, _) = exchange_in_time(&serve_evaluation(|mut peer| {
        while peer.send_bytes(&frame("(:write-string \"again\" :lisplaunch-stdout)")) {}
    }));
    assert!(
        matches!(answer, Err(ClientError::TimedOut { stopped: false, .. })),
        "{answer:?}"
    );
    let (answer, _) = exchange_in_time(&serve_evaluation(|mut peer| {
        let piece = format!(
            "(:write-string \"{}\" (:lisplaunch-value 0))",
            "x".repeat(15 * MB)
        );
        while peer.send_bytes(&frame(&piece)) {}
    }));
    assert!(
        matches!(
            answer,
            Err(ClientError::Protocol(ProtocolError::TooMuch) | ClientError::TimedOut { .. })
        ),
        "{answer:?}"
    );
    for index in ["99999999", "18446744073709551615"] {
        let (answer, _) = exchange(&serve_evaluation(move |mut peer| {
            peer.send(&format!(
                "(:write-string \"x\" (:lisplaunch-value {index}))"
            ));
            peer.wait();
        }));
        assert!(
            matches!(answer, Err(ClientError::Protocol(ProtocolError::TooMuch))),
            "{answer:?}"
        );
    }
}

#[test]
fn lengths_may_lie() {
    assert_breaks_protocol("000100(:foo)", "ends after 12 of its 262 bytes");
    assert_breaks_protocol("000001(:foo)", "ends too early");
    assert_breaks_protocol("000006(:foo)00", "ends after 2 bytes, within its length");
    assert_breaks_protocol("00000", "within its length");
    assert_breaks_protocol("ffffff(:foo)", "ends after 12 of its 16777221 bytes");
    assert_breaks_protocol("zzzzzz(:foo)", "`zzzzzz`");
    assert_breaks_protocol("-00001x", "`-00001`");
    assert_breaks_protocol("HTTP/1.1 400 Bad Request\r\n\r\n", "`HTTP/1`");
    assert_breaks_protocol([0xff; 100], "hexadecimal");
    assert_breaks_protocol(*b"000005(\"\xff\xfe)", "not UTF-8 after its first 2 bytes");
    for lie in ["000100(:foo)", "ffffff(:foo)"] {
        let (answer, _) = exchange_in_time(&serve_evaluation(move |mut peer| {
            peer.send_bytes(lie.as_bytes());
            peer.wait();
        }));
        assert!(
            matches!(answer, Err(ClientError::TimedOut { stopped: false, .. })),
            "{answer:?}"
        );
    }
}

#[test]
fn garbage_is_no_message() {
    assert_breaks_protocol(frame("(:return (:ok"), "ends too early");
    assert_breaks_protocol(frame(")"), "misplaced character");
    assert_breaks_protocol(frame(&"(".repeat(0xff_ffff)), "nested too deeply");
    assert_breaks_protocol(frame(&"'".repeat(0xff_ffff)), "nested too deeply");
    assert_breaks_protocol(
        frame(&format!("({})", "a ".repeat(8_000_000))),
        "too many elements",
    );
    assert_breaks_protocol(
        frame(&format!("({})", "#<".repeat(8_000_000))),
        "ends too early",
    );
    assert_breaks_protocol(frame("(:return (:ok (:ok)) 1) x"), "something follows");
}

#[test]
fn an_answer_must_have_its_shape() {
    for answer in [
        "nil",
        "42",
        "(:ok)",
        "(:ok 1)",
        "(:ok 1 nil 2 3)",
        "(:ok -1 nil \"A\" \"B\")",
        "(:error :read)",
        "(:error :foo \"A\" \"B\" nil \"C\" \"D\")",
        "(:ok . 1)",
    ] {
        let (result, _) = exchange(&serve_evaluation(move |mut peer| {
            peer.send(&format!("(:return (:ok {answer}) 2)"));
            peer.wait();
        }));
        assert!(
            matches!(result, Err(ClientError::Protocol(ProtocolError::Answer(_)))),
            "{answer}: {result:?}"
        );
    }
}

#[test]
fn a_server_may_refuse() {
    for (reply, message) in [
        ("(:invalid-rpc 2 \"no thread\")", "no thread"),
        (
            "(:reader-error \"(:emacs-rex ...\" \"no package\")",
            "no package",
        ),
    ] {
        let (result, _) = exchange(&serve_evaluation(move |mut peer| {
            peer.send(reply);
            peer.wait();
        }));
        assert!(
            matches!(&result, Err(ClientError::Refused(text)) if text == message),
            "{result:?}"
        );
    }
    let (result, _) = exchange(&serve_evaluation(|mut peer| {
        peer.send("(:return (:abort \"NIL\") 2)");
        peer.wait();
    }));
    assert_eq!(result.unwrap(), Answer::Aborted("NIL".to_owned()));
}

#[test]
fn completions_come_in_two_shapes() {
    for (answer, expected) in [
        ("((\"ab\" \"ac\") \"a\")", &["ab", "ac"][..]),
        (
            "((\"ab\" \"-f---\" \"CL::AB\") (\"ac\" \"-\"))",
            &["ab", "ac"],
        ),
        ("(nil \"\")", &[]),
        ("nil", &[]),
    ] {
        let mut client = connect(&serve_evaluation(move |mut peer| {
            peer.send(&format!("(:return (:ok {answer}) 2)"));
            peer.wait();
        }))
        .unwrap();
        assert_eq!(client.complete("a", None).unwrap(), expected);
    }
}

#[test]
fn what_is_unknown_is_passed_over() {
    assert_whole(exchange(&serve_evaluation(|mut peer| {
        for message in [
            "()",
            "nil",
            "42",
            "\"x\"",
            "(:future 1 2)",
            "(:ping)",
            "(:ping . 1)",
            "(:write-string)",
            "(:write-string 1 2 3)",
            "(:return)",
            "(:return (:ok 1))",
            "(:return (:ok 1) 77)",
            "(:return (:ok 1) 1)",
            "(:return 1 2)",
            "(:debug)",
            "(:debug 1 1 nil)",
            "(:new-features #(1 #\\( #C(1 2)) #<A \"b\">)",
            "(:reader-error \"other\" \"thing\")",
            "(:indentation-update ((a . (b \"c\"))))",
            "(1 . 2)",
            "'(:return)",
        ] {
            peer.send(message);
        }
        peer.send_answers();
        peer.wait();
    })));
}

#[test]
fn all_that_must_be_answered_is() {
    assert_whole(exchange(&serve_evaluation(|mut peer| {
        for (message, reply) in [
            ("(:ping 3 44)", "(:emacs-pong 3 44)"),
            ("(:write-string \"\" nil 3)", "(:write-done 3)"),
            ("(:read-string 3 4)", "(:emacs-return-string 3 4 \"\")"),
            ("(:y-or-n-p 3 4 \"sure?\")", "(:emacs-return 3 4 nil)"),
            (
                "(:read-from-minibuffer 3 4 \"name\" nil)",
                "(:emacs-return 3 4 nil)",
            ),
            (
                "(:eval 3 4 \"(point)\")",
                "(:emacs-return 3 4 (:error \"lisplaunch\" \"it is not an editor\"))",
            ),
            (
                "(:debug 3 1 (\"oh\" \"ERROR\" nil) nil nil (2))",
                "(:emacs-rex (swank:throw-to-toplevel) nil 3 3)",
            ),
        ] {
            peer.send(message);
            assert_eq!(peer.receive().as_deref(), Some(reply));
        }
        peer.send_answers();
        peer.wait();
    })));
}

#[test]
fn a_flood_of_pings_is_survived() {
    let pings = frame("(:ping 1 2)").repeat(20_000);
    let flood = pings.clone();
    assert_whole(exchange(&serve_evaluation(move |mut peer| {
        let mut other = Peer(peer.0.try_clone().unwrap());
        let reader = thread::spawn(move || {
            (0..20_000).all(|_| other.receive().as_deref() == Some("(:emacs-pong 1 2)"))
        });
        peer.send_bytes(&flood);
        assert!(reader.join().unwrap());
        peer.send_answers();
        peer.wait();
    })));
    // The replies are not read.
    let (answer, _) = exchange_in_time(&serve_evaluation(
        move |mut peer| while peer.send_bytes(&pings) {},
    ));
    assert!(
        matches!(
            answer,
            Err(ClientError::TimedOut { .. } | ClientError::Io(_) | ClientError::Closed)
        ),
        "{answer:?}"
    );
}

#[test]
fn a_message_of_16_mb_is_taken() {
    let text = "é".repeat(7 * MB);
    let payload = format!("(:write-string \"{text}\" :lisplaunch-stdout)");
    let mut client = connect(&serve_evaluation(move |mut peer| {
        peer.send(&payload);
        peer.send_answers();
        peer.wait();
    }))
    .unwrap();
    let (answer, recorder) = evaluate_as(&mut client, &limited("(foo)", SOON));
    assert_eq!(recorder.stdout.len(), text.len() + 5);
    assert_eq!(values_of((answer, recorder)), ["42"]);
}

#[test]
fn a_server_may_close_at_any_byte() {
    let messages = [fake::INFO].into_iter().chain(fake::ANSWERS);
    let bytes: Vec<u8> = messages.flat_map(frame).collect();
    for length in 0..=bytes.len() {
        let sent = bytes[..length].to_vec();
        let address = serve(move |mut peer| {
            peer.send_bytes(&sent);
            // Both requests are read, so that what was sent is not lost with them.
            let _ = peer.0.shutdown(std::net::Shutdown::Write);
            peer.wait();
        });
        let evaluated =
            connect(&address).map(|mut client| evaluate_as(&mut client, &limited("(foo)", SOON)));
        match evaluated {
            Ok(evaluated) if length == bytes.len() => assert_whole(evaluated),
            Ok((Ok(answer), _)) => panic!("{length}: {answer:?}"),
            Ok((Err(ClientError::Closed | ClientError::Protocol(_)), _)) => {}
            Ok((Err(error), _)) => panic!("{length}: {error:?}"),
            Err(ConnectError::Closed { .. } | ConnectError::Protocol(..)) => {}
            Err(error) => panic!("{length}: {error:?}"),
        }
    }
}

#[test]
fn a_server_that_does_not_read_is_bounded() {
    let mut client = connect(&serve(|mut peer| {
        peer.receive();
        peer.send(fake::INFO);
        thread::sleep(2 * SOON);
    }))
    .unwrap();
    let forms = "x".repeat(15 * MB);
    let (answer, _) = in_time(|| evaluate_as(&mut client, &limited(&forms, A_WHILE)));
    assert!(
        matches!(
            answer,
            Err(ClientError::Io(_) | ClientError::TimedOut { .. })
        ),
        "{answer:?}"
    );
    let (answer, _) = evaluate(&mut client, "1");
    assert!(matches!(answer, Err(ClientError::Closed)), "{answer:?}");
}

#[test]
fn a_request_may_be_too_long() {
    let client = &mut Swank::shared().client();
    let (answer, _) = evaluate(client, &"x".repeat(17 * MB));
    assert!(
        matches!(answer, Err(ClientError::TooLong { bytes }) if bytes > 17 * MB),
        "{answer:?}"
    );
    assert_eq!(values(client, "1"), ["1"]);
}

// From here on there is no server, but arbitrary bytes and texts.

/// All payloads of bytes fed in these pieces, and how they ended.
fn decoded<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    allowed: usize,
) -> (Vec<String>, Result<(), FrameError>) {
    let mut decoder = Decoder::new(allowed);
    let mut payloads = Vec::new();
    for piece in pieces {
        decoder.feed(piece);
        loop {
            match decoder.next_payload() {
                Ok(Some(payload)) => payloads.push(payload),
                Ok(None) => break,
                Err(error) => return (payloads, Err(error)),
            }
        }
    }
    (payloads, decoder.end())
}

/// Bytes that often look like frames.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<Vec<u8>>(),
        "[0-9a-fA-F]{6}".prop_map(String::into_bytes),
        "(0000[0-9a-f]{2})?\\PC{0,9}".prop_map(String::into_bytes),
        "\\PC{0,300}".prop_map(|text| encode(&text).unwrap()),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// An atom as swank prints one.
fn atom() -> impl Strategy<Value = Sexp> {
    prop_oneof![
        "[-+]?[0-9]{1,40}",
        "[0-9]{1,9}/[1-9]",
        "-?[0-9]\\.[0-9]{1,5}(d0|e10)?",
        ":?[a-z*+-][a-z0-9*+-]{0,8}",
        "([a-z]{1,5}::?)?\\|([ -~&&[^|\\\\]]|\\\\\\||\\\\\\\\|é|\n){0,9}\\|",
        "#:[a-z][0-9]",
        "#:\\|[ a-z()]{0,5}\\|",
        "[a-z]\\\\[ ()\"a]b",
        "#\\\\[ -~]",
        "#\\\\(Space|Newline|LATIN_SMALL_LETTER_A)",
        "#\\*[01]{0,9}",
        "#<[A-Z]{1,5}( \"[a-z>()]{0,5}\"| #<[A-Z (){}]{0,5}>|[ A-Z(){}0-9]){0,5}>",
    ]
    .prop_map(Sexp::Atom)
}

fn sexp() -> impl Strategy<Value = Sexp> {
    let leaf = prop_oneof![
        atom(),
        ".{0,30}".prop_map(Sexp::String),
        any::<String>().prop_map(Sexp::String)
    ];
    leaf.prop_recursive(6, 60, 8, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..8).prop_map(Sexp::List);
        prop_oneof![
            list.clone(),
            (prop::collection::vec(inner.clone(), 1..5), inner.clone())
                .prop_map(|(elements, tail)| Sexp::Dotted(elements, Box::new(tail))),
            ("(#|#C|#S|#2A|#')", list)
                .prop_map(|(prefix, form)| Sexp::Prefixed(prefix, Box::new(form))),
            "\\PC{0,9}"
                .prop_map(|path| Sexp::Prefixed("#P".to_owned(), Box::new(Sexp::String(path)))),
            inner.prop_map(|form| Sexp::Prefixed("'".to_owned(), Box::new(form))),
        ]
    })
}

fn printed(sexp: &Sexp) -> String {
    let all = |elements: &[Sexp]| elements.iter().map(printed).collect::<Vec<_>>().join(" ");
    match sexp {
        Sexp::String(text) => quoted(text),
        Sexp::Atom(text) => text.clone(),
        Sexp::List(elements) => format!("({})", all(elements)),
        Sexp::Dotted(elements, tail) => format!("({} . {})", all(elements), printed(tail)),
        Sexp::Prefixed(prefix, form) => format!("{prefix}{}", printed(form)),
    }
}

proptest! {
    #[test]
    fn it_does_not_matter_where_the_bytes_are_split(
        bytes in bytes(),
        allowed in prop_oneof![Just(LONGEST), 0_usize..300],
        splits in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
    ) {
        let mut splits: Vec<usize> = splits.iter().map(|index| index.index(bytes.len() + 1)).collect();
        splits.extend([0, bytes.len()]);
        splits.sort_unstable();
        let pieces = splits.windows(2).map(|ends| &bytes[ends[0]..ends[1]]);
        let whole = decoded([&bytes[..]], allowed);
        prop_assert_eq!(&whole, &decoded(pieces, allowed));
        prop_assert_eq!(&whole, &decoded(bytes.chunks(1), allowed));
    }

    #[test]
    fn frames_come_back(payloads in prop::collection::vec(any::<String>(), 0..9)) {
        let bytes: Vec<u8> = payloads.iter().flat_map(|payload| encode(payload).unwrap()).collect();
        prop_assert_eq!(decoded([&bytes[..]], LONGEST), (payloads, Ok(())));
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = read(&text);
    }

    #[test]
    fn any_text_that_looks_like_lisp_is_read_or_refused(text in "[ ().'\"\\\\|#<>:a1é;,`\n=]{0,40}") {
        if let Ok(sexp) = read(&text) {
            prop_assert_eq!(read(&printed(&sexp)), Ok(sexp));
        }
    }

    #[test]
    fn what_is_printed_is_read(sexp in sexp()) {
        prop_assert_eq!(read(&printed(&sexp)), Ok(sexp));
    }

    #[test]
    fn what_is_cut_short_is_refused(sexp in sexp(), at in any::<prop::sample::Index>()) {
        let text = format!("({})", printed(&sexp));
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        prop_assert!(read(&text[..ends[at.index(ends.len())]]).is_err());
    }
}

#[test]
fn limits_are_kept_whatever_the_text() {
    let kind = |text: &str| read(text).unwrap_err().kind;
    let deep = |levels: usize| format!("{}{}", "(".repeat(levels), ")".repeat(levels));
    assert!(read(&deep(500)).is_ok());
    assert_eq!(kind(&deep(501)), ReadErrorKind::TooDeep);
    assert_eq!(kind(&"#'(".repeat(1_000_000)), ReadErrorKind::TooDeep);
    assert_eq!(
        kind(&format!("({})", "1 ".repeat(2_000_000))),
        ReadErrorKind::TooMany
    );
    assert_eq!(kind(&")".repeat(1 << 24)), ReadErrorKind::Unexpected);
    assert_eq!(kind(&"|".repeat((1 << 24) + 1)), ReadErrorKind::Incomplete);
    assert_eq!(kind(""), ReadErrorKind::Incomplete);
}

#[test]
fn a_frame_holds_no_more_than_its_length_can_say() {
    assert_eq!(encode(&"x".repeat(LONGEST)).unwrap().len(), LONGEST + 6);
    let error = encode(&"x".repeat(LONGEST + 1)).unwrap_err();
    assert_eq!(
        error,
        FrameError::TooLong {
            announced: LONGEST + 1,
            allowed: LONGEST
        }
    );
}
