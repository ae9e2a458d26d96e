//! Services that something else starts again.

use insta::assert_snapshot;

use super::service::{SMALL, Service};

/// A small service that believes to be a program of supervisord.
fn supervised(keys: &str) -> Service {
    let mut service = Service::with(&(SMALL.replace("STOP", "(f)") + keys), "small");
    let mut command = service.project.command(&["run"]);
    command
        .env("SUPERVISOR_PROCESS_NAME", "web")
        .env("SUPERVISOR_GROUP_NAME", "shop");
    service.launch(command);
    service.wait_for_state("ready");
    service
}

#[test]
fn a_service_that_would_be_started_again_is_stopped_where_that_is_done() {
    let mut service = supervised("");
    assert_snapshot!(service.run(&["stop"]).failure(1), @"
    error: supervisord would start the service `small` again
     |
     = help: stop it there: `supervisorctl stop shop:web`
     = help: or stop it anyway: `--anyway`
    ");
    assert_eq!(service.eval("1"), "1\n");
    let outcome = service.run(&["stop", "--anyway"]);
    let said = outcome.stderr.clone();
    outcome.success();
    assert!(
        said.starts_with("supervisord may start `small` again\nstopped `small`"),
        "{said}"
    );
    assert_eq!(service.exit_code(), Some(0));
}

#[test]
fn what_nothing_would_start_again_is_not_stopped_by_restart() {
    let service = Service::small("(f)").started();
    assert_snapshot!(service.run(&["restart"]).failure(1), @"
    error: nothing would start the service `small` again
     |
     = help: stop it with `lisplaunch stop`, and start it with `lisplaunch run`
    ");
    assert_eq!(service.eval("1"), "1\n");
}

#[test]
fn the_manager_of_another_machine_is_not_the_one_here() {
    let service = supervised("restart: on-failure\n");
    service.eval("(sb-int:encapsulate 'machine-instance 'test (lambda (f) (declare (ignore f)) \"elsewhere\"))");
    let said = service.run(&["restart"]).failure(1);
    assert!(
        said.contains("`supervisorctl restart shop:web`: it runs on another machine"),
        "{said}"
    );
    assert_eq!(service.eval("1"), "1\n");
}
