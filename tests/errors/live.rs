//! What the commands for a running service say when it cannot be reached.

use insta::assert_snapshot;

use super::brief;
use crate::support::Project;

/// What `status` says of a service with this secret, whose file is there or not.
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
    assert_snapshot!(evaluate(&with_secret("auto")), @"");
    assert_snapshot!(evaluate(&with_secret("nowhere")), @"");
    assert_snapshot!(evaluate(&with_secret("open").with_file("open", "abc\n")), @"");
    let empty = with_secret("empty").with_file("empty", "");
    only_for_its_owner(&empty, "empty");
    assert_snapshot!(evaluate(&empty), @"");
}

#[test]
fn a_secret_is_kept_below_the_home_folder() {
    let project =
        Project::new("loader: none\nstart: (f)\nuser: nobody-here\nswank: {port: 1, secret: auto}");
    assert_snapshot!(brief(project.run(&["emit", "supervisor"]), 2), @"");
}

#[test]
fn tmux_has_limits() {
    let project = Project::empty();
    let file = b"name: app\nloader: none\nstart: (f)\n";
    let outcome = project.run_with_input(&["-f", "-", "tmux", "start"], file);
    assert_snapshot!(brief(outcome, 2), @"");
    let long = format!("loader: none\nstart: (f \"{}\")", "x".repeat(20_000));
    let outcome = Project::new(&long).run(&["tmux", "start", "--print"]);
    assert_snapshot!(brief(outcome, 1), @"");
    let project = Project::new("loader: none\nstart: (f)").with_variable("TMPDIR", "/nowhere");
    assert_snapshot!(brief(project.run(&["tmux", "start"]), 1), @"");
}
