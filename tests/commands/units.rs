//! `lisplaunch install systemd` for the machine's systemd, up to what it would do: the tests have
//! none that is process 1.

use insta::assert_snapshot;

use crate::support::{Project, make_executable};

#[test]
fn the_units_of_the_machine_are_not_a_users() {
    let yaml =
        "name: lisplaunch-test\nloader: none\nservices:\n  a: {start: (f)}\n  b: {start: (g)}\n";
    let project = Project::new(yaml).with_file("~/bin/systemctl", "#!/bin/sh\n");
    make_executable(&project.home().join("bin/systemctl"));
    let path = format!("{}/bin:/usr/bin:/bin", project.home().display());
    let project = project.with_variable("PATH", &path);
    let printed = project.run(&["install", "systemd", "--dry-run"]).success();
    let steps: Vec<&str> = printed
        .lines()
        .filter(|line| !line.starts_with(['+', '-', '@']))
        .collect();
    assert_snapshot!(steps.join("\n"), @"
    writing `/etc/systemd/system/lisplaunch-test-a.service`, `/etc/systemd/system/lisplaunch-test-b.service`, `/etc/systemd/system/lisplaunch-test.target`
    reading the units again: `systemctl daemon-reload`
    enabling for the next start of the machine: `systemctl enable lisplaunch-test-a.service lisplaunch-test-b.service lisplaunch-test.target`
    starting: `systemctl start lisplaunch-test-a.service lisplaunch-test-b.service lisplaunch-test.target`
    ");
}
