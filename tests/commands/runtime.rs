//! What the command line says to the runtime, and what it is without it.

use insta::assert_snapshot;

use crate::support::Project;

/// The arguments behind those that every command line has.
fn arguments(yaml: &str) -> String {
    let project = Project::new(&format!("name: app\n{yaml}"));
    let lines = project.run(&["argv", "--format", "lines"]).output();
    let (_, arguments) = lines.split_once("--disable-debugger\n").unwrap();
    arguments
        .replace("--eval\n", "--eval ")
        .replace("--load\n", "--load ")
}

#[test]
fn options_stand_where_they_differ_from_the_default() {
    assert_snapshot!(arguments("loader: none\nstart: (f)\nswank: 4005\n"), @r#"
    --load /srv/app/.lisplaunch/runtime.lisp
    --eval (lisplaunch:boot "app" :file "/srv/app/lisplaunch.yaml")
    --eval (progn (lisplaunch:start-swank :port 4005) (f))
    --eval (lisplaunch:stay)
    "#);
    assert_snapshot!(arguments("\
loader: none
start: (f)
stop-timeout: 30s
verbose: true
swank: {port: 4006, interface: 127.0.0.2, allow-remote: true, dont-close: false, secret: none}
ready: {form: (up-p), timeout: 1m}
package: my-app
stop: [(g), (h)]
"), @r#"
    --load /srv/app/.lisplaunch/runtime.lisp
    --eval (lisplaunch:boot "app" :file "/srv/app/lisplaunch.yaml" :stop-timeout 30 :verbose t)
    --eval (in-package :my-app)
    --eval (lisplaunch:on-stop (g) (h))
    --eval (cl:progn (lisplaunch:start-swank :port 4006 :interface "127.0.0.2" :secret cl:nil :dont-close cl:nil) (lisplaunch:ready-when (up-p) :timeout 60) (f))
    --eval (lisplaunch:stay)
    "#);
    assert_snapshot!(arguments("\
loader: asdf
registry: [., sub, ../other, /srv/lib]
start: [(f), (g)]
stop-timeout: 10s
swank: {secret: auto}
ready: {http: 'http://127.0.0.1:${PORT:-8080}/up', timeout: 5m}
"), @r#"
    --eval (require :asdf)
    --load /srv/app/.lisplaunch/runtime.lisp
    --eval (lisplaunch:boot "app" :file "/srv/app/lisplaunch.yaml" :registry (list "./" "sub/" "../other/" "/srv/lib/"))
    --eval (progn (asdf:load-system :swank))
    --eval (progn (lisplaunch:start-swank :port 4005 :secret :auto) (lisplaunch:ready-when-http "http://127.0.0.1:8080/up") (f))
    --eval (g)
    --eval (lisplaunch:stay)
    "#);
}

#[test]
fn ready_needs_no_start_form() {
    assert_snapshot!(arguments("loader: none\nload: [a.lisp]\nready: (up-p)\n"), @r#"
    --load /srv/app/.lisplaunch/runtime.lisp
    --eval (lisplaunch:boot "app" :file "/srv/app/lisplaunch.yaml")
    --load /srv/app/a.lisp
    --eval (progn (lisplaunch:starting) (lisplaunch:ready-when (up-p)))
    --eval (lisplaunch:stay)
    "#);
}

#[test]
fn a_profile_may_wait_for_something_else() {
    let yaml = "\
loader: none
start: (f)
ready: (up-p)
profiles:
  page: {ready: {form:, http: http://localhost/}}
  longer: {ready: {timeout: 10m}}
  not: {ready: false}
";
    let project = Project::new(yaml);
    let start = |profile: &str| {
        let lines = project.run(&["-p", profile, "argv", "--format", "lines"]);
        let lines = lines.output();
        lines.lines().rev().nth(2).unwrap().to_owned()
    };
    assert_snapshot!(start("page"), @r#"(progn (lisplaunch:starting) (lisplaunch:ready-when-http "http://localhost/") (f))"#);
    assert_snapshot!(start("longer"), @"(progn (lisplaunch:starting) (lisplaunch:ready-when (up-p) :timeout 600) (f))");
    assert_snapshot!(start("not"), @"(progn (lisplaunch:starting) (f))");
}

#[test]
fn without_the_runtime_it_is_the_line_that_one_would_type() {
    let project = Project::new(
        "\
name: lucerne-hello-world
runtime: false
systems: [lucerne-hello-world]
start: (lucerne:start lucerne-hello-world:app :port ${SERVER_PORT:-40000})
swank:
  port: ${SWANK_PORT:-40054}
",
    )
    .with_file("~/quicklisp/setup.lisp", "");
    assert_snapshot!(project.run(&["run", "--dry-run"]).output(), @r"
    cd -P /srv/app && exec \
      sbcl --noinform --disable-debugger \
      --load /home/me/quicklisp/setup.lisp \
      --eval '(progn (ql:quickload :lucerne-hello-world) (ql:quickload :swank))' \
      --eval '(progn (swank:create-server :port 40054 :style :spawn :dont-close t) (lucerne:start lucerne-hello-world:app :port 40000))' \
      --eval '(unless (interactive-stream-p *standard-input*) (loop (sleep 3600)))'
    ");
    assert!(!project.file(".lisplaunch").exists());
}

#[test]
fn a_command_line_explains_itself() {
    let yaml = "\
name: app
loader: asdf
registry: [.]
systems: [app]
before-load: (b)
load: [a.lisp]
start: [(f), (g)]
stop: (h)
package: my-app
swank: 4005
ready: (up-p)
umask: '027'
env: {A: it's}
sbcl: {dynamic-space-size: 1GB}
";
    let project = Project::new(yaml).with_file("a.lisp", "");
    let script = project
        .run(&["run", "-n", "--explain", "--", "-v"])
        .output();
    assert_snapshot!(script, @r#"
    # umask: permissions that new files lack
    umask 027
    # directory: where the process works
    cd -P /srv/app || exit
    # sbcl: no banner; an error ends the process and opens no debugger
    set -- sbcl --dynamic-space-size 1GB --noinform --end-runtime-options --disable-debugger
    # loader: ASDF
    set -- "$@" --eval '(require :asdf)'
    # runtime: lisplaunch's own code: states, stopping, a guard for swank; `runtime: false` leaves it out
    set -- "$@" --load /srv/app/.lisplaunch/runtime.lisp
    # name, registry, stop-timeout, verbose: which service this is
    set -- "$@" --eval '(lisplaunch:boot "app" :file "/srv/app/lisplaunch.yaml" :registry (list "./"))'
    # before-load: evaluated before the systems are loaded
    set -- "$@" --eval '(b)'
    # systems, swank: what is loaded; SBCL reads the forms below once its packages are there
    set -- "$@" --eval '(progn (asdf:load-system :app) (asdf:load-system :swank))'
    # load: Lisp files
    set -- "$@" --load /srv/app/a.lisp
    # package: where the forms below are read
    set -- "$@" --eval '(in-package :my-app)'
    # stop: what runs when the process is to end
    set -- "$@" --eval '(lisplaunch:on-stop (h))'
    # swank, ready, start: the server for SLIME, then the service
    set -- "$@" --eval '(cl:progn (lisplaunch:start-swank :port 4005) (lisplaunch:ready-when (up-p)) (f))'
    set -- "$@" --eval '(g)'
    # the process stays; on a terminal SBCL's prompt comes
    set -- "$@" --eval '(lisplaunch:stay)'
    # arguments: words for the program itself
    set -- "$@" --end-toplevel-options -v
    # env, env-file: what its environment has besides
    exec env \
      A='it'\''s' "$@"
    "#);
    let project = Project::new(&format!("{yaml}runtime: false\n").replace("ready: (up-p)\n", ""));
    assert_snapshot!(project.run(&["run", "-n", "--explain"]).output(), @r#"
    # umask: permissions that new files lack
    umask 027
    # directory: where the process works
    cd -P /srv/app || exit
    # sbcl: no banner; an error ends the process and opens no debugger
    set -- sbcl --dynamic-space-size 1GB --noinform --disable-debugger
    # loader: ASDF
    set -- "$@" --eval '(require :asdf)'
    # registry: folders that ASDF searches before all others
    set -- "$@" --eval '(setf asdf:*central-registry* (list* (sb-ext:native-pathname "/srv/app/") asdf:*central-registry*))'
    # before-load: evaluated before the systems are loaded
    set -- "$@" --eval '(b)'
    # systems, swank: what is loaded; SBCL reads the forms below once its packages are there
    set -- "$@" --eval '(progn (asdf:load-system :app) (asdf:load-system :swank))'
    # load: Lisp files
    set -- "$@" --load /srv/app/a.lisp
    # package: where the forms below are read
    set -- "$@" --eval '(in-package :my-app)'
    # stop: what runs when the process is to end
    set -- "$@" --eval '(cl:setf sb-ext:*exit-hooks* (cl:list* (cl:lambda () (h)) sb-ext:*exit-hooks*))'
    # swank, start: the server for SLIME, then the service
    set -- "$@" --eval '(cl:progn (swank:create-server :port 4005 :style :spawn :dont-close cl:t) (f))'
    set -- "$@" --eval '(g)'
    # the process stays; on a terminal SBCL's prompt comes
    set -- "$@" --eval '(cl:unless (cl:interactive-stream-p cl:*standard-input*) (cl:loop (cl:sleep 3600)))'
    # env, env-file: what its environment has besides
    exec env \
      A='it'\''s' "$@"
    "#);
    project.run(&["run", "--explain"]).failure(2);
}

#[test]
fn without_the_runtime_the_rest_is_plain_lisp() {
    assert_snapshot!(arguments("\
runtime: false
loader: asdf
registry: [., ../other]
systems: [a]
start: [(f), (g)]
stop: [(h), (i)]
stop-timeout: 5s
package: my-app
swank: {port: 4006, interface: 127.0.0.2, allow-remote: true, dont-close: false}
"), @r#"
    --eval (require :asdf)
    --eval (setf asdf:*central-registry* (list* (sb-ext:native-pathname "/srv/app/") (sb-ext:native-pathname "/srv/app/../other/") asdf:*central-registry*))
    --eval (setf sb-ext:*exit-timeout* 5)
    --eval (progn (asdf:load-system :a) (asdf:load-system :swank))
    --eval (in-package :my-app)
    --eval (cl:setf sb-ext:*exit-hooks* (cl:list* (cl:lambda () (h)) (cl:lambda () (i)) sb-ext:*exit-hooks*))
    --eval (cl:progn (swank:create-server :port 4006 :interface "127.0.0.2" :style :spawn) (f))
    --eval (g)
    --eval (cl:unless (cl:interactive-stream-p cl:*standard-input*) (cl:loop (cl:sleep 3600)))
    "#);
    assert_snapshot!(arguments("runtime: false\nloader: none\nstart: (f)\n"), @"
    --eval (f)
    --eval (unless (interactive-stream-p *standard-input*) (loop (sleep 3600)))
    ");
    assert_snapshot!(arguments("runtime: false\nloader: none\nload: [a.lisp]\n"), @"
    --load /srv/app/a.lisp
    --eval (unless (interactive-stream-p *standard-input*) (loop (sleep 3600)))
    ");
}
