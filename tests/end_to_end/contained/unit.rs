//! systemd, with the unit that podman's generator makes.

use std::fs;

use super::Image;
use crate::consumer::{Systemd, quadlet};

const UNIT: &str = "hello.service";

pub(super) fn check(image: &Image) {
    let (project, containers) = (&image.project, &image.containers);
    let systemd = Systemd::start(&project.home());
    let emit = ["emit", "quadlet", "--user", "-o", "quadlet/"];
    project.run(&emit).success();
    let files = project.folder().join("quadlet");
    quadlet(&files, &systemd, containers);
    let unit = fs::read_to_string(systemd.units().join(UNIT)).unwrap();
    assert!(unit.contains("--sdnotify=container"), "{unit}");
    // It returns when the image itself says that it is ready.
    systemd.success(&["start", UNIT]);
    image.assert_serves(|command| systemd.inside(&containers.inside("hello", command)));
    let health = systemd.inside(&containers.health("hello"));
    project.outcome(health).success();
    systemd.success(&["stop", UNIT]);
    let result = systemd.success(&["show", "-P", "Result", UNIT]);
    assert_eq!(result.trim(), "success");
    image.assert_stopped("hello-var");
}
