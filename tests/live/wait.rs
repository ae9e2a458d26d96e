//! `lisplaunch status --wait`.

use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::service::{Running, Service};

fn plain(start: &str) -> Service {
    Service::with(
        &format!("name: app\nloader: none\nstop-timeout: 1s\nstart: {start}\n"),
        "app",
    )
}

/// What a command writes to standard error.
fn lines(command: &mut Running) -> impl Iterator<Item = String> + use<> {
    let stderr = command.child().stderr.take().unwrap();
    BufReader::new(stderr).lines().map(Result::unwrap)
}

#[test]
fn it_returns_when_the_start_forms_have_and_says_what_it_waits_for() {
    let mut service = plain("(loop :until (probe-file \"begin\") :do (sleep 1/20))");
    service.start();
    let mut waiting = service.spawn(&["status", "--wait=5m"]);
    let mut lines = lines(&mut waiting);
    let is_starting = |line: &String| line.starts_with("waiting for `app`: starting");
    let before = lines.by_ref().take_while(|line| !is_starting(line));
    assert!(before.count() <= 2);
    std::fs::write(service.project.folder().join("begin"), "").unwrap();
    assert_eq!(lines.next(), None);
    assert_eq!(waiting.finish().0, Some(0));
    let again = service.run(&["status", "--wait"]);
    assert_eq!(again.stderr, "");
    let status = again.success();
    assert!(status.contains("ready"), "{status}");
}

#[test]
fn a_start_that_fails_meanwhile_ends_it_at_once() {
    let mut service = plain("(progn (sleep 2) (error \"no luck\"))");
    let mut waiting = service.spawn(&["status", "--wait=5m"]);
    let mut lines = lines(&mut waiting);
    assert_eq!(lines.next().as_deref(), Some("waiting for `app`: down"));
    let start = Instant::now();
    service.start();
    let rest: Vec<String> = lines.collect();
    assert_eq!(waiting.finish().0, Some(3), "{rest:?}");
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_start_that_failed_before_does_not_end_it_if_there_is_another() {
    let mut service = plain("(if (probe-file \"luck\") t (error \"no luck\"))");
    service.start();
    service.wait_for_state("failed");
    let start = Instant::now();
    assert_eq!(service.run(&["status", "--wait=5m"]).code, Some(3));
    assert!(start.elapsed() < Duration::from_secs(60));

    std::fs::write(service.project.folder().join("luck"), "").unwrap();
    let waiting = service.spawn(&["status", "--wait=5m"]);
    service.start();
    assert_eq!(waiting.finish().0, Some(0));
}

#[test]
fn a_service_that_is_down_is_waited_for_as_long_as_was_asked() {
    let service = plain("(+ 1 1)");
    let start = Instant::now();
    assert_eq!(service.run(&["status", "--wait=1s"]).code, Some(3));
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[test]
fn a_duration_is_not_a_service() {
    let service = plain("(+ 1 1)");
    assert_snapshot!(service.run(&["status", "--wait", "3"]).failure(2), @"
    error: there is no service `3` in `lisplaunch.yaml`
     |
     = help: there are: `app`
     = help: or write `--wait=3`
    ");
    let wrong = service.run(&["status", "--wait=soon"]).failure(2);
    assert!(
        wrong.contains("expected a duration such as `10s`"),
        "{wrong}"
    );
}
