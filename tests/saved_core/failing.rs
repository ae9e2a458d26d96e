//! Builds that come to nothing: the image before is as it was, and nothing else is left.

use std::fs;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::{CODE, built, project};
use crate::end_to_end::running::eventually;
use crate::support::{LISPLAUNCH, Project};

/// What lies beside the image while it is made.
fn leftovers(project: &Project) -> usize {
    let entries = fs::read_dir(project.folder().join(".lisplaunch")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    let new = names.filter(|name| name.to_str().unwrap().starts_with(".new-"));
    new.count()
}

fn assert_as_it_was(project: &Project) {
    assert_eq!(leftovers(project), 0);
    fs::write(project.folder().join("app.lisp"), CODE).unwrap();
    assert_eq!(project.run(&["run"]).success(), "first; from the image\n");
}

#[test]
fn code_that_cannot_be_loaded() {
    let project = built("");
    let code = CODE.replace("(format", "(fromat (undefined");
    fs::write(project.folder().join("app.lisp"), code).unwrap();
    let said = project.run(&["build"]).failure(1);
    let (printed, error) = said.split_once("\nerror: ").unwrap();
    let last = printed.lines().last().unwrap();
    assert!(
        last.starts_with("lisplaunch: app could not be built: loading app.lisp: READ error"),
        "{said}"
    );
    assert_snapshot!(error, @"
    the image of `app` could not be built
     |
     = help: a file that was there is left as it was
    ");
    assert_as_it_was(&project);
}

#[test]
fn a_file_that_becomes_larger_than_it_may() {
    let project = built("");
    let mut build = Command::new("sh");
    let plain = project.command(&[]);
    let variables = plain
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    build
        .args(["-c", "ulimit -f 20000; exec \"$LISPLAUNCH\" build"])
        .current_dir(project.folder())
        .env_clear()
        .envs(variables)
        .env("LISPLAUNCH", LISPLAUNCH);
    let said = project.outcome(build).failure(1);
    assert!(
        said.contains("error: the image of `app` could not be built"),
        "{said}"
    );
    assert!(
        said.contains("sbcl was ended by the signal 25, as when"),
        "{said}"
    );
    assert_as_it_was(&project);
}

#[test]
fn a_person_who_has_seen_enough() {
    let project = built("");
    let code = r#"
(with-open-file (file "new" :direction :output) (prin1 (sb-unix:unix-getpid) file))
(rename-file "new" "pid.txt")
(sleep 600)
"#;
    fs::write(project.folder().join("app.lisp"), code).unwrap();
    let mut build = project.command(&["build"]);
    let build = build
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let file = project.folder().join("pid.txt");
    let sbcl = eventually("sbcl loads the code", || fs::read_to_string(&file).ok());
    let id = |pid: i32| Pid::from_raw(pid).unwrap();
    kill_process(id(i32::try_from(build.id()).unwrap()), Signal::INT).unwrap();
    let output = build.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"
    error: interrupted while the image of `app` was built
     |
     = help: a file that was there is left as it was
    ");
    assert!(
        test_kill_process(id(sbcl.parse().unwrap())).is_err(),
        "sbcl is left"
    );
    assert_as_it_was(&project);
}

#[test]
fn code_that_changes_while_it_is_loaded() {
    let project = project("")
        .with_file(
            "lisplaunch.yaml",
            super::YAML.replace("[app.lisp]", "[app.lisp, second.lisp]"),
        )
        .with_file(
            "second.lisp",
            "(with-open-file (file \"app.lisp\" :direction :output :if-exists :append)
               (terpri file))",
        );
    let said = project.run(&["build"]).failure(1);
    assert_snapshot!(said.lines().next().unwrap(), @"lisplaunch: app could not be built: /srv/app/app.lisp was written meanwhile: build it again");
    assert_eq!(leftovers(&project), 0);
}

#[test]
fn what_keeps_a_service_from_starting_is_reported_first() {
    let project = Project::new("loader: none\nload: [gone.lisp]\nstart: (f)\ncore: true");
    assert_snapshot!(project.run(&["build"]).failure(1), @"
    error: `load[0]`: there is no file `/srv/app/gone.lisp`
     --> lisplaunch.yaml:2:8
      |
    2 | load: [gone.lisp]
      |        ^^^^^^^^^
    ");
}
