//! Options of sbcl that a project file may not give.

use insta::assert_snapshot;
use lisplaunch::plan::sbcl_option::{Permission, SBCL_OPTIONS, Side};

use super::wrong;

#[test]
fn options_are_those_of_sbcl() {
    assert_snapshot!(wrong(&[
        "sbcl: {runtime-options: [--cor, my.core]}",
        "sbcl: {runtime-options: --core my.core}",
        "sbcl: {runtime-options: [--core]}",
        "sbcl: {runtime-options: [--noprint]}",
        "sbcl: {toplevel-options: [--core, my.core]}",
        "sbcl: {toplevel-options: [{a: b}]}",
        "sbcl: {runtime-options: [--control-stack-size, 4MB]}",
        "sbcl: {runtime-options: [--noinform]}",
        "sbcl: {toplevel-options: [--eval, (f)]}",
        "sbcl: {toplevel-options: [--quit]}",
        "sbcl: {toplevel-options: [--end-toplevel-options]}",
    ]), @"
    error: `--cor` is not a valid option of sbcl
     --> lisplaunch.yaml:1:26
    1 | sbcl: {runtime-options: [--cor, my.core]}
      |                          ^^^^^
      = help: did you mean `--core`?
      = help: each word is an item of its own: `[--core, my.core]`
    error: `my.core` is not a valid option of sbcl
     --> lisplaunch.yaml:1:33
    1 | sbcl: {runtime-options: [--cor, my.core]}
      |                                 ^^^^^^^
      = help: there are: `--core`, `--debug-environment`, `--disable-ldb`
      = help: each word is an item of its own: `[--core, my.core]`
    error: `--core my.core` is not a valid option of sbcl
     --> lisplaunch.yaml:1:25
    1 | sbcl: {runtime-options: --core my.core}
      |                         ^^^^^^^^^^^^^^
      = help: did you mean `--core`?
      = help: each word is an item of its own: `[--core, my.core]`
    error: `--core` needs a value
     --> lisplaunch.yaml:1:26
    1 | sbcl: {runtime-options: [--core]}
      |                          ^^^^^^
      = help: write it as the next item of the list
    error: `--noprint` is a toplevel option of sbcl
     --> lisplaunch.yaml:1:26
    1 | sbcl: {runtime-options: [--noprint]}
      |                          ^^^^^^^^^
      = help: list it in `sbcl.toplevel-options`
    error: `--core` is a runtime option of sbcl
     --> lisplaunch.yaml:1:27
    1 | sbcl: {toplevel-options: [--core, my.core]}
      |                           ^^^^^^
      = help: list it in `sbcl.runtime-options`
    error: `sbcl.toplevel-options[0]` must be a single value
     --> lisplaunch.yaml:1:27
    1 | sbcl: {toplevel-options: [{a: b}]}
      |                           ^^^^^^ this is a map
      = help: YAML takes `: ` for the end of a key: put the value into quotes, or below a `|`
    error: `--control-stack-size` has a key of its own
     --> lisplaunch.yaml:1:26
    1 | sbcl: {runtime-options: [--control-stack-size, 4MB]}
      |                          ^^^^^^^^^^^^^^^^^^^^
      = help: use `sbcl.control-stack-size`
    error: `--noinform` is always given
     --> lisplaunch.yaml:1:26
    1 | sbcl: {runtime-options: [--noinform]}
      |                          ^^^^^^^^^^
      = help: remove it
    error: `--eval` has a key of its own
     --> lisplaunch.yaml:1:27
    1 | sbcl: {toplevel-options: [--eval, (f)]}
      |                           ^^^^^^
      = help: use `before-load` or `start`
    error: `--quit` cannot be used: the service would not stay up
     --> lisplaunch.yaml:1:27
    1 | sbcl: {toplevel-options: [--quit]}
      |                           ^^^^^^
      = help: remove it
    error: `--end-toplevel-options` cannot be used: lisplaunch writes it where it is needed
     --> lisplaunch.yaml:1:27
    1 | sbcl: {toplevel-options: [--end-toplevel-options]}
      |                           ^^^^^^^^^^^^^^^^^^^^^^
      = help: remove it
    ");
}

#[test]
fn no_option_may_be_given_that_is_not_allowed() {
    for option in SBCL_OPTIONS {
        let side = match option.side {
            Side::Runtime => "runtime",
            Side::Toplevel => "toplevel",
        };
        let value = if option.takes_value { ", x" } else { "" };
        let yaml = format!("sbcl: {{{side}-options: [{}{value}]}}", option.name);
        if option.verdict != Permission::Allowed {
            let report = wrong(&[&yaml]);
            assert!(report.contains(option.name), "{report}");
            assert_eq!(report.matches("error:").count(), 1, "{report}");
        }
    }
}

#[test]
fn a_program_has_a_name() {
    assert_snapshot!(wrong(&["sbcl: {program: ''}", "sbcl: {program: ~other/sbcl}"]), @"
    error: `sbcl.program` is empty: expected a program
     --> lisplaunch.yaml:1:17
    1 | sbcl: {program: ''}
      |                 ^^
    error: `sbcl.program` is `~other/sbcl`: expected a path; only a leading `~/` is understood, not `~other`
     --> lisplaunch.yaml:1:17
    1 | sbcl: {program: ~other/sbcl}
      |                 ^^^^^^^^^^^
    ");
}

#[test]
fn a_heap_is_a_size_or_a_part_of_the_memory() {
    let heap =
        |size: &str| format!("limits: {{memory: 10MB}}\nsbcl: {{dynamic-space-size: '{size}'}}");
    let sizes = ["0%", "101%", "7.5%", "+5%", "%", "-1%", "75 %", "5%"].map(heap);
    assert_snapshot!(wrong(&sizes.each_ref().map(String::as_str)), @"
    error: `sbcl.dynamic-space-size` is `0%`: expected a part of the memory from `1%` to `100%`, or a size such as `2GB`
     --> lisplaunch.yaml:2:28
    2 | sbcl: {dynamic-space-size: '0%'}
      |                            ^^^^
    error: `sbcl.dynamic-space-size` is `101%`: expected a part of the memory from `1%` to `100%`, or a size such as `2GB`
     --> lisplaunch.yaml:2:28
    2 | sbcl: {dynamic-space-size: '101%'}
      |                            ^^^^^^
    error: `sbcl.dynamic-space-size` is `7.5%`: expected a part of the memory from `1%` to `100%`, or a size such as `2GB`
     --> lisplaunch.yaml:2:28
    2 | sbcl: {dynamic-space-size: '7.5%'}
      |                            ^^^^^^
    error: `sbcl.dynamic-space-size` is `+5%`: expected a part of the memory from `1%` to `100%`, or a size such as `2GB`
     --> lisplaunch.yaml:2:28
    2 | sbcl: {dynamic-space-size: '+5%'}
      |                            ^^^^^
    error: `sbcl.dynamic-space-size` is `%`: expected a part of the memory from `1%` to `100%`, or a size such as `2GB`
     --> lisplaunch.yaml:2:28
    2 | sbcl: {dynamic-space-size: '%'}
      |                            ^^^
    error: `sbcl.dynamic-space-size` is `-1%`: expected a part of the memory from `1%` to `100%`, or a size such as `2GB`
     --> lisplaunch.yaml:2:28
    2 | sbcl: {dynamic-space-size: '-1%'}
      |                            ^^^^^
    error: `sbcl.dynamic-space-size` is `75 %`: expected a part of the memory from `1%` to `100%`, or a size such as `2GB`
     --> lisplaunch.yaml:2:28
    2 | sbcl: {dynamic-space-size: '75 %'}
      |                            ^^^^^^
    error: 5% of the memory is less than a megabyte
     --> lisplaunch.yaml:2:28
    2 | sbcl: {dynamic-space-size: '5%'}
      |                            ^^^^
      = help: SBCL does not start with less than some tens of megabytes
    ");
}
