//! Command lines that are none.

use insta::assert_snapshot;
use lisplaunch::format::ALL;

use super::brief;
use crate::support::Project;

fn told(arguments: &[&str]) -> String {
    brief(Project::new("start: (f)").run(arguments), 2)
}

#[test]
fn commands_and_options_are_suggested() {
    assert_snapshot!(told(&["chekc"]), @"
    error: unrecognized subcommand 'chekc'
      tip: a similar subcommand exists: 'check'
    Usage: lisplaunch [OPTIONS] <COMMAND>
    For more information, try '--help'.
    ");
    assert_snapshot!(told(&["run", "--dry"]), @"
    error: unexpected argument '--dry' found
      tip: a similar argument exists: '--dry-run'
      tip: to pass '--dry' as a value, use '-- --dry'
    Usage: lisplaunch run --dry-run [SERVICE] [-- <ARGS>...]
    For more information, try '--help'.
    ");
    assert_snapshot!(told(&["run", "a", "b"]), @"
    error: unexpected argument 'b' found
    Usage: lisplaunch run [OPTIONS] [SERVICE] [-- <ARGS>...]
    For more information, try '--help'.
    ");
    assert_snapshot!(told(&["--flie", "x", "run"]), @"
    error: unexpected argument '--flie' found
    Usage: lisplaunch [OPTIONS] <COMMAND>
    For more information, try '--help'.
    ");
    assert_snapshot!(told(&["run", "-f"]), @"
    error: a value is required for '--project <FILE>' but none was supplied
    For more information, try '--help'.
    ");
    assert_snapshot!(told(&["argv", "--format", "jsno"]), @"
    error: invalid value 'jsno' for '--format <FORMAT>'
      [possible values: sh, json, lines, nul]
      tip: a similar value exists: 'json'
    For more information, try '--help'.
    ");
    let format = told(&["emit", "supervisord"]);
    assert!(format.contains("tip: a similar value exists: 'supervisor'"));
    assert_snapshot!(told(&["emit", "-o", "x"]), @"
    error: the following required arguments were not provided:
      <FORMAT>
    Usage: lisplaunch emit --output <PATH> <FORMAT> [SERVICES]...
    For more information, try '--help'.
    ");
    assert_snapshot!(told(&["emit", "makefile", "--check", "--force", "-o", "x"]), @"
    error: the argument '--check' cannot be used with '--force'
    Usage: lisplaunch emit --check --output <PATH> <FORMAT> [SERVICES]...
    For more information, try '--help'.
    ");
    assert_snapshot!(told(&["emit", "makefile", "--list"]), @"
    error: the argument '--list' cannot be used with one or more of the other specified arguments
    Usage: lisplaunch emit [OPTIONS] [FORMAT] [SERVICES]...
    For more information, try '--help'.
    ");
    assert_snapshot!(told(&["templates", "list"]), @"
    error: unrecognized subcommand 'list'
    Usage: lisplaunch templates [OPTIONS] [COMMAND]
    For more information, try '--help'.
    ");
}

#[test]
fn settings_have_a_name_and_a_value() {
    assert_snapshot!(told(&["--set", "PORT", "run"]), @"
    error: invalid value 'PORT' for '--set <NAME=VALUE>': expected NAME=VALUE
    For more information, try '--help'.
    ");
    assert_snapshot!(told(&["--set", "1A=b", "run"]), @"
    error: invalid value '1A=b' for '--set <NAME=VALUE>': `1A` is no name of a variable
    For more information, try '--help'.
    ");
    assert_snapshot!(told(&["--set", "=b", "run"]), @"
    error: invalid value '=b' for '--set <NAME=VALUE>': `` is no name of a variable
    For more information, try '--help'.
    ");
}

#[test]
fn nothing_typed_is_help() {
    let outcome = Project::empty().run(&[]);
    assert_eq!(outcome.code, Some(2));
    assert_eq!(outcome.stdout, "");
    assert!(
        outcome.stderr.contains("Usage: lisplaunch"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn every_format_is_listed() {
    for format in ALL {
        assert!(told(&["emit", "xyzzy"]).contains(format.name));
    }
}
