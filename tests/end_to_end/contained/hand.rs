//! `podman run`, as the head of the Dockerfile shows it for docker.

use super::super::network::{get, is_free};
use super::super::running::Running;
use super::{Image, PORT};

pub(super) fn check(image: &Image) {
    let containers = &image.containers;
    let mut run = containers.podman();
    run.args(["run", "--rm", "--name=hello", "--publish=8080:8080"])
        .args(["--volume=hand:/app/var", "--env=API_TOKEN=s3cret ${x} %h"])
        .args(["--read-only", "--tmpfs=/home/app", "localhost/hello"]);
    let mut service = Running::start(run);
    service.until("an answer over HTTP", || get(PORT, "/"));
    image.project.outcome(containers.health("hello")).success();
    image.assert_serves(|command| containers.inside("hello", command));
    let mut stop = containers.podman();
    // Long enough for a machine that has much else to do.
    stop.args(["stop", "--time=60", "hello"]);
    assert!(Running::start(stop).wait().success());
    assert_eq!(service.wait().code(), Some(0), "{}", service.stderr());
    let printed = service.stdout();
    assert!(printed.contains("hello: stopped"), "{printed}");
    assert!(is_free(PORT));
    image.assert_stopped("hand");
    let files = containers.files("hello");
    let own: Vec<_> = files
        .iter()
        .filter(|file| file.starts_with("/app"))
        .collect();
    assert_eq!(own, ["/app/.lisplaunch/hello"]);
}
