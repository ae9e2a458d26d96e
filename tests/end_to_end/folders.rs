//! Services in folders, below a real runsvdir and a real s6-svscan.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;

use super::network::{get, is_free};
use super::running::{Running, assert_sbcl, eventually, is_alive, kill};
use super::with_compiled_systems;
use crate::support::ports::free_port;
use crate::support::{Project, REPOSITORY, make_executable};

/// A supervisor of all folders of a folder.
struct Supervisor {
    running: Running,
    folder: PathBuf,
}

impl Supervisor {
    /// Starts it with the folders that `lisplaunch emit` writes.
    fn start(project: &Project, format: &str, program: &str) -> Self {
        let folder = project.home().join(format);
        let into = format!("{}/", folder.display());
        project.run(&["emit", format, "-o", &into]).success();
        // From the project for the sake of its environment.
        let environment = project.command(&[]);
        let variables = environment
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?)));
        let mut command = Command::new(program);
        command
            .arg(&folder)
            .env_clear()
            .envs(variables)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .stdin(Stdio::null());
        let running = Running::start(command);
        Supervisor { running, folder }
    }

    fn folder(&self) -> String {
        self.folder.join("hello").display().to_string()
    }

    /// Ends it, and waits until nothing is left of it.
    fn end(self, signal: Signal) {
        self.running.signal(signal);
        self.running.until_all_of_it_ends();
    }
}

/// What a program prints that works.
#[track_caller]
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("`{program}` must be installed for this test: {error}"));
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {text}");
    text.trim().to_owned()
}

/// The example, with a server for swank and a log.
pub(super) fn hello(port: u16) -> Project {
    let program = Path::new(REPOSITORY).join("examples/hello/hello.lisp");
    let yaml = format!(
        "name: hello\nloader: asdf\nload: [hello.lisp]\nstart: (hello:start :port {port})\n\
         stop: (hello:stop)\nswank: {}\nlog: {{file: log/hello, max-size: 1MB, backups: 2}}\n",
        free_port()
    );
    with_compiled_systems(Project::new(&yaml)).with_file("hello.lisp", fs::read(program).unwrap())
}

/// A service that is ready stays so: it is started again when it is killed and when it is asked
/// for, and not stopped for nothing. Returns its number at last.
fn assert_kept(project: &Project, port: u16, stop: &str, pid: &dyn Fn() -> Option<i32>) -> i32 {
    let another = |than: i32| {
        eventually("it is started again", || {
            pid().filter(|pid| *pid != than && get(port, "/").is_some())
        })
    };
    let first = pid().unwrap();
    assert_sbcl(first);
    assert!(get(port, "/").is_some(), "what is ready answers");
    kill(first);
    let second = another(first);
    assert_sbcl(second);
    project.run(&["status", "--wait=2m"]).success();
    let refused = project.run(&["stop"]).failure(1);
    let stop = project.with_fixed_paths(&format!("`{stop}`"));
    assert!(refused.contains(&stop), "{refused}");
    let restarted = project.run(&["restart", "--wait=2m"]);
    let last = pid().unwrap();
    assert_ne!(last, second);
    let end = format!("`hello` is ready again, pid {last}\n");
    assert!(restarted.stderr.ends_with(&end), "{}", restarted.stderr);
    last
}

/// A service that has been stopped leaves a log and nothing else.
fn assert_gone(project: &Project, pid: i32, port: u16) {
    assert!(!is_alive(pid) && is_free(port));
    let log = project.folder().join("log/hello/current");
    eventually("its last line is logged", || {
        let log = fs::read_to_string(&log).unwrap();
        (log.contains("listening on") && log.contains("hello: stopped")).then_some(())
    });
}

#[test]
fn runit_keeps_a_service() {
    let port = free_port();
    let project = hello(port);
    let supervisor = Supervisor::start(&project, "runit", "runsvdir");
    let folder = supervisor.folder();
    eventually("runsv is there", || {
        // The pipe is there a little before runsv reads it.
        let status = Command::new("sv").args(["status", &folder]).output();
        status.unwrap().status.success().then_some(())
    });
    said("sv", &["-w", "120", "start", &folder]);
    let pid = || {
        let pid = fs::read_to_string(format!("{folder}/supervise/pid")).ok()?;
        pid.trim().parse().ok()
    };
    let stop = format!("sv -w 300 stop {folder}");
    let last = assert_kept(&project, port, &stop, &pid);
    said("sv", &["-w", "15", "stop", &folder]);
    assert_gone(&project, last, port);
    supervisor.end(Signal::HUP);
}

#[test]
fn s6_keeps_a_service() {
    let port = free_port();
    let project = hello(port);
    let supervisor = Supervisor::start(&project, "s6", "s6-svscan");
    let folder = supervisor.folder();
    eventually("s6-supervise is there", || {
        let there = Path::new(&folder).join("event").exists();
        there.then_some(())
    });
    said("s6-svwait", &["-U", "-t", "120000", &folder]);
    let pid = || said("s6-svstat", &["-o", "pid", &folder]).parse().ok();
    let stop = format!("s6-svc -d {folder}");
    let last = assert_kept(&project, port, &stop, &pid);
    said("s6-svc", &["-wD", "-T", "15000", "-d", &folder]);
    assert_gone(&project, last, port);
    supervisor.end(Signal::TERM);
}

/// A service that writes a line each time it is started, and ends as the file `code` says.
fn short_lived(restart: &str) -> Project {
    let yaml = format!(
        "name: hello\nloader: none\nruntime: false\nsbcl: {{program: ./start}}\nstart: (f)\n\
         restart: {restart}\n"
    );
    let project = Project::new(&yaml)
        .with_file(
            "start",
            "#!/bin/sh\necho started >>starts\nexit \"$(cat code)\"\n",
        )
        .with_file("code", "3");
    make_executable(&project.folder().join("start"));
    project
}

#[test]
fn a_service_is_started_again_only_if_it_shall_be() {
    for (format, scanner) in [("runit", "runsvdir"), ("s6", "s6-svscan")] {
        for restart in ["on-failure", "never"] {
            let project = short_lived(restart);
            let supervisor = Supervisor::start(&project, format, scanner);
            let starts = || {
                let starts =
                    fs::read_to_string(project.folder().join("starts")).unwrap_or_default();
                starts.lines().count()
            };
            if restart == "on-failure" {
                eventually("it is started again", || (starts() > 2).then_some(()));
                fs::write(project.folder().join("code"), "0").unwrap();
            }
            let is_down = || match format {
                "runit" => {
                    let status = said("sv", &["status", &supervisor.folder()]);
                    status.starts_with("down:") && !status.contains("want up")
                }
                _ => {
                    let folder = supervisor.folder();
                    said("s6-svstat", &["-o", "wantedup", &folder]) == "false"
                }
            };
            eventually("it is started", || (starts() > 0).then_some(()));
            eventually("it stays down", || is_down().then_some(()));
            if restart == "never" {
                assert_eq!(starts(), 1, "{format}");
            }
            supervisor.end(if format == "runit" {
                Signal::HUP
            } else {
                Signal::TERM
            });
        }
    }
}

#[test]
fn sv_restarts_what_ends_well_and_would_not_be_started_again() {
    for restart in ["on-failure", "never"] {
        let program =
            "#!/bin/sh\ntrap 'exit 0' TERM\necho started >>starts\nwhile :; do sleep 0.1; done\n";
        let project = short_lived(restart).with_file("start", program);
        let supervisor = Supervisor::start(&project, "runit", "runsvdir");
        let folder = supervisor.folder();
        let starts = |count| {
            eventually("it is started", || {
                let starts = fs::read_to_string(project.folder().join("starts")).ok()?;
                (starts.lines().count() == count).then_some(())
            });
        };
        starts(1);
        said("sv", &["-w", "60", "restart", &folder]);
        starts(2);
        said("sv", &["-w", "60", "stop", &folder]);
        said("sv", &["-w", "60", "start", &folder]);
        starts(3);
        supervisor.end(Signal::HUP);
    }
}

/// A service of www-data that says who it is, in a folder that everyone may read.
pub(super) fn who_project(keys: &str) -> Project {
    let yaml = format!(
        "name: hello\nloader: none\nruntime: false\nsbcl: {{program: ./who}}\nstart: (f)\n\
         user: www-data\nlimits: {{open-files: 321}}\n{keys}"
    );
    let project =
        Project::new(&yaml).with_file("who", "#!/bin/sh\nulimit -n; id -un; id -G; env\n");
    make_executable(&project.folder().join("who"));
    for folder in project.folder().ancestors().take(2) {
        fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    }
    project
}

/// What it says, each line behind `before`.
#[track_caller]
pub(super) fn assert_is_www_data(log: &str, before: &str) {
    let groups = said("id", &["-G", "www-data"]);
    for line in ["www-data", &groups, "HOME=/var/www", "USER=www-data"] {
        assert!(log.contains(&format!("{before}{line}\n")), "{line}: {log}");
    }
    assert!(log.contains("321\n"), "{log}");
}

#[test]
fn a_service_runs_as_its_user_with_all_that_a_login_gives() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    for (format, scanner) in [("runit", "runsvdir"), ("s6", "s6-svscan")] {
        let project = who_project("log: log/hello\n");
        let supervisor = Supervisor::start(&project, format, scanner);
        let log = project.folder().join("log/hello/current");
        let log = eventually("it says who it is", || {
            let log = fs::read_to_string(&log).ok()?;
            log.contains(" USER=").then_some(log)
        });
        assert_is_www_data(&log, " ");
        drop(supervisor);
    }
}

#[test]
fn a_service_waits_for_the_one_that_it_comes_after() {
    for (format, scanner) in [("runit", "runsvdir"), ("s6", "s6-svscan")] {
        let project = Project::new(
            "name: pair\nloader: none\nservices:\n  first:\n    start:\n      - (sleep 2)\n      \
             - (with-open-file (out \"first\" :direction :output) (write-line \"up\" out))\n  \
             second:\n    after: first\n    \
             start: (rename-file \"first\" (merge-pathnames \"second\"))\n",
        );
        let supervisor = Supervisor::start(&project, format, scanner);
        let written = project.folder().join("second");
        eventually("the second starts", || written.exists().then_some(()));
        let log = supervisor.running.stdout() + &supervisor.running.stderr();
        assert!(!log.contains("did not start"), "{format}: {log}");
        supervisor.end(if format == "runit" {
            Signal::HUP
        } else {
            Signal::TERM
        });
    }
}
