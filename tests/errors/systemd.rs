//! What units of systemd cannot hold.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use insta::assert_snapshot;

use super::brief;
use crate::support::{Project, make_executable};

fn report(yaml: &str) -> String {
    let project = Project::new(yaml).with_sbcl("");
    brief(project.run(&["emit", "systemd"]), 1)
}

#[test]
fn settings_have_no_quotes() {
    assert_snapshot!(report("start: (f)\ndirectory: \"/srv/a\\nb\""), @r"
    error: the service `app`: a setting of systemd cannot hold `/srv/a\nb`: a line break ends the value
     = help: choose another name, or name a symbolic link to it that has a plain name
    ");
    assert_snapshot!(report("start: (f)\ndirectory: '/srv/a '"), @"
    error: the service `app`: a setting of systemd cannot hold `/srv/a `: white space at its ends is cut off
     = help: choose another name, or name a symbolic link to it that has a plain name
    ");
    assert_snapshot!(report("start: (f)\nlog: '/srv/a\\'"), @r"
    error: the service `app`: a setting of systemd cannot hold `/srv/a\\`: a backslash at its end joins the next line
     = help: choose another name, or name a symbolic link to it that has a plain name
    ");
    assert_snapshot!(report("start: (f)\nwritable: [\"/srv/a\\nb\"]"), @r"
    error: the service `app`: a setting of systemd cannot hold `/srv/a\nb`: a line break ends the value
     = help: choose another name, or name a symbolic link to it that has a plain name
    ");
}

#[test]
fn a_noncharacter_is_refused() {
    assert_snapshot!(report("start: (f)\nenv: {A: \"\\uFFFF\"}"), @r"
    error: the service `app`: systemd does not accept text with the character \u{ffff}
     = help: choose another character: this one is not for text (a noncharacter of Unicode)
    ");
}

#[test]
fn a_program_has_a_plain_path() {
    let project = Project::new("start: (f)\nsbcl: {program: 'bin/my\"sbcl'}");
    let project = project.with_file("bin/my\"sbcl", "#!/bin/sh\n");
    make_executable(&project.folder().join("bin/my\"sbcl"));
    assert_snapshot!(brief(project.run(&["emit", "systemd"]), 1), @r#"
    error: the service `app`: systemd starts no program whose path is `/srv/app/bin/my\"sbcl`: it has a quote, a backslash or a control character
     = help: name a symbolic link with a plain name in `sbcl.program`
    "#);
}

#[test]
fn a_program_has_a_path_at_all() {
    let project = Project::new("start: (f)\nsbcl: {program: no-such-sbcl}");
    assert_snapshot!(brief(project.run(&["emit", "systemd"]), 1), @"
    error: there is no program `no-such-sbcl` on the PATH
     = help: the PATH is `/usr/local/bin:/usr/bin:/bin`
     = help: install it (Debian and Ubuntu: `apt-get install sbcl`), or name its file with `sbcl.program`
    ");
    let folder = OsStr::from_bytes(b"bin\xff");
    let project = Project::new("start: (f)").with_sbcl("");
    let home = project.home();
    std::fs::rename(home.join("bin"), home.join(folder)).unwrap();
    let mut command = project.command(&["emit", "systemd"]);
    let output = command.env("PATH", home.join(folder)).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_snapshot!(project.with_fixed_paths(&message), @"
    error: the path of the program is not UTF-8: `/home/me/bin�/sbcl`
     |
     = help: name another one with `sbcl.program`
    ");
}

#[test]
fn a_command_line_has_an_end() {
    // Each `%` is spelt by two.
    let form = format!("(f \"{}\")", "%".repeat(130_000));
    let message = report(&format!(
        "start: [{}]",
        vec![format!("'{form}'"); 5].join(", ")
    ));
    assert_snapshot!(message, @"
    error: the service `app`: systemd reads at most 1048476 bytes of a command line, and this is 1300390
     = help: put the long forms into a file and list it below `load:`
    ");
}

#[test]
fn units_have_a_kind() {
    assert_snapshot!(report("start: (f)\nafter: [db.example]"), @"
    error: the service `app` comes after `db.example`: systemd has no units of the kind `.example`
     --> lisplaunch.yaml:2:8
    2 | after: [db.example]
      |        ^^^^^^^^^^^^
      = help: name a unit such as `postgresql.service` or `network-online.target`
    ");
}
