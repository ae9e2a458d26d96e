//! Command lines that are not valid.

use insta::assert_snapshot;
use lisplaunch::format::ALL;

use super::brief;
use crate::support::Project;

fn report(arguments: &[&str]) -> String {
    brief(Project::new("start: (f)").run(arguments), 2)
}

#[test]
fn commands_and_options_are_suggested() {
    assert_snapshot!(report(&["chekc"]), @"
    error: there is no command `chekc`
     = help: did you mean `schema`, `check`?
     = help: usage: `lisplaunch [OPTIONS] <COMMAND>`
    ");
    assert_snapshot!(report(&["run", "--dry"]), @"
    error: there is no option `--dry`
     = help: did you mean `--dry-run`?
     = help: what begins with `-` and is not an option comes after `--`: `-- --dry`
     = help: usage: `lisplaunch run --dry-run [SERVICE] [-- <ARGS>...]`
    ");
    assert_snapshot!(report(&["run", "a", "b"]), @"
    error: unexpected argument `b`
     = help: usage: `lisplaunch run [OPTIONS] [SERVICE] [-- <ARGS>...]`
    ");
    assert_snapshot!(report(&["--flie", "x", "run"]), @"
    error: there is no option `--flie`
     = help: usage: `lisplaunch [OPTIONS] <COMMAND>`
    ");
    assert_snapshot!(report(&["run", "-f"]), @"
    error: `--project` has no value
     = help: write `--project <FILE>`
    ");
    assert_snapshot!(report(&["argv", "--format", "jsno"]), @"
    error: `--format` is `jsno`: expected one of `sh`, `json`, `lines`, `nul`
     = help: did you mean `json`?
    ");
    let format = report(&["emit", "supervisord"]);
    assert!(format.contains("`FORMAT` is `supervisord`: expected one of"));
    assert!(format.contains("help: did you mean `supervisor`?"));
    assert_snapshot!(report(&["emit", "-o", "x"]), @"
    error: missing: `FORMAT`
     = help: usage: `lisplaunch emit --output <PATH> <FORMAT> [SERVICES]...`
    ");
    assert_snapshot!(report(&["emit", "makefile", "--check", "--force", "-o", "x"]), @"
    error: `--check` and `--force` exclude each other
     = help: usage: `lisplaunch emit --check --output <PATH> <FORMAT> [SERVICES]...`
    ");
    assert_snapshot!(report(&["emit", "makefile", "--list"]), @"
    error: `--list` cannot be combined with other arguments
     = help: usage: `lisplaunch emit [OPTIONS] [FORMAT] [SERVICES]...`
    ");
    assert_snapshot!(report(&["templates", "list"]), @"
    error: there is no command `list`
     = help: usage: `lisplaunch templates [OPTIONS] [COMMAND]`
    ");
    assert_snapshot!(report(&["tmux", "--print"]), @"
    error: `lisplaunch tmux` needs a command below it
     = help: `lisplaunch tmux --help` lists them
     = help: usage: `lisplaunch tmux [OPTIONS] <COMMAND>`
    ");
    assert_snapshot!(report(&["restart", "--wait", "5"]), @"
    error: `--wait` takes its value after a `=`
     = help: usage: `lisplaunch restart [OPTIONS] [SERVICE]`
    ");
    assert_snapshot!(report(&["status", "--wait=x"]), @"error: `--wait` is `x`: expected a duration such as `10s` or `500ms`, at most a day");
    assert_snapshot!(report(&["run", "-n", "-n"]), @"
    error: `--dry-run` is given more than once
     = help: usage: `lisplaunch run [OPTIONS] [SERVICE] [-- <ARGS>...]`
    ");
    assert_snapshot!(report(&["run", "--service", "a", "b"]), @"
    error: `--service` and `SERVICE` exclude each other
     = help: usage: `lisplaunch run --service <SERVICE> [SERVICE] [-- <ARGS>...]`
    ");
    assert_snapshot!(report(&["eval"]), @"
    error: missing: `[SERVICE] FORM`
     = help: usage: `lisplaunch eval <[SERVICE] FORM>...`
    ");
}

#[test]
fn settings_have_a_name_and_a_value() {
    assert_snapshot!(report(&["--set", "PORT", "run"]), @"error: `--set` is `PORT`: expected NAME=VALUE");
    assert_snapshot!(report(&["--set", "1A=b", "run"]), @"error: `--set` is `1A=b`: `1A` is not a valid variable name");
    assert_snapshot!(report(&["--set", "=b", "run"]), @"error: `--set` is `=b`: `` is not a valid variable name");
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
        assert!(report(&["emit", "xyzzy"]).contains(format.name));
    }
}
