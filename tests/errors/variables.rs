//! Variables without a value, or with one that does not fit.

use insta::assert_snapshot;

use super::{brief, refused, wrong};
use crate::support::Project;

#[test]
fn a_variable_needs_a_value() {
    assert_snapshot!(wrong(&[
        "user: ${NAME}",
        "user: ${NAME:?ask the operator}",
        "env: {A: '${B:-${C}}'}",
        "env: {A: '${B} and ${C}'}",
    ]), @"
    error: the variable `NAME` is not set
     --> lisplaunch.yaml:1:7
    1 | user: ${NAME}
      |       ^^^^^^^
      = help: set it in the environment or with `--set NAME=VALUE`, or give it a default: `${NAME:-default}`
    error: the variable `NAME` is not set: ask the operator
     --> lisplaunch.yaml:1:7
    1 | user: ${NAME:?ask the operator}
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: set it in the environment, or with `--set NAME=VALUE`
    error: the variable `C` is not set
     --> lisplaunch.yaml:1:11
    1 | env: {A: '${B:-${C}}'}
      |           ^^^^^^^^^^
      = help: set it in the environment or with `--set C=VALUE`, or give it a default: `${C:-default}`
    error: the variable `B` is not set
     --> lisplaunch.yaml:1:11
    1 | env: {A: '${B} and ${C}'}
      |           ^^^^
      = help: set it in the environment or with `--set B=VALUE`, or give it a default: `${B:-default}`
    error: the variable `C` is not set
     --> lisplaunch.yaml:1:20
    1 | env: {A: '${B} and ${C}'}
      |                    ^^^^
      = help: set it in the environment or with `--set C=VALUE`, or give it a default: `${C:-default}`
    ");
}

#[test]
fn a_variable_is_written_in_braces() {
    assert_snapshot!(wrong(&[
        "user: $NAME",
        "user: ${NAME",
        "user: ${NAME:-x",
        "user: ${NAME:?x",
        "user: ${}",
        "user: ${1}",
        "user: ${NAME-x}",
        "user: '${NAME:+x}'",
        "user: ${A:-${B:-${C:-${D:-${E:-${F:-${G:-${H:-${I:-${J:-x}}}}}}}}}}",
    ]), @"
    error: `$NAME` is not how a variable is written
     --> lisplaunch.yaml:1:7
    1 | user: $NAME
      |       ^^^^^
      = help: write `${NAME}` for the variable, `$$NAME` for a dollar
    error: `${NAME` is not closed
     --> lisplaunch.yaml:1:7
    1 | user: ${NAME
      |       ^^^^^^
      = help: end the variable with `}`
    error: `${NAME` is not closed
     --> lisplaunch.yaml:1:7
    1 | user: ${NAME:-x
      |       ^^^^^^^^^
      = help: end the variable with `}`
    error: `${NAME` is not closed
     --> lisplaunch.yaml:1:7
    1 | user: ${NAME:?x
      |       ^^^^^^
      = help: end the variable with `}`
    error: no name of a variable after `${`
     --> lisplaunch.yaml:1:7
    1 | user: ${}
      |       ^^
      = help: write `${NAME}` for a variable, `$${` for a dollar and a brace
    error: no name of a variable after `${`
     --> lisplaunch.yaml:1:7
    1 | user: ${1}
      |       ^^
      = help: write `${NAME}` for a variable, `$${` for a dollar and a brace
    error: this is not a way to use the variable `NAME`
     --> lisplaunch.yaml:1:7
    1 | user: ${NAME-x}
      |       ^^^^^^^
      = help: write `${NAME}`, `${NAME:-default}` or `${NAME:?message}`
    error: this is not a way to use the variable `NAME`
     --> lisplaunch.yaml:1:8
    1 | user: '${NAME:+x}'
      |        ^^^^^^^
      = help: write `${NAME}`, `${NAME:-default}` or `${NAME:?message}`
    error: these variables are nested too deeply
     --> lisplaunch.yaml:1:47
    1 | user: ${A:-${B:-${C:-${D:-${E:-${F:-${G:-${H:-${I:-${J:-x}}}}}}}}}}
      |                                               ^^
      = help: at most 8 defaults can be nested
    ");
}

fn with_port(yaml: &str, port: &str) -> String {
    let project = Project::new(yaml).with_variable("SERVER_PORT", port);
    brief(project.run(&["argv"]), 2)
}

#[test]
fn an_integer_stays_one() {
    let yaml = "start: (f :port ${SERVER_PORT:-40000})";
    assert_snapshot!(with_port(yaml, "8080) (sb-ext:exit"), @"
    error: the variable `SERVER_PORT` must be an integer
     --> lisplaunch.yaml:1:17
    1 | start: (f :port ${SERVER_PORT:-40000})
      |                 ^^^^^^^^^^^^^^^^^^^^^ it is `8080) (sb-ext:exit`
      = help: its default is an integer, so nothing else is accepted
    ");
    assert_snapshot!(with_port("swank: ${SERVER_PORT:-4005}\nstart: (f)", "70000"), @"
    error: `swank.port` is `70000`: expected a port from 1 to 65535
     --> lisplaunch.yaml:1:8
    1 | swank: ${SERVER_PORT:-4005}
      |        ^^^^^^^^^^^^^^^^^^^^ `SERVER_PORT` is `70000`
    ");
    assert_snapshot!(with_port("swank: ${SERVER_PORT:-4005}\nstart: (f)", "http"), @"
    error: the variable `SERVER_PORT` must be an integer
     --> lisplaunch.yaml:1:8
    1 | swank: ${SERVER_PORT:-4005}
      |        ^^^^^^^^^^^^^^^^^^^^ it is `http`
      = help: its default is an integer, so nothing else is accepted
    ");
}

#[test]
fn a_value_in_a_form_is_one_token() {
    let yaml = "start: (f :port ${SERVER_PORT})";
    assert_snapshot!(with_port(yaml, "8080) (sb-ext:exit"), @r#"
    error: the value of `${SERVER_PORT}` must be one Lisp token
     --> lisplaunch.yaml:1:17
    1 | start: (f :port ${SERVER_PORT})
      |                 ^^^^^^^^^^^^^^ `8080) (sb-ext:exit` is more than a token
      = help: if text is meant, write it as a string: `"${SERVER_PORT}"`
    "#);
    assert_snapshot!(with_port(yaml, "a b"), @r#"
    error: the value of `${SERVER_PORT}` must be one Lisp token
     --> lisplaunch.yaml:1:17
    1 | start: (f :port ${SERVER_PORT})
      |                 ^^^^^^^^^^^^^^ `a b` is more than a token
      = help: if text is meant, write it as a string: `"${SERVER_PORT}"`
    "#);
    assert_snapshot!(with_port(yaml, " 8080"), @r#"
    error: the value of `${SERVER_PORT}` must be one Lisp token
     --> lisplaunch.yaml:1:17
    1 | start: (f :port ${SERVER_PORT})
      |                 ^^^^^^^^^^^^^^ ` 8080` begins with a blank or a comment
      = help: if text is meant, write it as a string: `"${SERVER_PORT}"`
    "#);
    assert_snapshot!(with_port(yaml, ""), @r#"
    error: the value of `${SERVER_PORT}` must be one Lisp token
     --> lisplaunch.yaml:1:17
    1 | start: (f :port ${SERVER_PORT})
      |                 ^^^^^^^^^^^^^^ `` is empty
      = help: if text is meant, write it as a string: `"${SERVER_PORT}"`
    "#);
    assert_snapshot!(with_port(yaml, "#.(f)"), @r#"
    error: the value of `${SERVER_PORT}` must be one Lisp token
     --> lisplaunch.yaml:1:17
    1 | start: (f :port ${SERVER_PORT})
      |                 ^^^^^^^^^^^^^^ `#.(f)` is not a token
      = help: if text is meant, write it as a string: `"${SERVER_PORT}"`
    "#);
    assert_snapshot!(with_port("start: (f a\\${SERVER_PORT})", "x"), @r"
    error: `${SERVER_PORT}` comes directly after `\`
     --> lisplaunch.yaml:1:13
    1 | start: (f a\${SERVER_PORT})
      |             ^^^^^^^^^^^^^^ would change what the form means
      = help: put a blank between them, or write the text out
    ");
    assert_snapshot!(with_port("start: '(f #?\"${SERVER_PORT}\")'", "x"), @r#"
    error: a variable cannot follow a macro character that is not standard
     --> lisplaunch.yaml:1:15
    1 | start: '(f #?"${SERVER_PORT}")'
      |               ^^^^^^^^^^^^^^ what it would become is not known
      = help: bind the value first, as in `(let ((x ${NAME})) …)`
    "#);
    assert_snapshot!(with_port("start: (f '${SERVER_PORT}x)", "1 "), @r#"
    error: the value of `${SERVER_PORT}` must be one Lisp token
     --> lisplaunch.yaml:1:12
    1 | start: (f '${SERVER_PORT}x)
      |            ^^^^^^^^^^^^^^ `1 ` is glued to a token and not made of plain characters
      = help: if text is meant, write it as a string: `"${SERVER_PORT}"`
    "#);
}

#[test]
fn a_variable_is_data_and_names_nothing_that_is_called() {
    for (yaml, value) in [
        ("start: ${SERVER_PORT}", "main"),
        ("start: ${SERVER_PORT} :port 1", "main"),
        ("start: app:${SERVER_PORT}", "main"),
        ("start: ${SERVER_PORT:-8080}", "80"),
        ("start: (${SERVER_PORT})", "exit"),
        ("start: (${SERVER_PORT:-8080})", "80"),
        ("start: (sb-ext:${SERVER_PORT})", "exit"),
        ("start: '(|${SERVER_PORT}|)'", "exit"),
        ("start: (f (g ${SERVER_PORT} (${SERVER_PORT} 1)))", "exit"),
        ("start: |\n  (;(\n  #|(|# ${SERVER_PORT})", "exit"),
        ("start: (#-nothing ${SERVER_PORT} 1)", "exit"),
        ("start: '(#1=${SERVER_PORT} 1)'", "exit"),
        ("start: '(f #.${SERVER_PORT})'", "*x*"),
        ("start: '(f #.(${SERVER_PORT}))'", "exit"),
        ("start: \"(f '(a #.(${SERVER_PORT})))\"", "exit"),
        ("start: \"(f `(a ,(${SERVER_PORT})))\"", "exit"),
        ("start: \"(f #'${SERVER_PORT})\"", "exit"),
        ("start: \"(f #'(lambda () (${SERVER_PORT})))\"", "exit"),
        ("start: '(f #s(${SERVER_PORT} :a 1))'", "exit"),
        ("start: (f)\nstop: (${SERVER_PORT})", "exit"),
    ] {
        let report = with_port(yaml, value);
        let first = report.lines().next().unwrap();
        let expected = "error: `${SERVER_PORT}` is used where code is expected";
        assert_eq!(first, expected, "{yaml}\n{report}");
        assert!(report.contains("--> lisplaunch.yaml:"), "{report}");
    }
    assert_snapshot!(with_port("start: |\n  (f\n  (; no\n   ${SERVER_PORT} 1))", "exit"), @"
    error: `${SERVER_PORT}` is used where code is expected
     --> lisplaunch.yaml:4:4
    4 |    ${SERVER_PORT} 1))
      |    ^^^^^^^^^^^^^^ a variable stands for data
      = help: write the name out; `(funcall '${SERVER_PORT})` calls what a variable names
    ");
}

#[test]
fn a_variable_may_be_any_data() {
    for yaml in [
        "start: (f ${A})",
        "start: f ${A}",
        "start: \"(f '${A} '(${A} 1) '((${A})))\"",
        "start: \"(f `(${A} 1) `(,x (${A} 1)))\"",
        "start: '(f #(${A} (${A})) #p\"${A}\" \"${A}\" (\"${A}\" 1))'",
        "start: '(f #c(${N} ${N:-1}) #2a((${A}) (${A})) #+nothing (${A}))'",
        "start: '((lambda (x) (f x ${A})))'",
        "start: \"(funcall '${A})\"",
    ] {
        let project = Project::new(&format!("loader: none\n{yaml}\nenv: {{N: '${{N:-1}}'}}"));
        let run = project.run(&["--set", "A=abc", "--set", "N=12", "argv"]);
        assert!(run.success().contains("abc"), "{yaml}");
    }
}

#[test]
fn a_value_is_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    let project = Project::new("user: ${NAME:-me}\nstart: (f)");
    let mut command = project.command(&["argv"]);
    command.env("NAME", std::ffi::OsStr::from_bytes(b"caf\xe9"));
    assert_snapshot!(brief(project.outcome(command), 2), @"
    error: the variable `NAME` is set to bytes that are not UTF-8
     --> lisplaunch.yaml:1:7
    1 | user: ${NAME:-me}
      |       ^^^^^^^^^^^
    ");
}

#[test]
fn what_cannot_be_given_to_a_program_is_no_value() {
    assert_snapshot!(refused(&[
        "start: (f)\nenv: {A: \"x\\0y\"}",
        "start: \"(f \\\"\\0\\\")\"",
    ]), @r#"
    error: `env.A` contains a NUL character
     --> lisplaunch.yaml:2:10
    2 | env: {A: "x\0y"}
      |          ^^^^^^
      = help: an argument or a variable cannot hold one
    error: `start` contains a NUL character
     --> lisplaunch.yaml:1:8
    1 | start: "(f \"\0\")"
      |        ^^^^^^^^^^^^
      = help: an argument or a variable cannot hold one
    "#);
}

#[test]
fn settings_are_of_variables_that_the_file_uses() {
    let yaml = "\
loader: none
start: (f ${PORT:-${DEFAULT_PORT:-80}})
services:
  web: {env-file: web.env}
  worker: {replicas: 2, env: {N: '${REPLICA}'}}
profiles:
  production: {umask: '${MASK:-022}'}
";
    let project = Project::new(yaml).with_file("web.env", "SECRET=x\n");
    let report = |arguments: &[&str]| brief(project.run(arguments), 2);
    assert_snapshot!(report(&["show", "--set", "PROT=1"]), @"
    error: `--set PROT`: `lisplaunch.yaml` uses no variable `PROT`
     = help: did you mean `PORT`?
    ");
    assert_snapshot!(report(&["argv", "web", "--set", "XYZZY=1", "--set", "PORT=2"]), @"
    error: `--set XYZZY`: `lisplaunch.yaml` uses no variable `XYZZY`
     = help: there are: `DEFAULT_PORT`, `MASK`, `PORT`, `SECRET`
    ");
    assert_snapshot!(report(&["emit", "makefile", "--set", "REPLICA=3"]), @"
    error: `--set REPLICA`: `replicas` gives that one
     = help: leave it out: it is another number in each service
    ");
    assert_snapshot!(report(&["templates", "--set", "PROT=1"]), @"
    error: `--set PROT`: `lisplaunch.yaml` uses no variable `PROT`
     = help: did you mean `PORT`?
    ");
    for command in ["status", "build"] {
        assert!(report(&[command, "--set", "port=1"]).contains("did you mean `PORT`?"));
    }
    for command in ["run", "argv", "eval", "stop", "reload", "restart"] {
        let arguments = [command, "web", "--set", "A=1", "(f)"];
        let count = if command == "eval" { 5 } else { 4 };
        assert!(
            report(&arguments[..count]).contains("uses no variable `A`"),
            "{command}"
        );
    }
    let check = brief(project.run(&["check", "--set", "PROT=1"]), 1);
    assert!(check.contains("uses no variable `PROT`"), "{check}");
    assert_eq!(check.matches("uses no variable").count(), 1, "{check}");
    for name in ["PORT", "DEFAULT_PORT", "SECRET", "MASK"] {
        project
            .run(&["argv", "web", "--set", &format!("{name}=1")])
            .success();
    }
    let plain = Project::new("start: (f)\nloader: none");
    assert_snapshot!(brief(plain.run(&["argv", "--set", "PORT=1"]), 2), @"
    error: `--set PORT`: `lisplaunch.yaml` uses no variable `PORT`
     = help: there are none
    ");
}
