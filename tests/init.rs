//! What `init` guesses of folders, and what it says where it can guess nothing.

use std::process::{Command, Stdio};

use insta::assert_snapshot;

use crate::support::{LISPLAUNCH, Project};

/// The project file that `init` writes without asking, but for the port, which depends on what
/// runs on the machine.
fn written(project: &Project) -> String {
    let made = project.run(&["init"]);
    let text = std::fs::read_to_string(project.folder().join("lisplaunch.yaml"));
    let text = text.unwrap_or_else(|_| panic!("{}", made.stderr));
    let lines = text.lines().filter(|line| !line.starts_with("swank:"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn what_a_package_exports_starts_it() {
    let project = Project::empty()
        .with_file("~/quicklisp/setup.lisp", "")
        .with_file(
            "shop.asd",
            "(defsystem \"shop\" :depends-on (:hunchentoot))\n(defsystem \"shop/tests\" :depends-on (:shop))",
        )
        .with_file(
            "src/package.lisp",
            "(defpackage #:shop (:use #:cl) (:export #:stop #:start))",
        )
        .with_file(
            "src/web.lisp",
            "(in-package :shop)\n(defun start (&key (port 80) debug) (list port debug))\n(defun stop ())",
        );
    assert_snapshot!(written(&project), @"
    # yaml-language-server: $schema=.lisplaunch/schema.json
    name: shop
    # Quicklisp is in your home folder
    loader: quicklisp
    registry: [.]
    # one of the systems shop, shop/tests
    systems: [shop]
    # `shop` exports `start` (src/package.lisp)
    start: (shop:start :port ${PORT:-8080})
    # `shop` exports `stop`; it runs before the process ends
    stop: (shop:stop)
    # a port that no other service of yours has
    ");
}

#[test]
fn an_entry_point_starts_it() {
    let project = Project::empty()
        .with_file("qlfile", "ql clack\n")
        .with_file(".qlot/setup.lisp", "")
        .with_file(
            "code/tool.asd",
            "(asdf:defsystem :tool :build-operation program-op :entry-point \"tool:main\")",
        );
    assert_snapshot!(written(&project), @"
    # yaml-language-server: $schema=.lisplaunch/schema.json
    name: tool
    # `qlfile` or `.qlot/` is here
    loader: qlot
    registry: [code]
    # the system of code/tool.asd
    systems: [tool]
    # the `:entry-point` of `tool`
    start: (tool:main)
    # a port that no other service of yours has
    ");
}

#[test]
fn an_application_of_a_framework_starts_it() {
    let project = Project::empty()
        .with_file("~/.roswell/lisp/quicklisp/setup.lisp", "")
        .with_file("hello.asd", "(defsystem hello :depends-on (\"lucerne\"))")
        .with_file("hello.lisp", "(in-package :hello)\n(lucerne:defapp app)");
    assert_snapshot!(written(&project), @"
    # yaml-language-server: $schema=.lisplaunch/schema.json
    name: hello
    # the Quicklisp of Roswell is in your home folder
    loader: roswell
    registry: [.]
    # the system of hello.asd
    systems: [hello]
    # `defapp` in hello.lisp
    start: (lucerne:start hello::app :port ${PORT:-8080})
    # a port that no other service of yours has
    ");
}

#[test]
fn a_procfile_starts_it() {
    let project = Project::empty()
        .with_file("ocicl.csv", "")
        .with_file(
            "site.asd",
            "(defsystem \"site\" :class :package-inferred-system)",
        )
        .with_file(
            "Procfile",
            "web: sbcl --eval '(ql:quickload :site)' --eval \"(site/web:up :port ${PORT:-5000})\"\n",
        );
    assert_snapshot!(written(&project), @"
    # yaml-language-server: $schema=.lisplaunch/schema.json
    name: site
    # `ocicl.csv` is here
    loader: ocicl
    registry: [.]
    # the system of site.asd
    systems: [site]
    # Procfile does it; `lisplaunch import Procfile` takes over all of it
    start: (site/web:up :port ${PORT:-5000})
    # a port that no other service of yours has
    ");
}

#[test]
fn nothing_is_invented() {
    let project = Project::empty()
        .with_file(".bundle-libs/bundle.lisp", "")
        .with_file("lib.asd", "(defsystem \"lib\")")
        .with_file("lib.lisp", "(defpackage :lib (:export #:frob))");
    assert_snapshot!(written(&project), @"
    # yaml-language-server: $schema=.lisplaunch/schema.json
    name: lib
    # `.bundle-libs/` is here
    loader: qlot-bundle
    registry: [.]
    # the system of lib.asd
    systems: [lib]
    # nothing that starts it was found: name the function here
    # start: lib:main
    # a port that no other service of yours has
    ");
}

#[test]
fn a_folder_without_systems_is_refused() {
    assert_snapshot!(Project::empty().run(&["init"]).failure(2), @"
    error: no `.asd` file in `/srv/app` defines a system
     |
     = help: `lisplaunch init --template hunchentoot` makes a new project; clack, lucerne, caveman and worker are others
     = help: `lisplaunch import FILE` reads the Makefile, unit or script that starts it now
    ");
    let broken = Project::empty().with_file("a.asd", "(defsystem \"a\" (");
    assert_eq!(broken.run(&["init"]).code, Some(2));
}

#[test]
fn nothing_is_replaced() {
    let project = Project::new("start: (f)\n").with_file("a.asd", "(defsystem \"a\")");
    assert_snapshot!(project.run(&["init"]).failure(2), @"
    error: `lisplaunch.yaml` is already in `/srv/app`
     |
     = help: `init` replaces nothing: remove it, or name another folder
    ");
    let project = Project::empty().with_file("app.lisp", "(f)");
    assert_snapshot!(project.run(&["init", "--template", "worker"]).failure(2), @"
    error: `app.lisp` is already in `/srv/app`
     |
     = help: `init` replaces nothing: remove it, or name another folder
    ");
}

#[test]
fn a_template_needs_a_name_for_a_package() {
    let project = Project::empty();
    assert_snapshot!(project.run(&["init", "--template", "worker", "My App"]).failure(2), @"
    error: `My App` cannot be the name of a system and its package
     |
     = help: name a folder with small letters, digits and `-`: `lisplaunch init --template hunchentoot my-app`
    ");
    let made = project
        .run(&["init", "--template", "worker", "below/jobs"])
        .success();
    assert!(made.contains("all well"), "{made}");
}

/// On a terminal an answer takes the place of a guess, and an empty one takes the guess.
#[test]
fn three_things_are_asked_on_a_terminal() {
    let project = Project::empty().with_file("a.asd", "(defsystem \"a\" :entry-point \"a:main\")");
    let mut command = Command::new("script");
    command
        .args(["--quiet", "--return", "--command"])
        .arg(format!("{LISPLAUNCH} init"))
        .arg("/dev/null")
        .current_dir(project.folder())
        .env("HOME", project.home())
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, b"\n(a:run)\n4321\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    drop(input);
    assert!(said.contains("form that starts it [(a:main)]:"), "{said}");
    let text = std::fs::read_to_string(project.folder().join("lisplaunch.yaml")).unwrap();
    assert!(text.contains("systems: [a]\n"), "{text}");
    assert!(text.contains("start: (a:run)\n"), "{text}");
    assert!(text.contains("SWANK_PORT:-4321}"), "{text}");
}

#[test]
fn the_folder_of_lisplaunch_is_kept_out_of_git_and_its_schema_is_renewed() {
    let project = Project::empty().with_file("app.asd", "(defsystem \"app\")");
    project.run(&["init"]).success();
    let read = |name: &str| {
        let file = project.folder().join(".lisplaunch").join(name);
        std::fs::read_to_string(file).unwrap()
    };
    assert_eq!(read(".gitignore"), "*\n");
    let schema = read("schema.json");
    assert_eq!(project.run(&["schema"]).success(), schema);
    let project = project.with_file(".lisplaunch/schema.json", "an older one");
    project.run(&["build"]).success();
    let file = project.folder().join(".lisplaunch/schema.json");
    assert_eq!(std::fs::read_to_string(file).unwrap(), schema);
}
