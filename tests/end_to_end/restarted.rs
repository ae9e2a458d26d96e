//! `lisplaunch stop` and `restart` of a service below a real supervisord.

use std::fs;

use super::running::eventually;
use super::supervisor::Supervisor;
use super::with_compiled_systems;
use crate::support::ports::free_port;
use crate::support::{Outcome, Project};

fn project(keys: &str) -> Project {
    let port = free_port();
    with_compiled_systems(Project::new(&format!(
        "name: app\nloader: asdf\nstart: (if (probe-file \"broken\") (error \"no luck\"))\n\
         swank: {port}\nstart-timeout: 1s\nstop-timeout: 1s\n{keys}"
    )))
}

/// What was said of a restart that went well.
#[track_caller]
fn restarted(supervisor: &Supervisor, outcome: Outcome) -> String {
    let said = outcome.stderr;
    assert_eq!(outcome.code, Some(0), "{said}{}", supervisor.log("app"));
    said
}

#[test]
fn a_supervised_service_is_restarted_by_its_own_exit() {
    let project = project("");
    let supervisor = Supervisor::start(&project, &[]);
    let pid = supervisor.running("app");
    project.run(&["status", "--wait=2m"]).success();
    let said = project.run(&["stop"]).failure(1);
    assert!(said.contains("`supervisorctl stop app`"), "{said}");
    assert_eq!(supervisor.pid("app"), Some(pid));

    // No configuration of supervisorctl lies where that looks for it.
    let said = restarted(&supervisor, project.run(&["restart", "--wait=2m"]));
    let again = supervisor.running("app");
    assert_ne!(again, pid);
    assert!(
        said.ends_with(&format!("`app` is ready again, pid {again}\n")),
        "{said}"
    );

    fs::write(project.folder().join("broken"), "").unwrap();
    let said = project.run(&["restart", "--wait=2m"]).failure(1);
    assert!(
        said.contains("error: the service `app` was stopped and is not ready again: it is failed"),
        "{said}"
    );
}

#[test]
fn a_supervised_service_is_restarted_by_supervisorctl() {
    let project = project("restart: on-failure\n");
    let supervisor = Supervisor::start(&project, &[]);
    let pid = supervisor.running("app");
    project.run(&["status", "--wait=2m"]).success();
    // A normal exit would be the end of it.
    let said = project.run(&["restart"]).failure(1);
    assert!(
        said.contains("cannot restart it with `supervisorctl restart app`"),
        "{said}"
    );
    assert_eq!(supervisor.pid("app"), Some(pid));

    let file = project.folder().join("lisplaunch.yaml");
    let mut command = project.command(&["restart", "--wait=2m", "-f", file.to_str().unwrap()]);
    command.current_dir(supervisor.folder());
    let said = restarted(&supervisor, project.outcome(command));
    let again = supervisor.running("app");
    assert_ne!(again, pid);
    assert!(
        said.ends_with(&format!("`app` is ready again, pid {again}\n")),
        "{said}"
    );

    project.run(&["stop"]).success();
    eventually("supervisord sees it exit", || {
        let status = supervisor.control(&["status", "app"]);
        status.contains("EXITED").then_some(())
    });
}
