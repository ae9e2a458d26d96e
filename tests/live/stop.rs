//! `lisplaunch stop`.

use std::thread::sleep;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::service::{SMALL, SOON, Service};
use crate::support::Outcome;

/// What was said, with fixed numbers.
#[track_caller]
fn report(service: &Service, outcome: Outcome, code: i32) -> String {
    let report = outcome
        .failure(code)
        .replace(&service.swank.to_string(), "4005");
    let report = report.replace(&format!("pid {}", service.pid()), "pid PID");
    let seconds = report.split(' ').map(|word| match word.parse::<f64>() {
        Ok(_) if word.contains('.') => "N",
        _ => word,
    });
    seconds.collect::<Vec<_>>().join(" ")
}

#[test]
fn stop_runs_the_stop_forms_once_and_waits_for_the_end() {
    let mut service = Service::new().started();
    let outcome = service.run(&["stop", "web"]);
    assert_eq!(outcome.stdout, "");
    assert_snapshot!(report(&service, outcome, 0), @"stopped `web` (pid PID) in N s");
    assert_eq!(service.exit_code(), Some(0));
    assert_eq!(
        service.log().matches("hello-hunchentoot: stopped").count(),
        1
    );
    assert_snapshot!(report(&service, service.run(&["stop", "web"]), 3), @"
    error: the service `web` does not answer: nothing listens on `127.0.0.1:4005`
     |
     = help: `lisplaunch status` shows whether it runs
    ");
    assert_eq!(service.run(&["stop"]).code, Some(2));
}

#[test]
fn stop_works_while_an_evaluation_runs_and_is_not_cut_short_by_another() {
    let stop = "(progn (print :begun) (finish-output) (sleep 1/2) (print :ended) (finish-output))";
    let yaml = SMALL.replace("STOP", stop).replace("1s", "30s");
    let mut service = Service::with(&yaml, "small").started();
    let _endless = service.spawn_eval("(loop (sleep 1))");
    let first = service.spawn(&["stop"]);
    let start = Instant::now();
    while !service.log().contains(":BEGUN") {
        assert!(start.elapsed() < SOON, "{}", service.log());
        sleep(Duration::from_millis(20));
    }
    service.terminate();
    let outcome = service.run(&["stop"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(first.finish().0, Some(0));
    assert_eq!(service.exit_code(), Some(0));
    assert_eq!(service.log().matches(":ENDED").count(), 1);
}

/// Nothing in the image runs any more.
const FREEZE: &str = r#"(sb-alien:alien-funcall (sb-alien:extern-alien "raise" (function sb-alien:int sb-alien:int)) 19)"#;

#[test]
fn an_image_that_freezes_as_it_stops_is_ended_by_the_kernel() {
    let service = Service::small(FREEZE).started();
    assert_snapshot!(report(&service, service.run(&["stop"]), 0), @"stopped `small` (pid PID) in N s");
    let status = service.run(&["status"]);
    assert_eq!(status.code, Some(3));
    let shown = status.stdout.replace(&service.pid().to_string(), "PID");
    assert_snapshot!(shown, @"
    SERVICE  STATE
    small    crashed  pid PID is gone without last words (killed?)
    ");
}

#[test]
fn stop_says_when_it_gave_up() {
    let service = Service::small(FREEZE).started();
    service.eval("(setf lisplaunch::*kill-timer* nil)");
    assert_snapshot!(report(&service, service.run(&["stop"]), 1), @"
    error: the service `small` (pid PID) has not ended within 6 s
     |
     = help: its log may say what it waits for; `kill -9` ends it at once, without the rest of its exit
    ");
}

#[test]
fn a_service_on_another_machine_is_gone_when_it_does_not_answer() {
    let mut service = Service::small("(f)").started();
    service.eval("(sb-int:encapsulate 'machine-instance 'test (lambda (f) (declare (ignore f)) \"elsewhere\"))");
    assert_eq!(service.run(&["stop"]).code, Some(0));
    assert_eq!(service.exit_code(), Some(0));
}

#[test]
fn an_image_that_cannot_leave_is_reported_of() {
    let service = Service::small("(f)").started();
    service.eval("(sb-int:encapsulate 'sb-thread:interrupt-thread 'test (lambda (f thread what) (declare (ignore thread what)) (if (equal (sb-thread:thread-name sb-thread:*current-thread*) \"worker\") (error \"not now\") (funcall f))))");
    assert_snapshot!(report(&service, service.run(&["stop"]), 1), @"error: the service `small` cannot be asked to stop: not now");
}
