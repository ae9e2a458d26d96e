//! `lisplaunch run` finds out who has the port of swank.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use insta::assert_snapshot;

use super::service::Service;
use crate::support::ports::free_port;
use crate::support::{Outcome, Project};

/// A project whose sbcl does nothing, with swank on this port.
fn project(port: u16) -> Project {
    Project::new(&format!(
        "name: app\nloader: asdf\nstart: (f)\nswank: {port}\n"
    ))
    .with_sbcl("exit 0")
}

/// A program that listens on a port. One of its own: what other tests start at this moment has
/// the sockets of this process, until it is another program.
fn listener(port: u16) -> Child {
    let code = format!(
        "import socket, time\ns = socket.create_server(('127.0.0.1', {port}))\n\
         print(flush=True)\ntime.sleep(600)"
    );
    let mut child = Command::new("python3")
        .args(["-c", &code])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = [0];
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut said)
        .unwrap();
    child
}

fn fixed(outcome: Outcome, port: u16, pid: u32) -> String {
    let text = outcome.failure(1).replace(&port.to_string(), "4005");
    text.replace(&format!("pid {pid}"), "pid PID")
}

#[test]
fn a_port_that_is_taken_is_an_error_that_names_who_has_it() {
    let port = free_port();
    let mut listener = listener(port);
    let project = project(port);
    let said = fixed(project.run(&["run"]), port, listener.id());
    // What only looks does not mind.
    project.run(&["run", "--dry-run"]).success();
    listener.kill().unwrap();
    listener.wait().unwrap();
    let name = said.split('`').nth(1).unwrap();
    assert!(name.starts_with("python"), "{said}");
    assert_snapshot!(said.replace(name, "nginx"), @"
    error: the port 4005 of swank is taken by `nginx`, pid PID
     --> lisplaunch.yaml:4:8
      |
    4 | swank: 4005
      |        ^^^^^
      |
      = help: stop that, or take another port
    ");
    project.run(&["run"]).success();
}

#[test]
fn a_port_of_one_address_is_taken_for_all() {
    let port = free_port();
    let _listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let project = Project::new(&format!(
        "name: app\nloader: asdf\nstart: (f)\nswank: {{port: {port}, interface: 0.0.0.0, allow-remote: true}}\n"
    ))
    .with_sbcl("exit 0");
    let said = project.run(&["run"]).failure(1);
    assert!(
        said.contains(&format!(", pid {}\n", std::process::id())),
        "{said}"
    );
}

#[test]
fn a_port_whose_last_connection_is_not_forgotten_yet_is_free() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut client = TcpStream::connect(address).unwrap();
    // The side that closes first keeps the port for a minute.
    drop(listener.accept().unwrap());
    drop(listener);
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
    drop(client);
    project(address.port()).run(&["run"]).success();
}

#[test]
fn a_service_that_runs_already_is_recognised() {
    let service = Service::small("(f)").started();
    let said = fixed(service.run(&["run"]), service.swank, service.pid());
    assert_snapshot!(said, @"
    error: `small` runs already, pid PID
     |
     = note: its swank server has port 4005
     = help: `lisplaunch stop` stops it
    ");

    // Another one of the same user.
    let file = service.project.folder().join("billing.yaml");
    let yaml = format!(
        "name: billing\nloader: asdf\nstart: (f)\nswank: {}\n",
        service.swank
    );
    std::fs::write(file, yaml).unwrap();
    let said = fixed(
        service.run(&["run", "-f", "billing.yaml"]),
        service.swank,
        service.pid(),
    );
    assert_snapshot!(said, @"
    error: the port 4005 of swank is taken by the service `small` (/srv/app/lisplaunch.yaml), pid PID
     --> billing.yaml:4:8
      |
    4 | swank: 4005
      |        ^^^^^
      |
      = help: stop that, or take another port
    ");
}
