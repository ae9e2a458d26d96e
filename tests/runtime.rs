//! lisplaunch's own code in a real sbcl.

use std::fs;
use std::path::Path;
use std::process::Command;

use lisplaunch::runtime::{FILES, TRIAL};
use tempfile::TempDir;

use crate::support::REPOSITORY;

mod bootstrap;
mod cold;
mod last_words;
mod load;
mod quiet;
mod service;
mod starting;
mod stopping;

/// The tests that are written in Lisp: files of `tests/runtime/`.
const LISP_TESTS: [&str; 7] = [
    "handed",
    "last-words",
    "manager",
    "notify",
    "ready",
    "sources",
    "state",
];

/// What they are written with.
const LISP_SUPPORT: [&str; 2] = ["check", "environment"];

/// A folder that holds `.lisplaunch`, as a project's does, and what only a trial loads.
fn installed() -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in FILES.iter().chain(&TRIAL) {
        let path = folder.path().join(".lisplaunch").join(file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.text()).unwrap();
    }
    folder
}

/// An sbcl that has loaded the runtime and nothing else.
fn sbcl(home: &Path) -> Command {
    sbcl_of_user(home, &["--no-userinit"])
}

/// An sbcl that has loaded the runtime, with more options before; `.sbclrc` counts.
fn sbcl_of_user(home: &Path, options: &[&str]) -> Command {
    let mut command = Command::new("sbcl");
    command
        .args(["--noinform", "--no-sysinit", "--disable-debugger"])
        .args(options)
        .arg("--load")
        .arg(home.join(".lisplaunch/runtime.lisp"))
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", home)
        .env("LC_ALL", "C.UTF-8");
    command
}

/// Runs a command and fails unless it ends well.
#[track_caller]
fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn the_lisp_tests_pass() {
    for test in LISP_TESTS {
        let folder = installed();
        let file = |name: &str| format!("{REPOSITORY}/tests/runtime/{name}.lisp");
        let mut command = sbcl(folder.path());
        for name in LISP_SUPPORT.iter().chain([&test]) {
            command.args(["--load", &file(name)]);
        }
        succeed(command.args(["--eval", "(check:report)"]));
    }
}

#[test]
fn it_compiles_without_any_warning() {
    let folder = installed();
    let parts = [
        ("core", "nil"),
        ("sockets", "(require :sb-bsd-sockets)"),
        ("asdf", "(require :asdf)"),
        ("saving", "nil"),
        ("trial", "nil"),
        (
            "trial-systems",
            "(progn (require :asdf) (mapc 'lisplaunch::load-part '(\"asdf\" \"trial\")))",
        ),
    ];
    for (part, before) in parts {
        let file = folder
            .path()
            .join(format!(".lisplaunch/runtime/{part}.lisp"));
        let form = format!(
            "(multiple-value-bind (fasl warnings failure) (compile-file {file:?})
               (sb-ext:exit :code (if (and fasl (not warnings) (not failure)) 0 1)))"
        );
        let said = succeed(sbcl(folder.path()).args(["--eval", before, "--eval", &form]));
        assert!(!said.contains("caught"), "{said}");
    }
}

#[test]
fn the_part_for_swank_compiles_without_any_warning() {
    let folder = installed();
    let part = folder.path().join(".lisplaunch/runtime/swank.lisp");
    let form = format!(
        "(multiple-value-bind (fasl warnings failure) (compile-file {part:?})
           (sb-ext:exit :code (if (and fasl (not warnings) (not failure)) 0 1)))"
    );
    let mut command = sbcl(folder.path());
    command
        .env("XDG_CACHE_HOME", crate::swank_server::real::cache())
        .args(["--eval", "(require :asdf)"])
        .args(["--eval", "(asdf:load-system :swank)", "--eval", &form]);
    succeed(&mut command);
}

#[test]
fn every_lisp_test_is_listed() {
    let files = fs::read_dir(format!("{REPOSITORY}/tests/runtime")).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "lisp")
        })
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| !LISP_SUPPORT.contains(&name.as_str()))
        .collect();
    names.sort();
    assert_eq!(names, LISP_TESTS);
}
