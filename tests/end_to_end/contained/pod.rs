//! `podman play kube`, with the manifests of Kubernetes.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::super::network::get;
use super::super::running::{Running, eventually};
use super::{Image, PORT};
use crate::consumer::manifests;
use crate::support::files_below;

const CONTAINER: &str = "hello-pod-0-hello";

pub(super) fn check(image: &Image) {
    let (project, containers) = (&image.project, &image.containers);
    project.run(&["emit", "kubernetes", "-o", "k8s/"]).success();
    let folder = project.folder().join("k8s");
    let objects = manifests(&files_below(&folder), "1.37");
    let object = |kind: &str| {
        objects
            .iter()
            .find(|object| object["kind"] == kind)
            .unwrap()
    };
    containers.keep(object("Secret"));
    let file = |kind: &str| folder.join(format!("hello.{kind}.yaml"));
    let files: [PathBuf; 2] = [file("config"), file("deployment")];
    // The port of the pod on the machine is what a Service is in a cluster.
    containers.play(&files, &[]);
    let pod = &object("Deployment")["spec"]["template"]["spec"];
    for name in ["startupProbe", "readinessProbe", "livenessProbe"] {
        eventually(name, || probe(&pod["containers"][0], name));
    }
    image.assert_serves(|command| containers.inside(CONTAINER, command));

    let grace = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
    let begin = Instant::now();
    let mut stop = containers.podman();
    stop.args(["stop", &format!("--time={grace}"), CONTAINER]);
    assert!(Running::start(stop).wait().success());
    assert!(
        begin.elapsed() < Duration::from_secs(grace),
        "it was killed"
    );
    assert_eq!(containers.inspect(CONTAINER, "{{.State.ExitCode}}"), "0");
    image.assert_stopped("hello-var");
    containers.play(&files, &["--down"]);
    let left = containers
        .podman()
        .args(["ps", "--all", "--quiet"])
        .output();
    assert_eq!(left.unwrap().stdout, b"");
}

/// Asks what a kubelet asks: podman asks no port that has a name.
fn probe(container: &Value, name: &str) -> Option<String> {
    let get_action = &container[name]["httpGet"];
    let mut ports = container["ports"].as_array().unwrap().iter();
    let port = ports.find(|port| port["name"] == get_action["port"]);
    assert_eq!(port.unwrap()["containerPort"], PORT);
    get(PORT, get_action["path"].as_str().unwrap())
}
