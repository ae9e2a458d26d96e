//! Environment variables and the files that hold them.

use insta::assert_snapshot;

use super::{brief, wrong};
use crate::support::Project;

#[test]
fn env_is_a_map_of_names_to_values() {
    assert_snapshot!(wrong(&[
        "env: [A=1]",
        "env: A=1",
        "env: {1A: x}",
        "env: {'A B': x}",
        "env: {'': x}",
        "env: {A: ~}",
        "env: {A: [1, 2]}",
    ]), @r#"
    error: `env` must be a map
     --> lisplaunch.yaml:1:6
    1 | env: [A=1]
      |      ^^^^^ this is a list
    error: `env` must be a map
     --> lisplaunch.yaml:1:6
    1 | env: A=1
      |      ^^^ this is a single value
    error: `1A` is not a valid variable name
     --> lisplaunch.yaml:1:7
    1 | env: {1A: x}
      |       ^^
      = help: letters, digits and `_`, no digit first
    error: `A B` is not a valid variable name
     --> lisplaunch.yaml:1:7
    1 | env: {'A B': x}
      |       ^^^^^
      = help: letters, digits and `_`, no digit first
    error: `` is not a valid variable name
     --> lisplaunch.yaml:1:7
    1 | env: {'': x}
      |       ^^
      = help: letters, digits and `_`, no digit first
    error: `env.A` has no value
     --> lisplaunch.yaml:1:10
    1 | env: {A: ~}
      |          ^
      = help: write `""` for an empty one
    error: `env.A` must be a single value
     --> lisplaunch.yaml:1:10
    1 | env: {A: [1, 2]}
      |          ^^^^^^ this is a list
    "#);
}

#[test]
fn env_files_hold_names_and_values() {
    assert_snapshot!(wrong(&[
        "env-file: missing.env",
        "env-file: [., missing.env]",
        "env-file: {a: b}",
    ]), @"
    error: cannot read `/srv/app/missing.env`: no such file or directory
     --> lisplaunch.yaml:1:11
    1 | env-file: missing.env
      |           ^^^^^^^^^^^
      = help: write the file, or remove it from `env-file`
      = help: if it may be missing: `{file: /srv/app/missing.env, optional: true}`
    error: cannot read `/srv/app`: it is a folder
     --> lisplaunch.yaml:1:12
    1 | env-file: [., missing.env]
      |            ^
      = help: an env file has lines such as `NAME=value`
    error: cannot read `/srv/app/missing.env`: no such file or directory
     --> lisplaunch.yaml:1:15
    1 | env-file: [., missing.env]
      |               ^^^^^^^^^^^
      = help: write the file, or remove it from `env-file`
      = help: if it may be missing: `{file: /srv/app/missing.env, optional: true}`
    error: `env-file` names no file
     --> lisplaunch.yaml:1:11
    1 | env-file: {a: b}
      |           ^^^^^^
      = help: add `file:`
    error: unknown key `a` in `env-file`
     --> lisplaunch.yaml:1:12
    1 | env-file: {a: b}
      |            ^
      = help: there are: `file`, `optional`
    ");
}

/// What is said of an env file, whose values are secrets.
#[track_caller]
fn said_of(text: &str) -> String {
    let project = Project::new("env-file: app.env\nstart: (f)").with_file("app.env", text);
    let said = brief(project.run(&["argv"]), 2);
    assert!(!said.contains("hunter2"), "{said}");
    said
}

#[test]
fn a_line_of_an_env_file_is_a_name_and_a_value() {
    assert_snapshot!(said_of("A=1\nB hunter2=2\n"), @"
    error: this line of an env file is not `NAME=value`
     --> /srv/app/app.env:2:1
    2 | * *******=*
      | ^^^^^^^^^^^
      = help: a name has letters, digits and `_`, no digit first; a value has one line; a comment begins with `#`
    ");
    assert_snapshot!(said_of("A=1\n# B=\nhunter2\n"), @"
    error: this line of an env file is not `NAME=value`
     --> /srv/app/app.env:3:1
    3 | *******
      | ^^^^^^^
      = help: a name has letters, digits and `_`, no digit first; a value has one line; a comment begins with `#`
    ");
    assert_snapshot!(said_of("\u{feff}1A=hunter2"), @"
    error: this line of an env file is not `NAME=value`
     --> /srv/app/app.env:1:1
    1 | **=*******
      | ^^^^^^^^^^
      = help: a name has letters, digits and `_`, no digit first; a value has one line; a comment begins with `#`
    ");
    assert_snapshot!(said_of("=hunter2"), @"
    error: this line of an env file is not `NAME=value`
     --> /srv/app/app.env:1:1
    1 | =*******
      | ^^^^^^^^
      = help: a name has letters, digits and `_`, no digit first; a value has one line; a comment begins with `#`
    ");
    assert_snapshot!(said_of("A: hunter2"), @"
    error: this line of an env file is not `NAME=value`
     --> /srv/app/app.env:1:1
    1 | ** *******
      | ^^^^^^^^^^
      = help: a name has letters, digits and `_`, no digit first; a value has one line; a comment begins with `#`
    ");
    assert_snapshot!(said_of("\n\nA \t= hunter2"), @"
    error: white space between a name and its `=`
     --> /srv/app/app.env:3:2
    3 | A     = *******
      |  ^^^^^
      = help: remove it: `NAME=value`
    ");
    assert_snapshot!(said_of("A=b\n  export B=hunter2\n"), @"
    error: `export` is a command of a shell, which does not read this file
     --> /srv/app/app.env:2:3
    2 |   export B=*******
      |   ^^^^^^
      = help: remove it: the process is given every variable of the file
    ");
    assert_snapshot!(said_of("A=hunter2\rB=c\n"), @"
    error: this line has a carriage return that is not at its end
     --> /srv/app/app.env:1:10
    1 | A=*******␍*=*
      |          ^
      = help: lines end in a line feed, with or without a carriage return before it
    ");
    assert_snapshot!(said_of("é=hunter2\0\r\n"), @"
    error: this line has a NUL character
     --> /srv/app/app.env:1:10
    1 | *=********
      |          ^
      = help: remove it: an argument or a variable cannot hold one
    ");
}

#[test]
fn quotes_stand_around_a_whole_value() {
    assert_snapshot!(said_of("A='1\nhunter2'\n"), @"
    error: the value begins with a quote that does not end on its line
     --> /srv/app/app.env:1:3
    1 | A='*
      |   ^^
      = help: a value has one line; one that begins with a quote is written in quotes of the other kind
    ");
    assert_snapshot!(said_of("A= \"hunter2' # why\n"), @r#"
    error: the value begins with a quote that does not end on its line
     --> /srv/app/app.env:1:4
    1 | A= "*******' # ***
      |    ^^^^^^^^^^^^^^^
      = help: a value has one line; one that begins with a quote is written in quotes of the other kind
    "#);
    assert_snapshot!(said_of("A='it's hunter2'  # why\n"), @"
    error: the value goes on after its quotes
     --> /srv/app/app.env:1:7
    1 | A='**'* *******'  # ***
      |       ^^^^^^^^^^
      = help: quotes enclose the whole value, and nothing is an escape in them: use the other kind, or none
    ");
    assert_snapshot!(said_of("A=\"é \\\"hunter2\\\"\"\n"), @r#"
    error: the value goes on after its quotes
     --> /srv/app/app.env:1:8
    1 | A="* *"********""
      |        ^^^^^^^^^^
      = help: quotes enclose the whole value, and nothing is an escape in them: use the other kind, or none
    "#);
    assert_snapshot!(said_of("A='hunter2'#why\n"), @"
    error: the value goes on after its quotes
     --> /srv/app/app.env:1:12
    1 | A='*******'#***
      |            ^^^^
      = help: quotes enclose the whole value, and nothing is an escape in them: use the other kind, or none
    ");
}

#[test]
fn an_env_file_may_be_missing_if_the_project_says_so() {
    assert_snapshot!(wrong(&[
        "env-file: {file: missing.env}",
        "env-file: [{optional: true}]",
        "env-file: [{file: a.env, optional: perhaps}]",
        "env-file: [{flie: a.env}]",
        "env-file: {file: ., optional: true}",
    ]), @"
    error: cannot read `/srv/app/missing.env`: no such file or directory
     --> lisplaunch.yaml:1:18
    1 | env-file: {file: missing.env}
      |                  ^^^^^^^^^^^
      = help: write the file, or remove it from `env-file`
      = help: if it may be missing: `{file: /srv/app/missing.env, optional: true}`
    error: `env-file[0]` names no file
     --> lisplaunch.yaml:1:12
    1 | env-file: [{optional: true}]
      |            ^^^^^^^^^^^^^^^^
      = help: add `file:`
    error: cannot read `/srv/app/a.env`: no such file or directory
     --> lisplaunch.yaml:1:19
    1 | env-file: [{file: a.env, optional: perhaps}]
      |                   ^^^^^
      = help: write the file, or remove it from `env-file`
      = help: if it may be missing: `{file: /srv/app/a.env, optional: true}`
    error: `env-file[0].optional` is `perhaps`: expected `true` or `false`
     --> lisplaunch.yaml:1:36
    1 | env-file: [{file: a.env, optional: perhaps}]
      |                                    ^^^^^^^
    error: `env-file[0]` names no file
     --> lisplaunch.yaml:1:12
    1 | env-file: [{flie: a.env}]
      |            ^^^^^^^^^^^^^
      = help: add `file:`
    error: unknown key `flie` in `env-file[0]`
     --> lisplaunch.yaml:1:13
    1 | env-file: [{flie: a.env}]
      |             ^^^^
      = help: did you mean `file`?
    error: cannot read `/srv/app`: it is a folder
     --> lisplaunch.yaml:1:18
    1 | env-file: {file: ., optional: true}
      |                  ^
      = help: an env file has lines such as `NAME=value`
    ");
    let yaml = "loader: none\nstart: (f)\nenv-file: [{file: a.env, optional: true}, {file: b.env, optional: true}]";
    let project = Project::new(yaml).with_file("b.env", "A=b\n");
    let shown = project.run(&["show"]).success();
    assert!(shown.contains("    A: b\n"), "{shown}");
    assert!(
        shown.contains("  env-file:\n  - /srv/app/b.env\n  restart"),
        "{shown}"
    );
}

/// What the process is given for a value in an env file.
#[rustfmt::skip]
const VALUES: &[(&str, &str)] = &[
    ("pa$$word", "pa$$word"), ("$HOME ${HOME} $(id) `id`", "$HOME ${HOME} $(id) `id`"), ("", ""), ("  ", ""),
    ("  two words\t", "two words"), ("a#b", "a#b"), ("#b", "#b"), (" #b", ""), ("a #b", "a"), ("a\t# b", "a"),
    ("'a #b'", "a #b"), ("\"a #b\" # why", "a #b"), ("'$x \\n \"q\"'", "$x \\n \"q\""), ("\"it's\"", "it's"), ("'  '", "  "),
    ("''", ""), ("it's", "it's"), ("a\"b\"", "a\"b\""), ("a\\", "a\\"), ("b=c==", "b=c=="), ("é\u{a0}", "é\u{a0}"),
];

#[test]
fn a_value_of_an_env_file_is_literal() {
    for ends in ["\n", "\r\n"] {
        let lines = VALUES.iter().enumerate();
        let text: String = lines
            .map(|(index, (written, _))| format!("V{index}={written}{ends}"))
            .collect();
        let text =
            format!("\u{feff}# comment{ends}{ends}  \t# comment{ends}{text}\tLAST=x{ends}LAST=y");
        let project =
            Project::new("loader: none\nstart: (f)\nenv-file: app.env").with_file("app.env", text);
        let shown = project.run(&["show", "--json"]).success();
        let plan: serde_json::Value = serde_json::from_str(&shown).unwrap();
        let env = &plan["services"][0]["env"];
        for (index, (written, value)) in VALUES.iter().enumerate() {
            assert_eq!(env[format!("V{index}")], *value, "{written:?}");
        }
        assert_eq!(env["LAST"], "y");
    }
}
