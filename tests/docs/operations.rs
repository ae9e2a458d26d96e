//! The page on operations: each situation is made, and its commands print what the page shows.

use std::fs;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::docs::page::Page;
use crate::docs::site::Site;
use crate::docs::transcript::{Fixed, play};
use crate::end_to_end::running::{Running, eventually};
use crate::end_to_end::supervisor::Supervisor;

const PAGE: &str = "docs/operations.md";

/// What a service needs to run for a while, and to be looked at.
const KEYS: &str = "start: (my-app:start :port HTTP)\nswank: SWANK\nlog: my-app.log\n";

#[test]
fn each_section_with_commands_is_played() {
    let tests = include_str!("operations.rs");
    for block in Page::read(PAGE).blocks() {
        let named = tests.contains(&format!("\"{}\"", block.heading));
        assert!(
            named || block.language != "sh",
            "no test plays `{}`",
            block.heading
        );
    }
}

#[test]
fn a_first_look() {
    let site = Site::new(KEYS).started();
    play(PAGE, "First look", &site.project, &mut site.fixed());
}

#[test]
fn a_service_that_does_not_start() {
    let mut site = Site::new("start: (my-app:strat :port HTTP)\nlog: my-app.log\n");
    site.start();
    site.wait_for("failed");
    play(PAGE, "It does not start", &site.project, &mut site.fixed());
}

#[test]
fn a_port_that_is_taken() {
    let mut site = Site::new(KEYS);
    let mut listener = Command::new("python3");
    listener.args(["-m", "http.server", "--bind", "127.0.0.1"]);
    listener.arg(site.http().to_string());
    listener
        .current_dir(site.project.home())
        .stdin(Stdio::null());
    let _listener = Running::start(listener);
    eventually("a listener", || {
        std::net::TcpStream::connect(("127.0.0.1", site.http())).ok()
    });
    site.start();
    site.wait_for("failed");
    play(PAGE, "The port is taken", &site.project, &mut site.fixed());
}

#[test]
fn a_service_that_its_manager_starts_again_and_again() {
    let site =
        Site::new("start: (my-app:strat :port HTTP)\nstop: (my-app:stop)\nstart-timeout: 60s\n");
    let supervisor = Supervisor::start(&site.project, &[]);
    let socket = supervisor.folder().join("socket");
    // Where supervisorctl finds it without being asked to.
    let configuration = format!("[supervisorctl]\nserverurl=unix://{}\n", socket.display());
    fs::write(
        site.project.folder().join("supervisord.conf"),
        configuration,
    )
    .unwrap();
    eventually("supervisord gives up", || {
        let status = supervisor.control(&["status"]);
        status.contains("FATAL").then_some(())
    });
    let mut fixed = Fixed::new([
        (site.http().to_string(), "8080"),
        (
            "/home/me/supervisor/socket".to_owned(),
            "/run/supervisor.sock",
        ),
    ]);
    play(PAGE, "It starts again and again", &site.project, &mut fixed);
    site.edit("lisplaunch.yaml", "strat", "start");
    let stanza = supervisor.folder().join("conf.d/emitted.conf");
    let text = fs::read_to_string(&stanza).unwrap();
    fs::write(stanza, text.replace("strat", "start")).unwrap();
    supervisor.control(&["update"]);
    site.wait_for("ready");
    play(
        PAGE,
        "It stays up although you stop it",
        &site.project,
        &mut fixed,
    );
}

#[test]
fn a_service_that_does_not_stop() {
    let keys = KEYS.to_owned() + "stop: (my-app:wait-for-ever)\nstop-timeout: 2s\n";
    let site = Site::new(&keys).started();
    let mut fixed = site.fixed().with_seconds("2.0");
    play(PAGE, "It does not stop", &site.project, &mut fixed);
}

#[test]
fn a_service_that_does_not_answer() {
    let site = Site::new(KEYS).started();
    site.signal(Signal::STOP);
    let mut fixed = site.fixed();
    play(PAGE, "It does not answer", &site.project, &mut fixed);
    site.wait_for("crashed");
    play(PAGE, "It was killed", &site.project, &mut fixed);
}

#[test]
fn a_thread_that_hangs() {
    let keys = "start: [(my-app:start :port HTTP), (sb-thread:make-thread (function my-app:wait-for-ever))]\nswank: SWANK\nlog: my-app.log\n";
    let site = Site::new(keys).started();
    let page = Page::read(PAGE);
    let forms = page.blocks_of("lisp").remove(0);
    fs::write(site.project.folder().join("backtraces.lisp"), forms).unwrap();
    play(PAGE, "One request hangs", &site.project, &mut site.fixed());
    eventually("the backtrace", || {
        let log = fs::read_to_string(site.log()).unwrap();
        log.contains("(MY-APP:WAIT-FOR-EVER)").then_some(())
    });
    site.project.run(&["status"]).success();
}

#[test]
fn a_heap_that_is_full() {
    let keys = KEYS.to_owned() + "sbcl: {dynamic-space-size: 100MB}\n";
    let site = Site::new(&keys).started();
    let mut fixed = site.fixed();
    play(
        PAGE,
        "It needs more and more memory",
        &site.project,
        &mut fixed,
    );
    let _ = site.project.run(&["eval", "(my-app:import-orders)"]);
    site.wait_for("failed");
    play(PAGE, "The heap is full", &site.project, &mut fixed);
}

#[test]
fn an_image_that_is_stale() {
    let site = Site::new("start: (my-app:start :port HTTP)\ncore: true\n");
    site.project.run(&["build"]).success();
    site.edit("handlers.lisp", "\"Hello\"", "\"Good morning\"");
    play(PAGE, "It runs old code", &site.project, &mut site.fixed());
}
