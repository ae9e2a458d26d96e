//! `lisplaunch run`: what it becomes, how long it stays, how it ends.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::network::{get, is_free};
use super::running::{Running, assert_sbcl};
use super::slime::Slime;
use super::witness::{self, recorded};
use super::{example, with_compiled_systems};
use crate::support::Project;
use crate::support::ports::free_port;

/// The example that needs nothing but SBCL, about to run.
fn hello(project: &Project, port: u16) -> Command {
    let mut command = project.command(&["run", "-f", &example("hello")]);
    command.env("PORT", port.to_string());
    command
}

/// Fails unless what was started has become sbcl, stays up, and leaves as it should.
#[track_caller]
fn assert_serves_until_stopped_to_stop(mut service: Running, port: u16) {
    let answer = service.until("an answer over HTTP", || get(port, "/pid"));
    assert_eq!(answer.trim(), service.pid().to_string());
    assert_sbcl(service.pid());
    assert_eq!(service.family(), [service.pid()], "nothing else is left");
    // It would be gone at once where the REPL reads the end of its input.
    for _ in 0..50 {
        assert!(get(port, "/").is_some(), "{}", service.stderr());
    }
    let status = service.stop();
    assert_eq!(status.code(), Some(0), "{}", service.stderr());
    assert!(service.stdout().contains("hello: stopped"));
    assert!(is_free(port));
}

#[test]
fn it_stays_up_where_there_is_no_input() {
    let (project, port) = (Project::empty(), free_port());
    let service = Running::start(hello(&project, port));
    assert_serves_until_stopped_to_stop(service, port);
}

#[test]
fn it_stays_up_on_a_pipe_without_a_writer() {
    let (project, port) = (Project::empty(), free_port());
    let mut command = hello(&project, port);
    command.stdin(Stdio::piped());
    assert_serves_until_stopped_to_stop(Running::start(command), port);
}

#[test]
fn it_stays_up_on_a_pipe_whose_writer_has_gone() {
    let (project, port) = (Project::empty(), free_port());
    let mut command = hello(&project, port);
    command.stdin(Stdio::piped());
    let mut service = Running::start(command);
    service.end_input();
    assert_serves_until_stopped_to_stop(service, port);
}

#[test]
fn it_stays_up_where_standard_input_is_closed() {
    let (project, port) = (Project::empty(), free_port());
    let plain = hello(&project, port);
    let variables = plain
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", r#"exec "$0" "$@" <&-"#])
        .arg(plain.get_program())
        .args(plain.get_args())
        .env_clear()
        .envs(variables);
    assert_serves_until_stopped_to_stop(Running::start(command), port);
}

#[test]
fn the_stop_form_is_not_cut_short_by_a_second_signal() {
    for _ in 0..5 {
        let (project, port) = (Project::empty(), free_port());
        let mut service = Running::start(hello(&project, port));
        service.until("an answer over HTTP", || get(port, "/"));
        service.signal(Signal::TERM);
        service.signal(Signal::TERM);
        let status = service.wait();
        assert_eq!(status.code(), Some(0), "{}", service.stderr());
        assert!(service.stdout().contains("hello: stopped"));
    }
}

#[test]
fn an_error_in_start_ends_it_with_the_message() {
    let project = witness::project(r#"(error "no such thing as ~A" 'tea)"#, "");
    let outcome = project.run(&["run"]);
    let said = outcome.failure(1);
    assert!(said.contains("no such thing as TEA"), "{said}");
}

#[test]
fn a_port_that_is_taken_ends_it_with_the_message() {
    let project = Project::empty();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let outcome = project.outcome(hello(&project, port));
    let said = outcome.failure(1);
    assert!(said.contains(&format!("port {port} is in use")), "{said}");
}

#[test]
fn swank_comes_before_a_start_that_never_returns_and_leaves_errors_fatal() {
    let port = free_port();
    let yaml = format!(
        "name: watched\nloader: asdf\nswank: {port}\nstart: |\n  \
         (loop (when (probe-file \"go\") (error \"gone with the ~A\" 'wind)) (sleep 0.05))\n"
    );
    let project = with_compiled_systems(Project::new(&yaml));
    let mut service = Running::start(project.command(&["run"]));
    let info = service.until("swank answers", || Slime::connect(port)?.connection_info());
    assert!(info.contains(&format!(":pid {} ", service.pid())), "{info}");
    // A second connection, once the first has gone.
    service.until("swank answers again", || {
        Slime::connect(port)?.connection_info()
    });
    std::fs::write(project.folder().join("go"), "").unwrap();
    let status = service.wait();
    let said = service.stderr();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("gone with the WIND"), "{said}");
    assert!(is_free(port));
}

#[test]
fn a_thread_that_cannot_be_interrupted_delays_the_end_by_the_stop_timeout() {
    let project = Project::new(
        r#"
name: deaf
loader: none
stop-timeout: 2s
stop: (progn (write-line "asked to stop") (finish-output))
start:
  - (sb-thread:make-thread (lambda () (sb-sys:without-interrupts (loop (sleep 1)))))
  - (progn (write-line "ready") (finish-output))
"#,
    );
    let mut service = Running::start(project.command(&["run"]));
    service.until_it_says("ready");
    let asked = Instant::now();
    service.stop();
    let took = asked.elapsed();
    assert!(service.stdout().contains("asked to stop"));
    // SBCL's own timeout is a minute.
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[test]
fn arguments_reach_the_program_whatever_they_look_like() {
    let arguments = [
        "--eval",
        "(sb-ext:exit :code 7)",
        "--version",
        "--help",
        "--end-runtime-options",
        "--end-toplevel-options",
        "--no-userinit",
        "--dynamic-space-size",
        "--core",
        "--",
        "-",
        "",
        "größe",
    ];
    let project = witness::project(
        r#"(apply (function witness:tell) "out" (cdr sb-ext:*posix-argv*))"#,
        "",
    );
    let mut command = project.command(&["run", "--"]);
    command.args(arguments);
    let mut service = Running::start(command);
    let seen = service.until("the arguments", || recorded(&project.folder().join("out")));
    assert_eq!(seen, arguments);
    assert_eq!(service.stop().code(), Some(0));
}

#[test]
fn it_says_what_is_missing_instead_of_starting() {
    let project = Project::new("name: x\nstart: (x)\n");
    let said = project.run(&["run"]).failure(1);
    assert!(said.contains("/home/me/quicklisp/setup.lisp"), "{said}");
    assert!(said.contains("install Quicklisp"), "{said}");
}

#[test]
fn a_signal_while_it_loads_ends_it() {
    let project = witness::project(
        r#"(progn (write-line "loading") (finish-output) (sleep 3600))"#,
        "",
    );
    let mut service = Running::start(project.command(&["run"]));
    service.until_it_says("loading");
    service.signal(Signal::TERM);
    assert_eq!(service.wait().code(), Some(0));
}
