//! What the commands leave in the service's log: nothing.

use std::thread::sleep;
use std::time::Duration;

use rustix::process::Signal;

use super::service::Service;

/// Swank writes a line for each client that leaves.
#[test]
fn commands_leave_no_line_in_the_log() {
    let mut service = Service::new().started();
    let before = service.log();
    assert!(before.contains(";; Swank started at port: "), "{before}");
    assert!(!before.contains("WARNING"), "{before}");
    for _ in 0..3 {
        service.run(&["status", "web"]).success();
        assert_eq!(service.eval("(+ 1 1)"), "2\n");
        service.run(&["eval", "web", "(error \"x\")"]).failure(1);
        service.run(&["reload", "web"]).success();
    }
    // Some leave in the middle of an answer.
    for signal in [Signal::INT, Signal::TERM, Signal::KILL] {
        let mut running = service.spawn_eval("(loop (print 1))");
        sleep(Duration::from_millis(300));
        running.interrupt(signal);
        running.finish();
    }
    service.assert_idle();
    assert_eq!(service.log(), before);

    service.run(&["stop", "web"]).failure(0);
    assert_eq!(service.exit_code(), Some(0));
    let log = service.log();
    let last = log.strip_prefix(&before).unwrap();
    assert_eq!(last.trim(), "hello-hunchentoot: stopped");
}
