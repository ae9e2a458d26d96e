//! What the keys of a project file come to inside the real process.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::running::Running;
use super::witness::{self, recorded};
use crate::support::Project;

/// Runs the project's service until the witness has written `out` in this folder.
#[track_caller]
fn seen(project: &Project, folder: &str) -> Vec<String> {
    let mut service = Running::start(project.command(&["run"]));
    let file = project.folder().join(folder).join("out");
    let seen = service.until("what the witness sees", || recorded(&file));
    let status = service.stop();
    assert_eq!(status.code(), Some(0), "{}", service.stderr());
    seen
}

fn variables(names: &[&str]) -> String {
    let each = names
        .iter()
        .map(|name| format!(r#"(sb-ext:posix-getenv "{name}")"#));
    each.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_environment() {
    let names = [
        "NUMBER", "TRUTH", "TEXT", "HARD", "FILED", "BOTH", "LATER", "MINE",
    ];
    let project = witness::project(
        &format!(r#"(witness:tell "out" {})"#, variables(&names)),
        r#"env-file: [one.env, two.env]
env:
  NUMBER: 1
  TRUTH: true
  TEXT: two words
  HARD: "a'b\"c\\d$$e%f#g;h ä"
  BOTH: from env
"#,
    )
    .with_file(
        "one.env",
        "FILED=\"from the file\"\nBOTH=x\nLATER=x\nMINE=x\n",
    )
    .with_file("two.env", "# Later files win.\nLATER=second\n")
    .with_variable("MINE", "from the person")
    .with_variable("BOTH", "from the person");
    let expected = [
        "1",
        "true",
        "two words",
        "a'b\"c\\d$e%f#g;h ä",
        "from the file",
        "from env",
        "second",
        "from the person",
    ];
    assert_eq!(seen(&project, ""), expected);
}

#[test]
fn the_directory_and_the_umask() {
    let project = witness::project(
        r#"(witness:tell "out" (sb-unix:posix-getcwd))"#,
        "directory: var/data\numask: \"027\"\n",
    )
    .with_file("var/data/.keep", "");
    let folder = project.folder().join("var/data");
    let seen = seen(&project, "var/data");
    assert_eq!(seen, [folder.canonicalize().unwrap().to_str().unwrap()]);
    let mode = fs::metadata(folder.join("out"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn the_package_for_start_and_stop() {
    let project = witness::project(
        r#"(tell "out" (package-name *package*) (symbol-name 'here))"#,
        "package: over-there\nstop: (tell \"stopped\" (symbol-name 'there))\n",
    );
    let package = "(defpackage :over-there (:use :cl :witness))\n";
    let text = fs::read_to_string(project.folder().join("witness.lisp")).unwrap() + package;
    let project = project.with_file("witness.lisp", text);
    assert_eq!(seen(&project, ""), ["OVER-THERE", "HERE"]);
    let stopped = recorded(&project.folder().join("stopped")).unwrap();
    assert_eq!(stopped, ["THERE"]);
}

#[test]
fn a_package_that_does_not_use_lisp() {
    let project = witness::project(
        r#"(witness:tell "out" (cl:package-name cl:*package*))"#,
        "package: bare\nstop: (witness:tell \"stopped\" (cl:quote cl-user::yes))\n",
    );
    let text = fs::read_to_string(project.folder().join("witness.lisp")).unwrap();
    let text = text + "(defpackage :bare (:use))\n";
    let project = project.with_file("witness.lisp", text);
    assert_eq!(seen(&project, ""), ["BARE"]);
    let stopped = recorded(&project.folder().join("stopped")).unwrap();
    assert_eq!(stopped, ["YES"]);
}

#[test]
fn the_order_of_what_is_loaded() {
    let project = Project::new(
        r#"
name: ordered
loader: asdf
registry: [mine]
systems: [twin]
before-load:
  - (defvar cl-user::*order* (list "before"))
  - (push :seen-before *features*)
load: [one.lisp, two.lisp]
stop: (finish-output)
start: (witness:tell "out" (reverse cl-user::*order*) (twin:whose))
"#,
    )
    .with_file(
        "mine/twin.asd",
        r#"(defsystem "twin" :components ((:file "twin")))"#,
    )
    .with_file("mine/twin.lisp", twin("mine"))
    .with_file(
        "other/twin.asd",
        r#"(defsystem "twin" :components ((:file "twin")))"#,
    )
    .with_file("other/twin.lisp", twin("other"))
    .with_file("one.lisp", "(push \"one\" cl-user::*order*)")
    .with_file("two.lisp", "(push \"two\" cl-user::*order*)");
    let other = format!("{}/other/", project.folder().display());
    let project = project.with_variable("CL_SOURCE_REGISTRY", &other);
    assert_eq!(seen(&project, ""), ["(before system one two)", "mine"]);
}

/// A file of the system `twin` that loads only if `before-load` came first.
fn twin(whose: &str) -> String {
    let witness = witness::project("()", "");
    let tell = fs::read_to_string(witness.folder().join("witness.lisp")).unwrap();
    format!(
        "{tell}\n#-seen-before (error \"too early\")\n\
         (push \"system\" cl-user::*order*)\n\
         (defpackage :twin (:use :cl) (:export #:whose))\n\
         (defun twin:whose () \"{whose}\")\n"
    )
}

#[test]
fn variables_in_forms() {
    let project = witness::project(
        r#"(witness:tell "out" ${N:-1} "${TEXT:-a}" '${WORD:-:a} "$$HOME \"${TEXT:-a}\"")"#,
        "",
    )
    .with_variable("N", "4711")
    .with_variable("WORD", ":production");
    let mut command = project.command(&["run", "--set", r#"TEXT=say "hi" \ to ä"#]);
    command.env("TEXT", "not this");
    let mut service = Running::start(command);
    let file = project.folder().join("out");
    let seen = service.until("what the witness sees", || recorded(&file));
    let text = r#"say "hi" \ to ä"#;
    assert_eq!(
        seen,
        ["4711", text, "PRODUCTION", &format!("$HOME \"{text}\"")]
    );
    assert_eq!(service.stop().code(), Some(0));
}

#[test]
fn options_of_sbcl() {
    let project = witness::project(
        r#"(witness:tell "out" (sb-ext:dynamic-space-size) cl-user::*mine*)"#,
        "sbcl: {dynamic-space-size: 300MB, userinit: init.lisp}\n",
    )
    .with_file("init.lisp", "(defvar *mine* :from-init)");
    let bytes = (300 << 20).to_string();
    assert_eq!(seen(&project, ""), [&bytes, "FROM-INIT"]);
}
