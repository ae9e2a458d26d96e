//! Reading YAML: what is accepted and where it is, what is refused and in which words, and how that
//! is shown.

use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;
use lisplaunch::problem::{Location, Problem, Source};
use lisplaunch::project::yaml::{Node, NodeKind, read};
use proptest::prelude::*;
use rustix::time::{ClockId, clock_gettime};
use serde_yaml::Value;

fn source(text: impl Into<String>) -> Arc<Source> {
    Arc::new(Source {
        name: "lisplaunch.yaml".to_owned(),
        text: text.into(),
    })
}

fn accepted(text: &str) -> Node {
    read(&source(text)).unwrap_or_else(|problem| panic!("{problem}"))
}

fn written(location: &Location) -> &str {
    &location.source.text[location.range.clone()]
}

/// The problems of several texts, without the lines that only hold a bar.
fn refused(texts: &[&str]) -> String {
    let mut shown = String::new();
    for text in texts {
        let problem = read(&source(*text)).expect_err(text);
        for line in problem
            .render(false)
            .lines()
            .filter(|line| line.trim() != "|")
        {
            writeln!(shown, "{line}").expect("a string takes all");
        }
    }
    shown
}

/// A line for every node: its path, its value, and what was written at its place.
fn outline(text: &str) -> String {
    let mut lines = String::new();
    walk(&accepted(text), "", &mut |path, node| {
        let value = match &node.kind {
            NodeKind::Scalar(scalar) if scalar.plain => scalar.text.clone(),
            NodeKind::Scalar(scalar) => format!("{:?}", scalar.text),
            kind => kind.name().to_owned(),
        };
        writeln!(lines, "{path}: {value} from {:?}", written(&node.location))
            .expect("a string takes all");
    });
    lines
}

fn walk(node: &Node, path: &str, visit: &mut dyn FnMut(&str, &Node)) {
    if !path.is_empty() {
        visit(path, node);
    }
    match &node.kind {
        NodeKind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{path}[{index}]"), visit);
            }
        }
        NodeKind::Map(entries) => {
            for (key, value) in entries {
                assert!(!key.location.range.is_empty() || key.text.is_empty());
                let dot = if path.is_empty() { "" } else { "." };
                walk(value, &format!("{path}{dot}{}", key.text), visit);
            }
        }
        NodeKind::Null | NodeKind::Scalar(_) => {}
    }
}

// ---- What is accepted

#[test]
fn scalars_keep_their_text_and_know_what_was_written() {
    assert_snapshot!(outline("version: 1.10\nmode: 022\nflag: yes\nnone: ~\nno: null\nempty:\nnil: NIL\n"), @r#"
    version: 1.10 from "1.10"
    mode: 022 from "022"
    flag: yes from "yes"
    none: nothing from "~"
    no: nothing from "null"
    empty: nothing from ":"
    nil: NIL from "NIL"
    "#);
    assert_snapshot!(outline("a:   'it''s'   # c\nb: \"x\\ty\" # c\nc: one\n  two # c\nd: é \"é\"\n"), @r#"
    a: "it's" from "'it''s'"
    b: "x\ty" from "\"x\\ty\""
    c: one two from "one\n  two"
    d: é "é" from "é \"é\""
    "#);
    assert_snapshot!(outline("a: |2-  # c\n   one\n  two\n\nb: >\n  one\n  two\n\nc: |\n\nd: |+\n\n"), @r#"
    a: " one\ntwo" from "one\n  two"
    b: "one two\n" from "one\n  two"
    c: "" from "|"
    d: "\n" from "|"
    "#);
}

#[test]
fn lists_and_maps_stand_at_the_start_of_their_first_line() {
    assert_snapshot!(outline("a:\n- b\n-\n- # c\n- - d\n  - e\n"), @r#"
    a: a list from "- b"
    a[0]: b from "b"
    a[1]: nothing from "-"
    a[2]: nothing from "-"
    a[3]: a list from "- d"
    a[3][0]: d from "d"
    a[3][1]: e from "e"
    "#);
    assert_snapshot!(outline("a:\n  - b: 1\n    c: 2\n  - {d: 3, e: [f, g]} # h\n  - [\n    i]\n"), @r#"
    a: a list from "- b"
    a[0]: a map from "b"
    a[0].b: 1 from "1"
    a[0].c: 2 from "2"
    a[1]: a map from "{d: 3, e: [f, g]}"
    a[1].d: 3 from "3"
    a[1].e: a list from "[f, g]"
    a[1].e[0]: f from "f"
    a[1].e[1]: g from "g"
    a[2]: a list from "["
    a[2][0]: i from "i"
    "#);
}

#[test]
fn aliases_stand_where_their_anchor_stands() {
    assert_snapshot!(outline("a: &x |\n  one\nb: *x\nc: &y [1, &z 2]\nd: [*y, *z]\n"), @r#"
    a: "one\n" from "one"
    b: "one\n" from "one"
    c: a list from "[1, &z 2]"
    c[0]: 1 from "1"
    c[1]: 2 from "2"
    d: a list from "[*y, *z]"
    d[0]: a list from "[1, &z 2]"
    d[0][0]: 1 from "1"
    d[0][1]: 2 from "2"
    d[1]: 2 from "2"
    "#);
}

#[test]
fn merged_maps_give_way_to_what_is_there() {
    assert_snapshot!(outline("a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}\nc: {<<: [{y: 4, z: 5}, *a]}\n"), @r#"
    a: a map from "{x: 1, y: 2}"
    a.x: 1 from "1"
    a.y: 2 from "2"
    b: a map from "{<<: *a, x: 3}"
    b.x: 3 from "3"
    b.y: 2 from "2"
    c: a map from "{<<: [{y: 4, z: 5}, *a]}"
    c.y: 4 from "4"
    c.z: 5 from "5"
    c.x: 1 from "1"
    "#);
}

#[test]
fn core_tags_are_passed_over_and_str_makes_text() {
    assert_snapshot!(outline("a: !!str 80\nb: !!int 80\nc: !!str ~\nd: &x !!str # c\n  80\ne: !!map {}\nf: !!str\n"), @r#"
    a: "80" from "80"
    b: 80 from "80"
    c: "~" from "~"
    d: "80" from "80"
    e: a map from "{}"
    f: "" from "!!str"
    "#);
}

#[test]
fn byte_order_mark_carriage_returns_and_version_are_no_content() {
    assert_snapshot!(outline("\u{FEFF}%YAML 1.2\r\n---\r\na: b\r\nc: |\r\n  d\r\n  e\r\n...\r\n"), @r#"
    a: b from "b"
    c: "d\ne\n" from "d\r\n  e"
    "#);
}

// ---- What is refused

#[test]
fn a_file_is_one_map() {
    assert_snapshot!(refused(&["", "# only\n", "---\n"]), @r"
    error: the file is empty
     --> lisplaunch.yaml:1:1
    1 |
      | ^
      = help: a small project file is:
                systems: [my-app]
                start: my-app:main
    error: the file is empty
     --> lisplaunch.yaml:1:1
    1 | # only
      | ^
      = help: a small project file is:
                systems: [my-app]
                start: my-app:main
    error: the file is empty
     --> lisplaunch.yaml:1:1
    1 | ---
      | ^
      = help: a small project file is:
                systems: [my-app]
                start: my-app:main
    ");
    assert_snapshot!(refused(&["- a: b\n", "text", "~"]), @r"
    error: expected a map at the top of the file, found a list
     --> lisplaunch.yaml:1:1
    1 | - a: b
      | ^^^
      = help: a small project file is:
                systems: [my-app]
                start: my-app:main
    error: expected a map at the top of the file, found a single value
     --> lisplaunch.yaml:1:1
    1 | text
      | ^^^^
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
    assert_snapshot!(refused(&["a: 1\n---\nb: 2\n", "a: 1\n...\nb: 2\n"]), @r"
    error: the file holds more than one document
     --> lisplaunch.yaml:2:1
    2 | ---
      | ^^^
      = help: keep one document, and remove the others with their `---`
    error: the file holds more than one document
     --> lisplaunch.yaml:3:1
    3 | b: 2
      | ^
      = help: keep one document, and remove the others with their `---`
    ");
}

#[test]
fn a_file_is_text() {
    assert_snapshot!(refused(&["a: b\0", "a: \u{1b}[31m", "a: \u{9b}31m", "a: b\n\u{FEFF}c: d"]), @r#"
    error: the file is not text: it contains a NUL byte
     --> lisplaunch.yaml:1:5
    1 | a: b␀
      |     ^
      = help: name a file of YAML, saved as UTF-8
    error: the file contains the control character U+001B
     --> lisplaunch.yaml:1:4
    1 | a: ␛[31m
      |    ^
      = help: remove it, or write it as an escape in double quotes: `"\x1B"`
    error: the file contains the control character U+009B
     --> lisplaunch.yaml:1:4
    1 | a: ·31m
      |    ^
      = help: remove it, or write it as an escape in double quotes: `"\x9B"`
    error: found a byte order mark inside the text
     --> lisplaunch.yaml:2:1
    2 | �c: d
      | ^
      = help: remove the invisible character U+FEFF
    "#);
}

#[test]
fn a_key_is_text_and_occurs_once() {
    assert_snapshot!(refused(&["a: 1\nb: 2\na: 3\n", "a:\n  b: 1\n  \"b\": 2\n"]), @r#"
    error: duplicate key `a`
     --> lisplaunch.yaml:3:1
    3 | a: 3
      | ^
      = help: the first `a` is on line 1: keep one of them
    error: duplicate key `b`
     --> lisplaunch.yaml:3:3
    3 |   "b": 2
      |   ^^^
      = help: the first `b` is on line 2: keep one of them
    "#);
    assert_snapshot!(refused(&["? [a]\n: b", "{a: b}: c", ": b", "~: b"]), @r"
    error: a key must be text, found a list
     --> lisplaunch.yaml:1:3
    1 | ? [a]
      |   ^^^
      = help: quote a key that is text and starts with `[`, `{` or `? `
    error: a key must be text, found a map
     --> lisplaunch.yaml:1:1
    1 | {a: b}: c
      | ^^^^^^
      = help: quote a key that is text and starts with `[`, `{` or `? `
    error: a key is missing
     --> lisplaunch.yaml:1:1
    1 | : b
      | ^
      = help: write `key: value`; quote a key that is `null` or `~`
    error: a key is missing
     --> lisplaunch.yaml:1:1
    1 | ~: b
      | ^
      = help: write `key: value`; quote a key that is `null` or `~`
    ");
}

#[test]
fn anchors_merges_tags_and_directives_have_limits() {
    assert_snapshot!(refused(&["a: &x [*x]", "a: *package*", "a: *", "a: & b"]), @r"
    error: an alias is inside the value that it names
     --> lisplaunch.yaml:1:8
    1 | a: &x [*x]
      |        ^^
      = help: a value cannot contain itself: write out what is meant
    error: no value is named `&package*`
     --> lisplaunch.yaml:1:4
    1 | a: *package*
      |    ^^^^^^^^^
      = help: quote a value that is text and starts with `*`
    error: a name is missing after `&` or `*`
     --> lisplaunch.yaml:1:4
    1 | a: *
      |    ^
      = help: quote a value that is text and starts with `&` or `*`
    error: a name is missing after `&` or `*`
     --> lisplaunch.yaml:1:4
    1 | a: & b
      |    ^
      = help: quote a value that is text and starts with `&` or `*`
    ");
    assert_snapshot!(refused(&["<<: 3", "<<: [{a: 1}, 3]", "<<: {a: 1}\n<<: {b: 1}"]), @r"
    error: `<<` takes a map or a list of maps, found a single value
     --> lisplaunch.yaml:1:5
    1 | <<: 3
      |     ^
      = help: name the anchor of a map: `<<: *name`
    error: `<<` takes a map or a list of maps, found a list
     --> lisplaunch.yaml:1:5
    1 | <<: [{a: 1}, 3]
      |     ^^^^^^^^^^^
      = help: name the anchor of a map: `<<: *name`
    error: duplicate key `<<`
     --> lisplaunch.yaml:2:1
    2 | <<: {b: 1}
      | ^^
      = help: name both in one list: `<<: [*a, *b]`
    ");
    assert_snapshot!(refused(&["a: !foo b", "a: &x !!binary b", "a: ! b", "%TAG ! x\n---\na: b"]), @r"
    error: tags are not supported
     --> lisplaunch.yaml:1:4
    1 | a: !foo b
      |    ^^^^
      = help: quote a value that is text and starts with `!`
    error: tags are not supported
     --> lisplaunch.yaml:1:7
    1 | a: &x !!binary b
      |       ^^^^^^^^
      = help: quote a value that is text and starts with `!`
    error: tags are not supported
     --> lisplaunch.yaml:1:4
    1 | a: ! b
      |    ^
      = help: quote a value that is text and starts with `!`
    error: directives are not supported
     --> lisplaunch.yaml:1:1
    1 | %TAG ! x
      | ^^^^^^^^
      = help: remove the line; a key that starts with `%` needs quotes
    ");
}

#[test]
fn tabs_do_not_indent() {
    assert_snapshot!(refused(&["a:\n\tb: c", "a:\n  b: c\n\td: e", "a:\n  b: \"x\n\ty\"", "a:\t- b"]), @r#"
    error: a tab cannot indent
     --> lisplaunch.yaml:2:1
    2 |     b: c
      | ^
      = help: YAML indents by blanks: replace the tab by blanks
    error: a tab cannot indent
     --> lisplaunch.yaml:3:1
    3 |     d: e
      | ^
      = help: YAML indents by blanks: replace the tab by blanks
    error: a tab cannot indent
     --> lisplaunch.yaml:3:1
    3 |     y"
      | ^
      = help: YAML indents by blanks: replace the tab by blanks
    error: expected a blank, found a tab
     --> lisplaunch.yaml:1:4
    1 | a:    - b
      |       ^
      = help: write a blank after `:` and `-`
    "#);
}

#[test]
fn text_without_quotes_has_traps() {
    assert_snapshot!(refused(&["a: b: c", "a:\n  - b: c: d", "a: b\n  c: d", "a: b # c\n  d"]), @r"
    error: a value without quotes cannot contain `: `
     --> lisplaunch.yaml:1:5
    1 | a: b: c
      |     ^
      = help: quote the value, or write it as a block after `|`
    error: a value without quotes cannot contain `: `
     --> lisplaunch.yaml:2:9
    2 |   - b: c: d
      |         ^
      = help: quote the value, or write it as a block after `|`
    error: a key cannot start here
     --> lisplaunch.yaml:2:4
    2 |   c: d
      |    ^
      = help: start all keys of a map in the same column, each with `: `; quote a value that contains it
    error: a comment cannot be inside a value
     --> lisplaunch.yaml:1:6
    1 | a: b # c
      |      ^
      = help: move the comment above the value, or start the next key in the column of the others
    ");
    assert_snapshot!(refused(&["a: @b", "a: `(b)`", "a: %b", "a: - b", "a: ? b"]), @r"
    error: a value without quotes cannot start with `@`
     --> lisplaunch.yaml:1:4
    1 | a: @b
      |    ^
      = help: quote the value, or write it as a block after `|`
    error: a value without quotes cannot start with a backtick
     --> lisplaunch.yaml:1:4
    1 | a: `(b)`
      |    ^
      = help: quote the value, or write it as a block after `|`
    error: a value without quotes cannot start with `%`
     --> lisplaunch.yaml:1:4
    1 | a: %b
      |    ^
      = help: quote the value, or write it as a block after `|`
    error: a list cannot start on the line of its key
     --> lisplaunch.yaml:1:4
    1 | a: - b
      |    ^
      = help: start the list on the next line, or quote the value if it is text
    error: a key cannot start here
     --> lisplaunch.yaml:1:4
    1 | a: ? b
      |    ^
      = help: quote the value if it is text that starts with `? `
    ");
    assert_snapshot!(refused(&["a: [b", "a: [b\nc: d", "a: {b: 1\nc: d", "a: [b] c", "a: [b]]", "a: {b:[c]}"]), @r"
    error: a list in brackets is not closed, or misses a comma
     --> lisplaunch.yaml:1:6
    1 | a: [b
      |      ^
      = help: write `[a, b]`, or quote a value that is text and starts with `[`
    error: a key in brackets must be on the line of its `:`
     --> lisplaunch.yaml:1:4
    1 | a: [b
      |    ^
      = help: close the brackets, or quote a value that is text and starts with `[` or `{`
    error: a map in braces is not closed, or misses a comma
     --> lisplaunch.yaml:1:4
    1 | a: {b: 1
      |    ^
      = help: write `{a: 1, b: 2}`, or quote a value that is text and starts with `{`
    error: found text after the end of the value
     --> lisplaunch.yaml:1:8
    1 | a: [b] c
      |        ^
      = help: quote all of the value, or write it as a block after `|`
    error: a bracket is closed that was not opened
     --> lisplaunch.yaml:1:7
    1 | a: [b]]
      |       ^
      = help: quote the value if it is text
    error: a blank is missing after `:`
     --> lisplaunch.yaml:1:6
    1 | a: {b:[c]}
      |      ^
      = help: write `key: value`
    ");
}

#[test]
fn quotes_and_blocks_have_traps() {
    assert_snapshot!(refused(&["a: \"b", "a: 'it's'", "a: 'b\nc'", r#"a: "x #\q""#, r#"a: "\xZZ""#]), @r#"
    error: the quote is not closed
     --> lisplaunch.yaml:1:4
    1 | a: "b
      |    ^
      = help: close it, or use the other kind of quote if it is part of the text
    error: found text after the closing quote
     --> lisplaunch.yaml:1:8
    1 | a: 'it's'
      |        ^
      = help: quote all of the value, or write it as a block after `|`
    error: the lines of a quoted value must be indented
     --> lisplaunch.yaml:1:4
    1 | a: 'b
      |    ^
      = help: indent them, or close the quote on its first line
    error: unknown escape `\q` in double quotes
     --> lisplaunch.yaml:1:8
    1 | a: "x #\q"
      |        ^^
      = help: write `\\` for a backslash, or use single quotes
    error: unknown escape `\x` in double quotes
     --> lisplaunch.yaml:1:5
    1 | a: "\xZZ"
      |     ^^
      = help: write `\\` for a backslash, or use single quotes
    "#);
    assert_snapshot!(refused(&["a: |x\n  y", "a: >b", "a: |0\n  y"]), @r"
    error: found text on the line where a block starts
     --> lisplaunch.yaml:1:4
    1 | a: |x
      |    ^
      = help: start the text of a block on the next line, or quote a value that starts with `|` or `>`
    error: found text on the line where a block starts
     --> lisplaunch.yaml:1:4
    1 | a: >b
      |    ^
      = help: start the text of a block on the next line, or quote a value that starts with `|` or `>`
    error: a block cannot be indented by 0
     --> lisplaunch.yaml:1:4
    1 | a: |0
      |    ^
      = help: leave out the number after `|` or `>`
    ");
}

#[test]
fn columns_must_fit() {
    assert_snapshot!(refused(&["a: b\nc\nd: e", "- a\nb: c", "a:\n  b: c\n d: e", "a:\n  - b\n - c", "\"a\" b: c"]), @r#"
    error: expected `key: value`
     --> lisplaunch.yaml:2:1
    2 | c
      | ^
      = help: add `:` and a blank after the key, or indent the line if it continues the value above
    error: this line does not fit the indentation above
     --> lisplaunch.yaml:2:1
    2 | b: c
      | ^
      = help: start all items of a list in the same column, with `- `
    error: this line does not fit the indentation above
     --> lisplaunch.yaml:3:2
    3 |  d: e
      |  ^
      = help: start all keys of a map in the same column; indent a block like its first line
    error: this line does not fit the indentation above
     --> lisplaunch.yaml:3:2
    3 |  - c
      |  ^
      = help: start all keys of a map in the same column; indent a block like its first line
    error: found text after the closing quote
     --> lisplaunch.yaml:1:5
    1 | "a" b: c
      |     ^
      = help: quote all of the value, or write it as a block after `|`
    "#);
}

// ---- Limits

const MIB: usize = 1 << 20;

fn repeated(start: &str, part: &str, length: usize) -> String {
    format!("{start}{}", part.repeat(length / part.len()))
}

fn staircase() -> String {
    let mut text = String::new();
    for indent in 0.. {
        if text.len() > MIB {
            break;
        }
        text.push_str(&" ".repeat(indent));
        text.push_str("a:\n");
    }
    text
}

fn alias_bomb(leaf: &str) -> String {
    let mut text = format!("a0: &a0 {leaf}\n");
    for level in 1..30 {
        let alias = format!("*a{}", level - 1);
        writeln!(
            text,
            "a{level}: &a{level} [{alias}, {alias}, {alias}, {alias}]"
        )
        .expect("a string takes all");
    }
    text
}

#[test]
fn hostile_files_are_read_quickly() {
    for part in HOSTILE {
        let took = time(repeated("", part, MIB));
        assert!(took < LONGEST, "many {part:?}: {took:?}");
        for start in ["a: [", "a: {", "{", "é: |\n "] {
            let took = time(repeated(start, part, MIB / 16));
            assert!(took < LONGEST, "{start:?} and many {part:?}: {took:?}");
        }
    }
    let deep = |count| format!("{}{}", "[".repeat(250), "a,".repeat(count));
    let long = "x".repeat(MIB / 2);
    for text in [
        staircase(),
        deep(99_000),
        deep(MIB / 2),
        alias_bomb("x"),
        alias_bomb(&long),
    ] {
        assert!(time(text) < LONGEST);
    }
}

/// Many times as long as each takes, and far less than where time grows with the square of length:
/// of the processor's time, which others of a busy machine do not take part in.
const LONGEST: Duration = Duration::from_secs(15);

const HOSTILE: &[&str] = &[
    "[", "{", "[a,", "{a: ", "- ", "a: ", "? ", "&a ", "&a b, ", "*a ", "!a ", "a", "a ", "\n a",
    "\n", "\r", "\t", " \n", "a,", ",", "[],", "a: b, ", "''", "\\n", "\"", "'", "#", "#\n", "-\n",
    "- &a\n", "a:\n", "---\n", "%a ", ": ", "é", "\u{FEFF}", "|\n", "<<: ",
];

fn time(text: String) -> Duration {
    let source = source(text);
    let start = time_of_this_thread();
    if let Err(problem) = read(&source) {
        let shown = problem.render(false);
        assert!(shown.len() < 4000, "{shown}");
        assert!(!shown.contains("this is not YAML"), "{shown}");
    }
    time_of_this_thread().saturating_sub(start)
}

/// How long this thread has had a processor.
fn time_of_this_thread() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("it began with zero")
}

#[test]
fn limits_are_reported() {
    let deep = format!("a: {}", "[".repeat(70));
    let many = format!("a:\n{}", "- b\n".repeat(100_001));
    let long = format!("a: &a {}\nb: [{}]", "x".repeat(MIB / 2), "*a, ".repeat(20));
    let messages = [deep, many, long, alias_bomb("x")].map(|text| {
        let problem = read(&source(text)).expect_err("too large");
        problem.message().to_owned()
    });
    assert_snapshot!(messages.join("\n"), @r"
    lists and maps are nested more than 64 levels deep
    the file holds more than 100000 values
    the aliases of the file expand to more than 8 MiB
    the file holds more than 100000 values
    ");
    accepted(&format!("a: {}{}", "[".repeat(63), "]".repeat(63)));
    accepted(&format!("a:\n{}", "- b\n".repeat(99_000)));
}

// ---- The places of parts

fn part(text: &str, range: Range<usize>) -> String {
    let root = accepted(text);
    let NodeKind::Map(entries) = &root.kind else {
        panic!("a map")
    };
    let location = entries[0].1.location_of(range);
    format!(
        "{}..{} {:?}",
        location.range.start,
        location.range.end,
        written(&location)
    )
}

#[test]
fn parts_are_found_through_folding_and_escapes() {
    assert_eq!(part("a: foo bar", 4..7), "7..10 \"bar\"");
    assert_eq!(part("a: foo\n  bar", 4..7), "9..12 \"bar\"");
    assert_eq!(part("a: 'it''s'", 2..4), "6..9 \"''s\"");
    assert_eq!(
        part(r#"a: "\t\x41\u263A\  b""#, 1..5),
        r#"6..16 "\\x41\\u263A""#
    );
    assert_eq!(part(r#"a: "\t\x41\u263A\  b""#, 7..8), r#"19..20 "b""#);
    assert_eq!(part("a: &x |2- # |\n  (a\n   b)\n", 4..6), "22..24 \"b)\"");
    assert_eq!(part("a: >\n  (a\n  b)\n", 0..5), "7..14 \"(a\\n  b)\"");
}

#[test]
fn empty_parts_stand_beside_what_is_visible() {
    assert_eq!(part("a: |\n  (a\n\n", 3..3), "9..9 \"\"");
    assert_eq!(part("a: |\n  (a\n\n", 2..3), "9..9 \"\"");
    assert_eq!(part("a: 'b c'", 2..2), "6..6 \"\"");
    assert_eq!(part("a: 'b c'", 0..0), "4..4 \"\"");
    assert_eq!(part("a: ''", 0..0), "3..3 \"\"");
    assert_eq!(part("a: 'b c'", 90..99), "7..7 \"\"");
    assert_eq!(part("a: 'é'", 1..1), "4..6 \"é\"");
    assert_eq!(part("a: [b]", 0..1), "3..6 \"[b]\"");
}

/// How a text is written; every word with a choice of how.
#[derive(Clone, Copy, Debug)]
enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

fn style() -> impl Strategy<Value = Style> {
    prop::sample::select(vec![
        Style::Plain,
        Style::Single,
        Style::Double,
        Style::Literal,
        Style::Folded,
    ])
}

/// A file with the words as the value of its last key, and where their characters are.
fn write_words(style: Style, words: &[(String, u8)]) -> (String, Vec<(char, Range<usize>)>) {
    let mut text = String::from("é: ü\nk: ");
    text.push_str(match style {
        Style::Plain => "",
        Style::Single => "'",
        Style::Double => "\"",
        Style::Literal => [
            "|\n  ",
            "|- # |\n  ",
            "&x |2+\n  ",
            "!!str &x | # '\"\n\n  ",
        ][words.len() % 4],
        Style::Folded => [">\n  ", ">-\n\n  ", "&x # |\n  >2\n  "][words.len() % 3],
    });
    let mut places = Vec::new();
    for (index, (word, how)) in words.iter().enumerate() {
        if index > 0 {
            text.push_str(gap(style, *how));
        }
        for c in word.chars() {
            let start = text.len();
            text.push_str(&spelling(style, c, *how));
            places.push((c, start..text.len()));
        }
    }
    text.push_str(match style {
        Style::Single => "' # c",
        Style::Double => "\" # \"",
        _ => "\n\n",
    });
    (text, places)
}

fn gap(style: Style, how: u8) -> &'static str {
    match (style, how % 5) {
        (Style::Double, 0) => "\\\n  ",
        (Style::Double, 1) => "\\x20\\n\\t",
        (_, 0 | 1) => " ",
        (_, 2) => "\n  ",
        (_, 3) => "\n\n  ",
        _ => "   ",
    }
}

fn spelling(style: Style, c: char, how: u8) -> String {
    match (style, c, how / 5 % 4) {
        (Style::Single, '\'', _) => "''".to_owned(),
        (Style::Double, '"' | '\\', 0) => format!("\\{c}"),
        (Style::Double, _, 1) => format!("\\U{:08X}", u32::from(c)),
        (Style::Double, '"' | '\\', _) | (Style::Double, _, 2) => {
            format!("\\u{:04x}", u32::from(c))
        }
        _ => c.to_string(),
    }
}

proptest! {
    #[test]
    fn every_visible_character_is_found(
        style in style(),
        words in prop::collection::vec(("[a-zλ日(][a-z0-9λ'\"\\\\#)]{0,5}", any::<u8>()), 1..9),
    ) {
        let (text, places) = write_words(style, &words);
        let root = accepted(&text);
        let NodeKind::Map(entries) = &root.kind else { panic!("a map") };
        let node = &entries[1].1;
        let NodeKind::Scalar(scalar) = &node.kind else { return Ok(()) };
        let visible: Vec<_> = scalar.text.char_indices().filter(|(_, c)| !c.is_whitespace()).collect();
        prop_assert_eq!(visible.len(), places.len());
        for ((at, found), (c, range)) in visible.into_iter().zip(places) {
            prop_assert_eq!(found, c);
            prop_assert_eq!(node.location_of(at..at + c.len_utf8()).range, range);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn anything_like_yaml_is_read_or_refused(parts in prop::collection::vec(prop::sample::select(PARTS), 0..24)) {
        survives(&parts.concat());
        survives(&format!("a: {}", parts.concat()));
    }

    #[test]
    fn broken_projects_are_read_or_refused(at in any::<prop::sample::Index>(), length in 0..9_usize, part in prop::sample::select(PARTS)) {
        let chars: Vec<char> = PROJECT.chars().collect();
        let at = at.index(chars.len());
        let (before, after) = (&chars[..at], chars.get(at + length..).unwrap_or_default());
        survives(&format!("{}{part}{}", String::from_iter(before), String::from_iter(after)));
    }

    #[test]
    fn random_trees_are_read_as_serde_reads_them(tree in tree()) {
        let text = serde_yaml::to_string(&tree).expect("a tree of text");
        agrees(&text);
    }
}

const PARTS: &[&str] = &[
    "a",
    "b: ",
    "- ",
    "\n",
    "\n  ",
    "\n    ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ": ",
    "? ",
    "&x ",
    "*x",
    "!!str ",
    "!t ",
    "|",
    "|2-\n",
    ">\n",
    "\"",
    "'",
    "''",
    "\\n",
    "\\\"",
    "\\x41",
    "\\u00e9",
    "\\ ",
    "\\\n",
    "#",
    " # c",
    "\t",
    " ",
    "é",
    "日",
    "\u{FEFF}",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "%",
    "@",
    "`",
    "<<: ",
    "null",
    "~",
    "\r\n",
    "\r",
    "x: y\n",
    "-",
    "?",
    ":",
    ",",
    "\u{85}",
];

const PROJECT: &str = r#"# A project
systems: [lucerne, "cl-ppcre"]
port: 8080
defaults: &defaults
  swank: {port: 4005, host: 127.0.0.1}
  dynamic-space-size: 1.5GB
services:
  web:
    <<: *defaults
    start: |
      (lucerne:start app :port (parse-integer (uiop:getenv "PORT"))
                         :debug nil) ; #\[ ~{~a~}
  worker:
    <<: [*defaults]
    start: >-
      (work:start
        :threads 4)
    eval:
    - 'it''s'
    - "tab\t\x41 \
       end"
    - !!str 22
"#;

/// Reads and shows; nothing may panic, and all places must lie in the text.
fn survives(text: &str) {
    match read(&source(text)) {
        Ok(root) => walk(&root, "", &mut |_, node| {
            written(&node.location);
            for at in 0..12 {
                written(&node.location_of(at..at + 3));
                written(&node.location_of(at + 3..at));
            }
        }),
        Err(problem) => assert!(!problem.render(true).is_empty()),
    }
}

// ---- Another reader as the judge

/// Without the three characters that only YAML 1.1, which the judge reads, takes for line breaks.
const ONE_LINE: &str = "[^\u{85}\u{2028}\u{2029}]{0,24}";

fn tree() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["[ -~]{0,12}", "[a-z \\n\\t'\":#]{0,24}", ONE_LINE];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(|number: f64| Value::from(number)),
        text.prop_map(Value::from),
    ];
    let nodes = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            map(inner)
        ]
    });
    map(nodes)
}

fn map(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::hash_map("[ -;=-~é]{0,8}", value, 0..4)
        .prop_map(|entries| {
            entries
                .into_iter()
                .map(|(key, value)| (Value::from(key), value))
                .collect()
        })
        .prop_map(Value::Mapping)
}

fn agrees(text: &str) {
    let value: Value = serde_yaml::from_str(text).expect(text);
    same(&accepted(text), &value, text);
}

fn same(node: &Node, value: &Value, text: &str) {
    match (&node.kind, value) {
        (NodeKind::Null, Value::Null) => {}
        (NodeKind::Scalar(scalar), Value::String(other)) => {
            assert_eq!(&scalar.text, other, "{text}");
        }
        (NodeKind::Scalar(scalar), Value::Bool(other)) => {
            assert!(scalar.plain, "{text}");
            assert_eq!(scalar.text.to_lowercase(), other.to_string(), "{text}");
        }
        (NodeKind::Scalar(scalar), Value::Number(other)) => {
            assert!(scalar.plain, "{text}");
            assert_eq!(scalar.text.parse::<f64>().ok(), other.as_f64(), "{text}");
        }
        (NodeKind::List(items), Value::Sequence(others)) => {
            assert_eq!(items.len(), others.len(), "{text}");
            items
                .iter()
                .zip(others)
                .for_each(|(item, other)| same(item, other, text));
        }
        (NodeKind::Map(entries), Value::Mapping(others)) => {
            assert_eq!(entries.len(), others.len(), "{text}");
            for ((key, value), (other_key, other)) in entries.iter().zip(others) {
                assert_eq!(Some(key.text.as_str()), other_key.as_str(), "{text}");
                same(value, other, text);
            }
        }
        (kind, other) => panic!("{kind:?} and {other:?} in {text}"),
    }
}

#[test]
fn samples_are_read_as_serde_reads_them() {
    for text in [
        "a: b\nc: [d, 'e', \"f\"]\n",
        "a: |\n  b\n   c\n\n  d\n\n",
        "a: |+\n  b\n\nc: |-\n  d\n\n",
        "a: >\n  b\n  c\n\n  d\n   e\n  f\n\n\ng: h\n",
        "a: >-\n\n  b\n  c\n",
        "a: |2\n    b\n   c\n",
        "a:\n- b\n- - c\n  - d\n-\n- e: f\n  g: h\n",
        "a: b\n  c\n\n  d\ne: 'f\n  g\n\n  h'\n",
        "a: \"b\\\n  c\\n \\x41\\u263A\n\n  d  \"\n",
        "a: &x {b: 1}\nc: *x\nd: [*x, *x]\n",
        "a: 1.5\nb: -3\nc: true\nd: null\ne: ~\nf:\ng: False\nh: yes\ni: 1_000\nj: 1.2.3\n",
        "{a: {b: c, d: [e, {f: g}]}, 'h': \"i\",}\n",
        "? a\n: b\n? c\n",
        "a: b # c\n# d\ne: f#g\nh: 'i' # j\n",
        "a:   b  \n\n\nc:\n   d\n",
        "a: (foo :bar #'baz \"qux\" '(1 2) #\\a ~a)\n",
        "a: http://localhost:80/?b=c&d#e\n",
    ] {
        agrees(text);
    }
}

// ---- How problems are shown

fn shown(text: &str, range: Range<usize>) -> String {
    Problem::error("found `x`")
        .at(Location {
            source: source(text),
            range,
        })
        .label("here")
        .help("write `y`")
        .render(false)
}

#[test]
fn a_problem_has_message_place_snippet_and_help() {
    assert_snapshot!(shown("a: b\nport: foo\n", 11..14), @r"
    error: found `x`
     --> lisplaunch.yaml:2:7
      |
    2 | port: foo
      |       ^^^ here
      |
      = help: write `y`
    ");
    assert_snapshot!(Problem::warning("found `x`").help("write `y`").help("or\n  `z`").render(false), @r"
    warning: found `x`
     |
     = help: write `y`
     = help: or
               `z`
    ");
    assert_snapshot!(shown("a: |\n  one\n  two\n  three\nb: c\n", 7..24), @r"
    error: found `x`
     --> lisplaunch.yaml:2:3
      |
    2 | /   one
    3 | |   two
    4 | |   three
      | |_______^ here
      |
      = help: write `y`
    ");
    assert_snapshot!(shown(&format!("a: |\n{}", "  line\n".repeat(1000)), 7..7004), @r"
    error: found `x`
        --> lisplaunch.yaml:2:3
         |
       2 | /   line
       3 | |   line
       4 | |   line
       5 | |   line
    ...    |
    1000 | |   line
    1001 | |   line
         | |______^ here
         |
         = help: write `y`
    ");
}

#[test]
fn the_caret_stands_below_what_is_meant() {
    assert_snapshot!(shown("a:\tb\tfoo\n", 5..8), @r"
    error: found `x`
     --> lisplaunch.yaml:1:6
      |
    1 | a:    b    foo
      |            ^^^ here
      |
      = help: write `y`
    ");
    assert_snapshot!(shown("a: 日本語 foo\n", 3..12), @r"
    error: found `x`
     --> lisplaunch.yaml:1:4
      |
    1 | a: 日本語 foo
      |    ^^^^^^ here
      |
      = help: write `y`
    ");
    assert_snapshot!(shown("a: q\u{301}x foo\n", 6..7), @r"
    error: found `x`
     --> lisplaunch.yaml:1:6
      |
    1 | a: q́x foo
      |     ^ here
      |
      = help: write `y`
    ");
    assert_snapshot!(shown("a: b\r\nport: foo\r\nc: d\r\n", 12..17), @r"
    error: found `x`
     --> lisplaunch.yaml:2:7
      |
    2 | port: foo
      |       ^^^ here
      |
      = help: write `y`
    ");
}

#[test]
fn the_end_of_the_file_is_its_last_character() {
    for text in ["a: b", "a: b\n", "a: b\n\n\n"] {
        assert!(shown(text, text.len()..text.len()).contains("lisplaunch.yaml:1:5\n"));
    }
    assert_snapshot!(shown("a: b\n", 5..5), @r"
    error: found `x`
     --> lisplaunch.yaml:1:5
      |
    1 | a: b
      |     ^ here
      |
      = help: write `y`
    ");
    assert_snapshot!(shown("", 0..0), @r"
    error: found `x`
     --> lisplaunch.yaml:1:1
      |
    1 |
      | ^ here
      |
      = help: write `y`
    ");
}

#[test]
fn long_lines_are_cut_around_the_caret() {
    let text = format!(
        "a: b\nc: {}foo{}\n",
        "x ".repeat(50_000),
        "y ".repeat(50_000)
    );
    assert_snapshot!(shown(&text, 100_008..100_011), @r"
    error: found `x`
     --> lisplaunch.yaml:2:100004
      |
    2 | ... x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x fooy y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y ...
      |                                                                 ^^^ here
      |
      = help: write `y`
    ");
}

#[test]
fn the_terminal_gets_no_control_characters() {
    let bad = "\u{1b}[31m\u{9b}31m\u{202e}\u{7}\u{2028}\u{200f}x";
    let source = Arc::new(Source {
        name: bad.to_owned(),
        text: format!("a: {bad}\n"),
    });
    let problem = Problem::error(bad)
        .at(Location {
            source,
            range: 3..4,
        })
        .label(bad)
        .help(bad);
    let shown = problem.render(false);
    assert!(
        shown.chars().all(|c| c == '\n' || !c.is_control()),
        "{shown:?}"
    );
    assert!(
        !shown.contains(['\u{202e}', '\u{2028}', '\u{200f}']),
        "{shown:?}"
    );
    assert!(problem.render(true).contains("\u{1b}[1m"));
}

#[test]
fn places_outside_the_text_are_shown_somewhere() {
    for (start, end) in [(0, 99), (99, 99), (4, 5), (5, 4), (3, 3)] {
        shown("a: é\nb: ü", Range { start, end });
    }
}
