//! What `install` and `uninstall` say of managers that are not as they expect.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use super::brief;
use crate::support::{LISPLAUNCH, Project};

fn project() -> Project {
    Project::new("name: app\nloader: none\nstart: (f)\n")
}

#[test]
fn supervisord_must_be_configured_for_it() {
    let project = project().with_file("supervisord.conf", "[supervisord]\n");
    let install = |file| project.run(&["install", "supervisor", "--config", file]);
    assert_snapshot!(brief(install("supervisord.conf"), 2), @"
    error: `/srv/app/supervisord.conf` includes no folder of other files
     = help: add one to it: a section `[include]` with `files = conf.d/*.conf`
    ");
    assert_snapshot!(brief(install("nowhere.conf"), 2), @"error: cannot read `nowhere.conf`: no such file or directory");
}

#[test]
fn supervisord_may_be_missing() {
    let project = project();
    let mut command = Command::new("unshare");
    command
        .args(["-m", "sh", "-c"])
        .arg("mount -t tmpfs none /etc/supervisor && exec \"$0\" \"$@\"")
        .args([LISPLAUNCH, "install", "supervisor"])
        .current_dir(project.folder())
        .stdin(Stdio::null());
    assert_snapshot!(brief(project.outcome(command), 2), @"
    error: there is no configuration of supervisord: neither `/etc/supervisord.conf` nor `/etc/supervisor/supervisord.conf`
     = help: install supervisor, or name the file with `--config FILE`
    ");
}

#[test]
fn options_of_supervisord_are_not_for_others() {
    let run = |arguments: &[&str]| brief(project().run(arguments), 2);
    assert_snapshot!(run(&["install", "launchd", "--folder", "x"]), @"
    error: `--folder` is for supervisord, and not for launchd
     = help: leave it out: the files go to `/Library/LaunchDaemons`
    ");
    assert_snapshot!(run(&["uninstall", "launchd", "--user", "--config", "x"]), @"
    error: `--config` is for supervisord, and not for launchd
     = help: leave it out: the files go to `/home/me/Library/LaunchAgents`
    ");
    assert_snapshot!(run(&["install", "supervisor", "--user", "--config", "x"]), @"
    error: the format `supervisor` has no `--user`
     = help: leave it out: there is one such manager for all users
    ");
    assert_snapshot!(run(&["install", "makefile"]), @"error: `FORMAT` is `makefile`: expected one of `launchd`, `supervisor`, `systemd`");
}

#[test]
fn a_manager_must_be_there() {
    let project = project().with_variable("PATH", "/nowhere");
    let outcome = project.run(&["install", "launchd", "--dry-run"]);
    assert_snapshot!(brief(outcome, 1), @"error: there is no program `launchctl` on the PATH");
}

#[test]
fn a_user_may_have_no_home() {
    let project = project();
    let program = project.folder().join("lisplaunch");
    let copied = Command::new("cp").arg(LISPLAUNCH).arg(&program).status();
    assert!(copied.unwrap().success());
    let root = project.folder().parent().unwrap().to_owned();
    fs::set_permissions(root, Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(program);
    command
        .args(["install", "launchd", "--user"])
        .current_dir(project.folder())
        .env_clear()
        .uid(12345)
        .stdin(Stdio::null());
    assert_snapshot!(brief(project.outcome(command), 2), @"
    error: the folder of your own services is not known: `HOME` is not set
     = help: set `HOME`, or leave out `--user` to give them to the machine's manager
    ");
}
