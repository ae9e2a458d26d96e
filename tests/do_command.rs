//! `lisplaunch do`: the commands of a project file, in a fresh image and in the running one.

use insta::assert_snapshot;

use crate::live::service::{SMALL, Service};
use crate::support::Project;

const SHOP: &str = "\
name: shop
loader: none
load: [db.lisp]
package: db
start: (cl:with-open-file (s \"started\" :direction :output))
commands:
  migrate: db:migrate
services:
  web:
    commands:
      seed: (migrate \"seed\" ${COUNT:-3})
      x-note: this is left alone
  worker:
    commands:
      count: {form: (count-rows), remote: true}
      both: (progn (migrate) (count-rows))
";

const DB: &str = "
(defpackage :db (:use :cl) (:export #:migrate)) (in-package :db)
(defun migrate (&rest to) (format t \"migrates to ~s~%\" to) (length to))
(defun count-rows () 4)
";

fn shop() -> Project {
    Project::new(SHOP).with_file("db.lisp", DB)
}

#[test]
fn a_command_is_evaluated_in_a_fresh_image_with_its_arguments() {
    let shop = shop();
    let run = |arguments: &[&str]| shop.run(&[&["do"], arguments].concat());
    assert_eq!(run(&["web", "migrate"]).success(), "migrates to NIL\n0\n");
    assert_eq!(
        run(&["-s", "web", "migrate", "0042", "a \"b\" \\", "--", "--fast"]).success(),
        "migrates to (\"0042\" \"a \\\"b\\\" \\\\\" \"--fast\")\n3\n"
    );
    // Only one service has it.
    assert_eq!(run(&["seed"]).success(), "migrates to (\"seed\" 3)\n2\n");
    assert_eq!(
        run(&["--set", "COUNT=7", "seed", "web"]).success(),
        "migrates to (\"seed\" 7 \"web\")\n3\n"
    );
    assert_eq!(run(&["both"]).success(), "migrates to NIL\n4\n");
    let json = run(&["seed", "--json"]).success();
    assert!(json.contains(r#""values":["2"]"#), "{json}");
    assert!(!shop.folder().join("started").exists());
}

#[test]
fn it_ends_as_exec_does() {
    let project = Project::new(
        "name: a\nloader: none\nstart: (f)\ncommands:\n  fail: (error \"no\")\n  \
         wait: (sleep 600)\n",
    );
    assert_snapshot!(project.run(&["do", "fail"]).failure(1), @"
    error: the evaluation signalled `SIMPLE-ERROR`
     |
     = note: no
    ");
    let late = project.run(&["do", "wait", "--timeout", "1500ms"]);
    assert_snapshot!(late.failure(1), @"error: no answer within 1.5 s");
}

#[test]
fn a_remote_command_is_evaluated_in_the_running_service() {
    let yaml = SMALL.replace("STOP", "(f)")
        + "commands:\n  add: {form: (incf (get 'sum :value 0) 2), remote: true}\n  \
           words: {form: list, remote: true}\n";
    let service = Service::with(&yaml, "small").started();
    assert_eq!(service.run(&["do", "add"]).success(), "2\n");
    assert_eq!(service.run(&["do", "add"]).success(), "4\n");
    assert_eq!(
        service.run(&["do", "words", "a", "1"]).success(),
        "(\"a\" \"1\")\n"
    );
    let stopped = Service::with(&yaml, "small");
    assert_eq!(stopped.run(&["do", "add"]).code, Some(3));
}

#[test]
fn commands_are_listed_as_they_are_written() {
    assert_snapshot!(shop().run(&["do"]).success(), @r#"
    web migrate     db:migrate
    web seed        (migrate "seed" ${COUNT:-3})
    worker migrate  db:migrate
    worker count    (count-rows)  (remote)
    worker both     (progn (migrate) (count-rows))
    "#);
    assert_snapshot!(shop().run(&["do", "-s", "worker", "--json"]).success(), @r#"[{"service":"worker","name":"migrate","form":"db:migrate","remote":false},{"service":"worker","name":"count","form":"(count-rows)","remote":true},{"service":"worker","name":"both","form":"(progn (migrate) (count-rows))","remote":false}]"#);
    let single = Project::new(
        "loader: none\nstart: (f)\ncommands:\n  a: |\n    (b\n      c)\n  long: (d)\n",
    );
    assert_snapshot!(single.run(&["do"]).success(), @"
    a     (b c)
    long  (d)
    ");
}

#[test]
fn what_is_named_wrong_is_reported() {
    let refused = |arguments: &[&str]| shop().run(&[&["do"], arguments].concat()).failure(2);
    assert_snapshot!(refused(&["migrat"]), @"
    error: there is no command `migrat`
     |
     = help: did you mean `migrate`?
    ");
    assert_snapshot!(refused(&["migrate"]), @"
    error: several services have the command `migrate`: which one?
     |
     = help: name one of `web`, `worker` before it
    ");
    assert_snapshot!(refused(&["web", "count"]), @"
    error: there is no command `count`
     |
     = help: there are: `migrate`, `seed`
     = note: of the service `web`
    ");
    assert_snapshot!(refused(&["both", "0042"]), @"
    error: the command `both` takes no arguments: its form is not a call of a function
     |
     = note: the form is `(progn (migrate) (count-rows))`
     = help: write a function that takes them, each a string, and call it in the project file
    ");
    let none = Project::new("loader: none\nstart: (f)\n");
    assert_snapshot!(none.run(&["do", "x"]).failure(2), @"
    error: `lisplaunch.yaml` has no commands
     |
     = help: write one below `commands:`, as `migrate: (my-app.db:migrate)`
    ");
}

#[test]
fn what_is_written_wrong_is_reported_at_its_location() {
    let refused = |commands: &str| {
        let yaml = format!("loader: none\nstart: (f)\ncommands:\n  a: {commands}\n");
        Project::new(&yaml).run(&["check"]).failure(1)
    };
    assert_snapshot!(refused("(f"), @"
    error: `(` is not closed
     --> lisplaunch.yaml:4:6
      |
    4 |   a: (f
      |      ^ opened here
      |
      = help: add the missing `)`
    lisplaunch.yaml: 1 problem
    ");
    assert_snapshot!(refused("{form: (f), remot: true}"), @"
    error: unknown key `remot` in `commands.a`
     --> lisplaunch.yaml:4:25
      |
    4 |   a: {form: (f), remot: true}
      |                         ^^^^
      |
      = help: did you mean `remote`?
    lisplaunch.yaml: 1 problem
    ");
    assert_snapshot!(refused("{remote: true}"), @"
    error: `commands.a` has no form
     --> lisplaunch.yaml:4:6
      |
    4 |   a: {remote: true}
      |      ^^^^^^^^^^^^^^
      |
      = help: add `form:`, as `form: (my-app.db:migrate)`
    lisplaunch.yaml: 1 problem
    ");
    assert_snapshot!(refused("{form: (f), remote: 3}"), @"
    error: `commands.a.remote` is `3`: expected `true` or `false`
     --> lisplaunch.yaml:4:26
      |
    4 |   a: {form: (f), remote: 3}
      |                          ^
    lisplaunch.yaml: 1 problem
    ");
    assert_snapshot!(refused(""), @"
    error: `commands.a` has no value
     --> lisplaunch.yaml:4:4
      |
    4 |   a:
      |    ^
      |
      = help: fill in the item, or remove it
    lisplaunch.yaml: 1 problem
    ");
    assert_snapshot!(refused("(f ${NO_SUCH})"), @"
    error: the variable `NO_SUCH` is not set
     --> lisplaunch.yaml:4:9
      |
    4 |   a: (f ${NO_SUCH})
      |         ^^^^^^^^^^
      |
      = help: set it in the environment or with `--set NO_SUCH=VALUE`, or give it a default: `${NO_SUCH:-default}`
    lisplaunch.yaml: 1 problem
    ");
}

#[test]
fn the_forms_are_looked_up_in_the_code() {
    let yaml = SHOP.replace("(count-rows), remote", "(count-row), remote");
    let shop = Project::new(&yaml).with_file("db.lisp", DB);
    assert_snapshot!(shop.run(&["check", "--load"]).failure(1), @"
    error: undefined function: db::count-row
      --> lisplaunch.yaml:15:21
       |
    15 |       count: {form: (count-row), remote: true}
       |                     ^^^^^^^^^^^
       |
       = help: did you mean `count-rows`?
    lisplaunch.yaml: 1 problem
    ");
}

#[test]
fn profiles_and_services_are_laid_over_them() {
    let project = Project::new(
        "loader: none\nstart: (f)\n\
         commands: {log: (a), ready: (b)}\n\
         services:\n  web:\n    commands: {log: {remote: true}}\n\
         profiles:\n  p:\n    services: {web: {commands: {ready: (c), log: {form: (d)}}}}\n",
    );
    let shown = |arguments: &[&str]| {
        let json = project
            .run(&[&["show", "--json"], arguments].concat())
            .success();
        let plan: serde_json::Value = serde_json::from_str(&json).unwrap();
        plan["services"][0]["commands"].to_string()
    };
    assert_snapshot!(shown(&[]), @r#"{"log":{"form":"(a)","remote":true},"ready":{"form":"(b)"}}"#);
    assert_snapshot!(shown(&["-p", "p"]), @r#"{"log":{"form":"(d)","remote":true},"ready":{"form":"(c)"}}"#);
}
