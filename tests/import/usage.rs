//! What `import` says where it cannot do what it is asked for, and where it writes.

use insta::assert_snapshot;

use crate::support::Project;

const MAKEFILE: &str = "run:\n\tsbcl --eval '(ql:quickload :a)' --eval '(a:b)'\n";

#[test]
fn a_file_of_no_known_kind_is_refused() {
    let project = Project::empty().with_file("notes.txt", "sbcl --eval '(f)'\n");
    assert_snapshot!(project.run(&["import", "notes.txt"]).failure(2), @"
    error: it is not known what kind of file `notes.txt` is
     |
     = help: Makefiles, stanzas of supervisord, units of systemd, shell scripts, Procfiles, compose files, Dockerfiles, `.ros` and `.lisp` scripts can be imported: give it the usual name
    ");
}

#[test]
fn a_file_that_starts_nothing_is_refused() {
    let project =
        Project::empty().with_file("Makefile", "all:\n\tccl -e '(f)'\n\tmake -C web start\n");
    assert_snapshot!(project.run(&["import", "Makefile"]).failure(2), @"
    error: nothing in `Makefile` starts SBCL
     |
     = help: name the file that holds the command line of sbcl, or write one from the folder's `.asd` files: `lisplaunch init`
     = note: Makefile:3: `make -C web start`: if that starts the service, import its file
    ");
}

#[test]
fn a_file_that_is_missing_is_refused() {
    assert_snapshot!(Project::empty().run(&["import", "Makefile"]).failure(2), @"error: cannot read `Makefile`: no such file or directory");
}

#[test]
fn a_project_file_is_not_replaced() {
    let project = Project::new("name: mine\nstart: (f)\n").with_file("Makefile", MAKEFILE);
    let import = ["import", "Makefile", "-o", "lisplaunch.yaml"];
    assert_snapshot!(project.run(&import).failure(2), @"
    error: `lisplaunch.yaml` was not written by lisplaunch
     |
     = help: name another file, or give `--force` to replace it
    ");
    project.run(&[&import[..], &["--force"]].concat()).success();
    assert!(project.run(&["show"]).success().contains("(a:b)"));
}
