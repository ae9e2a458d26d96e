//! `lisplaunch check`: what is checked, and how it is reported.

use insta::assert_snapshot;
use lisplaunch::project::keys::KEYS;

use crate::support::{Outcome, Project};

fn project(yaml: &str) -> Project {
    Project::new(yaml).with_sbcl("")
}

#[test]
fn profiles_are_checked_or_not() {
    let yaml = "\
loader: none
start: (f)
profiles:
  good: {services: {web: ~}}
  bad: {umask: none}
";
    assert_snapshot!(project(yaml).run(&["check"]).failure(1), @"
    error: `umask` is `none`: expected three octal digits such as `027`
     --> lisplaunch.yaml:5:16
      |
    5 |   bad: {umask: none}
      |                ^^^^
    lisplaunch.yaml: 1 problem
    ");
    let said = |arguments: &[&str]| {
        project(yaml)
            .run(&[&["check"], arguments].concat())
            .output()
    };
    assert_eq!(
        said(&["--no-profiles"]),
        "lisplaunch.yaml: 1 service and 0 profiles, all well\n"
    );
    assert_eq!(
        said(&["-p", "good"]),
        "lisplaunch.yaml: 1 service and 1 profile, all well\n"
    );
    let both = project(yaml).with_variable("LISPLAUNCH_PROFILE", "good");
    assert_snapshot!(both.run(&["check", "--no-profiles"]).failure(2), @"
    error: `--no-profiles`, and the profile `good` is chosen
     |
     = help: leave out one of them: `-p` and `LISPLAUNCH_PROFILE` choose profiles
    ");
    let none = project(yaml).with_variable("LISPLAUNCH_PROFILE", "");
    none.run(&["check", "--no-profiles"]).success();
}

#[test]
fn variables_may_have_no_value_where_the_secrets_are_not() {
    let yaml = "\
loader: none
start: (f ${PORT} ${TOKEN:?ask the admin})
load: ['${DIRECTORY}/a.lisp']
env: {KEY: '${KEY}', URL: '${URL:-http://${HOST}/}'}
env-file: prod.env
services:
  one: {http: '${ONE}', swank: '400${A}', log: '${LOGS}/x.log'}
  two: {http: '${TWO}', swank: '400${B}', log: '${LOGS}/x.log'}
";
    let wrong = project(yaml).run(&["check"]).failure(1);
    assert!(wrong.ends_with("problems"), "{wrong}");
    let outcome = project(yaml).run(&["check", "--allow-unset"]);
    assert_snapshot!(outcome.stderr, @"
    warning: cannot read `/srv/app/prod.env`: no such file or directory
     --> lisplaunch.yaml:5:11
      |
    5 | env-file: prod.env
      |           ^^^^^^^^
      |
      = help: write the file, or remove it from `env-file`
      = help: if it may be missing: `{file: /srv/app/prod.env, optional: true}`
    ");
    assert_eq!(
        outcome.success(),
        "lisplaunch.yaml: 2 services and 0 profiles, all well\n"
    );
    // What is wrong whatever they are is still reported.
    let wrong = project("loader: none\nstart: (${F} 1)\nload: [missing.lisp]\numask: ${U}9");
    assert_snapshot!(wrong.run(&["check", "--allow-unset"]).failure(1), @"
    error: `${F}` is used where code is expected
     --> lisplaunch.yaml:2:9
      |
    2 | start: (${F} 1)
      |         ^^^^ a variable stands for data
      |
      = help: write the name out; `(funcall '${F})` calls what a variable names
    lisplaunch.yaml: 1 problem
    ");
}

/// A file in which a key has a value, and the keys that it needs beside it.
fn file(path: &str, value: &str) -> String {
    let beside = match path.split_once('.') {
        Some(("http", "certificate")) => "port: 8080, key: k.pem, ",
        Some(("http", "key")) => "port: 8080, certificate: c.pem, ",
        Some(("http", key)) if key != "port" => "port: 8080, ",
        Some(("log", key)) if key != "file" => "file: a.log, ",
        Some(("ready", "timeout")) => "form: (up), ",
        Some(("env-file", "optional")) => "file: a.env, ",
        _ => "",
    };
    let key = match path.split_once('.') {
        Some((map, key)) => format!("{map}: {{{beside}{key}: '{value}'}}"),
        None if path == "commands" => format!("{path}: {{migrate: '{value}'}}"),
        None => format!("{path}: '{value}'"),
    };
    let start = if path == "start" { "" } else { "start: (f)\n" };
    let loader = if path == "loader" || path == "systems" || path == "registry" {
        "asdf"
    } else {
        "none"
    };
    let loader = if path == "loader" {
        String::new()
    } else {
        format!("loader: {loader}\n")
    };
    format!("{start}{loader}{key}\n")
}

#[test]
fn every_key_may_hold_a_variable_without_a_value() {
    for key in KEYS {
        if ["services", "profiles", "emit", "env"].contains(&key.path) {
            continue;
        }
        let value = if key.holds.is_lisp() {
            "(f ${UNSET})"
        } else {
            "${UNSET}"
        };
        let project = project(&file(key.path, value))
            .with_file("a.env", "")
            .with_file("~/quicklisp/setup.lisp", "");
        let wrong = project.run(&["check"]);
        assert_eq!(wrong.code, Some(1), "{}: {wrong:?}", key.path);
        let accepted = project.run(&["check", "--allow-unset"]);
        assert_eq!(accepted.code, Some(0), "{}: {accepted:?}", key.path);
        assert!(
            !accepted.stderr.contains("error"),
            "{}: {accepted:?}",
            key.path
        );
    }
}

fn json(outcome: &Outcome) -> (serde_json::Value, Option<i32>) {
    assert_eq!(outcome.stderr, "");
    (serde_json::from_str(&outcome.stdout).unwrap(), outcome.code)
}

#[test]
fn programs_read_what_a_check_found() {
    let yaml = "\
loader: none
start: (f)
swank: {interface: 0.0.0.0, allow-remote: true}
profiles: {é: {umask: 27}}
";
    let outcome = project(yaml).run(&["check", "--json"]);
    assert_snapshot!(outcome.stdout, @r#"
    {
      "file": "lisplaunch.yaml",
      "ok": false,
      "services": [
        "app"
      ],
      "profiles": [
        "é"
      ],
      "problems": [
        {
          "severity": "warning",
          "message": "swank listens on `0.0.0.0`",
          "file": "lisplaunch.yaml",
          "line": 3,
          "column": 20,
          "label": "anyone who reaches this address can run any code as the service's user",
          "notes": [],
          "help": []
        },
        {
          "severity": "error",
          "message": "`umask` is `27`: expected three octal digits such as `027`",
          "file": "lisplaunch.yaml",
          "line": 4,
          "column": 23,
          "label": null,
          "notes": [],
          "help": []
        }
      ]
    }
    "#);
    let (found, code) = json(&outcome);
    assert_eq!((&found["ok"], code), (&false.into(), Some(1)));
    let (found, code) = json(&project("loader: none\nstart: (f)").run(&["check", "--json"]));
    assert_eq!((&found["ok"], code), (&true.into(), Some(0)));
    assert_eq!(found["services"], serde_json::json!(["app"]));
    assert_eq!(found["problems"], serde_json::json!([]));
    let (found, code) = json(&project("start: [").run(&["check", "--json"]));
    assert_eq!((&found["ok"], code), (&false.into(), Some(1)));
    assert_eq!(found["problems"][0]["line"], 1);
    let missing = Project::empty().run(&["check", "--json"]);
    assert_eq!((missing.code, missing.stdout.as_str()), (Some(2), ""));
}
