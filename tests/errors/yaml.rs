//! Files that are not the YAML that they look like; `tests/yaml.rs` has them all.

use insta::assert_snapshot;

use super::refused;

#[test]
fn a_project_file_is_a_map() {
    assert_snapshot!(refused(&["", "# nothing\n", "- a\n- b\n", "hello", "~"]), @"
    error: the file is empty
     --> lisplaunch.yaml:1:1
    1 |
      | ^
      = help: a small project file is:
                systems: [my-app]
                start: my-app:main
    error: the file is empty
     --> lisplaunch.yaml:1:1
    1 | # nothing
      | ^
      = help: a small project file is:
                systems: [my-app]
                start: my-app:main
    error: expected a map at the top of the file, found a list
     --> lisplaunch.yaml:1:1
    1 | - a
      | ^^^
      = help: a small project file is:
                systems: [my-app]
                start: my-app:main
    error: expected a map at the top of the file, found a single value
     --> lisplaunch.yaml:1:1
    1 | hello
      | ^^^^^
      = help: a small project file is:
                systems: [my-app]
                start: my-app:main
    error: expected a map at the top of the file, found nothing
     --> lisplaunch.yaml:1:1
    1 | ~
      | ^
      = help: a small project file is:
                systems: [my-app]
                start: my-app:main
    ");
}

#[test]
fn yaml_has_traps() {
    assert_snapshot!(refused(&[
        "start: (f)\n\tstop: (g)",
        "start: \"(f)",
        "start: (f)\nname: app: 1",
        "systems: [a, b\nstart: (f)",
        "start: `(f)",
        "start: @f",
        "start: *f",
        "start: !f x",
        "start: (f)\nstart: (g)",
        "start (f)",
        "start: (f)\n stop: (g)",
        "name: a\n---\nname: b",
        "x-a: &a {b: *a}",
    ]), @r#"
    error: a tab cannot indent
     --> lisplaunch.yaml:2:1
    2 |     stop: (g)
      | ^
      = help: YAML indents by blanks: replace the tab by blanks
    error: the quote is not closed
     --> lisplaunch.yaml:1:8
    1 | start: "(f)
      |        ^
      = help: close it, or use the other kind of quote if it is part of the text
    error: a value without quotes cannot contain `: `
     --> lisplaunch.yaml:2:10
    2 | name: app: 1
      |          ^
      = help: quote the value, or write it as a block after `|`
    error: a key in brackets must be on the line of its `:`
     --> lisplaunch.yaml:1:10
    1 | systems: [a, b
      |          ^
      = help: close the brackets, or quote a value that is text and starts with `[` or `{`
    error: a value without quotes cannot start with a backtick
     --> lisplaunch.yaml:1:8
    1 | start: `(f)
      |        ^
      = help: quote the value, or write it as a block after `|`
    error: a value without quotes cannot start with `@`
     --> lisplaunch.yaml:1:8
    1 | start: @f
      |        ^
      = help: quote the value, or write it as a block after `|`
    error: no value is named `&f`
     --> lisplaunch.yaml:1:8
    1 | start: *f
      |        ^^
      = help: quote a value that is text and starts with `*`
    error: tags are not supported
     --> lisplaunch.yaml:1:8
    1 | start: !f x
      |        ^^
      = help: quote a value that is text and starts with `!`
    error: duplicate key `start`
     --> lisplaunch.yaml:2:1
    2 | start: (g)
      | ^^^^^
      = help: the first `start` is on line 1: keep one of them
    error: expected a map at the top of the file, found a single value
     --> lisplaunch.yaml:1:1
    1 | start (f)
      | ^^^^^^^^^
      = help: a small project file is:
                systems: [my-app]
                start: my-app:main
    error: a key cannot start here
     --> lisplaunch.yaml:2:6
    2 |  stop: (g)
      |      ^
      = help: start all keys of a map in the same column, each with `: `; quote a value that contains it
    error: the file holds more than one document
     --> lisplaunch.yaml:2:1
    2 | ---
      | ^^^
      = help: keep one document, and remove the others with their `---`
    error: an alias is inside the value that it names
     --> lisplaunch.yaml:1:13
    1 | x-a: &a {b: *a}
      |             ^^
      = help: a value cannot contain itself: write out what is meant
    "#);
}
