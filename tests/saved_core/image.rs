//! What is in an image, and what is not.

use std::fs;
use std::process::Command;

use insta::assert_snapshot;

use super::{YAML, start, with_code};
use crate::end_to_end::with_compiled_systems;
use crate::support::Project;

/// It holds what belongs to the process that saves it, in variables and out of reach.
const CODE: &str = r#"
(defpackage :app (:use :cl) (:export :report))
(in-package :app)
(defvar *state* (make-random-state t))

;; A library with random numbers of its own.
(defpackage :twister (:use))
(defstruct (twister::random-state (:constructor twister::make) (:predicate nil) (:copier nil))
  (number 0))
(defun twister::make-random-state (seed)
  (declare (ignore seed))
  (twister::make :number (random (expt 2 60) (make-random-state t))))
(defvar *twister* (twister::make-random-state t))

(setf (sb-ext:bytes-consed-between-gcs) (* 77 1024 1024))
(sb-thread:join-thread (sb-thread:make-thread (lambda () 1)))
(sb-thread:make-thread (lambda () 1) :name "soon at its end")
(close (open "app.lisp"))

(let ((state (make-random-state t))
      (output sb-sys:*stdout*))
  (defun report ()
    (format output "~x ~x ~x ~x~%" (random (expt 2 60)) (random (expt 2 60) *state*)
            (random (expt 2 60) state) (random-state-number *twister*))
    (format t "in ~a, home ~a, ~d MB between collections, ~s, ~s ä~%"
            (truename ".") (user-homedir-pathname)
            (floor (sb-ext:bytes-consed-between-gcs) (expt 2 20))
            (mapcar #'sb-thread:thread-name (sb-thread:list-all-threads))
            (sb-ext:posix-getenv "MARK"))
    (format output "in order~%")))
"#;

#[test]
fn what_belongs_to_the_builder_is_made_anew() {
    let project =
        with_code(YAML, CODE).with_file("~/builder/.sbclrc", "(defvar cl-user::*mark* 1)");
    let home = project.home().join("builder");
    let mut build = project.command(&["build"]);
    build
        .env("HOME", &home)
        .env("TMPDIR", &home)
        .env("LC_ALL", "C")
        .env("MARK", "a-mark-of-the-builder");
    project.outcome(build).success();
    let starts = [start(&project).success(), start(&project).success()];
    let random = starts.each_ref().map(|said| said.lines().next().unwrap());
    for (one, other) in random[0].split(' ').zip(random[1].split(' ')) {
        assert_ne!(one, other, "the same at each start: {starts:?}");
    }
    let others: Vec<&str> = starts[0].lines().skip(1).collect();
    assert_snapshot!(others.join("\n"), @r#"
    in /srv/app/, home /home/me/, 77 MB between collections, ("main thread"), NIL ä
    in order
    "#);
    let image = fs::read(project.folder().join(".lisplaunch/app.core")).unwrap();
    let mark = b"a-mark-of-the-builder";
    assert!(!image.windows(mark.len()).any(|bytes| bytes == mark));
}

/// What is between braces is an address.
fn without_addresses(text: &str) -> String {
    let parts = text.split('{').enumerate();
    let parts = parts.map(|(index, part)| match part.split_once('}') {
        Some((_, rest)) if index > 0 => format!("…{rest}"),
        _ => part.to_owned(),
    });
    parts.collect()
}

#[test]
fn what_cannot_be_saved_is_named() {
    let code = r#"
(require :sb-bsd-sockets)
(defpackage :app (:use :cl))
(in-package :app)
(defvar *ticker* (sb-thread:make-thread (lambda () (loop (sleep 1))) :name "ticker"))
(defvar *timer* (sb-ext:make-timer (lambda () 1) :name "tick"))
(sb-ext:schedule-timer *timer* 1000)
(defvar *log* (open "app.log" :direction :output :if-does-not-exist :create))
(sb-unix:unix-open "data.db" (logior sb-unix:o_rdwr sb-unix:o_creat) #o600)
(defstruct server socket)
(defvar *server*
  (make-server :socket (make-instance 'sb-bsd-sockets:inet-socket :type :stream :protocol :tcp)))
"#;
    let project = with_code(YAML, code);
    let said = project.run(&["build"]).failure(1);
    let obstacles = said.lines().next().unwrap().split("; ");
    let obstacles: Vec<&str> = obstacles.collect();
    assert_snapshot!(without_addresses(&obstacles.join("\n")), @r#"
    lisplaunch: app could not be built: an image cannot hold what is open or runs: the thread "ticker" runs, which /srv/app/app.lisp has made (app::*ticker* holds it)
    #<timer "tick" …> is scheduled, which /srv/app/app.lisp has made (app::*timer* holds it)
    #<sb-sys:fd-stream for "file /srv/app/app.log" …> is open, which /srv/app/app.lisp has made (app::*log* holds it)
    /srv/app/data.db is open
    a socket is open (app::*server* holds it). Let `start` begin it
    "#);
    assert!(
        said.ends_with("help: a file that was there is left as it was"),
        "{said}"
    );
}

/// A library of the machine under another name.
fn library(project: &Project) {
    let known = Command::new("/sbin/ldconfig").arg("-p").output().unwrap();
    let known = String::from_utf8(known.stdout).unwrap();
    let mut lines = known.lines().filter(|line| line.contains("libz.so.1"));
    let file = lines.next_back().and_then(|line| line.split(" => ").nth(1));
    fs::copy(file.unwrap(), project.folder().join("libpack.so")).unwrap();
}

#[test]
fn foreign_libraries_are_opened_again() {
    let yaml = YAML.replace(
        "loader: none\nload: [app.lisp]",
        "loader: asdf\nregistry: [.]\nsystems: [pack]\nswank: false",
    );
    let code = r#"
(defpackage :app (:use :cl) (:export :report))
(in-package :app)
(sb-alien:load-shared-object (asdf:system-relative-pathname "pack" "libpack.so"))
(sb-alien:define-alien-routine ("zlibVersion" version) sb-alien:c-string)
(defun report () (format t "version ~a~%" (char (version) 0)))
"#;
    let asd = r#"(defsystem "pack" :components ((:file "app")))"#;
    let project = with_code(&yaml, code).with_file("pack.asd", asd);
    library(&project);
    project.run(&["build"]).success();
    assert_snapshot!(start(&project).success(), @"version 1");
    fs::remove_file(project.folder().join("libpack.so")).unwrap();
    let said = start(&project).failure(1);
    assert_snapshot!(said.lines().last().unwrap(), @r#"lisplaunch: app did not start: a foreign library is missing: /srv/app/libpack.so, which the system pack uses: Error opening shared object "/srv/app/libpack.so": /srv/app/libpack.so: cannot open shared object file: No such file or directory (install the package that holds libpack.so)"#);
}

/// Libraries of Debian: CFFI and a database, and random numbers from a seed.
#[test]
fn libraries_work_in_an_image() {
    let yaml = YAML.replace(
        "loader: none\n",
        "loader: asdf\nsystems: [sqlite, ironclad]\nswank: false\n",
    );
    let code = r#"
(defpackage :app (:use :cl) (:export :report))
(in-package :app)
(defvar *seeded* (ironclad:make-prng :fortuna :seed :urandom))
(defvar *token* (ironclad:random-data 8))
(defun report ()
  (format t "~a~%" (ironclad:random-data 8 *seeded*))
  (format t "~a~%" (ironclad:random-data 8))
  (sqlite:with-open-database (database ":memory:")
    (format t "~a~%" (sqlite:execute-single database "select 6 * 7"))))
"#;
    let project = with_compiled_systems(with_code(&yaml, code));
    project.run(&["build"]).success();
    let starts = [0, 1].map(|_| project.run(&["run"]).success());
    let lines = starts
        .each_ref()
        .map(|said| said.lines().collect::<Vec<_>>());
    assert_ne!(lines[0][0], lines[1][0]);
    assert_ne!(lines[0][1], lines[1][1]);
    assert_eq!([lines[0][2], lines[1][2]], ["42", "42"]);
}
