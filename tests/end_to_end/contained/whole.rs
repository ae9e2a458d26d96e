//! Compose, which speaks to podman as it does to Docker.

use super::Image;
use crate::consumer::DockerApi;

const CONTAINER: &str = "hello-hello-1";

pub(super) fn check(image: &Image) {
    let (project, containers) = (&image.project, &image.containers);
    project.run(&["emit", "compose", "-o", "."]).success();
    let api = DockerApi::of(containers);
    let compose = |arguments: &[&str]| {
        let mut compose = api.compose(&project.folder());
        compose.args(["--project-name", "hello"]).args(arguments);
        project.outcome(compose).success()
    };
    compose(&["up", "--detach", "--no-build"]);
    image.assert_serves(|command| containers.inside(CONTAINER, command));
    project.outcome(containers.health(CONTAINER)).success();
    let patience = containers.inspect(CONTAINER, "{{.Config.StopTimeout}}");
    assert_eq!(patience, "15");
    compose(&["stop"]);
    assert_eq!(containers.inspect(CONTAINER, "{{.State.ExitCode}}"), "0");
    image.assert_stopped("hello_var");
    compose(&["down", "--volumes"]);
    assert!(!containers.volume("hello_var").exists());
}
