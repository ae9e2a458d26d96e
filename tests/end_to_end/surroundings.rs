//! `lisplaunch run` as process managers start it: little environment, another user's home.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::running::{Running, assert_sbcl};
use super::witness::{self, recorded};
use crate::support::{LISPLAUNCH, Project};

/// A user that every system has, and that is not the one who runs the tests.
const OTHER_USER: &str = "nobody";

/// The numbers of the characters of a string, and what the environment holds.
const LOOK: &str = r#"(witness:tell "out"
      (map (quote list) (function char-code) "äß漢🦀")
      (sb-ext:posix-getenv "HOME") (sb-ext:posix-getenv "PATH") (sb-ext:posix-getenv "WORD"))"#;

/// What [`LOOK`] sees of the string.
const CODES: &str = "(228 223 28450 129408)";

/// Waits for what the witness sees, and for a good end.
#[track_caller]
fn seen_by(command: Command, folder: &Path) -> Vec<String> {
    let mut service = Running::start(command);
    let seen = service.until("what the witness sees", || recorded(&folder.join("out")));
    assert_sbcl(service.pid());
    assert_eq!(service.stop().code(), Some(0), "{}", service.stderr());
    seen
}

#[test]
fn it_runs_with_no_environment_at_all() {
    let project = witness::project(LOOK, "env: {WORD: größer}\n");
    let mut command = Command::new(LISPLAUNCH);
    command
        .arg("run")
        .env_clear()
        .current_dir(project.folder())
        .stdin(Stdio::null());
    let seen = seen_by(command, &project.folder());
    assert_eq!(seen[0], CODES);
    assert!(seen[1].starts_with('/'), "the user's home: {}", seen[1]);
    assert_eq!(seen[3], "größer");
}

#[test]
fn it_runs_with_a_short_path_and_another_language() {
    let project = witness::project(LOOK, "env: {WORD: größer}\n");
    for language in ["C", "POSIX", "C.UTF-8", "nonsense"] {
        let mut command = project.command(&["run"]);
        command
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", language)
            .env("LANG", language);
        let seen = seen_by(command, &project.folder());
        let home = project.home();
        let expected = [CODES, home.to_str().unwrap(), "/usr/bin:/bin", "größer"];
        assert_eq!(seen, expected, "LANG={language}");
        fs::remove_file(project.folder().join("out")).unwrap();
    }
}

#[test]
fn a_home_of_somebody_else_is_not_taken_for_its_own() {
    let project = witness::project(LOOK, "env: {WORD: x}\n");
    let readable = Readable::copy_of(&project);
    let seen = seen_by(readable.command(), &readable.app());
    // Root may write anywhere, so the test needs another user; others are one already.
    assert_eq!(seen[0], CODES);
    assert_ne!(seen[1], "/", "another user's home");
    assert_eq!(seen[1], readable.home);
}

/// A project and a lisplaunch where another user reaches them.
struct Readable {
    folder: tempfile::TempDir,
    home: String,
    as_other: bool,
}

impl Readable {
    fn copy_of(project: &Project) -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        let app = folder.path().join("app");
        fs::create_dir(&app).unwrap();
        for entry in fs::read_dir(project.folder()).unwrap() {
            let file = entry.unwrap();
            fs::copy(file.path(), app.join(file.file_name())).unwrap();
        }
        fs::copy(LISPLAUNCH, folder.path().join("lisplaunch")).unwrap();
        open(folder.path(), 0o755);
        // The witness writes there.
        open(&app, 0o1777);
        let as_other = rustix::process::geteuid().is_root();
        let home = home_in_the_database(as_other);
        Readable {
            folder,
            home,
            as_other,
        }
    }

    fn app(&self) -> PathBuf {
        self.folder.path().join("app")
    }

    /// `lisplaunch run` as a user who is not root, with a home of root's.
    fn command(&self) -> Command {
        let lisplaunch = self.folder.path().join("lisplaunch");
        let mut command = if self.as_other {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid", OTHER_USER, "--regid", &group_of(OTHER_USER)])
                .arg("--clear-groups")
                .arg(lisplaunch);
            command
        } else {
            Command::new(lisplaunch)
        };
        command
            .arg("run")
            .current_dir(self.app())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", "/")
            .stdin(Stdio::null());
        command
    }
}

fn open(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn home_in_the_database(as_other: bool) -> String {
    let user = if as_other {
        uzers::get_user_by_name(OTHER_USER)
    } else {
        uzers::get_user_by_uid(uzers::get_current_uid())
    };
    let user = user.expect("the user is known");
    let home = uzers::os::unix::UserExt::home_dir(&user);
    home.to_str().unwrap().to_owned()
}

fn group_of(user: &str) -> String {
    let user = uzers::get_user_by_name(user).expect("the user is known");
    user.primary_group_id().to_string()
}
