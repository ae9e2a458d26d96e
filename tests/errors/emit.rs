//! What a format cannot hold, and files that are not to be written.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use insta::assert_snapshot;

use super::brief;
use crate::support::Project;

fn report(format: &str, yaml: &str) -> String {
    brief(Project::new(yaml).run(&["emit", format]), 1)
}

#[test]
fn supervisord_has_limits() {
    let report = |yaml: &str| report("supervisor", yaml);
    assert_snapshot!(report("start: \"(f \\\"a\\rb\\\")\""), @"
    error: the service `app`: a supervisord command cannot hold a carriage return: its reader takes it for the end of a line
     = help: write it as an escape of the language that reads the word, or put the text into a file and load that
    ");
    assert_snapshot!(report("start: (f)\ndirectory: '/srv/a #b'"), @"
    error: the service `app`: a setting of supervisord cannot hold `/srv/a #b`: `;` and `#` start a comment after white space, and there are no quotes
     = help: choose another name, or name a symbolic link to it that has a plain name
    ");
    assert_snapshot!(report("start: (f)\ndirectory: '/srv/a '"), @"
    error: the service `app`: a setting of supervisord cannot hold `/srv/a `: white space at its ends is cut off, and there are no quotes
     = help: choose another name, or name a symbolic link to it that has a plain name
    ");
    assert_snapshot!(report("start: (f)\ndirectory: \"/srv/a\\nb\""), @r"
    error: the service `app`: a setting of supervisord cannot hold `/srv/a\nb`: a line break ends the value, and there are no quotes
     = help: choose another name, or name a symbolic link to it that has a plain name
    ");
    assert_snapshot!(report("start: (f)\ndirectory: '/srv/%(here)s'"), @"
    error: the service `app`: a setting of supervisord cannot hold `/srv/%(here)s`: `%(here)s` is replaced, and there are no quotes
     = help: choose another name, or name a symbolic link to it that has a plain name
    ");
    assert_snapshot!(report("start: (f)\nlog: '/srv/a ;b'"), @"
    error: the service `app`: a setting of supervisord cannot hold `/srv/a ;b`: `;` and `#` start a comment after white space, and there are no quotes
     = help: choose another name, or name a symbolic link to it that has a plain name
    ");
    assert_snapshot!(report("start: (f)\nenv: {A: \"x\\ry\"}"), @"
    error: the service `app`: a supervisord command cannot hold a carriage return: its reader takes it for the end of a line
     = help: write it as an escape of the language that reads the word, or put the text into a file and load that
    ");
    assert_snapshot!(report("start: (f)\nenv: {A: \"'\"}\nsbcl: {program: /opt/a=b/sbcl}"), @"
    error: the service `app`: the program `/opt/a=b/sbcl` has a `=` in its path, and `env` would set a variable
     = help: give `sbcl.program` a path without `=`, or leave out `env`
    ");
    assert_snapshot!(report("start: (f)\nuser: no-such-user\nsetup: /q.lisp"), @"
    error: the service `app`: the home folder of the user `no-such-user` is not known on this machine
     = help: write the file on the machine that it is for, or add `HOME` to `env:`
    ");
    let long = format!("start: (f)\nenv: {{A: {}}}", "x".repeat(131_072));
    assert_snapshot!(report(&long), @"
    error: the service `app`: no program can be started with a word of 131074 bytes: the system takes at most 131071
     = help: put the text into a file and load that
    ");
}

#[test]
fn a_home_may_be_unknown() {
    assert_snapshot!(brief(
        Project::new("start: (f)\nuser: no-such-user").run(&["emit", "supervisor"]),
        2
    ), @"
    error: the home folder is not known, and with it the loader's setup file
     = help: name the file with `setup:`
    ");
    assert_snapshot!(brief(
        Project::new("start: (f)\nuser: no-such-user\nsetup: ~/setup.lisp")
            .run(&["emit", "supervisor"]),
        2
    ), @"
    error: `setup` is `~/setup.lisp`: expected a path without `~`: the home folder is not known
     --> lisplaunch.yaml:3:8
    3 | setup: ~/setup.lisp
      |        ^^^^^^^^^^^^
    ");
}

#[test]
fn makefiles_have_limits() {
    let report = |yaml: &str| report("makefile", yaml);
    assert_snapshot!(report("services: {start: {start: (f)}}"), @"
    error: a service called `start` cannot have a target: `start` starts all services
     = help: give the service another name
    ");
    assert_snapshot!(report("start: (f ${SHELL:-1})"), @"
    error: a Makefile cannot have a variable `SHELL`: it means something there
     = help: give the variable another name
    ");
    assert_snapshot!(report("services:\n  a: {start: '(f ${P:-1})'}\n  b: {start: '(f ${P:-2})'}"), @"
    error: a Makefile cannot have two defaults for `P`: here it is 1, there 2
     = help: use two names, emit one service at a time, or set it with `--set`
    ");
    assert_snapshot!(report("start: (f)\nenv: {A: b}\nsbcl: {program: /opt/a=b/sbcl}"), @"
    error: the service `app`: the program `/opt/a=b/sbcl` has a `=` in its path, and `env` would set a variable
     = help: give `sbcl.program` a path without `=`, or leave out `env`
    ");
    let long = format!("(f \"{}\")", "x".repeat(70_000));
    assert_snapshot!(report(&format!("start: ['{long}', '{long}']")), @"
    error: the service `app`: a Makefile cannot hold a command of 141458 bytes: its shell receives it as one word, and the system takes at most 131071
     = help: put the long forms into a file and load that
    ");
}

#[test]
fn property_lists_have_limits() {
    let report = |yaml: &str| report("launchd", yaml);
    assert_snapshot!(report("start: \"(f \\\"a\\u0001b\\\")\""), @"
    error: the service `app`: a property list cannot hold U+0001: XML has no such character
     = help: write it as an escape of the language that reads the word, or put the text into a file and load that
    ");
    assert_snapshot!(report("start: (f)\nlog: \"/srv/a\\uFFFE.log\""), @"
    error: the service `app`: a property list cannot hold U+FFFE: XML has no such character
     = help: write it as an escape of the language that reads the word, or put the text into a file and load that
    ");
    assert_snapshot!(report("start: (f)\nsbcl: {program: a=b}"), @"
    error: the service `app`: the program `a=b` has a `=` in its path, and `env` would set a variable
     = help: give `sbcl.program` a path without `=`, or leave out `env`
    ");
    let project = Project::new("start: (f)\nuser: root\nsetup: /q.lisp");
    assert_snapshot!(brief(project.run(&["emit", "launchd", "--user"]), 1), @"
    error: the service `app`: an agent runs as who is logged in, and cannot become `root`
     = help: leave out `--user`: a daemon can
     = help: or leave out `user:`
    ");
}

#[test]
fn sites_of_nginx_have_limits() {
    let report = |yaml: &str| report("nginx", yaml);
    assert_snapshot!(report("start: (f)"), @"
    error: no service here has `http`, so there is no site to write
     = help: add the port on which it answers: `http: 8080`
    ");
    assert_snapshot!(report("start: (f)\nhttp: {port: 1, static: '/srv/a$$b'}"), @"
    error: the service `app`: nginx cannot hold `/srv/a$b`: a `$` begins a variable there, and nothing escapes it
     = help: choose another name, or make a symbolic link with a short and plain name
    ");
    assert_snapshot!(report("start: (f)\nhttp: {port: 1, path: /a%FFb}"), @"
    error: the service `app`: nginx cannot have a location `/a%FFb`: without its escapes it is not UTF-8
     = help: write other characters than letters and digits as the `%20` of their bytes
    ");
    let long = "x".repeat(4096);
    let long_report = report(&format!("start: (f)\nhttp: {{port: 1, static: /{long}}}"));
    assert_snapshot!(long_report, @"
    error: the service `app`: nginx cannot read a word of 4097 bytes: it takes at most 4095
     = help: choose another name, or make a symbolic link with a short and plain name
    ");
    let two = |first: &str, second: &str| {
        report(&format!(
            "start: (f)\nservices:\n  a: {{http: {{port: 1, {first}}}}}\n  b: {{http: {{port: 2, {second}}}}}"
        ))
    };
    assert_snapshot!(two("", ""), @"
    error: the services `a` and `b` name no hosts, and only one site can answer for all that others leave
     = help: add `http.hosts`, or write the site of one service at a time
    ");
    assert_snapshot!(two("hosts: [x.example, y.example]", "hosts: [Y.example]"), @"
    error: the services `a` and `b` both answer for `y.example`, but are two sites
     = help: give both the same `http.hosts`, or no host to both
    ");
    assert_snapshot!(two("hosts: [x.example]", "hosts: [x.example], path: /b"), @"
    error: the services `a` and `b` are one site, but differ in `http.path`
     = help: give both the same, or other hosts to one of them
    ");
}

#[test]
fn rules_of_logrotate_have_limits() {
    let report = |yaml: &str| report("logrotate", yaml);
    assert_snapshot!(report("start: (f)"), @"
    error: no service here has a `log` that is to be rotated
     = help: add `log: FILE`, or a `log.max-size` that is not 0
    ");
    assert_snapshot!(report("start: (f)\nlog: {file: a.log, max-size: 0}"), @"
    error: no service here has a `log` that is to be rotated
     = help: add `log: FILE`, or a `log.max-size` that is not 0
    ");
    assert_snapshot!(report("start: (f)\nlog: '/srv/{a}.log'"), @"
    error: the service `app`: logrotate cannot find the file `/srv/{a}.log`: `{`, `}` and line breaks end a name
     = help: choose another name for the log
    ");
    let long = "*".repeat(1024);
    let long = report(&format!("start: (f)\nlog: '/{long}'"));
    assert_snapshot!(long.replace(&"*".repeat(1024), "*…"), @"
    error: the service `app`: logrotate cannot find the file `/*…`: it is longer than 2048 bytes
     = help: choose another name for the log
    ");
}

#[test]
fn words_have_limits() {
    let project = Project::new("start: (f)");
    let long = "x".repeat(131_072);
    let mut command = project.command(&["argv", "-f", "-"]);
    command.arg("--").arg(&long[..131_000]);
    assert_eq!(project.outcome(command).code, Some(2), "there is no input");
    let yaml = format!("start: (f)\nenv: {{A: {long}}}");
    assert_snapshot!(brief(Project::new(&yaml).run(&["run", "--dry-run"]), 2), @"
    error: no program can be started with a word of 131074 bytes: the system takes at most 131071
     = help: put the text into a file and load that
    ");
}

#[test]
fn indirect_needs_a_file_and_a_format() {
    let project = Project::new("start: (f)");
    assert_snapshot!(brief(project.run(&["emit", "makefile", "--indirect"]), 2), @"
    error: the format `makefile` has no `--indirect`
     = help: leave it out, and write the file again when the project file changes
    ");
    let report = project.run_with_input(
        &["-f", "-", "emit", "supervisor", "--indirect"],
        b"start: (f)",
    );
    assert_snapshot!(brief(report, 2), @"
    error: `--indirect` needs a project file, not standard input
     = help: name the file with `-f FILE`
    ");
}

#[test]
fn the_files_of_a_project_are_checked() {
    let report = |emit: &str| {
        let project = Project::new(&format!("start: (f)\nemit: {emit}"));
        brief(project.run(&["emit"]), 2)
    };
    assert_snapshot!(report(""), @"
    error: `lisplaunch.yaml` names no files to write
     = help: name a format: `lisplaunch emit --list` shows them
     = help: or add the files to the project: `emit: {makefile: Makefile}`
    ");
    assert_snapshot!(report("Makefile"), @"
    error: `emit` must be a map
     --> lisplaunch.yaml:2:7
    2 | emit: Makefile
      |       ^^^^^^^^ this is a single value
    ");
    assert_snapshot!(report("{makefil: Makefile}"), @"
    error: there is no format `makefil`
     --> lisplaunch.yaml:2:8
    2 | emit: {makefil: Makefile}
      |        ^^^^^^^
      = help: did you mean `makefile`?
    ");
    assert_snapshot!(report("{makefile: }"), @"
    error: `emit.makefile` has no value
     --> lisplaunch.yaml:2:16
    2 | emit: {makefile: }
      |                ^
      = help: fill in the item, or remove it
    ");
    assert_snapshot!(report("{makefile: ''}"), @"
    error: `emit.makefile` is empty: expected a path
     --> lisplaunch.yaml:2:18
    2 | emit: {makefile: ''}
      |                  ^^
    ");
    assert_snapshot!(report("{makefile: {indirect: true}}"), @"
    error: `emit.makefile` names no file
     --> lisplaunch.yaml:2:18
    2 | emit: {makefile: {indirect: true}}
      |                  ^^^^^^^^^^^^^^^^
      = help: add `path:`, a file or a folder that ends in `/`
    ");
    assert_snapshot!(report("{makefile: {path: a, indirekt: true}}"), @"
    error: unknown key `indirekt` in `emit.makefile`
     --> lisplaunch.yaml:2:38
    2 | emit: {makefile: {path: a, indirekt: true}}
      |                                      ^^^^
      = help: did you mean `indirect`?
    ");
    assert_snapshot!(report("{makefile: {path: a, indirect: 1}}"), @"
    error: `emit.makefile.indirect` is `1`: expected `true` or `false`
     --> lisplaunch.yaml:2:38
    2 | emit: {makefile: {path: a, indirect: 1}}
      |                                      ^
    ");
    assert_snapshot!(report("{makefile: {path: a, indirect: true}}"), @"
    error: the format `makefile` has no `--indirect`
     --> lisplaunch.yaml:2:8
    2 | emit: {makefile: {path: a, indirect: true}}
      |        ^^^^^^^^
      = help: leave it out, and write the file again when the project file changes
    ");
    assert_snapshot!(report("{makefile: {path: a, user: true}}"), @"
    error: the format `makefile` has no `--user`
     --> lisplaunch.yaml:2:8
    2 | emit: {makefile: {path: a, user: true}}
      |        ^^^^^^^^
      = help: leave it out: there is one such manager for all users
    ");
    let project = Project::new("start: (f)\nemit: {sh: start.sh}");
    assert_snapshot!(brief(project.run(&["emit", "makefile", "--check"]), 2), @"
    error: `lisplaunch.yaml` names no file of the format `makefile`
     = help: name the file with `-o FILE`
     = help: or add it to the project: `emit: {makefile: FILE}`
    ");
    assert_snapshot!(brief(project.run(&["emit", "makefile", "--user"]), 2), @"
    error: the format `makefile` has no `--user`
     = help: leave it out: there is one such manager for all users
    ");
}

#[test]
fn a_file_that_names_lisplaunch_needs_a_path_of_text() {
    let project = Project::new("start: (f)\nloader: none");
    let folder = project.folder().join(OsStr::from_bytes(b"bin\xff"));
    fs::create_dir(&folder).unwrap();
    let program = folder.join("lisplaunch");
    // A file that this process had open for writing could be busy: a test beside this one may be
    // starting a process that has it still.
    let copied = Command::new("cp")
        .arg(env!("CARGO_BIN_EXE_lisplaunch"))
        .arg(&program)
        .status();
    assert!(copied.unwrap().success());
    let mut command = Command::new(program);
    command
        .args(["emit", "supervisor", "--indirect"])
        .current_dir(project.folder());
    assert_snapshot!(brief(project.outcome(command), 2), @"
    error: the path of lisplaunch is not UTF-8: `/srv/app/bin�/lisplaunch`
     = help: install it in another folder
    ");
}

#[test]
fn several_files_need_a_folder() {
    let project = Project::new("start: (f)\nservices: {a: , b: }");
    assert_snapshot!(brief(project.run(&["emit", "sh"]), 2), @"
    error: `sh` is 2 files here, and standard output holds one
     = note: the files are `app-a.sh`, `app-b.sh`
     = help: name a folder for them: `lisplaunch emit sh -o FOLDER/`
    ");
    assert_snapshot!(brief(project.run(&["emit", "sh", "-o", "start.sh"]), 2), @"
    error: `start.sh` is one file, and these are 2: `app-a.sh`, `app-b.sh`
     = help: write `start.sh/` for a folder that holds them
    ");
}

#[test]
fn check_judges_by_the_formats_that_the_project_wants() {
    let yaml = "loader: none\nservices: {start: {start: (f)}}\n";
    let outcome = Project::new(yaml).run(&["check"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    let outcome = Project::new(yaml).run(&["check", "--format", "makefile"]);
    assert_eq!(outcome.code, Some(0));
    assert_snapshot!(outcome.stderr, @"
    warning: a service called `start` cannot have a target: `start` starts all services
     |
     = help: give the service another name
     = note: so `lisplaunch emit makefile` is refused; nothing in the project file asks for it
    ");
    let project = Project::new(&format!("{yaml}emit: {{makefile: Makefile}}"));
    assert_snapshot!(brief(project.run(&["check"]), 1), @"
    error: a service called `start` cannot have a target: `start` starts all services
     --> lisplaunch.yaml:3:8
    3 | emit: {makefile: Makefile}
      |        ^^^^^^^^
      = help: give the service another name
    lisplaunch.yaml: 1 problem
    ");
    let project = Project::new(&format!("{yaml}emit: {{makefil: Makefile}}"));
    assert_snapshot!(brief(project.run(&["check"]), 1), @"
    error: there is no format `makefil`
     --> lisplaunch.yaml:3:8
    3 | emit: {makefil: Makefile}
      |        ^^^^^^^
      = help: did you mean `makefile`?
    lisplaunch.yaml: 1 problem
    ");
    let long = format!(
        "loader: none\nstart: (f)\nenv: {{A: {}}}",
        "x".repeat(131_072)
    );
    assert_snapshot!(brief(Project::new(&long).run(&["check"]), 1), @"
    error: the service `app`: no program can be started with a word of 131074 bytes: the system takes at most 131071
     = help: put the text into a file and load that
    lisplaunch.yaml: 1 problem
    ");
}

#[test]
fn only_our_own_files_are_replaced() {
    let project = Project::new("start: (f)")
        .with_file("Makefile", "all:\n\techo precious\n")
        .with_file("binary", b"\xff\xfe\0")
        .with_file("folder/Makefile/keep", "");
    let report = |output: &str| brief(project.run(&["emit", "makefile", "-o", output]), 1);
    assert_snapshot!(report("Makefile"), @"
    error: `Makefile` was not written by lisplaunch
     = help: name another file, or give `--force` to replace it
    ");
    assert_snapshot!(report("binary"), @"
    error: `binary` was not written by lisplaunch
     = help: name another file, or give `--force` to replace it
    ");
    assert_snapshot!(report("."), @"
    error: `./Makefile` was not written by lisplaunch
     = help: name another file, or give `--force` to replace it
    ");
    assert_snapshot!(report("folder"), @"
    error: `folder/Makefile` is not a plain file
     = help: leave out `-o` to write to standard output
    ");
    assert_snapshot!(report("missing/Makefile"), @"
    error: cannot write `missing/Makefile`: no such file or directory
     = help: make its folder first
    ");
    assert_snapshot!(report("/dev/null"), @"
    error: `/dev/null` is not a plain file
     = help: leave out `-o` to write to standard output
    ");
    assert_snapshot!(report("/proc/Makefile"), @"
    error: cannot write `/proc/Makefile`: no such file or directory
     = help: make its folder first
    ");
    assert_eq!(
        fs::read_to_string(project.folder().join("Makefile")).unwrap(),
        "all:\n\techo precious\n"
    );
}

#[test]
fn a_file_to_compare_with_must_be_there() {
    let project = Project::new("start: (f)").with_file("binary", b"\xff");
    let report = |output: &str| {
        brief(
            project.run(&["emit", "makefile", "--check", "-o", output]),
            1,
        )
    };
    assert_snapshot!(report("missing"), @"
    error: there is no file `missing`
     = help: leave out `--check` to write it
    ");
    assert_snapshot!(report("binary"), @"error: cannot read `binary`: it is not UTF-8 text (line 1)");
}

#[test]
fn an_argument_of_several_lines_is_no_line() {
    let project = Project::new("start: (f \"a\n\n  b\")");
    assert_snapshot!(brief(project.run(&["argv", "--format", "lines"]), 1), @r#"
    error: an argument has several lines: `(progn (lisplaunch:starting) (f "a\nb"))`
     = help: use `--format nul` or `--format json`
    "#);
}
