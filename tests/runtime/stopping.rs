//! How a service stops.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::service::Service;
use crate::end_to_end::running::eventually;

const STARTING: &str = "(lisplaunch:starting)";
const STAY: &str = "(lisplaunch:stay)";

/// Stop forms of which the second fails.
const STOP: &str = r#"(lisplaunch:on-stop (progn (print :first) (finish-output) (sleep 1/2))
                                         (error "no way")
                                         (print :third))"#;

/// Fails unless [`STOP`] ran once, in order, and the failure was logged.
#[track_caller]
fn assert_stopped(service: &Service) {
    assert_eq!(service.process.stdout().trim(), ":FIRST \n:THIRD");
    let log = service.process.stderr();
    let line = "lisplaunch: stop form (error \"no way\") failed: no way\n";
    assert_eq!(log.matches(line).count(), 1, "{log}");
}

#[test]
fn a_second_sigterm_does_not_cut_the_stop_forms_short() {
    let mut service = Service::start(&[STOP, STARTING, STAY]).until("READY");
    service.process.signal(Signal::TERM);
    service.process.until_it_says(":FIRST");
    assert!(service.state().contains(":NOTE \"SIGTERM\""));
    assert_eq!(service.stop(Signal::TERM).code(), Some(0));
    assert_stopped(&service);
    let state = service.state();
    assert!(state.contains(":PHASE :ENDED"), "{state}");
    assert!(state.contains(":EXIT 0"), "{state}");
}

#[test]
fn an_exit_in_another_thread_runs_the_stop_forms_once_and_takes_no_longer() {
    let exit = "(sb-thread:make-thread (lambda () (sb-ext:exit :code 3)))";
    let patient = "(setf lisplaunch::*stop-timeout* 600)";
    let mut service = Service::start(&[STOP, patient, STARTING, exit, STAY]);
    assert_eq!(service.process.wait().code(), Some(3));
    assert_stopped(&service);
}

#[test]
fn a_cleanup_form_that_fails_does_not_skip_the_stop_forms() {
    let start = "(unwind-protect (progn (lisplaunch::note \"serving\") (loop (sleep 1)))
                   (error \"cleanup\"))";
    let mut service = Service::start(&[STOP, STARTING, start]);
    service.until_state_holds(":NOTE \"serving\"");
    assert_eq!(service.stop(Signal::TERM).code(), Some(0));
    assert_stopped(&service);
    let log = service.process.stderr();
    assert!(log.contains("cleanup"), "{log}");
}

#[test]
fn what_takes_longer_than_the_stop_timeout_is_ended() {
    let endless = "(lambda () (sb-sys:without-interrupts (loop (sleep 1))))";
    // A thread that has not come so far yet could be ended.
    let thread = "(let ((begun (sb-thread:make-semaphore)))
                    (sb-thread:make-thread
                      (lambda () (sb-sys:without-interrupts (sb-thread:signal-semaphore begun)
                                                            (loop (sleep 1)))))
                    (sb-thread:wait-on-semaphore begun))";
    let cases = [
        "(lisplaunch:on-stop (sleep 600))".to_owned(),
        thread.to_owned(),
        format!("(push {endless} sb-ext:*exit-hooks*)"),
    ];
    for form in cases {
        let impatient = "(setf lisplaunch::*stop-timeout* 2)";
        let mut service = Service::start(&[impatient, &form, STARTING, STAY]).until("READY");
        let start = Instant::now();
        assert_eq!(service.stop(Signal::TERM).code(), Some(0), "{form}");
        let taken = start.elapsed();
        assert!(taken >= Duration::from_millis(1900), "{form}: {taken:?}");
        assert!(taken < Duration::from_secs(40), "{form}: {taken:?}");
        let state = service.state();
        assert!(state.contains(":EXIT 0"), "{state}");
    }
}

/// A signal comes in any thread, and what the thread belongs to may end it just then: swank ends
/// those of a client that goes.
#[test]
fn a_thread_that_is_ended_while_it_takes_the_signal_does_not_keep_the_process() {
    let watch = "(sb-int:encapsulate 'lisplaunch::watch-exit 'test
                   (lambda (watch)
                     (declare (ignore watch))
                     (sb-thread:abort-thread)))";
    let take = "(sb-thread:make-thread (lambda () (lisplaunch::leave 0 \"SIGTERM\")))";
    let mut service = Service::start(&[STOP, watch, STARTING, take, STAY]);
    assert_eq!(service.process.wait().code(), Some(0));
    assert_stopped(&service);
}

/// Nothing in the process can see to that: here SBCL waits for ever, without interrupts, once it
/// has ended the thread that watches the exit.
#[test]
fn an_exit_that_hangs_in_sbcl_is_ended_by_the_kernel() {
    let hang = "(sb-int:encapsulate 'sb-thread:terminate-thread 'test
                  (lambda (end thread)
                    (funcall end thread)
                    (when (equal (sb-thread:thread-name thread) lisplaunch::*watcher-name*)
                      (loop (sleep 1)))))";
    let impatient = "(setf lisplaunch::*stop-timeout* 2)";
    let mut service = Service::start(&[STOP, impatient, hang, STARTING, STAY]).until("READY");
    let status = service.stop(Signal::TERM);
    assert_eq!(status.signal(), Some(Signal::KILL.as_raw()));
    assert_stopped(&service);
}

#[test]
fn sigint_and_sighup_stop_in_order() {
    for (signal, code) in [(Signal::INT, 130), (Signal::HUP, 129)] {
        let mut service = Service::start(&[STOP, STARTING, STAY]).until("READY");
        assert_eq!(service.stop(signal).code(), Some(code));
        assert_stopped(&service);
        // Nothing else.
        let log = service.process.stderr();
        assert_eq!(log.lines().count(), 1, "{log}");
        assert!(service.state().contains(&format!(":EXIT {code}")));
    }
}

#[test]
fn a_hangup_that_is_ignored_stays_ignored() {
    let mut service = Service::start_with(&[STARTING, STAY], |sbcl| {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]);
        shell.arg(sbcl.get_program()).args(sbcl.get_args());
        let variables = sbcl.get_envs();
        shell.env_clear();
        shell.envs(variables.filter_map(|(name, value)| Some((name, value?))));
        shell
    })
    .until("READY");
    service.process.signal(Signal::HUP);
    assert_eq!(service.stop(Signal::TERM).code(), Some(0));
}

#[test]
fn a_start_form_cannot_keep_sigterm_to_itself() {
    let ignore = "(sb-alien:alien-funcall
                    (sb-alien:extern-alien \"signal\" (function sb-alien:long sb-alien:int
                                                              sb-alien:long))
                    sb-unix:sigterm 1)";
    let start = format!("(progn {STARTING} {ignore})");
    let mut service = Service::start(&[STOP, &start, STAY]).until("READY");
    assert_eq!(service.stop(Signal::TERM).code(), Some(0));
    assert_stopped(&service);
}

#[test]
fn the_state_file_holds_the_code_of_any_exit() {
    for (form, code) in [
        ("(sb-ext:exit :code 7)", 7),
        ("(sb-ext:exit :code 8)", 8),
        ("(sb-ext:exit :code 257)", 1),
        (
            "(sb-thread:join-thread (sb-thread:make-thread #'sb-ext:exit))",
            0,
        ),
    ] {
        let mut service = Service::start(&[form]);
        assert_eq!(service.process.wait().code(), Some(code), "{form}");
        let state = service.state();
        assert!(state.contains(":PHASE :ENDED"), "{state}");
        assert!(state.contains(&format!(":EXIT {code})")), "{state}");
    }
}

#[test]
fn a_child_that_leaves_is_not_the_service() {
    for exit in ["(sb-ext:exit :code 9)", "(sb-ext:exit :code 9 :abort t)"] {
        let fork = format!(
            "(progn (require :sb-posix)
                    (let ((pid (funcall (intern \"FORK\" :sb-posix))))
                      (if (zerop pid)
                          {exit}
                          (funcall (intern \"WAITPID\" :sb-posix) pid 0))))"
        );
        let mut service = Service::start(&[STOP, STARTING, &fork, STAY]).until("READY");
        assert!(service.state().contains(":EXIT NIL"));
        assert_eq!(service.process.stdout(), "");
        assert_eq!(service.stop(Signal::TERM).code(), Some(0));
        assert_stopped(&service);
    }
}

/// The same command on a terminal of `script`'s making.
fn on_a_terminal(sbcl: &Command) -> Command {
    let words = [sbcl.get_program()].into_iter().chain(sbcl.get_args());
    let words = words.map(|word| format!("'{}'", word.to_str().unwrap().replace('\'', "'\\''")));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command"]);
    script.arg(format!("exec {}", words.collect::<Vec<_>>().join(" ")));
    let variables = sbcl.get_envs();
    script
        .arg("/dev/null")
        .env_clear()
        .envs(variables.filter_map(|(name, value)| Some((name, value?))))
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::piped());
    script
}

#[test]
fn control_c_at_the_prompt_stops_in_order() {
    let stop = "(lisplaunch:on-stop (print :stopped))";
    let mut service = Service::start_with(&[stop, STARTING, STAY], |sbcl| on_a_terminal(&sbcl));
    service.process.until_it_says("* ");
    service.process.enter("\u{3}");
    assert_eq!(service.process.wait().code(), Some(130));
    let said = service.process.stdout();
    assert!(said.contains(":STOPPED"), "{said}");
    assert!(!said.contains("Backtrace"), "{said}");
}

#[test]
fn the_end_of_the_terminal_stops_in_order() {
    let stop = "(lisplaunch:on-stop
                  (close (open (merge-pathnames \"stopped\" (user-homedir-pathname))
                               :direction :output)))";
    let mut service =
        Service::start_with(&[stop, STARTING, STAY], |sbcl| on_a_terminal(&sbcl)).until("READY");
    service.process.until_it_says("* ");
    service.process.signal(Signal::KILL);
    eventually("an exit code of 129", || {
        service.state().contains(":EXIT 129").then_some(())
    });
    assert!(service.home().join("stopped").exists());
}
