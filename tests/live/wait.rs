//! `lisplaunch status --wait`.

use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::service::Service;

fn plain(start: &str) -> Service {
    Service::with(
        &format!("name: app\nloader: none\nstop-timeout: 1s\nstart: {start}\n"),
        "app",
    )
}

#[test]
fn it_returns_when_the_start_forms_have_and_says_what_it_waits_for() {
    let mut service = plain("(sleep 2)");
    service.start();
    let outcome = service.run(&["status", "--wait=2m"]);
    assert!(outcome.stdout.contains("ready"), "{}", outcome.stdout);
    let last = outcome.stderr.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("waiting for `app`: starting"),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stderr.lines().count() <= 3, "{}", outcome.stderr);
    let again = service.run(&["status", "--wait"]);
    assert_eq!(again.stderr, "");
    again.success();
}

#[test]
fn a_start_that_fails_meanwhile_ends_it_at_once() {
    let mut service = plain("(progn (sleep 2) (error \"no luck\"))");
    let waiting = service.spawn(&["status", "--wait=5m"]);
    std::thread::sleep(Duration::from_millis(500));
    let start = Instant::now();
    service.start();
    let (code, said) = waiting.finish();
    assert_eq!(code, Some(3), "{said}");
    assert!(start.elapsed() < Duration::from_secs(60));
    assert!(said.starts_with("waiting for `app`: down\n"), "{said}");
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
