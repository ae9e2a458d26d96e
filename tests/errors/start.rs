//! What is missing when a service is to be started.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;

use super::brief;
use crate::support::Project;

#[test]
fn files_and_folders_must_be_there() {
    let project = Project::new(
        "\
loader: asdf
setup: setup.lisp
registry: [systems]
load: [one.lisp, two.lisp]
directory: var
start: (f)
",
    )
    .with_file("one.lisp", "")
    .with_file("systems", "")
    .with_variable("PATH", "/nowhere");
    assert_snapshot!(brief(project.run(&["run"]), 1), @"
    error: `directory`: there is no folder `/srv/app/var`
     --> lisplaunch.yaml:5:12
    5 | directory: var
      |            ^^^
    error: `setup`: there is no file `/srv/app/setup.lisp`
     --> lisplaunch.yaml:2:8
    2 | setup: setup.lisp
      |        ^^^^^^^^^^
    error: `registry[0]`: there is no folder `/srv/app/systems`
     --> lisplaunch.yaml:3:12
    3 | registry: [systems]
      |            ^^^^^^^
    error: `load[1]`: there is no file `/srv/app/two.lisp`
     --> lisplaunch.yaml:4:18
    4 | load: [one.lisp, two.lisp]
      |                  ^^^^^^^^
    error: there is no program `sbcl` on the PATH
     = help: the PATH is `/nowhere`
     = help: install it (Debian and Ubuntu: `apt-get install sbcl`), or name its file with `sbcl.program`
    ");
}

#[test]
fn loaders_must_be_installed() {
    let report = |loader: &str| {
        let project = Project::new(&format!("loader: {loader}\nsystems: a")).with_sbcl("");
        brief(project.run(&["run"]), 1)
    };
    assert_snapshot!(report("quicklisp"), @"
    error: `setup`: there is no file `/home/me/quicklisp/setup.lisp`
     = help: install Quicklisp, name its file with `setup:`, or use another `loader:`
    ");
    assert_snapshot!(report("qlot"), @"
    error: `setup`: there is no file `/srv/app/.qlot/setup.lisp`
     = help: run `qlot install` in the project's folder
    ");
    assert_snapshot!(report("qlot-bundle"), @"
    error: `setup`: there is no file `/srv/app/.bundle-libs/bundle.lisp`
     = help: run `qlot bundle` in the project's folder
    ");
    assert_snapshot!(report("roswell"), @"
    error: `setup`: there is no file `/home/me/.roswell/lisp/quicklisp/setup.lisp`
     = help: run `ros setup`, name its file with `setup:`, or use another `loader:`
    ");
    assert_snapshot!(report("ocicl"), @"
    error: `setup`: there is no file `/home/me/.local/share/ocicl/ocicl-runtime.lisp`
     = help: run `ocicl setup`, or name its runtime file with `setup:`
    ");
}

#[test]
fn sbcl_must_be_there() {
    let report = |program: &str| {
        let yaml = format!("loader: none\nstart: (f)\nsbcl: {{program: {program}}}");
        let project = Project::new(&yaml).with_file("not-executable", "");
        brief(project.run(&["run"]), 1)
    };
    assert_snapshot!(report("./missing"), @"
    error: there is no program `/srv/app/missing`
     = help: `sbcl.program` names it: a path, or a name on the PATH
    ");
    assert_snapshot!(report("./not-executable"), @"
    error: `/srv/app/not-executable` may not be executed by this user
     = help: `sbcl.program` names it: make it executable, or name another
    ");
    assert_snapshot!(report("no-such-sbcl"), @"
    error: there is no program `no-such-sbcl` on the PATH
     = help: the PATH is `/usr/local/bin:/usr/bin:/bin`
     = help: install it (Debian and Ubuntu: `apt-get install sbcl`), or name its file with `sbcl.program`
    ");
}

#[test]
fn what_the_system_refuses_is_reported() {
    let project = Project::new("loader: none\nstart: (f)\nsbcl: {program: ./sbcl}")
        .with_file("sbcl", "#!/no/such/interpreter\n");
    let sbcl = project.folder().join("sbcl");
    fs::set_permissions(&sbcl, fs::Permissions::from_mode(0o755)).unwrap();
    assert_snapshot!(brief(project.run(&["run"]), 1), @"
    error: cannot start `/srv/app/sbcl`: no such file or directory
     = help: is it sbcl, built for this machine?
    ");
}

#[test]
fn too_much_for_a_command_line_is_reported() {
    let forms = format!("  - (f \"{}\")\n", "x".repeat(100_000)).repeat(9);
    let yaml = format!("loader: none\nload: []\nstart:\n{forms}");
    let project = Project::new(&yaml).with_sbcl("");
    let mut command = project.command(&["run"]);
    command.env("A", "a".repeat(131_000));
    for name in 0..12 {
        command.env(format!("A{name}"), "a".repeat(131_000));
    }
    assert_snapshot!(brief(project.outcome(command), 1), @"
    error: cannot start `/home/me/bin/sbcl`: argument list too long
     = help: arguments and environment are too long for the system: move code into a file and list it below `load:`
    ");
}

#[test]
fn one_long_argument_is_reported() {
    let project = Project::new(&format!("start: (f \"{}\")", "x".repeat(131_072)));
    assert_snapshot!(brief(project.run(&["argv"]), 2), @r#"
    error: the service `app` has an argument of 131108 bytes: `(progn (lisplaunch:starting) (f "xxxxxxxxxxxxxxxxxxxxxxxxxxx…`
     = help: the system hands at most 131071 bytes in one argument: move code into a file and list it below `load:`
    "#);
}

#[test]
fn check_reports_everything() {
    let project = Project::new(
        "\
loader: none
load: [missing.lisp]
log: logs/app.log
templates: templates
start: (f)
services:
  one: {swank: 4005}
  two:
profiles:
  a: {services: {two: {swank: 4005}}}
  b: {services: {two: {umask: none}}, directory: missing}
  c: {services: {one: {env: {A: \"\\r\"}}, two: {env: {B: \"\\r\"}}}}
",
    )
    .with_sbcl("");
    assert_snapshot!(brief(project.run(&["check"]), 1), @"
    error: `load[0]`: there is no file `/srv/app/missing.lisp`
     --> lisplaunch.yaml:2:8
    2 | load: [missing.lisp]
      |        ^^^^^^^^^^^^
    error: the services `one` and `two` have the same log `/srv/app/logs/app.log`
     --> lisplaunch.yaml:3:6
    3 | log: logs/app.log
      |      ^^^^^^^^^^^^
      = help: put the name of each into it: `log: log/{service}.log`
    error: the services `one` and `two` both have the swank port 4005
      --> lisplaunch.yaml:10:31
    10 |   a: {services: {two: {swank: 4005}}}
       |                               ^^^^
       = help: give each a port of its own: `swank.port`
    error: `umask` is `none`: expected three octal digits such as `027`
      --> lisplaunch.yaml:11:31
    11 |   b: {services: {two: {umask: none}}, directory: missing}
       |                               ^^^^
    error: `directory`: there is no folder `/srv/app/missing`
      --> lisplaunch.yaml:11:50
    11 |   b: {services: {two: {umask: none}}, directory: missing}
       |                                                  ^^^^^^^
    error: the service `one`: there is no folder `/srv/app/logs` for its log
     = help: make the folder: supervisord does not
    error: the service `two`: there is no folder `/srv/app/logs` for its log
     = help: make the folder: supervisord does not
    error: `templates`: there is no folder `/srv/app/templates`
     = help: remove the key, or make the folder
    lisplaunch.yaml: 8 problems
    ");
}
