//! lisplaunch.el in a real Emacs, with a real SLIME and a service that runs.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::live::service::Service;
use crate::support::{LISPLAUNCH, Project, make_executable};

/// Waits for the connection, then prints what a form gives there.
const IN_LISP: &str = "
(defun in-lisp (form)
  (with-timeout (60 (error \"not connected\"))
    (while (not (and (slime-connected-p) (slime-lisp-implementation-name)))
      (accept-process-output nil 0.05)))
  (princ (format \"%s\\n\" (slime-eval form))))
";

/// Forwards a port as ssh would, for one that is on this machine, once it has been asked twice.
const SSH: &str = r#"#!/usr/bin/env python3
import socket, sys, threading, time
assert sys.argv[1:3] == ["-N", "-L"] and sys.argv[4] == "me@example.org", sys.argv
here, host, there = sys.argv[3].split(":")
def pump(source, sink):
    while data := source.recv(65536):
        sink.sendall(data)
    sink.shutdown(socket.SHUT_WR)
time.sleep(0.5)
listener = socket.create_server(("127.0.0.1", int(here)))
while True:
    near, _ = listener.accept()
    far = socket.create_connection((host, int(there)))
    threading.Thread(target=pump, args=(near, far), daemon=True).start()
    threading.Thread(target=pump, args=(far, near), daemon=True).start()
"#;

/// Emacs in the folder of the project, where it evaluates these forms.
fn emacs(project: &Project, forms: &str) -> Output {
    let lisp = project.home().join("lisplaunch.el");
    fs::write(&lisp, project.run(&["emacs"]).success()).unwrap();
    let program = Path::new(LISPLAUNCH).parent().unwrap();
    let path = format!(
        "{}/bin:{}:/usr/bin:/bin",
        project.home().display(),
        program.display()
    );
    let mut command = Command::new("emacs");
    let environment = project.command(&[]);
    for (name, value) in environment.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command
        .args(["--batch", "--eval", "(package-initialize)", "--load"])
        .arg(lisp)
        .args(["--eval", IN_LISP])
        .args(["--eval", &format!("(progn {forms})")])
        .env("PATH", path)
        .current_dir(project.folder())
        .output()
        .unwrap()
}

#[track_caller]
fn printed(project: &Project, forms: &str) -> String {
    let output = emacs(project, forms);
    let errors = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn it_is_compiled_and_documented_as_emacs_wants_it() {
    let project = Project::empty();
    let text = project.run(&["emacs"]).success();
    assert!(text.contains(concat!("\n;; Version: ", env!("CARGO_PKG_VERSION"), "\n")));
    let file = project.home().join("lisplaunch.el");
    fs::write(&file, text).unwrap();
    let checks = format!(
        "(progn (setq byte-compile-error-on-warn t) \
         (byte-compile-file {file:?}) (checkdoc-file {file:?}))"
    );
    let output = Command::new("emacs")
        .args(["--batch", "-Q", "--eval", &checks])
        .env("HOME", project.home())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(project.home().join("lisplaunch.elc").exists());
}

#[test]
fn an_emacs_without_slime_says_so() {
    let project = Project::new("loader: none\nstart: (f)\nswank: 4005\n");
    let file = project.home().join("lisplaunch.el");
    fs::write(&file, project.run(&["emacs"]).success()).unwrap();
    let output = Command::new("emacs")
        .args(["--batch", "-Q", "--load"])
        .arg(&file)
        .args(["--eval", "(lisplaunch-connect)"])
        .env("HOME", project.home())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(errors.contains("There is no SLIME: install it"), "{errors}");
}

const WITH_SECRET: &str = "
name: small
loader: asdf
stop-timeout: 1s
start: (sb-thread:make-thread (lambda () (read-line sb-sys:*stdin* nil) (sb-ext:exit :abort t)))
swank: {port: SWANK, secret: auto}
";

#[test]
fn slime_is_connected_to_a_service_that_has_a_secret() {
    let service = Service::with(WITH_SECRET, "small").started();
    let forms = "(lisplaunch-connect)
                 (in-lisp '(cl:+ 1 2))
                 (in-lisp '(cl:package-name (cl:find-package :lisplaunch)))";
    assert_eq!(printed(&service.project, forms), "3\nLISPLAUNCH\n");
}

#[test]
fn slime_is_connected_through_a_tunnel_and_visits_files_there() {
    let service = Service::new().started();
    let ssh = service.project.home().join("bin/ssh");
    fs::create_dir_all(ssh.parent().unwrap()).unwrap();
    fs::write(&ssh, SSH).unwrap();
    make_executable(&ssh);
    let forms = r#"
        (lisplaunch-connect "web" "me@example.org")
        (in-lisp '(cl:package-name (cl:find-package :hello-hunchentoot)))
        (princ (format "%s\n" (slime-from-lisp-filename "/srv/a.lisp")))
        (princ (format "%s\n" (slime-to-lisp-filename "/ssh:me@example.org:/srv/a.lisp")))
        (princ (format "%s\n" (= (slime-connection-port (slime-connection)) PORT)))"#;
    let forms = forms.replace("PORT", &service.swank.to_string());
    let expected = "HELLO-HUNCHENTOOT\n/ssh:me@example.org:/srv/a.lisp\n/srv/a.lisp\nnil\n";
    assert_eq!(printed(&service.project, &forms), expected);
    // Of what SLIME loads some makes ASDF forget what is loaded.
    let status = service.run(&["status", "web", "--json"]).success();
    assert!(status.contains("\"hunchentoot\""), "{status}");
}

#[test]
fn a_service_is_asked_for_where_the_file_has_several() {
    let service = Service::shared();
    let forms = "(cl-letf (((symbol-function 'completing-read)
                            (lambda (_prompt names &rest _) (princ names))))
                   (lisplaunch--read-service))";
    assert_eq!(printed(&service.project, forms), "(web worker mailer)");
}

#[test]
fn what_lisplaunch_reports_is_the_error() {
    let project = Project::new("loader: none\nstart: (f)\nswank: 4005\n");
    let failed = |project: &Project, forms| {
        let output = emacs(project, forms);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let said = failed(&Project::empty(), "(lisplaunch-connect)");
    assert!(said.contains("error: no `lisplaunch.yaml` in"), "{said}");
    let project = project.with_file(
        "~/bin/ssh",
        "#!/bin/sh\necho no such machine >&2; exit 255\n",
    );
    make_executable(&project.home().join("bin/ssh"));
    let said = failed(&project, "(lisplaunch-connect nil \"nowhere\")");
    assert!(
        said.contains("The tunnel has ended: no such machine"),
        "{said}"
    );
}

const RELOADED: &str = "
name: small
loader: asdf
registry: [.]
systems: [small]
stop-timeout: 1s
start: (sb-thread:make-thread (lambda () (read-line sb-sys:*stdin* nil) (sb-ext:exit :abort t)))
swank: SWANK
";

#[test]
fn changed_code_is_loaded_or_what_is_wrong_is_visited() {
    let code = |body| {
        format!("(defpackage :small (:use :cl))\n(in-package :small)\n(defun f () {body})\n")
    };
    let mut service = Service::with(RELOADED, "small");
    let folder = service.project.folder();
    let system = "(defsystem \"small\" :components ((:file \"small\")))";
    fs::write(folder.join("small.asd"), system).unwrap();
    fs::write(folder.join("small.lisp"), code("1")).unwrap();
    service = service.started();
    let reload = "
        (let ((process (get-buffer-process (lisplaunch-reload))))
          (while (process-live-p process) (accept-process-output process 0.1))
          (princ (format \"%s\\n\" (process-exit-status process))))";
    fs::write(folder.join("small.lisp"), code("(missing)")).unwrap();
    let visit = format!(
        "{reload}
         (with-current-buffer \"*lisplaunch-reload*\" (next-error))
         (with-current-buffer (window-buffer)
           (princ (format \"%s:%d\\n\" (buffer-name) (line-number-at-pos))))"
    );
    assert_eq!(printed(&service.project, &visit), "1\nsmall.lisp:3\n");
    fs::write(folder.join("small.lisp"), code("2")).unwrap();
    assert_eq!(printed(&service.project, reload), "0\n");
    assert_eq!(service.eval("(small::f)"), "2\n");
}
