//! A release, unpacked where there is neither sbcl nor lisplaunch.

use std::fs::{self, File};
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::support::Project;

const YAML: &str = "
name: app
loader: none
load: [app.lisp]
package: app
env-file: prod.env
env: {API_TOKEN: '4711', COLOUR: red, LABEL: \"two words\"}
log: 'log/{service}.log'
start: (report ${NUMBER:-8080})
stop-timeout: 3s
core: {compression: 1}
services: {web: {}, worker: {start: (report 1), user: daemon}}
emit: {supervisor: deploy/app.conf, systemd: units/}
";

const CODE: &str = r#"
(cl:defpackage :app (:use :cl))
(cl:in-package :app)
(defun report (number)
  (with-open-file (out (format nil "report-~d" number) :direction :output :if-exists :supersede)
    (format out "~s~%"
            (mapcar #'sb-ext:posix-getenv '("DB_PASSWORD" "API_TOKEN" "COLOUR" "LABEL" "HOME")))))
"#;

/// The number of the user `daemon`, on every Debian.
const DAEMON: u32 = 1;

fn project() -> Project {
    Project::new(YAML)
        .with_file("app.lisp", CODE)
        .with_file("prod.env", "DB_PASSWORD=of the builder\n")
        .with_variable("LC_ALL", "C.UTF-8")
}

/// Unpacks the archive as tar does.
fn unpacked(archive: &Path) -> TempDir {
    let folder = TempDir::new().unwrap();
    let tar = Command::new("tar")
        .arg("-xzf")
        .arg(archive)
        .current_dir(folder.path())
        .status();
    assert!(tar.unwrap().success());
    folder
}

/// The files below a folder, with their permissions.
fn listing(folder: &Path) -> String {
    let mut list = Command::new("find");
    list.arg(folder)
        .args(["-mindepth", "1", "-printf", "%M %P\\n"]);
    let mut list = list.output().map(|output| output.stdout).unwrap();
    list.retain(|byte| *byte != b'\r');
    let text = String::from_utf8(list).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

#[test]
fn a_release_holds_what_a_server_needs() {
    let project = project();
    project.run(&["release", "-o", "app"]).success();
    let folder = project.folder().join("app");
    let files = ["README", "env.sample", "supervisor/app.conf"];
    let texts = files.map(|name| fs::read_to_string(folder.join(name)).unwrap());
    let found = format!("{}\n\n{}", listing(&folder), texts.join("\n"));
    assert_snapshot!(project.with_fixed_paths(&found));
}

#[test]
fn a_release_replaces_nothing() {
    let project = project().with_file("old/file", "");
    assert_snapshot!(project.run(&["release", "-o", "old"]).failure(2), @"
    error: `old` already exists
     |
     = help: name a new folder or a file that ends in `.tar.gz`, or remove it first
    ");
    assert_snapshot!(project.run(&["release", "-o", "new", "--root", "srv"]).failure(2), @"error: `--root` is `srv`: expected an absolute path");
    let project = Project::new("start: (f)\nruntime: false");
    assert_snapshot!(project.run(&["release", "-o", "new"]).failure(2), @"
    error: a release needs lisplaunch's own code in the image, and `runtime` is `false`
     |
     = help: remove `runtime: false`
    ");
    let project = Project::new("start: (f)\nemit: {supervisor: {path: x, indirect: true}}");
    assert_snapshot!(project.run(&["release", "-o", "new"]).failure(2), @"
    error: `emit.supervisor` has `indirect: true`, and a release goes where lisplaunch is not
     --> lisplaunch.yaml:2:8
      |
    2 | emit: {supervisor: {path: x, indirect: true}}
      |        ^^^^^^^^^^
      |
      = help: leave it out, or set it in a profile that is not released
    ");
}

/// supervisord with the release as /srv/app, in a place without sbcl and its libraries.
struct Server {
    supervisord: Child,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let script = r#"
            set -e
            mount -t tmpfs none /srv
            mkdir /srv/app
            mount --bind "$1" /srv/app
            mount -t tmpfs none /usr/lib/sbcl
            mount --bind /dev/null "$(readlink -f /usr/bin/sbcl)"
            exec supervisord -n -c /srv/app/supervisord.conf
        "#;
        let log = File::create(folder.join("supervisord.log")).unwrap();
        let supervisord = Command::new("unshare")
            .args([
                "-m",
                "-p",
                "-f",
                "--kill-child",
                "--mount-proc",
                "sh",
                "-c",
                script,
                "sh",
            ])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        Server {
            supervisord: supervisord.unwrap(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.supervisord.kill();
        let _ = self.supervisord.wait();
    }
}

fn logs(folder: &Path) -> String {
    let names = ["supervisord.log", "log/web.log", "log/worker.log"];
    let texts = names.map(|name| fs::read_to_string(folder.join(name)).unwrap_or_default());
    texts.join("\n")
}

/// What is in a file as soon as it is whole.
fn awaited(file: &Path) -> String {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        match fs::read_to_string(file) {
            Ok(text) if text.ends_with('\n') => return text,
            _ => assert!(Instant::now() < end, "{}", logs(file.parent().unwrap())),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_release_runs_where_there_is_no_sbcl() {
    let project = project();
    project.run(&["release", "-o", "app.tar.gz"]).success();
    let folder = unpacked(&project.folder().join("app.tar.gz"));
    let file = |name: &str| folder.path().join(name);
    fs::write(
        file("supervisord.conf"),
        "[supervisord]\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=/srv/app/supervisord.pid\n\
         [include]\nfiles=/srv/app/supervisor/app.conf\n",
    )
    .unwrap();
    let variables = "# of this server\nDB_PASSWORD=\"a 'b' # c\"\nAPI_TOKEN= 0815#1  # not 0816\n";
    fs::write(file("env"), variables).unwrap();
    for owned in [folder.path(), &file("worker")] {
        chown(owned, Some(DAEMON), Some(DAEMON)).unwrap();
    }
    let _server = Server::start(folder.path());
    let reports = [awaited(&file("report-8080")), awaited(&file("report-1"))];
    assert_snapshot!(reports.concat(), @r#"
    ("a 'b' # c" "0815#1" "red" "two words" "/root")
    ("a 'b' # c" "0815#1" "red" "two words" "/srv/app")
    "#);
}
