//! Files that another user has written, or could have: they are not acted on.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};
use std::path::Path;

use insta::assert_snapshot;

use crate::support::{Outcome, Project};

/// The number of a user that the system knows no name of.
const OTHER: u32 = 12345;

const YAML: &str = "loader: none\nstart: (f)\n";

/// Everything that carries out what a project file says.
const ORDERS: [&[&str]; 10] = [
    &["run"],
    &["run", "--dry-run"],
    &["argv"],
    &["emit", "makefile"],
    &["emit", "supervisor"],
    &["check"],
    &["build"],
    &["tmux", "start"],
    &["tmux", "restart"],
    &["reload"],
];

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn give(project: &Project, name: &str) {
    chown(project.folder().join(name), Some(OTHER), None).unwrap();
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn brief(outcome: &Outcome) -> String {
    assert!(matches!(outcome.code, Some(1 | 2)), "{outcome:?}");
    let lines = outcome.stderr.lines().map(str::trim_end);
    lines
        .filter(|line| !matches!(line.trim(), "" | "|"))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[track_caller]
fn refuses(project: &Project, words: &str) {
    refuses_to(&ORDERS, project, words);
}

#[track_caller]
fn refuses_to(orders: &[&[&str]], project: &Project, words: &str) {
    for arguments in orders {
        let outcome = project.run(arguments);
        assert!(outcome.stdout.is_empty(), "{arguments:?}: {outcome:?}");
        assert!(
            brief(&outcome).contains(words),
            "{arguments:?}: {outcome:?}"
        );
    }
}

#[test]
fn a_file_of_another_user_in_a_folder_above_is_refused() {
    if !is_root() {
        return;
    }
    let project = Project::new(YAML).with_file("inner/file", "");
    give(&project, ".");
    give(&project, "lisplaunch.yaml");
    refuses(&project, "belongs to another user: uid 12345");
    assert_snapshot!(brief(&project.run(&["-C", "inner", "run"])), @"
    error: `/srv/app/lisplaunch.yaml` belongs to another user: uid 12345
     = note: its commands would run as root (uid 0)
     = help: make it yours if it can be trusted: `chown root /srv/app/lisplaunch.yaml`
     = help: or trust all files of that user: `--trust 12345`
     = note: `lisplaunch.yaml` was found above the current folder; `-f FILE` chooses another
    ");
    // It may be looked at.
    assert!(project.run(&["show"]).success().contains("start"));
}

#[test]
fn the_folder_and_links_of_another_user_are_refused() {
    if !is_root() {
        return;
    }
    let project = Project::new(YAML);
    give(&project, ".");
    refuses(&project, "the folder `/srv/app` belongs to another user");
    let project = Project::empty().with_file("real/own.yaml", YAML);
    let link = project.folder().join("lisplaunch.yaml");
    symlink("real/own.yaml", &link).unwrap();
    assert!(project.run(&["argv"]).success().starts_with("sbcl"));
    lchown(&link, Some(OTHER), None).unwrap();
    refuses(
        &project,
        "the link `/srv/app/lisplaunch.yaml` belongs to another user",
    );
    assert_snapshot!(brief(&project.run(&["run"])), @"
    error: the link `/srv/app/lisplaunch.yaml` belongs to another user: uid 12345
     = note: it could point to any file
     = help: make it yours if it can be trusted: `chown -h root /srv/app/lisplaunch.yaml`
     = help: or trust all files of that user: `--trust 12345`
    ");
}

#[test]
fn a_link_of_another_user_on_the_way_is_refused() {
    if !is_root() {
        return;
    }
    let project = Project::empty().with_file("real/lisplaunch.yaml", format!("name: app\n{YAML}"));
    let link = project.folder().join("link");
    symlink("real", &link).unwrap();
    let argv = ["-f", "link/lisplaunch.yaml", "argv"];
    project.run(&argv).success();
    lchown(&link, Some(OTHER), None).unwrap();
    let report = brief(&project.run(&argv));
    assert!(
        report.starts_with("error: the link `/srv/app/link` belongs to another user"),
        "{report}"
    );
}

#[test]
fn what_everyone_may_write_to_is_refused() {
    let project = Project::new(YAML);
    set_mode(&project.folder().join("lisplaunch.yaml"), 0o666);
    refuses(&project, "everyone may write to `/srv/app/lisplaunch.yaml`");
    assert_snapshot!(brief(&project.run(&["run"])), @"
    error: everyone may write to `/srv/app/lisplaunch.yaml`
     = help: close it: `chmod o-w /srv/app/lisplaunch.yaml`
    ");
    let project = Project::new(YAML);
    set_mode(&project.folder(), 0o777);
    refuses(&project, "everyone may write to the folder `/srv/app`");
    assert_snapshot!(brief(&project.run(&["run"])), @"
    error: everyone may write to the folder `/srv/app`
     = help: close it: `chmod o-w /srv/app`
    ");
    // In a sticky folder no user can replace the file of another, but anyone can add one.
    set_mode(&project.folder(), 0o1777);
    assert!(project.run(&["argv"]).success().starts_with("sbcl"));
}

#[test]
fn the_remedy_is_a_command_whatever_the_folder_is_called() {
    let project =
        Project::empty().with_file("a b;$(id)/lisplaunch.yaml", format!("name: app\n{YAML}"));
    let folder = project.folder().join("a b;$(id)");
    set_mode(&folder.join("lisplaunch.yaml"), 0o666);
    let mut command = project.command(&["run"]);
    command.current_dir(folder);
    assert_snapshot!(brief(&project.outcome(command)), @"
    error: everyone may write to `/srv/app/a b;$(id)/lisplaunch.yaml`
     = help: close it: `chmod o-w '/srv/app/a b;$(id)/lisplaunch.yaml'`
    ");
}

#[test]
fn env_files_of_others_are_refused() {
    let yaml = "loader: none\nenv-file: own.env\nstart: (f)\n";
    let project = Project::new(yaml).with_file("own.env", "A=b\n");
    set_mode(&project.folder().join("own.env"), 0o602);
    refuses(&project, "everyone may write to `/srv/app/own.env`");
    if is_root() {
        set_mode(&project.folder().join("own.env"), 0o600);
        give(&project, "own.env");
        refuses(&project, "`/srv/app/own.env` belongs to another user");
        assert_snapshot!(brief(&project.run(&["run"])), @"
        error: `/srv/app/own.env` belongs to another user: uid 12345
         --> lisplaunch.yaml:2:11
        2 | env-file: own.env
          |           ^^^^^^^
          = note: its commands would run as root (uid 0)
          = help: make it yours if it can be trusted: `chown root /srv/app/own.env`
          = help: or trust all files of that user: `--trust 12345`
        ");
        let trusted = project.run(&["--trust", "12345", "run", "--dry-run"]);
        assert!(trusted.success().contains("A=b"));
    }
}

#[test]
fn templates_of_others_are_refused() {
    let yaml = "loader: asdf\nsystems: [a]\nswank: 1\ntemplates: t\nstart: (f)\n";
    let template = "{{ program }}\n--eval {{ start }}\n";
    let project = Project::new(yaml).with_file("t/sbcl/argv", template);
    let folder = project.folder().join("t");
    set_mode(&folder, 0o777);
    // To write what services load takes none.
    let takes = |order: &&&[&str]| !matches!(order[0], "build");
    let orders: Vec<&[&str]> = ORDERS.iter().filter(takes).copied().collect();
    refuses_to(
        &orders,
        &project,
        "everyone may write to the folder `/srv/app/t`",
    );
    set_mode(&folder, 0o755);
    set_mode(&folder.join("sbcl"), 0o777);
    // The last one takes another template.
    let orders = &orders[..orders.len() - 1];
    let words = "everyone may write to the folder `/srv/app/t/sbcl`";
    refuses_to(orders, &project, words);
    set_mode(&folder.join("sbcl"), 0o755);
    if is_root() {
        give(&project, "t/sbcl/argv");
        let words = "`/srv/app/t/sbcl/argv` belongs to another user";
        refuses_to(orders, &project, words);
        // It may be looked at.
        let shown = project.run(&["templates", "show", "sbcl/argv"]).success();
        assert_eq!(shown, template);
    }
}

#[test]
fn the_user_of_a_service_owns_what_a_manager_runs_as_that_user() {
    if !is_root() {
        return;
    }
    let yaml = "loader: none\nenv-file: own.env\ntemplates: t\nstart: (f)\n\
                services:\n  web: {user: nobody}\n  root: {}\n";
    let project = Project::new(yaml)
        .with_file("own.env", "A=b\n")
        .with_file("t/sbcl/argv", "{{ program }}");
    let nobody = uzers::get_user_by_name("nobody").unwrap().uid();
    for name in [".", "lisplaunch.yaml", "own.env", "t", "t/sbcl/argv"] {
        chown(project.folder().join(name), Some(nobody), None).unwrap();
    }
    let web = project.run(&["emit", "supervisor", "web"]).success();
    assert!(web.contains("user=nobody"), "{web}");
    // What root runs is another matter, and so is a service beside it.
    for arguments in [
        &["emit", "supervisor"][..],
        &["emit", "supervisor", "root"],
        &["emit", "makefile", "web"],
        &["run", "web"],
        &["check"],
    ] {
        let report = brief(&project.run(arguments));
        assert!(report.contains("belongs to another user"), "{report}");
    }
    let project = project.with_variable("SUDO_UID", &nobody.to_string());
    project.run(&["argv", "root"]).success();
}

#[test]
fn a_trusted_user_is_written_into_what_is_emitted() {
    if !is_root() {
        return;
    }
    let project = Project::new(YAML);
    give(&project, "lisplaunch.yaml");
    let arguments = [
        "--trust",
        "nobody,12345",
        "emit",
        "supervisor",
        "--indirect",
    ];
    let emitted = project.run(&arguments).success();
    assert!(
        emitted.contains("--trust nobody --trust 12345"),
        "{emitted}"
    );
    let project = project.with_variable("LISPLAUNCH_TRUST", "12345");
    project.run(&["argv"]).success();
    let project = project.with_variable("LISPLAUNCH_TRUST", "");
    refuses(&project, "belongs to another user");
    assert_snapshot!(brief(&project.run(&["--trust", "xyzzy", "argv"])), @"
    error: `--trust`: there is no user `xyzzy`
     = help: name one, or give its number
    ");
}
