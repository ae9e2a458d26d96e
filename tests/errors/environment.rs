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
    error: `1A` is no name of a variable
     --> lisplaunch.yaml:1:7
    1 | env: {1A: x}
      |       ^^
      = help: letters, digits and `_`, no digit first
    error: `A B` is no name of a variable
     --> lisplaunch.yaml:1:7
    1 | env: {'A B': x}
      |       ^^^^^
      = help: letters, digits and `_`, no digit first
    error: `` is no name of a variable
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
    error: `env-file` must be a single value
     --> lisplaunch.yaml:1:11
    1 | env-file: {a: b}
      |           ^^^^^^ this is a map
      = help: YAML takes `: ` for the end of a key: put the value into quotes, or below a `|`
    ");
    let told = |text: &str| {
        let project = Project::new("env-file: app.env\nstart: (f)").with_file("app.env", text);
        brief(project.run(&["argv"]), 2)
    };
    assert_snapshot!(told("A=1\nB C=2\n"), @r#"
    error: this is no line of an env file
     --> /srv/app/app.env:2:1
    2 | B C=2
      | ^^^^^
      = help: write `NAME=value`, with quotes around a value that has blanks: `NAME="two words"`
    "#);
    assert_snapshot!(told("A=1\nB='x\n"), @r#"
    error: this is no line of an env file
     --> /srv/app/app.env:2:1
    2 | B='x
      | ^^^^
      = help: write `NAME=value`, with quotes around a value that has blanks: `NAME="two words"`
    "#);
    assert_snapshot!(told("A=1\nA=\"x\\q\"\n"), @r#"
    error: this is no line of an env file
     --> /srv/app/app.env:2:1
    2 | A="x\q"
      | ^^^^^^^
      = help: write `NAME=value`, with quotes around a value that has blanks: `NAME="two words"`
    "#);
    assert_snapshot!(told("A=1\n# B=\nB\n"), @r#"
    error: this is no line of an env file
     --> /srv/app/app.env:3:1
    3 | B
      | ^
      = help: write `NAME=value`, with quotes around a value that has blanks: `NAME="two words"`
    "#);
    assert_snapshot!(told("A='1\n2'\n\n# C D\nC D\nE=1\n"), @r#"
    error: this is no line of an env file
     --> /srv/app/app.env:5:1
    5 | C D
      | ^^^
      = help: write `NAME=value`, with quotes around a value that has blanks: `NAME="two words"`
    "#);
    assert_snapshot!(told("A=x y\nA=x y\n"), @r#"
    error: this is no line of an env file
     --> /srv/app/app.env:1:1
    1 | A=x y
      | ^^^^^
      = help: write `NAME=value`, with quotes around a value that has blanks: `NAME="two words"`
    "#);
}
