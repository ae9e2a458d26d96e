//! What the commands for a running service say when it cannot be reached.

use insta::assert_snapshot;

use super::brief;
use crate::support::Project;

/// What `eval` says where the secret cannot be told.
fn evaluate(project: &Project) -> String {
    brief(project.run(&["eval", "1"]), 3)
}

fn with_secret(secret: &str) -> Project {
    Project::new(&format!(
        "loader: none\nstart: (f)\nswank: {{port: 1, secret: {secret}}}"
    ))
}

fn only_for_its_owner(project: &Project, file: &str) {
    use std::os::unix::fs::PermissionsExt;
    let permissions = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(project.folder().join(file), permissions).unwrap();
}

#[test]
fn secrets_are_files() {
    assert_snapshot!(evaluate(&with_secret("auto")), @"
    error: there is no secret file `/home/me/.local/state/lisplaunch/secrets/app/app`
     = help: the service makes it when it starts: does it run, as this user?
    ");
    assert_snapshot!(evaluate(&with_secret("nowhere")), @"error: cannot read the secret file `/srv/app/nowhere`: no such file or directory");
    assert_snapshot!(evaluate(&with_secret("open").with_file("open", "abc\n")), @"
    error: the secret file `/srv/app/open` is open to other users
     = help: close it with `chmod 600 /srv/app/open`, and put a new secret into it: others may know this one
    ");
    let empty = with_secret("empty").with_file("empty", "");
    only_for_its_owner(&empty, "empty");
    assert_snapshot!(evaluate(&empty), @"
    error: the first line of the secret file `/srv/app/empty` is empty
     = help: the service lets nobody in until it holds a secret
    ");
}

#[test]
fn a_secret_is_kept_below_the_home_folder() {
    let project =
        Project::new("loader: none\nstart: (f)\nuser: nobody-here\nswank: {port: 1, secret: auto}");
    assert_snapshot!(brief(project.run(&["emit", "supervisor"]), 2), @"
    error: the home folder is not known, and with it where to keep a secret
     --> lisplaunch.yaml:4:26
    4 | swank: {port: 1, secret: auto}
      |                          ^^^^
      = help: name a file that holds one
    ");
}

#[test]
fn tmux_has_limits() {
    let project = Project::empty();
    let file = b"name: app\nloader: none\nstart: (f)\n";
    let outcome = project.run_with_input(&["-f", "-", "tmux", "start"], file);
    assert_snapshot!(brief(outcome, 2), @"
    error: `tmux` needs a project file, not standard input
     = help: the session outlives what is read there: name a file with `-f FILE`
    ");
    let long = format!("loader: none\nstart: (f \"{}\")", "x".repeat(20_000));
    let outcome = Project::new(&long).run(&["tmux", "start", "--print"]);
    assert_snapshot!(brief(outcome, 2), @"
    error: tmux takes at most 16320 bytes at once, and this is 20590
     = help: put the long forms into a file and list it below `load:`
    ");
    let project = Project::new("loader: none\nstart: (f)").with_variable("TMPDIR", "/nowhere");
    assert_snapshot!(brief(project.run(&["tmux", "start"]), 1), @"
    error: cannot write a file in `/nowhere`: no such file or directory
     = help: name another folder: `TMPDIR=FOLDER`
    ");
}
