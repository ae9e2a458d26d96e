//! Who executes the code while an image is made, and what others may see of it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;

use super::{YAML, project, with_code};
use crate::support::{LISPLAUNCH, Project};

/// A user of every Debian, and its number.
const USER: &str = "www-data";
const UID: u32 = 33;

/// It notes who loads it, and who may look at what is being made.
const CODE: &str = r#"
(defpackage :app (:use :cl) (:export :report))
(in-package :app)
(defvar *builder*
  (list (sb-unix:unix-getuid) (sb-ext:posix-getenv "HOME") (sb-ext:posix-getenv "USER")
        (sb-ext:posix-getenv "XDG_DATA_HOME")
        (with-output-to-string (output)
          (sb-ext:run-program "/bin/sh" '("-c" "stat -c %a .lisplaunch/.new-*") :output output))))
(defun report ()
  (format t "~{~a ~a ~a ~a, mode ~a~}" *builder*))
"#;

/// Lets everybody come to a project.
fn open(project: &Project) {
    for folder in [project.folder().parent().unwrap(), &project.folder()] {
        fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// The recipe holds secrets then, and the user has to read it.
#[test]
fn secrets_of_a_user_are_for_that_user() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let yaml = format!("{YAML}user: {USER}\nenv: {{HOME: /srv, API_TOKEN: secret}}\n");
    let project = with_code(&yaml, CODE);
    open(&project);
    project.run(&["build"]).success();
    let recipe = project.folder().join(".lisplaunch/app.recipe");
    let recipe = recipe.metadata().unwrap();
    assert_eq!((recipe.uid(), recipe.mode() & 0o777), (UID, 0o600));
}

#[test]
fn the_code_of_a_user_is_executed_as_that_user() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let yaml = format!("{YAML}user: {USER}\numask: 000\nenv: {{HOME: /srv}}\n");
    let project = with_code(&yaml, CODE).with_variable("XDG_DATA_HOME", "/root/data");
    open(&project);
    project.run(&["build"]).success();
    assert_snapshot!(project.run(&["run"]).success(), @"33 /srv www-data NIL, mode 700");
    let folder = project.folder().join(".lisplaunch");
    let image = folder.join("app.core").metadata().unwrap();
    assert_eq!((image.uid(), image.mode() & 0o777), (UID, 0o600));
    assert_eq!(folder.metadata().unwrap().uid(), 0);
    let names = [
        ".gitignore",
        "app.core",
        "app.manifest",
        "app.recipe",
        "runtime",
        "runtime.lisp",
    ];
    assert_eq!(names_in(&folder), names);
    // The user can start it, too.
    let mut argv = Command::new("sh");
    let line = project.run(&["argv"]).success();
    let line = line.replace("/srv/app", project.folder().to_str().unwrap());
    argv.args(["-c", &line])
        .uid(UID)
        .gid(UID)
        .env_clear()
        .envs([("HOME", "/srv"), ("PATH", "/usr/bin:/bin")]);
    assert_eq!(project.outcome(argv).code, Some(0));
}

#[test]
fn another_user_than_root_cannot_build_for_a_user() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let project = project("user: games\n");
    open(&project);
    let program = project.home().parent().unwrap().join("lisplaunch");
    assert!(
        Command::new("cp")
            .arg(LISPLAUNCH)
            .arg(&program)
            .status()
            .unwrap()
            .success()
    );
    project.run(&["argv"]).success();
    let mut build = Command::new(program);
    build
        .args(["build", "--trust", "root"])
        .current_dir(project.folder())
        .uid(UID)
        .gid(UID)
        .env_clear()
        .envs([("HOME", "/srv"), ("PATH", "/usr/bin:/bin")]);
    assert_snapshot!(project.outcome(build).failure(1), @"
    error: the image of `app` is built as its `user`, and only root can become `games`
     --> lisplaunch.yaml:9:7
      |
    9 | user: games
      |       ^^^^^
      |
      = help: `sudo lisplaunch build app -f /srv/app/lisplaunch.yaml`
    ");
    let project = super::project("user: nobody-here\n");
    assert_snapshot!(project.run(&["build"]).failure(1), @"
    error: the image of `app` is built as its `user`, and there is no user `nobody-here`
     --> lisplaunch.yaml:9:7
      |
    9 | user: nobody-here
      |       ^^^^^^^^^^^
      |
      = help: build it on the machine where the service runs, or make the user first
    ");
}

#[test]
fn a_builder_needs_neither_a_home_nor_a_terminal() {
    let project = project("");
    let mut build = project.command(&["build"]);
    build.env_remove("HOME").env_remove("LC_ALL");
    let said = project.outcome(build);
    assert!(
        said.stderr
            .starts_with("built /srv/app/.lisplaunch/app.core: "),
        "{}",
        said.stderr
    );
    assert_eq!(said.stderr.lines().count(), 1);
    assert_eq!(project.run(&["run"]).success(), "first; from the image\n");
}

#[test]
fn it_is_shown_on_a_terminal_how_it_goes() {
    let project = project("");
    let mut script = Command::new("script");
    let plain = project.command(&[]);
    let variables = plain
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    script
        .args([
            "--quiet",
            "--return",
            "--command",
            "exec \"$LISPLAUNCH\" build",
            "/dev/null",
        ])
        .current_dir(project.folder())
        .env_clear()
        .envs(variables)
        .envs([("LISPLAUNCH", LISPLAUNCH), ("SHELL", "/bin/sh")]);
    let said = project.outcome(script).success();
    assert!(
        said.contains("\rbuilding /srv/app/.lisplaunch/app.core … 0 s"),
        "{said}"
    );
    assert!(said.contains(" MB in "), "{said}");
}
