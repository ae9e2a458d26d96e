//! The service of the pages: `my-app`, a small server on real sbcl.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::docs::transcript::Fixed;
use crate::end_to_end::running::{Running, eventually};
use crate::support::ports::free_port;
use crate::support::{LISPLAUNCH, Project};
use crate::swank_server::real::cache;

const SYSTEM: &str = "\
(defsystem \"my-app\"
  :depends-on (\"sb-bsd-sockets\")
  :components ((:file \"my-app\") (:file \"handlers\" :depends-on (\"my-app\"))))
";

const CODE: &str = "\
(defpackage :my-app
  (:use :cl)
  (:export :start :stop :wait-for-ever :import-orders :main :stats :count-users :add-user))

(in-package :my-app)

(defvar *socket*)
(defvar *orders* '())

(defun start (&key port)
  (setf *socket* (make-instance 'sb-bsd-sockets:inet-socket :type :stream :protocol :tcp)
        (sb-bsd-sockets:sockopt-reuse-address *socket*) t)
  (sb-bsd-sockets:socket-bind *socket* #(127 0 0 1) port)
  (sb-bsd-sockets:socket-listen *socket* 5))

(defun main () (format t \"begun~%\"))
(defun stop () (sb-bsd-sockets:socket-close *socket*))
(defun stats () (list :requests 0))
(defun count-users () 3)
(defun add-user (name) name)
(defun wait-for-ever () (loop (sleep 1)))

(defun import-orders ()
  \"Keep all orders in memory, which is too small.\"
  (sb-thread:make-thread (lambda () (loop (push (make-array 1000000) *orders*))) :name \"import\"))
";

const HANDLERS: &str = "\
(in-package :my-app)

(defun hello () \"Hello\")
";

/// `my-app`, whose process ends with the test.
pub(super) struct Site {
    pub(super) project: Project,
    http: u16,
    swank: u16,
    running: Option<Running>,
}

impl Site {
    /// It with these keys, in which HTTP and SWANK are ports; not started.
    pub(super) fn new(keys: &str) -> Self {
        let [http, swank] = [free_port(), free_port()];
        let keys = keys
            .replace("HTTP", &http.to_string())
            .replace("SWANK", &swank.to_string());
        let yaml = format!("name: my-app\nloader: asdf\nregistry: [.]\nsystems: [my-app]\n{keys}");
        let project = Project::new(&yaml)
            .with_file("my-app.asd", SYSTEM)
            .with_file("my-app.lisp", CODE)
            .with_file("handlers.lisp", HANDLERS)
            .with_variable("XDG_CACHE_HOME", cache().to_str().unwrap())
            .with_variable("LC_ALL", "C.UTF-8");
        let sockets = project.home().join("tmux");
        std::fs::create_dir(&sockets).unwrap();
        let project = project.with_variable("TMUX_TMPDIR", sockets.to_str().unwrap());
        Site {
            project,
            http,
            swank,
            running: None,
        }
    }

    /// Starts it with its output in a file, and does not wait.
    pub(super) fn start(&mut self) {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", "exec \"$0\" run > my-app.log 2>&1", LISPLAUNCH])
            .current_dir(self.project.folder())
            .env_clear()
            .stdin(Stdio::null());
        for (name, value) in self.project.command(&[]).get_envs() {
            shell.env(name, value.unwrap_or_default());
        }
        self.running = Some(Running::start(shell));
    }

    /// The same, as soon as it is ready.
    pub(super) fn started(mut self) -> Self {
        self.start();
        self.project.run(&["status", "--wait=2m"]).success();
        self
    }

    /// Waits until `status` says that it is in this state.
    pub(super) fn wait_for(&self, state: &str) {
        eventually(state, || {
            let table = self.project.run(&["status"]).stdout;
            let row = table.lines().nth(1)?.split_whitespace().nth(1)?;
            (row == state).then_some(())
        });
    }

    pub(super) fn signal(&self, signal: Signal) {
        self.running.as_ref().unwrap().signal(signal);
    }

    /// Replaces a part of one of its files.
    pub(super) fn edit(&self, file: &str, from: &str, to: &str) {
        let file = self.project.folder().join(file);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(file, text.replace(from, to)).unwrap();
    }

    pub(super) fn log(&self) -> PathBuf {
        self.project.folder().join("my-app.log")
    }

    pub(super) fn http(&self) -> u16 {
        self.http
    }

    /// What it prints, with the ports that the pages have.
    pub(super) fn fixed(&self) -> Fixed {
        Fixed::new([
            (self.http.to_string(), "8080"),
            (self.swank.to_string(), "4005"),
        ])
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let mut tmux = Command::new("tmux");
        let sockets = self.project.home().join("tmux");
        tmux.arg("kill-server").env("TMUX_TMPDIR", sockets);
        // It fails where no session is left.
        let _ = tmux.stderr(Stdio::null()).status();
    }
}
