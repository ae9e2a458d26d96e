//! Services below a real supervisord.

use std::fs;
use std::path::Path;

use super::network::{get, is_free, request};
use super::running::{assert_sbcl, eventually, is_alive, kill};
use super::slime::pid_behind;
use super::supervisor::Supervisor;
use super::{example, with_compiled_systems, with_quicklisp};
use crate::support::ports::free_port;
use crate::support::{Project, REPOSITORY};

/// A program of supervisord that serves HTTP and swank.
struct Program<'a> {
    supervisor: &'a Supervisor,
    name: &'static str,
    greeting: &'static str,
    port: u16,
    swank: u16,
}

impl Program<'_> {
    /// Waits until supervisord is satisfied with it and it serves; returns its number.
    fn serving(&self) -> i32 {
        self.serving_as(self.supervisor.running(self.name))
    }

    /// Waits until it serves, is sbcl itself, and has swank.
    fn serving_as(&self, pid: i32) -> i32 {
        self.greets();
        assert_sbcl(pid);
        let behind = eventually("swank answers", || pid_behind(self.swank));
        assert_eq!(
            behind, pid,
            "swank is in the process that supervisord shows"
        );
        pid
    }

    fn greets(&self) {
        let answer = eventually("an answer over HTTP", || get(self.port, "/"));
        assert!(answer.contains(self.greeting), "{answer}");
    }

    /// Kills it, and returns the number under which it serves again.
    fn comes_back(&self, pid: i32) -> i32 {
        kill(pid);
        let again = eventually("supervisord starts it again", || {
            let now = self.supervisor.pid(self.name)?;
            (now != pid).then_some(now)
        });
        assert!(!is_alive(pid));
        self.serving_as(again)
    }

    fn stops(&self, pid: i32) {
        let answer = self.supervisor.control(&["stop", self.name]);
        assert!(answer.contains("stopped"), "{answer}");
        let status = self.supervisor.control(&["status", self.name]);
        assert!(status.contains("STOPPED"), "{status}");
        assert!(!is_alive(pid));
        assert!(is_free(self.port) && is_free(self.swank), "ports are left");
    }

    fn starts(&self) -> i32 {
        let answer = self.supervisor.control(&["start", self.name]);
        assert!(answer.contains("started"), "{answer}");
        self.serving()
    }
}

fn setting(name: &str, port: u16) -> String {
    format!("{name}={port}")
}

#[test]
fn hunchentoot_is_supervised() {
    let project = with_compiled_systems(Project::empty());
    let (port, swank) = (free_port(), free_port());
    let supervisor = Supervisor::start(
        &project,
        &[
            "-f",
            &example("hunchentoot"),
            "--set",
            &setting("PORT", port),
            "--set",
            &setting("SWANK_PORT", swank),
        ],
    );
    let program = Program {
        supervisor: &supervisor,
        name: "hello-hunchentoot",
        greeting: "Hello, world!",
        port,
        swank,
    };
    let pid = program.serving();
    let pid = program.comes_back(pid);
    program.stops(pid);
    let log = supervisor.log(program.name);
    assert!(log.contains("hello-hunchentoot: stopped"), "{log}");
    let pid = program.starts();
    program.stops(pid);
}

#[test]
fn the_quicklisp_project_is_supervised() {
    let project = with_quicklisp(Project::empty());
    let (port, swank) = (free_port(), free_port());
    let supervisor = Supervisor::start(
        &project,
        &[
            "-f",
            &example("lucerne"),
            "--set",
            &setting("SERVER_PORT", port),
            "--set",
            &setting("SWANK_PORT", swank),
        ],
    );
    let program = Program {
        supervisor: &supervisor,
        name: "lucerne-hello-world",
        greeting: "Hello, world!",
        port,
        swank,
    };
    let pid = program.serving();
    let pid = program.comes_back(pid);
    program.stops(pid);
}

#[test]
fn lisplaunch_run_is_supervised() {
    let project = with_compiled_systems(Project::empty());
    let (port, swank) = (free_port(), free_port());
    let supervisor = Supervisor::start(
        &project,
        &[
            "--indirect",
            "-f",
            &example("hunchentoot"),
            "--set",
            &setting("PORT", port),
            "--set",
            &setting("SWANK_PORT", swank),
        ],
    );
    let program = Program {
        supervisor: &supervisor,
        name: "hello-hunchentoot",
        greeting: "Hello, world!",
        port,
        swank,
    };
    let pid = program.serving();
    let pid = program.comes_back(pid);
    program.stops(pid);
    let log = supervisor.log(program.name);
    assert!(log.contains("hello-hunchentoot: stopped"), "{log}");
}

#[test]
fn a_shop_is_supervised_as_a_group() {
    let project = with_compiled_systems(Project::empty());
    let data = project.folder();
    let port = free_port();
    let supervisor = Supervisor::start(
        &project,
        &[
            "-f",
            &example("shop"),
            "--set",
            &setting("WEB_PORT", port),
            "--set",
            &format!("SHOP_DATA={}", data.display()),
            "--set",
            "WORKER_SECONDS=1",
            "--set",
            "MAILER_SECONDS=1",
        ],
    );
    let programs = ["web", "worker", "mailer"].map(|name| format!("shop:shop-{name}"));
    let pids = programs.each_ref().map(|name| supervisor.running(name));
    pids.iter().copied().for_each(assert_sbcl);
    let order = eventually("the shop takes an order", || {
        request(port, "POST", "/orders/green-tea")
    });
    let order = order.trim().strip_prefix("order ").unwrap();
    let mail = eventually("a mail is written", || {
        fs::read_to_string(data.join(format!("outbox/{order}.eml"))).ok()
    });
    assert!(mail.contains("green-tea is on its way"), "{mail}");
    assert!(mail.contains("orders@shop.example"), "{mail}");

    supervisor.control(&["stop", "shop:*"]);
    assert!(!pids.iter().any(|pid| is_alive(*pid)));
    assert!(is_free(port));
    let log = |name: &str| fs::read_to_string(data.join(name)).unwrap();
    assert!(log("web.log").contains("hello: stopped"));
    assert!(log("worker.log").contains("worker: stopped"));
    assert!(log("mailer.log").contains("mailed"));
}

#[test]
fn a_log_is_written_where_the_project_says() {
    let project = Project::empty();
    let port = free_port();
    for name in ["hello.lisp", "lisplaunch.yaml"] {
        let text = fs::read(Path::new(REPOSITORY).join("examples/hello").join(name)).unwrap();
        fs::write(project.folder().join(name), text).unwrap();
    }
    let more = "start-timeout: 1s\nlog: {file: hello.log, max-size: 1MB, backups: 2}\n";
    let file = project.folder().join("lisplaunch.yaml");
    let yaml = fs::read_to_string(&file).unwrap() + more;
    fs::write(&file, yaml).unwrap();
    let supervisor = Supervisor::start(&project, &["--set", &setting("PORT", port)]);
    let pid = supervisor.running("hello");
    let answer = eventually("an answer over HTTP", || get(port, "/pid"));
    assert_eq!(answer.trim(), pid.to_string());
    supervisor.control(&["stop", "hello"]);
    let log = fs::read_to_string(project.folder().join("hello.log")).unwrap();
    assert!(log.contains(&format!("listening on http://127.0.0.1:{port}/")));
    assert!(log.contains("hello: stopped"), "{log}");
}
