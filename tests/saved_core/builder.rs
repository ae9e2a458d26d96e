//! Who executes the code while an image is made, and what others may see of it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;

use super::{YAML, project, with_code};
use crate::support::{LISPLAUNCH, Project};

/// Who runs a service in these tests: for root another user, of every Debian, and for others
/// themselves.
struct User {
    name: String,
    uid: u32,
    gid: u32,
}

impl User {
    fn of_service() -> Self {
        if is_root() {
            let name = "www-data".to_owned();
            let (uid, gid) = (33, 33);
            return User { name, uid, gid };
        }
        let id = Command::new("id").arg("--user").arg("--name").output();
        User {
            name: String::from_utf8(id.unwrap().stdout)
                .unwrap()
                .trim()
                .to_owned(),
            uid: rustix::process::getuid().as_raw(),
            gid: rustix::process::getgid().as_raw(),
        }
    }

    /// A build by root, where this user is in one more group.
    fn build_in_group(&self, project: &Project) -> Command {
        let groups = fs::read_to_string("/etc/group").unwrap();
        let groups = format!("{groups}lisp:x:{GROUP}:{}\n", self.name);
        let file = project.home().join("group");
        fs::write(&file, groups).unwrap();
        let script = "mount --bind \"$1\" /etc/group && exec \"$0\" build";
        let build = project.command(&[]);
        let mut apart = Command::new("unshare");
        apart
            .args(["--mount", "sh", "-c", script, LISPLAUNCH])
            .arg(file)
            .current_dir(project.folder())
            .env_clear()
            .envs(
                build
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            );
        apart
    }

    /// A command that this user runs, with nothing of whom it is run by.
    fn runs(&self, command: &mut Command) {
        command
            .uid(self.uid)
            .gid(self.gid)
            .env_clear()
            .envs([("HOME", "/srv"), ("PATH", "/usr/bin:/bin")]);
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The number of a group that no machine has.
const GROUP: u32 = 54321;

/// It notes who loads it, and who may look at what is being made.
const CODE: &str = r#"
(defpackage :app (:use :cl) (:export :report))
(in-package :app)
(defvar *builder*
  (list (sb-unix:unix-getuid) (sb-ext:posix-getenv "HOME") (sb-ext:posix-getenv "USER")
        (sb-ext:posix-getenv "XDG_DATA_HOME")
        (with-output-to-string (output)
          (sb-ext:run-program "/bin/sh" '("-c" "stat -c %a .lisplaunch/.new-*; id -G")
                              :output output))))
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
    let user = User::of_service();
    let yaml = format!(
        "{YAML}user: {}\nenv: {{HOME: /srv, API_TOKEN: secret}}\n",
        user.name
    );
    let project = with_code(&yaml, CODE);
    open(&project);
    project.run(&["build"]).success();
    let recipe = project.folder().join(".lisplaunch/app.recipe");
    let recipe = recipe.metadata().unwrap();
    assert_eq!((recipe.uid(), recipe.mode() & 0o777), (user.uid, 0o600));
}

/// Where root builds, nothing of root's is left; a user's own environment is as it was.
#[test]
fn the_code_of_a_user_is_executed_as_that_user() {
    let user = User::of_service();
    let yaml = format!(
        "{YAML}user: {}\numask: 000\nenv: {{HOME: /srv}}\n",
        user.name
    );
    let project = with_code(&yaml, CODE).with_variable("XDG_DATA_HOME", "/root/data");
    open(&project);
    let groups = if is_root() {
        project.outcome(user.build_in_group(&project)).success();
        format!("{} {GROUP}\n", user.gid)
    } else {
        project.run(&["build"]).success();
        let mut id = Command::new("id");
        id.arg("--groups");
        project.outcome(id).success()
    };
    let (name, data) = if is_root() {
        (user.name.as_str(), "NIL")
    } else {
        ("NIL", "/root/data")
    };
    assert_eq!(
        project.run(&["run"]).success(),
        format!("{} /srv {name} {data}, mode 700\n{groups}", user.uid)
    );
    let folder = project.folder().join(".lisplaunch");
    let image = folder.join("app.core").metadata().unwrap();
    assert_eq!((image.uid(), image.mode() & 0o777), (user.uid, 0o600));
    let owner = rustix::process::geteuid().as_raw();
    assert_eq!(folder.metadata().unwrap().uid(), owner);
    let names = [
        ".gitignore",
        "app.core",
        "app.manifest",
        "app.recipe",
        "runtime",
        "runtime.lisp",
        "schema.json",
    ];
    assert_eq!(names_in(&folder), names);
    // The user can start it, too.
    let mut argv = Command::new("sh");
    let line = project.run(&["argv"]).success();
    let line = line.replace("/srv/app", project.folder().to_str().unwrap());
    user.runs(argv.args(["-c", &line]));
    assert_eq!(project.outcome(argv).code, Some(0));
}

#[test]
fn another_user_than_root_cannot_build_for_a_user() {
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
        .current_dir(project.folder());
    User::of_service().runs(&mut build);
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
