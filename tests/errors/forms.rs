//! Forms that cannot be read.

use insta::assert_snapshot;

use super::{brief, refused};
use crate::support::Project;

/// What is said about each of these as `start`, written as a block.
#[track_caller]
fn form(texts: &[&str]) -> String {
    let files: Vec<String> = texts
        .iter()
        .map(|text| format!("start: |\n  {}", text.replace('\n', "\n  ")))
        .collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    refused(&files)
}

#[test]
fn what_is_open_must_be_closed() {
    assert_snapshot!(form(&[
        "(f",
        "(f (g\n  (h",
        "(f \"x)",
        "(f |x)",
        "(f) #| a #| b |#",
        r"(f a\",
        "'",
        "(f ')",
        "(f))",
        ")",
    ]), @r#"
    error: `(` is not closed
     --> lisplaunch.yaml:2:3
    2 |   (f
      |   ^ opened here
      = help: add the missing `)`
    error: 3 parentheses are not closed
     --> lisplaunch.yaml:3:5
    3 |     (h
      |     ^ the last of them
      = help: add the missing `)))`
    error: the string is not closed
     --> lisplaunch.yaml:2:6
    2 |   (f "x)
      |      ^ opened here
      = help: add the missing `"`; a `"` within the string is written `\"`
    error: `|` is not closed
     --> lisplaunch.yaml:2:6
    2 |   (f |x)
      |      ^ opened here
      = help: add the missing `|`
    error: the comment is not closed
     --> lisplaunch.yaml:2:7
    2 |   (f) #| a #| b |#
      |       ^^ opened here
      = help: add the missing `|#`; such comments nest
    error: `(` is not closed
     --> lisplaunch.yaml:2:3
    2 |   (f a\
      |   ^ opened here
      = help: add the missing `)`
    error: `'` has nothing after it
     --> lisplaunch.yaml:2:3
    2 |   '
      |   ^ needs one form after it
    error: `'` has nothing after it
     --> lisplaunch.yaml:2:6
    2 |   (f ')
      |      ^ needs one form after it
    error: `)` closes nothing
     --> lisplaunch.yaml:2:6
    2 |   (f))
      |      ^ no `(` is open here
      = help: remove it, or add the missing `(`
    error: `)` closes nothing
     --> lisplaunch.yaml:2:3
    2 |   )
      |   ^ no `(` is open here
      = help: remove it, or add the missing `(`
    "#);
}

#[test]
fn an_escape_needs_a_character() {
    assert_snapshot!(refused(&[r"start: f a\"]), @r"
    error: `\` has nothing after it
     --> lisplaunch.yaml:1:11
    1 | start: f a\
      |           ^ escapes the next character
    ");
}

#[test]
fn symbols_have_at_most_one_package() {
    assert_snapshot!(form(&[
        "(a:b:c)",
        "(a:::b)",
        "my-app:",
        "(f my-app: )",
        "(f #:a:b)",
        "(f #:12)",
        "(f ...)",
    ]), @"
    error: `a:b:c` has too many colons
     --> lisplaunch.yaml:2:4
    2 |   (a:b:c)
      |    ^^^^^ not a symbol
      = help: write `package:name`, or `package::name` for a symbol that is not exported
    error: `a:::b` has too many colons
     --> lisplaunch.yaml:2:4
    2 |   (a:::b)
      |    ^^^^^ not a symbol
      = help: write `package:name`, or `package::name` for a symbol that is not exported
    error: `my-app:` has a package but no name
     --> lisplaunch.yaml:2:3
    2 |   my-app:
      |   ^^^^^^^ a name is missing after the colon
      = help: write `package:name`, without blanks
    error: `my-app:` has a package but no name
     --> lisplaunch.yaml:2:6
    2 |   (f my-app: )
      |      ^^^^^^^ a name is missing after the colon
      = help: write `package:name`, without blanks
    error: `#:a:b` names a package
     --> lisplaunch.yaml:2:6
    2 |   (f #:a:b)
      |      ^^^^^ a symbol after `#:` has none
      = help: remove the `#:`, or the package
    error: `#:12` is not a symbol
     --> lisplaunch.yaml:2:6
    2 |   (f #:12)
      |      ^^^^ a number
    error: `...` is not a symbol
     --> lisplaunch.yaml:2:6
    2 |   (f ...)
      |      ^^^ only dots
      = help: escape it if it is meant: `|...|`
    ");
    assert_snapshot!(refused(&[r#"start: "(f a\x08b)""#]), @r#"
    error: `\u{8}` cannot be in a symbol
     --> lisplaunch.yaml:1:13
    1 | start: "(f a\x08b)"
      |             ^^^^ a control character
      = help: remove it
    "#);
}

#[test]
fn dots_commas_and_backquotes_have_their_places() {
    assert_snapshot!(form(&[
        "(f ,b)",
        "(f `,@x)",
        "(f `(a . ,@x))",
        "(f '(. a))",
        "(f '(a . ))",
        "(f '(a . b c))",
        "(f '.)",
        "(f #(a . b))",
    ]), @"
    error: `,` is outside a backquote
     --> lisplaunch.yaml:2:6
    2 |   (f ,b)
      |      ^ belongs to no backquote
      = help: separate the elements of a list by blanks, or put a backquote before the list
    error: `,@` has no list to be spliced into
     --> lisplaunch.yaml:2:6
    2 |   (f `,@x)
      |      ^^^^
      = help: put it inside a list, or write `,`
    error: `,@` cannot come after a dot
     --> lisplaunch.yaml:2:12
    2 |   (f `(a . ,@x))
      |            ^^^
      = help: write `,`
    error: nothing comes before the dot
     --> lisplaunch.yaml:2:8
    2 |   (f '(. a))
      |        ^
      = help: write `(a . b)`, or remove the dot
    error: nothing comes after the dot
     --> lisplaunch.yaml:2:12
    2 |   (f '(a . ))
      |            ^
      = help: write `(a . b)`, or remove the dot
    error: more than one datum comes after the dot
     --> lisplaunch.yaml:2:14
    2 |   (f '(a . b c))
      |              ^ one too many
      = help: write `(a . b)`, or remove the dot
    error: a dot is on its own
     --> lisplaunch.yaml:2:7
    2 |   (f '.)
      |       ^ only a list can hold a dot, before its last datum
    error: a vector cannot have a dot
     --> lisplaunch.yaml:2:6
    2 |   (f #(a . b))
      |      ^^^^^^^^
      = help: remove the dot
    ");
}

#[test]
fn hashes_have_what_they_need() {
    assert_snapshot!(form(&[
        "(f #<thread 1>)",
        "(f #r10)",
        "(f #37r10)",
        "(f #xfg)",
        "(f #p(x))",
        "(f #c(1))",
        "(f #s x)",
        "(f #a(1))",
        "(f #1(a b))",
        "(f #*012)",
        "(f #1*010)",
        "(f 1/0)",
    ]), @r#"
    error: `#<` cannot be read
     --> lisplaunch.yaml:2:6
    2 |   (f #<thread 1>)
      |      ^^ not readable by design
      = help: so an object without a notation is printed; write a form that makes it
    error: `#r` needs a number
     --> lisplaunch.yaml:2:6
    2 |   (f #r10)
      |      ^^ the number is missing
      = help: write it between the `#` and the letter or sign
    error: `#37r` has no such base
     --> lisplaunch.yaml:2:6
    2 |   (f #37r10)
      |      ^^^^ 2 to 36
    error: `#x` needs an integer or a ratio in its base
     --> lisplaunch.yaml:2:6
    2 |   (f #xfg)
      |      ^^^^ not such a number
    error: `#p` needs a string
     --> lisplaunch.yaml:2:6
    2 |   (f #p(x))
      |      ^^^^^ not a string
      = help: write `#p"/path"`
    error: `#c` needs two real numbers
     --> lisplaunch.yaml:2:6
    2 |   (f #c(1))
      |      ^^^^^ not two numbers
      = help: write `#c(1 2)`
    error: `#s` needs a list that begins with a structure's name
     --> lisplaunch.yaml:2:6
    2 |   (f #s x)
      |      ^^ not such a list
      = help: write `#s(name :slot value)`
    error: `#a` needs its number of dimensions
     --> lisplaunch.yaml:2:6
    2 |   (f #a(1))
      |      ^^^^^ the number is missing
      = help: write `#2a((1 2) (3 4))`
    error: `#1(…)` holds another number of elements
     --> lisplaunch.yaml:2:6
    2 |   (f #1(a b))
      |      ^^^^^^^ the number says how many there may be
    error: `#*012` holds more than bits
     --> lisplaunch.yaml:2:6
    2 |   (f #*012)
      |      ^^^^^ only 0 and 1
    error: `#1*010` holds another number of bits
     --> lisplaunch.yaml:2:6
    2 |   (f #1*010)
      |      ^^^^^^ the number says how many there may be
    error: `1/0` divides by zero
     --> lisplaunch.yaml:2:6
    2 |   (f 1/0)
      |      ^^^ not a number
    "#);
    assert_snapshot!(form(&[
        "(f #1#)",
        "(f #1=a #1=b)",
        "(f #1=#1#)",
        "(f #+\"x\" a)",
    ]), @r#"
    error: `#1#` refers to nothing
     --> lisplaunch.yaml:2:6
    2 |   (f #1#)
      |      ^^^ no such label before it
    error: `#1=` is there twice
     --> lisplaunch.yaml:2:11
    2 |   (f #1=a #1=b)
      |           ^^^ the second
    error: `#1=` labels only itself
     --> lisplaunch.yaml:2:6
    2 |   (f #1=#1#)
      |      ^^^^^^
    error: `"x"` is not a feature expression
     --> lisplaunch.yaml:2:8
    2 |   (f #+"x" a)
      |        ^^^ a feature is a symbol
      = help: write a feature, or `(and …)`, `(or …)`, `(not …)`
    "#);
}

#[test]
fn one_call_is_wanted() {
    assert_snapshot!(form(&[
        "(f) (g)",
        ":keyword",
        "8080",
        "\"text\"",
        "; only a comment",
        "#+no-such-feature (f)",
    ]), @r#"
    error: found a second form where one is expected
     --> lisplaunch.yaml:2:7
    2 |   (f) (g)
      |       ^^^ the second form
      = help: write a list with one form each, or put them into one `(progn …)`
    error: `:keyword` is not a call
     --> lisplaunch.yaml:2:3
    2 |   :keyword
      |   ^^^^^^^^ a keyword does nothing when it is evaluated
      = help: write a function and its arguments: `(package:function …)`
    error: `8080` is not a call
     --> lisplaunch.yaml:2:3
    2 |   8080
      |   ^^^^ a number does nothing when it is evaluated
      = help: write a function and its arguments: `(package:function …)`
    error: `"text"` is not a call
     --> lisplaunch.yaml:2:3
    2 |   "text"
      |   ^^^^^^ a string does nothing when it is evaluated
      = help: write a function and its arguments: `(package:function …)`
    error: no form is here
     --> lisplaunch.yaml:2:3
    2 |   ; only a comment
      |   ^^^^^^^^^^^^^^^^
      = help: write a form: `(package:function …)`
    error: no form is left: a plain sbcl skips `#+no-such-feature (f)`
     --> lisplaunch.yaml:2:3
    2 |   #+no-such-feature (f)
      |   ^^^^^^^^^^^^^^^^^^^^^ skipped
      = help: if something loaded before it adds the feature, write `(progn #+no-such-feature (f))`
    "#);
    assert_snapshot!(refused(&[
        "start: ''",
        "start: [(f), '']",
        "start: [(f), ]\nstop: [(g), ~]",
        "start: [[(f)]]",
        "start: {f: g}",
    ]), @"
    error: no form is here
     --> lisplaunch.yaml:1:8
    1 | start: ''
      |        ^
      = help: write a form: `(package:function …)`
    error: no form is here
     --> lisplaunch.yaml:1:14
    1 | start: [(f), '']
      |              ^
      = help: write a form: `(package:function …)`
    error: `stop[1]` has no value
     --> lisplaunch.yaml:2:13
    2 | stop: [(g), ~]
      |             ^
      = help: fill in the item, or remove it
    error: `start[0]` must be a single value
     --> lisplaunch.yaml:1:9
    1 | start: [[(f)]]
      |         ^^^^^ this is a list
    error: `start` must be a single value
     --> lisplaunch.yaml:1:8
    1 | start: {f: g}
      |        ^^^^^^ this is a map
      = help: YAML takes `: ` for the end of a key: put the value into quotes, or below a `|`
    ");
}

#[test]
fn forms_are_not_nested_without_end() {
    let deep = format!("{}f{}", "(".repeat(100_001), ")".repeat(100_001));
    assert_snapshot!(form(&[&deep]), @"
    error: the form is nested more than 100000 deep
     --> lisplaunch.yaml:2:100003
    2 | ...((((((((((((((((((((((((((((((((((((((((((((((((((((((((((f)))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))...
      |                                                             ^ too deep here
      = help: sbcl cannot read it either
    ");
}

#[test]
fn what_cannot_be_checked_is_a_warning() {
    let report = |text: &str| {
        let project = Project::new(&format!("start: |\n  {text}"));
        brief(project.run(&["argv"]), 0)
    };
    assert_snapshot!(report(r#"(f #?"x")"#), @r#"
    warning: `#?` is not a standard macro character
     --> lisplaunch.yaml:2:6
    2 |   (f #?"x")
      |      ^^ cannot be checked
      = help: a readtable with it must be in force when the form is read
    "#);
    assert_snapshot!(report(r"(f #\Elephant)"), @r"
    warning: `#\Elephant` may be no character
     --> lisplaunch.yaml:2:6
    2 |   (f #\Elephant)
      |      ^^^^^^^^^^ no such name is known
      = help: write `#\Space`, `#\Newline`, or one character after `#\`
    ");
}

#[test]
fn yaml_cuts_forms_short() {
    assert_snapshot!(refused(&[
        "start: (f #'g)",
        "start: #'f",
        "start: 'app",
        "start: (f :doc \"a: b\")",
        "start:\n  - (f)\n  - (g #\\a)",
    ]), @r#"
    error: `(` is not closed
     --> lisplaunch.yaml:1:8
    1 | start: (f #'g)
      |        ^ opened here
      = help: add the missing `)`
      = help: YAML takes ` #` for the start of a comment: put the value into quotes, or below a `|`
    error: `start` has no value
     --> lisplaunch.yaml:1:6
    1 | start: #'f
      |      ^
      = help: YAML takes ` #` for the start of a comment: put the value into quotes, or below a `|`
    error: the quote is not closed
     --> lisplaunch.yaml:1:8
    1 | start: 'app
      |        ^
      = help: close it, or use the other kind of quote if it is part of the text
    error: a value without quotes cannot contain `: `
     --> lisplaunch.yaml:1:18
    1 | start: (f :doc "a: b")
      |                  ^
      = help: quote the value, or write it as a block after `|`
    error: `(` is not closed
     --> lisplaunch.yaml:3:5
    3 |   - (g #\a)
      |     ^ opened here
      = help: add the missing `)`
      = help: YAML takes ` #` for the start of a comment: put the value into quotes, or below a `|`
    "#);
}

#[test]
fn the_place_is_found_in_lists_blocks_and_other_keys() {
    assert_snapshot!(refused(&[
        "start:\n  - (f)\n  - |\n    (g\n      (h))\n      i",
        "start: (f)\nbefore-load: (push :x *features*))",
        "start: (f)\nstop: >\n  (g\n  (h)",
        "start: \"(f \\\"é\\\" ,x)\"",
    ]), @r#"
    error: found a second form where one is expected
     --> lisplaunch.yaml:6:7
    6 |       i
      |       ^ the second form
      = help: write a list with one form each, or put them into one `(progn …)`
    error: `)` closes nothing
     --> lisplaunch.yaml:2:34
    2 | before-load: (push :x *features*))
      |                                  ^ no `(` is open here
      = help: remove it, or add the missing `(`
    error: `(` is not closed
     --> lisplaunch.yaml:3:3
    3 |   (g
      |   ^ opened here
      = help: add the missing `)`
    error: `,` is outside a backquote
     --> lisplaunch.yaml:1:18
    1 | start: "(f \"é\" ,x)"
      |                  ^ belongs to no backquote
      = help: separate the elements of a list by blanks, or put a backquote before the list
    "#);
}
