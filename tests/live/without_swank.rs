//! `lisplaunch stop` and `restart` of a service that has no swank server.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use insta::assert_snapshot;

use super::service::Service;

/// A service whose stop form leaves a file.
fn started() -> Service {
    let mut service = Service::with(
        "name: app\nloader: none\nstop-timeout: 5s\nstart: (+ 1 1)\n\
         stop: (with-open-file (s \"stopped\" :direction :output) (write-line \"yes\" s))\n",
        "app",
    );
    service.start();
    service.run(&["status", "--wait=2m"]).success();
    service
}

/// Another process, which ends with the test.
struct Stranger(Child);

impl Stranger {
    fn of_user(user: u32) -> Self {
        let mut sleep = Command::new("sleep");
        sleep.arg("600").stdin(Stdio::null()).uid(user);
        Stranger(sleep.spawn().unwrap())
    }

    fn is_alive(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Lets the state file of a service name this process.
    fn takes_the_place_of(&self, service: &Service) {
        let file = service.state_file();
        let text = fs::read_to_string(&file).unwrap();
        let [own, other] = [service.pid(), self.0.id()].map(|pid| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
            let (_, fields) = stat.rsplit_once(')').unwrap();
            let started = fields.split_ascii_whitespace().nth(19).unwrap().to_owned();
            (format!(":PID {pid}"), format!(":STARTED {started}"))
        });
        let changed = text.replace(&own.0, &other.0).replace(&own.1, &other.1);
        assert!(
            changed.contains(&other.0) && changed.contains(&other.1),
            "{text}"
        );
        fs::write(&file, changed).unwrap();
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_is_stopped_by_a_signal() {
    let mut service = started();
    let said = service.run(&["restart"]).failure(1);
    assert!(
        said.contains("nothing would start the service `app` again"),
        "{said}"
    );
    let said = service.run(&["stop"]).failure(0);
    let pid = service.pid();
    assert!(
        said.starts_with(&format!("stopped `app` (pid {pid}) in ")),
        "{said}"
    );
    assert_eq!(service.exit_code(), Some(0));
    assert!(service.project.folder().join("stopped").exists());
    assert_snapshot!(service.run(&["stop"]).failure(3), @"
    error: the service `app` does not run
     |
     = help: `lisplaunch status` shows how it ended
    ");
    assert_snapshot!(service.run(&["restart"]).failure(3), @"
    error: the service `app` does not run
     |
     = help: `lisplaunch status` shows how it ended
    ");
}

#[test]
fn a_state_file_that_names_another_process_does_not_count() {
    let mut service = started();
    let refused = |service: &Service, stranger: &Stranger| {
        let said = service.run(&["stop"]).failure(3);
        said.replace(&stranger.0.id().to_string(), "PID")
    };
    let mut own = Stranger::of_user(rustix::process::geteuid().as_raw());
    own.takes_the_place_of(&service);
    assert_snapshot!(refused(&service, &own), @"
    error: pid PID is not taken for the service `app`: its command line is not that of the service
     |
     = help: stop it yourself if it is: `kill PID`
    ");
    assert!(own.is_alive());
    service.terminate();
    service.exit_code();
}

#[test]
fn the_process_of_another_user_is_left_alone() {
    let mut service = started();
    let mut stranger = Stranger::of_user(65534);
    stranger.takes_the_place_of(&service);
    let said = service.run(&["stop"]).failure(3);
    assert_snapshot!(said.replace(&stranger.0.id().to_string(), "PID"), @"
    error: pid PID is not taken for the service `app`: it belongs to nobody (uid 65534)
     |
     = help: if that is the service say so in the project file: `user: …`
    ");
    assert!(stranger.is_alive());
    service.terminate();
    service.exit_code();
}
