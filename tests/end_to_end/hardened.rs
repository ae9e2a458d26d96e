//! The sandbox of a machine's unit, with a service in it that tries what it may do.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use tempfile::TempDir;

use super::compiled_systems;
use crate::consumer::{Systemd, command};
use crate::support::LISPLAUNCH;
use crate::support::ports::free_port;

/// What the service tries, each with its name: it writes those that it could do.
const TRIES: &str = r#"
(defun try (name function)
  (ignore-errors
   (funcall function)
   (with-open-file (out "var/done" :direction :output :if-exists :append :if-does-not-exist :create)
     (write-line name out))))

(defun touch (file)
  (with-open-file (out file :direction :output :if-exists :supersede)
    (write-line "x" out)))

(defun main ()
  (try "writable" (lambda () (touch "var/x")))
  (try "temporary" (lambda () (touch "/tmp/x")))
  (try "cache" (lambda () (touch (format nil "~a/x" (sb-posix:getenv "XDG_CACHE_HOME")))))
  (try "project" (lambda () (touch "x")))
  (try "machine" (lambda () (touch "/etc/x")))
  (try "home" (lambda () (touch "/root/x")))
  (try "compile" (lambda () (funcall (compile nil '(lambda () 1)))))
  (try "program" (lambda () (assert (zerop (sb-ext:process-exit-code
                                            (sb-ext:run-program "/bin/true" '()))))))
  (try "kernel" (lambda () (touch "/proc/sys/kernel/hostname")))
  (try "listen" (lambda ()
                  (let ((socket (make-instance 'sb-bsd-sockets:inet-socket :type :stream
                                                                           :protocol :tcp)))
                    (sb-bsd-sockets:socket-bind socket #(127 0 0 1) 0)
                    (sb-bsd-sockets:socket-listen socket 5)
                    (sb-bsd-sockets:socket-close socket)))))
"#;

/// A folder that other users can reach, and that is not below `/tmp`: a unit has one of its own.
/// The repository may be in such a place, or not.
fn reachable() -> TempDir {
    let folder = tempfile::tempdir_in("/srv").unwrap();
    open(folder.path(), 0o755);
    folder
}

fn open(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Writes the unit of the project in `app`.
fn emit(systemd: &Systemd, lisplaunch: &Path, app: &Path) {
    let mut emit = command(lisplaunch.to_str().unwrap());
    emit.args(["emit", "systemd", "-o"]).arg(systemd.units());
    // As by `sudo`, where the project is not root's.
    let owner = fs::metadata(app).unwrap().uid();
    emit.env("HOME", app).env("SUDO_UID", owner.to_string());
    let output = emit.current_dir(app).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    systemd.success(&["daemon-reload"]);
}

/// Lets systemd do something with the service.
#[track_caller]
fn assert_done(systemd: &Systemd, verb: &str, app: &Path) {
    let done = systemd.systemctl(&[verb, "app.service"]);
    let log = fs::read_to_string(app.join("app.log")).unwrap_or_default();
    let status = systemd.systemctl(&["status", "app.service"]);
    assert!(done.status.success(), "{log}{status:?}");
}

#[test]
fn a_service_in_a_sandbox_does_its_work_and_no_more() {
    let folder = reachable();
    let app = folder.path().join("app");
    fs::create_dir_all(app.join("var")).unwrap();
    open(&app.join("var"), 0o777);
    fs::write(app.join("tries.lisp"), TRIES).unwrap();
    let yaml = "name: app\nloader: none\nuser: www-data\nwritable: [var]\n\
        before-load: [(require :sb-posix), (require :sb-bsd-sockets)]\nload: [tries.lisp]\n\
        start: (main)\nenv: {API_TOKEN: \"a b\"}\nlog: app.log\n";
    fs::write(app.join("lisplaunch.yaml"), yaml).unwrap();
    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    let systemd = Systemd::start(&home);
    emit(&systemd, Path::new(LISPLAUNCH), &app);
    assert_done(&systemd, "start", &app);
    let done = fs::read_to_string(app.join("var/done")).unwrap();
    let done: Vec<&str> = done.lines().collect();
    assert_eq!(
        done,
        [
            "writable",
            "temporary",
            "cache",
            "compile",
            "program",
            "listen"
        ]
    );
    assert!(!Path::new("/tmp/x").exists());
}

/// The service of one user with the code of another one, who is not root.
#[test]
fn changed_code_comes_into_a_sandbox() {
    let folder = reachable();
    let (app, home) = (folder.path().join("app"), folder.path().join("home"));
    let cache = home.join(".cache/app");
    fs::create_dir_all(app.join("var")).unwrap();
    fs::create_dir_all(&cache).unwrap();
    let code = |word: &str| {
        format!(
            "(defun tell ()\n  \
               (with-open-file (out \"var/{word}\" :direction :output :if-exists :supersede)))\n"
        )
    };
    fs::write(app.join("code.lisp"), code("old")).unwrap();
    let yaml = format!(
        "name: app\nloader: asdf\nuser: www-data\nwritable: [var]\nload: [code.lisp]\n\
         start: (tell)\nafter-reload: (tell)\nswank: {}\nlog: app.log\n",
        free_port()
    );
    fs::write(app.join("lisplaunch.yaml"), yaml).unwrap();
    let lisplaunch = folder.path().join("lisplaunch");
    fs::copy(LISPLAUNCH, &lisplaunch).unwrap();
    // What is compiled already need not be compiled again.
    succeed(
        "cp",
        &[
            "-r",
            compiled_systems().to_str().unwrap(),
            cache.to_str().unwrap(),
        ],
    );
    succeed("chown", &["-R", "nobody", app.to_str().unwrap()]);
    open(&app.join("var"), 0o777);
    let systemd = Systemd::start(&home);
    emit(&systemd, &lisplaunch, &app);
    assert_done(&systemd, "start", &app);
    assert!(app.join("var/old").exists());
    fs::write(app.join("code.lisp"), code("new")).unwrap();
    assert_done(&systemd, "reload", &app);
    assert!(app.join("var/new").exists());
}

fn succeed(program: &str, arguments: &[&str]) {
    let output = command(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
