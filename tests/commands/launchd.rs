//! `lisplaunch install launchd`. There is no launchd where the tests run: a stand-in for
//! `launchctl` remembers what it was called with and which services it was given.

use std::fs;

use insta::assert_snapshot;

use crate::support::{Outcome, Project, make_executable};

const LAUNCHCTL: &str = r#"#!/bin/sh
# Services are files in `loaded`; what one of them holds is how it is.
cd "${0%/*}"
mkdir -p loaded
echo "$*" >>calls
job=loaded/$(basename "$2" .plist)
case $1 in
    bootstrap)
        job=loaded/$(basename "$3" .plist)
        [ ! -e "$job" ] || { echo 'Bootstrap failed: 5: Input/output error' >&2; exit 5; }
        echo running >"$job" ;;
    kickstart) echo running >"$job" ;;
    bootout) mv "$job" leaving; exit 36 ;;
    print)
        # What leaves takes a moment.
        if [ -e leaving ]; then rm leaving; echo '	state = running'; exit 0; fi
        [ -e "$job" ] || { echo 'Could not find service' >&2; exit 113; }
        printf '%s = {\n\tstate = %s\n}\n' "$2" "$(cat "$job")" ;;
esac
"#;

fn project() -> Project {
    let yaml = "name: shop\nloader: none\nruntime: false\nservices:\n  a: {start: (f)}\n  b: {start: (g)}\n";
    let project = Project::new(yaml).with_file("~/bin/launchctl", LAUNCHCTL);
    make_executable(&project.home().join("bin/launchctl"));
    let path = format!("{}/bin:/usr/bin:/bin", project.home().display());
    project.with_variable("PATH", &path)
}

/// What was said, and what launchctl was called with.
#[track_caller]
fn report(project: &Project, outcome: Outcome) -> String {
    let said = outcome.failure(0);
    let calls = project.home().join("bin/calls");
    let text = project.with_fixed_paths(&fs::read_to_string(&calls).unwrap());
    fs::remove_file(calls).unwrap();
    let user = format!("gui/{}", rustix::process::getuid().as_raw());
    format!("{said}\n\n{text}").replace(&user, "gui/501")
}

#[test]
fn agents_are_installed_changed_and_removed() {
    let project = project();
    let install = || report(&project, project.run(&["install", "launchd", "--user"]));
    assert_snapshot!(install(), @"
    writing `/home/me/Library/LaunchAgents/shop-a.plist`, `/home/me/Library/LaunchAgents/shop-b.plist`
    enabling: `launchctl enable gui/501/shop-a`
    starting: `launchctl bootstrap gui/501 /home/me/Library/LaunchAgents/shop-a.plist`
    enabling: `launchctl enable gui/501/shop-b`
    starting: `launchctl bootstrap gui/501 /home/me/Library/LaunchAgents/shop-b.plist`
    `a` is started, and cannot be asked whether it is ready
    `b` is started, and cannot be asked whether it is ready

    print gui/501/shop-a
    print gui/501/shop-b
    enable gui/501/shop-a
    bootstrap gui/501 /home/me/Library/LaunchAgents/shop-a.plist
    enable gui/501/shop-b
    bootstrap gui/501 /home/me/Library/LaunchAgents/shop-b.plist
    ");
    let agents = project.home().join("Library/LaunchAgents");
    assert!(agents.join("shop-a.plist").is_file());
    assert_snapshot!(install(), @"
    nothing has changed: the files are as they should be, and the services are started
    `a` is started, and cannot be asked whether it is ready
    `b` is started, and cannot be asked whether it is ready

    print gui/501/shop-a
    print gui/501/shop-b
    ");

    let file = project.folder().join("lisplaunch.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("(g)", "(h)")).unwrap();
    fs::write(project.home().join("bin/loaded/shop-a"), "not running").unwrap();
    assert_snapshot!(install(), @"
    stopping: `launchctl bootout gui/501/shop-b`
    writing `/home/me/Library/LaunchAgents/shop-b.plist`
    starting: `launchctl kickstart gui/501/shop-a`
    enabling: `launchctl enable gui/501/shop-b`
    starting: `launchctl bootstrap gui/501 /home/me/Library/LaunchAgents/shop-b.plist`
    `a` is started, and cannot be asked whether it is ready
    `b` is started, and cannot be asked whether it is ready

    print gui/501/shop-a
    print gui/501/shop-b
    bootout gui/501/shop-b
    print gui/501/shop-b
    print gui/501/shop-b
    kickstart gui/501/shop-a
    enable gui/501/shop-b
    bootstrap gui/501 /home/me/Library/LaunchAgents/shop-b.plist
    ");

    let uninstall = || report(&project, project.run(&["uninstall", "launchd", "--user"]));
    assert_snapshot!(uninstall(), @"
    stopping: `launchctl bootout gui/501/shop-a`
    stopping: `launchctl bootout gui/501/shop-b`
    removing `/home/me/Library/LaunchAgents/shop-a.plist`
    removing `/home/me/Library/LaunchAgents/shop-b.plist`

    print gui/501/shop-a
    print gui/501/shop-b
    bootout gui/501/shop-a
    print gui/501/shop-a
    print gui/501/shop-a
    bootout gui/501/shop-b
    print gui/501/shop-b
    print gui/501/shop-b
    ");
    assert_eq!(fs::read_dir(agents).unwrap().count(), 0);
    assert_snapshot!(uninstall(), @"
    nothing is installed

    print gui/501/shop-a
    print gui/501/shop-b
    ");
}
