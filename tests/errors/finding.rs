//! Project files that are not there, or cannot be read.

use insta::assert_snapshot;

use super::brief;
use crate::support::Project;

#[test]
fn a_project_file_must_be_there() {
    let project = Project::empty().with_file("sub/README", "");
    let report = |arguments: &[&str]| brief(project.run(arguments), 2);
    assert_snapshot!(report(&["run"]), @"
    error: no `lisplaunch.yaml` in `/srv/app` or a folder above it
     = help: write one (`lisplaunch help` shows how), name one with `-f FILE`, or start elsewhere with `-C FOLDER`
    ");
    assert_snapshot!(report(&["-C", "sub", "check"]), @"
    error: no `lisplaunch.yaml` in `/srv/app/sub` or a folder above it
     = help: write one (`lisplaunch help` shows how), name one with `-f FILE`, or start elsewhere with `-C FOLDER`
    ");
    assert_snapshot!(report(&["-C", "missing", "check"]), @"
    error: there is no folder `/srv/app/missing`
     = help: `-C` names the folder to start in, `-f` a file
    ");
    assert_snapshot!(report(&["-C", "sub/README", "check"]), @"
    error: there is no folder `/srv/app/sub/README`
     = help: `-C` names the folder to start in, `-f` a file
    ");
    assert_snapshot!(report(&["-f", "missing.yaml", "check"]), @"
    error: cannot read `/srv/app/missing.yaml`: no such file or directory
     = help: name the project file with `-f FILE`; `lisplaunch help` shows how to write one
    ");
    assert_snapshot!(report(&["-f", "sub", "check"]), @"
    error: cannot read `/srv/app/sub`: it is a folder
     = help: name the file in it: `-f FOLDER/lisplaunch.yaml`, or use `-C FOLDER`
    ");
    assert_snapshot!(report(&["-f", "sub/README/x", "check"]), @"error: cannot read `/srv/app/sub/README/x`: not a directory");
    assert_snapshot!(report(&["-f", "", "check"]), @"
    error: `--project` has no value
     = help: write `--project <FILE>`
    ");
}

#[test]
fn there_is_one_project_file() {
    let project = Project::new("start: (f)").with_file("lisplaunch.yml", "start: (f)");
    assert_snapshot!(brief(project.run(&["run"]), 2), @"
    error: both `lisplaunch.yaml` and `lisplaunch.yml` are in `/srv/app`
     = help: remove one of them, or name one with `-f FILE`
    ");
}

/// To `check` whatever is wrong with a file that is there is a problem of the file.
#[test]
fn a_broken_file_has_been_checked_and_a_missing_one_has_not() {
    let project = Project::new("start: [(f)\n").with_file("latin.yaml", b"name: \xe9");
    assert_snapshot!(brief(project.run(&["check"]), 1), @"
    error: a list in brackets is not closed, or misses a comma
     --> lisplaunch.yaml:1:8
    1 | start: [(f)
      |        ^
      = help: write `[a, b]`, or quote a value that is text and starts with `[`
    lisplaunch.yaml: 1 problem
    ");
    project.run(&["argv"]).failure(2);
    for file in ["missing.yaml", "latin.yaml"] {
        project.run(&["-f", file, "check"]).failure(2);
    }
}

#[test]
fn a_project_file_is_a_text() {
    let project = Project::new("name: caf\u{e9}\n")
        .with_file("latin.yaml", b"name: app\nstart: (f \"caf\xe9\")\n")
        .with_file("zero.yaml", b"start: (f)\0\n")
        .with_file("bell.yaml", b"start: (f \x07)\n")
        .with_file("large.yaml", vec![b'#'; (1 << 20) + 1]);
    let report = |file: &str| brief(project.run(&["-f", file, "argv"]), 2);
    assert_snapshot!(report("latin.yaml"), @"
    error: cannot read `/srv/app/latin.yaml`: it is not UTF-8 text (line 2)
     = help: a project file is YAML text of a few lines
    ");
    assert_snapshot!(report("zero.yaml"), @"
    error: the file is not text: it contains a NUL byte
     --> zero.yaml:1:11
    1 | start: (f)␀
      |           ^
      = help: name a file of YAML, saved as UTF-8
    ");
    assert_snapshot!(report("bell.yaml"), @r#"
    error: the file contains the control character U+0007
     --> bell.yaml:1:11
    1 | start: (f ␇)
      |           ^
      = help: remove it, or write it as an escape in double quotes: `"\x07"`
    "#);
    assert_snapshot!(report("large.yaml"), @"
    error: cannot read `/srv/app/large.yaml`: it is larger than 1 MiB
     = help: a project file is YAML text of a few lines
    ");
    let report = |input: &[u8]| brief(project.run_with_input(&["-f", "-", "argv"], input), 2);
    assert_snapshot!(report(b"name: caf\xe9"), @"error: cannot read standard input: it is not UTF-8 text (line 1)");
    assert_snapshot!(report(&vec![b'#'; (1 << 20) + 1]), @"error: cannot read standard input: it is larger than 1 MiB");
    assert_snapshot!(report(b"name: [a\n"), @"
    error: a list in brackets is not closed, or misses a comma
     --> standard input:1:7
    1 | name: [a
      |       ^
      = help: write `[a, b]`, or quote a value that is text and starts with `[`
    ");
}
