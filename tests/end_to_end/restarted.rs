//! `lisplaunch stop` and `restart` of a service below a real supervisord.

use std::fs;

use super::running::eventually;
use super::supervisor::Supervisor;
use super::with_compiled_systems;
use crate::support::ports::free_port;
use crate::support::{Outcome, Project};

fn project(keys: &str) -> Project {
    with_compiled_systems(Project::new(&format!(
        "name: app\nloader: asdf\nstart: (if (probe-file \"broken\") (error \"no luck\"))\n\
         start-timeout: 1s\nstop-timeout: 1s\n{keys}"
    )))
}

fn swank() -> String {
    format!("swank: {}\n", free_port())
}

/// Restarts the service where there is no supervisorctl.
fn restart_without_supervisorctl(project: &Project) -> Outcome {
    let mut command = project.command(&["restart", "--wait=2m"]);
    command.env("PATH", "/nowhere");
    project.outcome(command)
}

/// What was said of a restart that went well.
#[track_caller]
fn restarted(supervisor: &Supervisor, outcome: Outcome) -> String {
    let said = outcome.stderr;
    assert_eq!(outcome.code, Some(0), "{said}{}", supervisor.log("app"));
    said
}

/// What `restart` says last once the service runs again.
#[track_caller]
fn is_ready_again(said: &str, supervisor: &Supervisor, former: i32) -> i32 {
    let again = supervisor.running("app");
    assert_ne!(again, former);
    let last = format!("`app` is ready again, pid {again}\n");
    assert!(said.ends_with(&last), "{said}");
    again
}

#[test]
fn a_supervised_service_is_restarted_by_its_own_exit() {
    let project = project(&swank());
    let supervisor = Supervisor::start(&project, &[]);
    let pid = supervisor.running("app");
    project.run(&["status", "--wait=2m"]).success();
    let said = project.run(&["stop"]).failure(1);
    let there = "`supervisorctl -s unix:///home/me/supervisor/socket stop app`";
    assert!(said.contains(there), "{said}");
    assert_eq!(supervisor.pid("app"), Some(pid));

    let said = restarted(&supervisor, restart_without_supervisorctl(&project));
    is_ready_again(&said, &supervisor, pid);

    fs::write(project.folder().join("broken"), "").unwrap();
    let said = project.run(&["restart", "--wait=2m"]).failure(3);
    assert!(
        said.contains("error: the service `app` was stopped and is not ready again: it is failed"),
        "{said}"
    );
}

#[test]
fn a_supervised_service_is_restarted_by_supervisorctl() {
    let project = project(&format!("restart: on-failure\n{}", swank()));
    let supervisor = Supervisor::start(&project, &[]);
    let pid = supervisor.running("app");
    project.run(&["status", "--wait=2m"]).success();
    // A normal exit would be the end of it.
    let said = restart_without_supervisorctl(&project).failure(1);
    assert!(said.contains("no program `supervisorctl`"), "{said}");
    assert_eq!(supervisor.pid("app"), Some(pid));

    // No configuration of supervisorctl lies where that looks for it.
    let said = restarted(&supervisor, project.run(&["restart", "--wait=2m"]));
    is_ready_again(&said, &supervisor, pid);

    project.run(&["stop"]).success();
    eventually("supervisord sees it exit", || {
        let status = supervisor.control(&["status", "app"]);
        status.contains("EXITED").then_some(())
    });
}

#[test]
fn a_supervised_service_without_swank_is_restarted_and_stopped() {
    let project = project("");
    let supervisor = Supervisor::start(&project, &[]);
    let pid = supervisor.running("app");
    project.run(&["status", "--wait=2m"]).success();
    let said = restarted(&supervisor, project.run(&["restart", "--wait=2m"]));
    let pid = is_ready_again(&said, &supervisor, pid);
    let said = restarted(&supervisor, restart_without_supervisorctl(&project));
    let pid = is_ready_again(&said, &supervisor, pid);
    let said = project.run(&["stop"]).failure(1);
    assert!(
        said.contains("supervisord would start the service `app` again"),
        "{said}"
    );
    assert_eq!(supervisor.pid("app"), Some(pid));
}
