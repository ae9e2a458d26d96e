//! `lisplaunch install` and `uninstall` with a real supervisord.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use super::running::{eventually, is_alive, kill};
use super::supervisor::Supervisor;
use super::with_compiled_systems;
use crate::support::ports::free_port;
use crate::support::{LISPLAUNCH, Outcome, Project};

/// A service, and a supervisord that knows nothing of it yet.
struct Machine {
    project: Project,
    supervisor: Supervisor,
}

impl Machine {
    fn new(keys: &str) -> Self {
        Self::starting_within("1s", keys)
    }

    /// The same with a time for which supervisord looks at what it has started.
    fn starting_within(timeout: &str, keys: &str) -> Self {
        let project = with_compiled_systems(Project::new(&format!(
            "name: shop\nloader: asdf\nstart-timeout: {timeout}\nstop-timeout: 1s\n{keys}"
        )));
        let supervisor = Supervisor::idle(&project);
        Machine {
            project,
            supervisor,
        }
    }

    fn run(&self, command: &str, arguments: &[&str]) -> Outcome {
        let configuration = self.supervisor.folder().join("supervisord.conf");
        let mut all = vec![command, "supervisor", "--config"];
        all.push(configuration.to_str().unwrap());
        all.extend(arguments);
        self.project.run(&all)
    }

    fn install(&self, arguments: &[&str]) -> Outcome {
        self.run("install", arguments)
    }

    fn stanzas(&self) -> PathBuf {
        self.supervisor.folder().join("conf.d/shop.conf")
    }

    /// Replaces a part of the project file.
    fn edit(&self, old: &str, new: &str) {
        let file = self.project.folder().join("lisplaunch.yaml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(old), "{text}");
        fs::write(file, text.replace(old, new)).unwrap();
    }
}

/// What was said, with fixed numbers and without the lines about waiting.
#[track_caller]
pub(super) fn said(outcome: Outcome, code: i32) -> String {
    let said = outcome.failure(code);
    let lines = said
        .lines()
        .filter(|line| !line.starts_with("waiting for "))
        .map(|line| match line.split_once(", pid ") {
            Some((before, _)) => format!("{before}, pid PID"),
            None => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_service_is_installed_changed_and_removed() {
    let machine = Machine::new(&format!("start: (+ 1 1)\nswank: {}\n", free_port()));
    let rehearsed = machine.install(&["--dry-run"]).success();
    assert!(!machine.stanzas().exists());
    assert!(rehearsed.contains("\n+[program:shop]\n"), "{rehearsed}");
    let steps: Vec<&str> = rehearsed
        .lines()
        .filter(|line| !line.starts_with(['+', '-', '@']))
        .collect();
    assert_snapshot!(steps.join("\n"), @"
    writing `/home/me/supervisor/conf.d/shop.conf`
    reading the configuration again: `supervisorctl -c /home/me/supervisor/supervisord.conf reread`
    starting: `supervisorctl -c /home/me/supervisor/supervisord.conf update shop`
    ");

    assert_snapshot!(said(machine.install(&["--wait=2m"]), 0), @"
    writing `/home/me/supervisor/conf.d/shop.conf`
    reading the configuration again: `supervisorctl -c /home/me/supervisor/supervisord.conf reread`
    starting: `supervisorctl -c /home/me/supervisor/supervisord.conf update shop`
    `shop` is ready, pid PID
    ");
    let pid = machine.supervisor.running("shop");

    assert_snapshot!(said(machine.install(&[]), 0), @"
    nothing has changed: the files are as they should be, and the services are started
    `shop` is ready, pid PID
    ");
    assert_eq!(machine.supervisor.pid("shop"), Some(pid));

    machine.edit("(+ 1 1)", "(+ 1 2)");
    let rehearsed = machine.install(&["-n"]).success();
    assert!(rehearsed.contains("(+ 1 2)"), "{rehearsed}");
    assert_eq!(machine.supervisor.pid("shop"), Some(pid));
    machine.install(&["--wait=2m"]).success();
    let changed = machine.supervisor.running("shop");
    assert_ne!(changed, pid);

    assert_snapshot!(said(machine.run("uninstall", &[]), 0), @"
    removing `/home/me/supervisor/conf.d/shop.conf`
    reading the configuration again: `supervisorctl -c /home/me/supervisor/supervisord.conf reread`
    stopping: `supervisorctl -c /home/me/supervisor/supervisord.conf update shop`
    ");
    assert!(!machine.stanzas().exists());
    assert!(!is_alive(changed));
    assert_eq!(machine.supervisor.control(&["status"]), "");
    assert_snapshot!(said(machine.run("uninstall", &[]), 0), @"nothing is installed");
}

#[test]
fn an_installation_that_was_cut_short_is_finished() {
    let machine = Machine::new("services:\n  a: {start: (+ 1 1)}\n  b: {start: (+ 1 1)}\n");
    machine.install(&["--wait=2m"]).success();
    let first = machine.supervisor.running("shop:shop-a");
    // The file is written, and supervisord does not know.
    machine.edit("a: {start: (+ 1 1)}", "a: {start: (+ 1 3)}");
    let path = machine.stanzas();
    let output = path.to_str().unwrap();
    machine
        .project
        .run(&["emit", "supervisor", "-o", output])
        .success();
    assert_snapshot!(said(machine.install(&["--wait=2m"]), 0), @"
    starting: `supervisorctl -c /home/me/supervisor/supervisord.conf update shop`
    `a` is ready, pid PID
    `b` is ready, pid PID
    ");
    let second = machine.supervisor.running("shop:shop-a");
    assert_ne!(first, second);

    // One of the two is stopped, and started again alone.
    let other = machine.supervisor.running("shop:shop-b");
    machine.supervisor.control(&["stop", "shop:shop-a"]);
    assert_snapshot!(said(machine.install(&["--wait=2m"]), 0), @"
    starting: `supervisorctl -c /home/me/supervisor/supervisord.conf start shop:shop-a`
    `a` is ready, pid PID
    `b` is ready, pid PID
    ");
    assert_eq!(machine.supervisor.pid("shop:shop-b"), Some(other));

    // A group goes when its services are of another.
    assert_snapshot!(said(machine.install(&["b", "--wait=2m"]), 0), @"
    writing `/home/me/supervisor/conf.d/shop.conf`
    reading the configuration again: `supervisorctl -c /home/me/supervisor/supervisord.conf reread`
    starting: `supervisorctl -c /home/me/supervisor/supervisord.conf update shop shop-b`
    `b` is ready, pid PID
    ");
    let status = machine.supervisor.control(&["status"]);
    assert!(
        status.starts_with("shop-b ") && status.lines().count() == 1,
        "{status}"
    );
}

#[test]
fn a_service_that_does_not_start_says_its_last_words() {
    let keys = "start: (error \"no luck today\")\nrestart: never\n";
    let machine = Machine::starting_within("60s", keys);
    assert_snapshot!(said(machine.install(&["--wait=2m"]), 3), @r#"
    writing `/home/me/supervisor/conf.d/shop.conf`
    reading the configuration again: `supervisorctl -c /home/me/supervisor/supervisord.conf reread`
    starting: `supervisorctl -c /home/me/supervisor/supervisord.conf update shop`
    error: the service `shop` is not ready: it is failed
     |
     = note: (error "no luck today"): no luck today
     = help: `supervisorctl -c /home/me/supervisor/supervisord.conf tail shop` prints what it wrote
    "#);
    eventually("supervisord gives up", || {
        let status = machine.supervisor.control(&["status"]);
        status.contains("FATAL").then_some(())
    });
    // Nothing has changed, and it does not run.
    assert_snapshot!(said(machine.install(&["--wait=2m"]), 1), @r#"
    starting: `supervisorctl -c /home/me/supervisor/supervisord.conf start shop`
    error: `supervisorctl -c /home/me/supervisor/supervisord.conf start shop` failed: shop: ERROR (spawn error)
     |
     = note: left: starting: `supervisorctl -c /home/me/supervisor/supervisord.conf start shop`
     = help: the same command goes on from there once that is right

    error: the service `shop` is not ready: it is failed
     |
     = note: (error "no luck today"): no luck today
     = help: `supervisorctl -c /home/me/supervisor/supervisord.conf tail shop` prints what it wrote
    "#);
}

#[test]
fn a_service_that_cannot_be_started_is_not_waited_for() {
    let machine = Machine::new("start: (+ 1 1)\nsbcl: {program: /nowhere/sbcl}\n");
    assert_snapshot!(said(machine.install(&["--wait=10m"]), 3), @"
    writing `/home/me/supervisor/conf.d/shop.conf`
    reading the configuration again: `supervisorctl -c /home/me/supervisor/supervisord.conf reread`
    starting: `supervisorctl -c /home/me/supervisor/supervisord.conf update shop`
    error: the service `shop` was given up by its manager: can't find command '/nowhere/sbcl'
    ");
}

#[test]
fn what_supervisord_does_not_read_is_not_installed() {
    let machine = Machine::new("start: (+ 1 1)\n");
    let folder = machine.project.home();
    let folder = folder.to_str().unwrap();
    assert_snapshot!(said(machine.install(&["--folder", folder]), 2), @"
    error: supervisord would not read a file in `/home/me`: `/home/me/supervisor/supervisord.conf` includes files of `/home/me/supervisor/conf.d`
     |
     = help: leave out `--folder`, or add the folder to `[include]` there
    ");
    fs::write(machine.stanzas(), "[program:other]\ncommand=/bin/true\n").unwrap();
    assert_snapshot!(said(machine.install(&[]), 1), @"
    error: `/home/me/supervisor/conf.d/shop.conf` was not written by lisplaunch
     |
     = help: name another file, or give `--force` to replace it
    ");
    assert_snapshot!(said(machine.run("uninstall", &[]), 1), @"
    error: `/home/me/supervisor/conf.d/shop.conf` was not written by lisplaunch
     |
     = help: remove it yourself if it is not needed
    ");
    kill(machine.supervisor.control(&["pid"]).trim().parse().unwrap());
    fs::remove_file(machine.stanzas()).unwrap();
    let lost = eventually("supervisord is gone", || {
        let outcome = machine.install(&[]);
        (outcome.code == Some(1)).then_some(outcome)
    });
    assert_snapshot!(said(lost, 1), @"
    error: `supervisorctl -c /home/me/supervisor/supervisord.conf status` failed: unix:///home/me/supervisor/socket refused connection
     |
     = help: start supervisord first, or name its configuration with `--config FILE`
    ");
    assert!(!machine.stanzas().exists());
}

#[test]
fn the_files_of_another_project_are_left_alone() {
    let machine = Machine::new("start: (+ 1 1)\n");
    machine.install(&["--wait=2m"]).success();
    let pid = machine.supervisor.running("shop");
    let other = Project::new("name: shop\nloader: none\nstart: (+ 2 2)\n");
    let configuration = machine.supervisor.folder().join("supervisord.conf");
    let configuration = configuration.to_str().unwrap();
    let refused = |command: &str| {
        let outcome = other.run(&[command, "supervisor", "--config", configuration]);
        machine.project.with_fixed_paths(&said(outcome, 1))
    };
    assert_snapshot!(refused("install"), @"
    error: `/home/me/supervisor/conf.d/shop.conf` is of another project: `/srv/app/lisplaunch.yaml`
     |
     = help: give one of the two another `name`, or `--force` to replace it
    ");
    assert_snapshot!(refused("uninstall"), @"
    error: `/home/me/supervisor/conf.d/shop.conf` is of another project: `/srv/app/lisplaunch.yaml`
     |
     = help: uninstall it there
    ");
    assert_eq!(machine.supervisor.pid("shop"), Some(pid));
}

#[test]
fn the_project_file_says_how_it_is_installed() {
    let machine = Machine::new(
        "start: (+ 1 1)\nenv: {KEY: \"${KEY}\"}\n\
         emit: {supervisor: {path: etc/mine.conf, indirect: true}}\n",
    );
    let set = ["--set", "KEY=1"];
    let rehearsed = machine.install(&["-n", set[0], set[1]]).success();
    assert!(
        rehearsed.starts_with("writing `/home/me/supervisor/conf.d/mine.conf`\n"),
        "{rehearsed}"
    );
    assert!(
        rehearsed.contains("\n+command=/usr/bin/lisplaunch run"),
        "{rehearsed}"
    );
    machine.install(&["--wait=2m", set[0], set[1]]).success();
    // Nothing that is stopped needs a value.
    machine.run("uninstall", &[]).success();
    assert_eq!(machine.supervisor.control(&["status"]), "");
}

#[test]
fn only_some_users_may_ask_supervisord() {
    let machine = Machine::new("start: (+ 1 1)\n");
    let home = machine.project.home();
    let program = home.join("lisplaunch");
    let copied = Command::new("cp").arg(LISPLAUNCH).arg(&program).status();
    assert!(copied.unwrap().success());
    fs::set_permissions(home.parent().unwrap(), Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(program);
    command
        .args(["install", "supervisor", "--config"])
        .arg(machine.supervisor.folder().join("supervisord.conf"))
        .current_dir(machine.project.folder())
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .uid(65534)
        .stdin(Stdio::null());
    let said = said(machine.project.outcome(command), 1);
    assert!(
        said.ends_with("= help: only some users may ask supervisord: run it as root, with `sudo`"),
        "{said}"
    );
    assert!(!machine.stanzas().exists());
}
