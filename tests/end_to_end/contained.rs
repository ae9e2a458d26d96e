//! Images that are built from the Dockerfile, and what runs in their containers.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::network::{get, is_free};
use super::running::Running;
use crate::consumer::{Base, Containers};
use crate::support::ports::free_port;
use crate::support::{Project, REPOSITORY};

/// What a Debian with sbcl is, as far as examples need it.
const DEBIAN: Base = Base {
    name: "container-sbcl",
    packages: &["sbcl"],
    sbcl: None,
};

/// A copy of an example, which is made into an image.
fn copied(example: &str) -> Project {
    let project = Project::empty();
    let from: PathBuf = [REPOSITORY, "examples", example].iter().collect();
    let copied = Command::new("cp")
        .arg("-R")
        .arg(from.join("."))
        .arg(project.folder())
        .status();
    assert!(copied.unwrap().success());
    project
}

#[test]
fn an_image_holds_a_program_that_starts_at_once_and_stops_in_time() {
    let (project, port) = (copied("hello"), free_port());
    let file = project.folder().join("lisplaunch.yaml");
    let yaml = fs::read_to_string(&file).unwrap();
    let asked = yaml.replace(
        "\nhttp: ${PORT:-8080} ",
        "\nhttp: {port: \"${PORT:-8080}\", path: /} ",
    );
    assert_ne!(asked, yaml);
    fs::write(file, asked).unwrap();
    let set = format!("PORT={port}");
    project
        .run(&["emit", "dockerfile", "--set", &set, "-o", "."])
        .success();
    let containers = Containers::with(&DEBIAN);
    containers.build(&project.folder(), "hello", &[]);
    let mut run = containers.podman();
    run.args([
        "run",
        "--rm",
        "--network=host",
        "--name=hello",
        "localhost/hello",
    ]);
    let mut service = Running::start(run);
    let pid = service.until("an answer over HTTP", || get(port, "/pid"));
    assert_eq!(pid.trim(), "1", "no shell is in between");
    let mut check = containers.podman();
    check.args(["healthcheck", "run", "hello"]);
    assert!(check.status().unwrap().success());
    let user = containers.inside("hello", &["id", "-u"]);
    assert_eq!(user, "10001");
    let mut stop = containers.podman();
    // Long enough for a machine that has much else to do.
    stop.args(["stop", "--time=60", "hello"]);
    let stopped = Running::start(stop).wait();
    assert!(stopped.success());
    assert_eq!(service.wait().code(), Some(0), "{}", service.stderr());
    assert!(
        service.stdout().contains("hello: stopped"),
        "{}",
        service.stdout()
    );
    assert!(is_free(port));
    let files = containers.files("hello");
    let own: Vec<_> = files
        .iter()
        .filter(|file| file.starts_with("/app"))
        .collect();
    assert_eq!(own, ["/app/.lisplaunch/hello"]);
}
