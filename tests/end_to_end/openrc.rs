//! A service below a real `OpenRC`.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::folders::{assert_is_www_data, hello, who_project};
use super::network::{get, is_free};
use super::running::{Running, children, eventually};
use crate::consumer::below_openrc;
use crate::support::ports::free_port;
use crate::support::{LISPLAUNCH, Outcome, Project};

/// An `OpenRC` in namespaces of its own.
struct OpenRc<'a> {
    project: &'a Project,
    /// Its first process, as it is numbered outside.
    first: i32,
    _running: Running,
}

impl<'a> OpenRc<'a> {
    /// Starts it with the init scripts that `lisplaunch emit` writes.
    fn start(project: &'a Project) -> Self {
        let scripts = project.home().join("init.d");
        let into = format!("{}/", scripts.display());
        project.run(&["emit", "openrc", "-o", &into]).success();
        // A shell waits for whatever ends, which the first process has to do for all others.
        let mut wait = program(project, "sh");
        wait.args(["-c", "sleep 1000 & wait"]);
        let running = Running::start(below_openrc(&scripts, &wait));
        let first = eventually("OpenRC is there", || {
            let first = *children(running.pid()).first()?;
            children(first).into_iter().find(|child| {
                let name = fs::read_to_string(format!("/proc/{child}/comm"));
                name.is_ok_and(|name| name.trim() == "sleep")
            })?;
            Some(first)
        });
        OpenRc {
            project,
            first,
            _running: running,
        }
    }

    /// What a program says beside it.
    fn run(&self, program_name: &str, arguments: &[&str]) -> Outcome {
        let mut nsenter = program(self.project, "nsenter");
        let first = self.first.to_string();
        nsenter.args(["--mount", "--pid", "--target", &first]);
        let folder = format!("--wd={}", self.project.folder().display());
        nsenter.arg(folder).arg(program_name).args(arguments);
        self.project.outcome(nsenter)
    }

    /// The number that the process of the service has there.
    fn pid(&self) -> String {
        let value = "/run/openrc/options/hello/child_pid";
        self.run("cat", &[value]).stdout.trim().to_owned()
    }
}

/// A program in the environment of the project.
fn program(project: &Project, name: &str) -> Command {
    let environment = project.command(&[]);
    let variables = environment
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    let mut command = Command::new(name);
    command
        .env_clear()
        .envs(variables)
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command
}

#[test]
fn openrc_keeps_a_service() {
    let port = free_port();
    let project = hello(port);
    // What supervise-daemon sets is root's.
    let file = project.folder().join("lisplaunch.yaml");
    let home = project.home();
    let more = format!("env: {{HOME: {}}}\nlog: hello.log\n", home.display());
    let yaml = fs::read_to_string(&file).unwrap();
    let yaml = yaml.lines().filter(|line| !line.starts_with("log:"));
    let yaml: String = yaml.map(|line| format!("{line}\n")).collect();
    fs::write(&file, yaml + &more).unwrap();

    let openrc = OpenRc::start(&project);
    let lisplaunch = |arguments: &[&str]| openrc.run(LISPLAUNCH, arguments);
    openrc.run("rc-service", &["hello", "start"]).success();
    lisplaunch(&["status", "--wait=2m"]).success();
    assert!(get(port, "/").is_some(), "what is ready answers");
    let refused = lisplaunch(&["stop"]).failure(1);
    assert!(refused.contains("`rc-service hello stop`"), "{refused}");

    let first = openrc.pid();
    openrc.run("kill", &["-9", &first]).success();
    let second = eventually("it is started again", || {
        let pid = openrc.pid();
        (pid != first && get(port, "/").is_some()).then_some(pid)
    });
    lisplaunch(&["status", "--wait=2m"]).success();
    let restarted = lisplaunch(&["restart", "--wait=2m"]);
    let last = openrc.pid();
    assert_ne!(last, second);
    let end = format!("`hello` is ready again, pid {last}\n");
    assert!(restarted.stderr.ends_with(&end), "{}", restarted.stderr);

    openrc.run("rc-service", &["hello", "stop"]).success();
    assert!(is_free(port));
    let left = openrc.run("ps", &["-e", "-o", "comm="]).stdout;
    assert!(
        !left.contains("sbcl") && !left.contains("supervise"),
        "{left}"
    );
    let log = fs::read_to_string(Path::new(&project.folder()).join("hello.log")).unwrap();
    assert!(
        log.contains("listening on") && log.contains("hello: stopped"),
        "{log}"
    );
}

#[test]
fn openrc_starts_a_service_as_its_user() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let project = who_project("log: who.log\n");
    let openrc = OpenRc::start(&project);
    openrc.run("rc-service", &["hello", "start"]).success();
    let log = eventually("it says who it is", || {
        let log = fs::read_to_string(project.folder().join("who.log")).ok()?;
        log.contains("USER=").then_some(log)
    });
    assert_is_www_data(&log, "\n");
}
