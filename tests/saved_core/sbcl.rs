//! The program that starts an image: another sbcl, options of its own, none at all.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use super::{CODE, YAML, built, start, with_code};
use crate::support::{Project, make_executable};

/// The files of Debian's sbcl.
const PROGRAM: &str = "/usr/bin/sbcl";
const CORE: &str = "/usr/lib/sbcl/sbcl.core";

/// Copies a file with another build id in it.
fn copy_as_other(from: &str, to: &Path) {
    let core = fs::read(CORE).unwrap();
    let length = usize::from(core[24]);
    let id = &core[32..32 + length];
    let mut bytes = fs::read(from).unwrap();
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(length).position(|bytes| bytes == id) {
        at += found + length;
        bytes[at - 1] = b'X';
    }
    assert!(at > 0, "there is a build id in {from}");
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::write(to, bytes).unwrap();
}

/// Another sbcl, below the home folder, as an upgrade or a second installation would be.
fn with_other_sbcl(project: &Project) {
    copy_as_other(PROGRAM, &project.home().join("bin/sbcl"));
    make_executable(&project.home().join("bin/sbcl"));
    copy_as_other(CORE, &project.home().join("lib/sbcl/sbcl.core"));
    let contributed = project.home().join("lib/sbcl/contrib");
    std::os::unix::fs::symlink("/usr/lib/sbcl/contrib", contributed).unwrap();
}

fn run_with_other(project: &Project, arguments: &[&str]) -> crate::support::Outcome {
    let mut command = project.command(arguments);
    let path = format!("{}/bin:/usr/bin:/bin", project.home().display());
    command.env("PATH", path);
    project.outcome(command)
}

#[test]
fn an_image_of_another_sbcl_is_never_started() {
    let project = built("");
    with_other_sbcl(&project);
    let outcome = run_with_other(&project, &["run"]);
    assert_snapshot!(outcome.stderr, @"lisplaunch: app: the saved image is stale: it was saved by another sbcl; loading the sources. `lisplaunch build` rebuilds it");
    assert_eq!(outcome.success(), "first; from source\n");
    // Not even where stale images are used.
    let yaml = YAML.replace("core: true", "core: {stale: use}");
    fs::write(project.folder().join("lisplaunch.yaml"), yaml).unwrap();
    assert_snapshot!(run_with_other(&project, &["run"]).failure(1), @"
    error: the saved image of `app` is stale: it was saved by another sbcl
     |
     = help: `lisplaunch build` rebuilds it; `run --from-source` starts without it
    ");
    run_with_other(&project, &["build"]).success();
    assert_eq!(
        run_with_other(&project, &["run"]).success(),
        "first; from the image\n"
    );
    let check = project.run(&["build", "--check"]);
    assert_eq!(check.stdout, "app: stale: it was saved by another sbcl\n");
}

/// What a script starts cannot be seen; which sbcl it was is known.
#[test]
fn an_sbcl_may_be_started_by_a_script() {
    let project = built("");
    with_other_sbcl(&project);
    let other = project.home().join("bin/sbcl");
    let file = project.home().join("script/sbcl");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(
        &file,
        format!("#!/bin/sh\nexec {} \"$@\"\n", other.display()),
    )
    .unwrap();
    make_executable(&file);
    let yaml = format!("{YAML}sbcl: {{program: {}}}\n", file.display());
    fs::write(project.folder().join("lisplaunch.yaml"), yaml).unwrap();
    project.run(&["build"]).success();
    assert_eq!(project.run(&["run"]).success(), "first; from the image\n");
    copy_as_other(PROGRAM, &other.with_extension("new"));
    let mut upgraded = fs::read(&other).unwrap();
    upgraded.push(0);
    fs::write(other.with_extension("new"), upgraded).unwrap();
    make_executable(&other.with_extension("new"));
    fs::rename(other.with_extension("new"), &other).unwrap();
    let check = project.run(&["build", "--check"]);
    assert_eq!(check.stdout, "app: stale: it was saved by another sbcl\n");
}

#[test]
fn a_core_of_the_option_is_what_the_image_is_made_from() {
    let project = built("");
    with_other_sbcl(&project);
    let core = project.home().join("lib/sbcl/sbcl.core");
    let yaml = format!(
        "{YAML}sbcl: {{program: {}, runtime-options: [--core, {}], dynamic-space-size: 600MB}}\n",
        project.home().join("bin/sbcl").display(),
        core.display()
    );
    fs::write(project.folder().join("lisplaunch.yaml"), yaml).unwrap();
    project.run(&["build"]).success();
    assert_snapshot!(project.run(&["argv"]).success(), @"/home/me/bin/sbcl --core /srv/app/.lisplaunch/app.core --dynamic-space-size 600MB --noinform --disable-debugger --no-sysinit --no-userinit --eval '(lisplaunch:resume)' --eval '(progn (lisplaunch:starting) (app:report))' --eval '(sb-ext:exit)' --eval '(lisplaunch:stay)'");
    assert_eq!(start(&project).success(), "first; from the image\n");
    fs::write(
        project.folder().join("app.lisp"),
        CODE.replace("first", "second"),
    )
    .unwrap();
    assert_eq!(start(&project).success(), "second; from source\n");
}

/// The words of the command line are the same from the image and from the sources.
#[test]
fn an_executable_image_needs_no_sbcl_and_becomes_one() {
    let yaml = format!("{YAML}arguments: [--first, \"two words\"]\n")
        .replace("core: true", "core: {executable: true}");
    let code = r#"
(defpackage :app (:use :cl) (:export :report))
(in-package :app)
(defun report ()
  (format t "~a: ~s, ~s~%" "first" (rest sb-ext:*posix-argv*)
          (file-namestring sb-ext:*runtime-pathname*)))
"#;
    let project = with_code(&yaml, code);
    project.run(&["build"]).success();
    let arguments = ["run", "--", "--x", "--end-runtime-options", "--help"];
    assert_snapshot!(project.run(&arguments).success(), @r#"first: ("--first" "two words" "--x" "--end-runtime-options" "--help"), "app""#);
    fs::write(
        project.folder().join("app.lisp"),
        code.replace("first\"", "second\""),
    )
    .unwrap();
    assert_snapshot!(project.run(&arguments).success(), @r#"second: ("--first" "two words" "--x" "--end-runtime-options" "--help"), "sbcl""#);
    assert_snapshot!(start(&project).success(), @r#"second: ("--first" "two words"), "sbcl""#);
}

#[test]
fn an_image_can_be_compressed() {
    let size = |project: &Project| {
        let file = project.folder().join(".lisplaunch/app.core");
        file.metadata().unwrap().len()
    };
    let project = built("");
    let plain = size(&project);
    let yaml = YAML.replace("core: true", "core: {compression: 1}");
    fs::write(project.folder().join("lisplaunch.yaml"), &yaml).unwrap();
    project.run(&["build"]).success();
    assert!(size(&project) < plain / 2);
    assert_eq!(start(&project).success(), "first; from the image\n");
    let without = "before-load: (setf *features* (remove :sb-core-compression *features*))\n";
    fs::write(project.folder().join("lisplaunch.yaml"), yaml + without).unwrap();
    let said = project.run(&["build"]).failure(1);
    assert_snapshot!(said.lines().next().unwrap(), @"lisplaunch: app could not be built: this sbcl was built without compression: remove `core.compression`");
}
