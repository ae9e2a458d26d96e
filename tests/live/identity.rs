//! A port is not an identity: no command connects to the image of another service.

use std::io::{Read, Write};
use std::net::TcpListener;

use insta::assert_snapshot;

use super::service::Service;
use crate::support::{Outcome, Project};
use crate::swank_server::real::{Swank, cache};

/// The standard input of a service whose test has ended.
const WATCH: &str =
    "(sb-thread:make-thread (lambda () (read-line sb-sys:*stdin* nil) (sb-ext:exit :abort t)))";

/// What a command says, with fixed numbers.
#[track_caller]
fn said(service: &Service, outcome: Outcome, code: i32) -> String {
    outcome
        .failure(code)
        .replace(&service.swank.to_string(), "4005")
        .replace(&service.pid().to_string(), "PID")
        .replace(
            &service.project.folder().display().to_string(),
            "/srv/other",
        )
}

/// A project with a swank server on the port of `service`.
fn project_beside(service: &Service, yaml: &str) -> Project {
    let yaml = yaml.replace("SWANK", &service.swank.to_string());
    Project::new(&yaml).with_variable("XDG_CACHE_HOME", cache().to_str().unwrap())
}

const BILLING: &str = "name: billing\nloader: asdf\nsystems: [billing]\nstart: (f)\nswank: SWANK\n";

#[test]
fn another_service_on_the_port_is_left_alone() {
    let service = Service::small("(f)").started();
    let billing = project_beside(&service, BILLING);
    let stop = billing.run(&["stop"]);
    assert_snapshot!(said(&service, stop, 3), @"
    error: `127.0.0.1:4005` is not the service `billing`: it is the service `small` (/srv/other/lisplaunch.yaml), pid PID
     |
     = help: one of the two needs another port: `swank:` in its project file
     = help: `--any` connects to any image
    ");
    let first = |arguments: &[&str]| {
        let outcome = billing.run(arguments);
        said(&service, outcome, 3)
            .lines()
            .next()
            .unwrap()
            .to_owned()
    };
    let refused = first(&["stop"]);
    assert_eq!(first(&["eval", "(setf cl-user::*touched* t)"]), refused);
    assert_eq!(first(&["reload"]), refused);
    assert_eq!(first(&["repl"]), refused);
    assert_eq!(first(&["restart"]), refused);
    let status = billing.run(&["status"]);
    let row = status.stdout.lines().last().unwrap().to_owned();
    let row = Outcome {
        stderr: row,
        ..status
    };
    assert_snapshot!(said(&service, row, 3), @"billing  other  the service `small` (/srv/other/lisplaunch.yaml), pid PID");

    assert_eq!(service.eval("(boundp 'cl-user::*touched*)"), "NIL\n");
    assert_eq!(billing.run(&["eval", "--any", "(+ 1 1)"]).success(), "2\n");
    assert_eq!(billing.run(&["status", "--any"]).code, Some(0));
}

#[test]
fn a_service_is_found_on_any_way_to_its_file_and_its_copy_is_another_one() {
    let service = Service::small("(f)").started();
    let folder = service.project.folder();
    let link = service.project.home().join("link");
    std::os::unix::fs::symlink(&folder, &link).unwrap();
    for file in [
        link.join("lisplaunch.yaml"),
        folder.join("../app/lisplaunch.yaml"),
    ] {
        let arguments = ["-f", file.to_str().unwrap(), "eval", "1"];
        assert_eq!(service.run(&arguments).success(), "1\n");
    }
    let copy = Project::new(&std::fs::read_to_string(folder.join("lisplaunch.yaml")).unwrap());
    assert_snapshot!(said(&service, copy.run(&["eval", "1"]), 3), @"
    error: `127.0.0.1:4005` is not the service `small`: it is the service `small` (/srv/other/lisplaunch.yaml), pid PID
     |
     = help: one of the two needs another port: `swank:` in its project file
     = help: `--any` connects to any image
    ");
}

#[test]
fn profiles_make_another_service_of_it() {
    let yaml = format!(
        "name: app\nloader: asdf\nstart: {WATCH}\nswank: SWANK\nprofiles: {{blue: {{}}, green: {{}}}}\n"
    );
    let mut service = Service::with(&yaml, "app");
    service.start_with(&["-p", "blue"]);
    service
        .run(&["status", "-p", "blue", "--wait=2m"])
        .success();
    assert_snapshot!(said(&service, service.run(&["stop"]), 3), @"
    error: `127.0.0.1:4005` is not the service `app` without a profile: it is the service `app` (/srv/app/lisplaunch.yaml) with the profile `blue`, pid PID
     |
     = help: `-p blue` connects to it
     = help: `--any` connects to any image
    ");
    assert_eq!(service.run(&["eval", "-p", "green", "1"]).code, Some(3));
    assert_eq!(service.run(&["eval", "-p", "blue", "1"]).success(), "1\n");
}

#[test]
fn an_image_that_lisplaunch_did_not_start_is_spoken_to_where_that_is_wanted() {
    let swank = Swank::start();
    let port = swank.address().port.to_string();
    let yaml = format!("name: app\nloader: asdf\nstart: (f)\nswank: {port}\n");
    let fixed = |outcome: Outcome| {
        let text = outcome.failure(3).replace(&port, "4005");
        text.replace(&swank.pid().to_string(), "PID")
    };
    let project = Project::new(&yaml);
    assert_snapshot!(fixed(project.run(&["eval", "(+ 1 1)"])), @"
    error: `127.0.0.1:4005` is not the service `app`: it is an image that does not report which service it is, pid PID
     |
     = help: `--any` connects to any image
    ");
    assert_eq!(project.run(&["eval", "--any", "(+ 1 1)"]).success(), "2\n");
    // Having answered, it has the runtime, and still does not know which service it is.
    assert_eq!(project.run(&["eval", "(+ 1 1)"]).code, Some(3));

    // Nor was it started as a service that has no runtime.
    let plain = Project::new(&format!("{yaml}runtime: false\n"));
    assert_eq!(plain.run(&["stop"]).code, Some(3));
    assert_eq!(plain.run(&["eval", "--any", "(+ 1 1)"]).success(), "2\n");
    let status = plain.run(&["status", "--any"]).success();
    let row: Vec<&str> = status.lines().last().unwrap().split_whitespace().collect();
    assert_eq!(
        row[..5],
        ["app", "up", "(no", "states)", &swank.pid().to_string()]
    );
    plain.run(&["status", "--any", "--wait"]).success();
}

#[test]
fn what_is_not_a_lisp_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1000]);
            let _ = stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n");
        }
    });
    let own = std::fs::read_to_string("/proc/self/comm").unwrap();
    let fixed = |text: &str| {
        text.replace(&port, "4005")
            .replace(&std::process::id().to_string(), "PID")
            .replace(own.trim(), "nginx")
    };
    let project = Project::new(&format!(
        "name: app\nloader: asdf\nstart: (f)\nswank: {port}\n"
    ));
    assert_snapshot!(fixed(&project.run(&["stop"]).failure(3)), @"
    error: the service `app` does not answer: `127.0.0.1:4005` does not answer as a swank server: a message begins with `HTTP/1`, which is not a length of six hexadecimal digits
     |
     = note: the port is held by `nginx`, pid PID
    ");
    let status = project.run(&["status"]);
    assert_eq!(status.code, Some(3));
    assert_snapshot!(fixed(&status.stdout), @"
    SERVICE  STATE
    app      other  `127.0.0.1:4005` does not answer as a swank server: a message begins with `HTTP/1`, which is not a length of six hexadecimal digits; the port is held by `nginx`, pid PID
    ");
}

#[test]
fn an_image_that_cannot_say_what_it_is_is_not_spoken_to() {
    let service = Service::small("(f)").started();
    service.eval("(sb-int:encapsulate 'lisplaunch::image 'test (lambda (f) (declare (ignore f)) (error \"not now\")))");
    let said = said(&service, service.run(&["eval", "1"]), 3);
    let expected = "error: the image on `127.0.0.1:4005` does not report which service it is: ";
    assert!(
        said.starts_with(expected) && said.contains("not now"),
        "{said}"
    );
    service.wait_for_state("silent");
}
