//! Input that is not written on purpose: an error that says so, within bounds of time and memory,
//! never a panic.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use proptest::prelude::*;

use crate::support::{LISPLAUNCH, Project, REPOSITORY};

/// No command takes longer, whatever it is given.
const LONGEST: Duration = Duration::from_secs(60);

/// What a program may ask of memory, in KiB: a debug build of ours and its libraries, twice.
const MEMORY: usize = 200_000;

/// Runs a command that must end in time, in a way that is meant.
#[track_caller]
fn ends(command: &mut Command) -> Output {
    ends_with_input(command, |_| ())
}

/// The same with something to read.
#[track_caller]
fn ends_with_input(
    command: &mut Command,
    write: impl FnOnce(&mut dyn Write) + Send + 'static,
) -> Output {
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = thread::spawn(move || write(&mut input));
    let output = collected(child);
    writer.join().unwrap();
    assert_meant(&output);
    output
}

#[track_caller]
fn collected(mut child: Child) -> Output {
    fn all(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.read_to_end(&mut bytes).unwrap();
            bytes
        })
    }
    let stdout = all(child.stdout.take().unwrap());
    let stderr = all(child.stderr.take().unwrap());
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > LONGEST {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!(
                "it hangs: {}",
                String::from_utf8_lossy(&stderr.join().unwrap())
            );
        }
        thread::sleep(Duration::from_millis(1));
    };
    Output {
        status,
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
    }
}

#[track_caller]
fn assert_meant(output: &Output) {
    let report = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), None, "{report}");
    assert!(matches!(output.status.code(), Some(0..=2)), "{report}");
    assert!(!report.contains("panicked"), "{report}");
    assert!(
        output.status.success() || !report.trim().is_empty(),
        "nothing is reported"
    );
}

/// The first line of the report.
fn first_line(output: &Output) -> String {
    let report = String::from_utf8_lossy(&output.stderr);
    report.lines().next().unwrap_or_default().to_owned()
}

/// A command that may not take more memory than `MEMORY`.
fn bounded(project: &Project, arguments: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            &format!("ulimit -v {MEMORY}; exec \"$0\" {arguments}"),
            LISPLAUNCH,
        ])
        .current_dir(project.folder())
        .env_clear()
        .env("HOME", project.home());
    command
}

fn name(bytes: &[u8]) -> OsString {
    OsString::from_vec(bytes.to_vec())
}

// Files.

#[test]
fn a_hundred_megabytes_are_not_read() {
    let project = Project::empty();
    let file = File::create(project.folder().join("large.yaml")).unwrap();
    file.set_len(100 << 20).unwrap();
    let output = ends(&mut bounded(&project, "-f large.yaml check"));
    assert!(first_line(&output).ends_with("it is larger than 1 MiB"));
}

#[test]
fn a_hundred_megabytes_are_not_read_from_a_pipe() {
    let project = Project::empty();
    let output = ends_with_input(&mut bounded(&project, "-f - check"), |input| {
        let line = vec![b'#'; 1 << 20];
        // The reader goes away before it has them all.
        while input.write_all(&line).is_ok() {}
    });
    assert_snapshot!(first_line(&output), @"error: cannot read standard input: it is larger than 1 MiB");
}

#[test]
fn a_device_or_a_pipe_in_the_place_of_a_file_is_not_waited_for() {
    let project =
        Project::new("loader: none\nenv-file: ${E:-e.env}\ntemplates: t\nstart: (f)\nswank: 1")
            .with_file("e.env", "A=b\n")
            .with_file("t/sbcl/README", "");
    let folder = project.folder();
    for name in ["fifo", "t/sbcl/argv"] {
        let made = Command::new("mkfifo").arg(folder.join(name)).status();
        assert!(made.unwrap().success());
    }
    let _socket = UnixListener::bind(folder.join("socket")).unwrap();
    let report = |arguments: &str| {
        let output = ends(&mut bounded(&project, arguments));
        assert!(!output.status.success(), "{arguments}");
        first_line(&output).replace(folder.to_str().unwrap(), "/srv/app")
    };
    assert_snapshot!(report("-f /dev/zero check"), @"error: cannot read `/dev/zero`: it is a device, not a file");
    assert_snapshot!(report("-f /dev/null check"), @"error: cannot read `/dev/null`: it is a device, not a file");
    assert_snapshot!(report("-f fifo check"), @"error: cannot read `/srv/app/fifo`: it is a pipe, not a file");
    assert_snapshot!(report("-f socket check"), @"error: cannot read `/srv/app/socket`: it is a socket, not a file");
    assert_snapshot!(report("-f /proc/self/mem check"), @"error: cannot read `/proc/self/mem`: input/output error");
    assert_snapshot!(report("--set E=fifo show"), @"error: cannot read `/srv/app/fifo`: it is a pipe, not a file");
    assert_snapshot!(report("--set E=/dev/zero show"), @"error: cannot read `/dev/zero`: it is a device, not a file");
    assert_snapshot!(report("argv"), @"error: cannot read `/srv/app/t/sbcl/argv`: it is a pipe, not a file");
    assert_snapshot!(report("eval --file fifo"), @"error: cannot read the forms in `fifo`: it is a pipe, not a file");
    fs::remove_file(folder.join("lisplaunch.yaml")).unwrap();
    fs::rename(folder.join("fifo"), folder.join("lisplaunch.yaml")).unwrap();
    assert_snapshot!(report("check"), @"error: cannot read `/srv/app/lisplaunch.yaml`: it is a pipe, not a file");
}

/// What a shell opens for the program is read like standard input, relative to the folder where
/// it was typed.
#[test]
fn what_is_given_open_may_be_a_pipe() {
    let project = Project::empty().with_file("e.env", "A=b\n");
    for typed in [
        "-f <(printf \"$YAML\")",
        "-f /dev/stdin <<<\"$(printf \"$YAML\")\"",
        "-f /dev/stdin < <(sleep 0.1; printf \"$YAML\")",
        "-f /dev/fd/3 3< <(printf \"$YAML\")",
        "-f - < <(printf \"$YAML\")",
    ] {
        let mut command = Command::new("bash");
        let script = format!("exec \"$0\" run --dry-run {typed}");
        command
            .args(["-c", &script, LISPLAUNCH])
            .env("YAML", "start: (f)\nloader: none\nenv-file: e.env\n")
            .current_dir(project.folder());
        let output = ends(&mut command);
        let printed = String::from_utf8(output.stdout.clone()).unwrap();
        let report = first_line(&output);
        assert!(printed.contains("A=b"), "{typed}: {printed}{report}");
    }
}

#[test]
fn files_that_grow_when_they_are_read_do_not() {
    let bomb: String = std::iter::once("x-0: &x0 [a, b, c, d, e, f, g, h]\n".to_owned())
        .chain((1..30).map(|level| {
            let below = format!("*x{}, ", level - 1).repeat(8);
            format!("x-{level}: &x{level} [{}]\n", below.trim_end_matches(", "))
        }))
        .collect();
    let deep = [
        "[".repeat(1 << 19),
        "{a: ".repeat(1 << 17),
        "- ".repeat(1 << 19),
        format!("start: {}", "(".repeat(1 << 19)),
        format!("start: {}f", "'".repeat(1 << 19)),
        format!("start: |\n  {}", "#|".repeat(1 << 18)),
        format!("start: |\n  {} f", "#+a ".repeat(1 << 17)),
        format!("user: {}", "${A:-".repeat(1 << 17)),
        format!("user: {}", "${A}".repeat(1 << 17)),
        "a: &a {<<: *a}".to_owned(),
        "a: &a [*a]".to_owned(),
        bomb,
        format!("name: {}", "x".repeat(1 << 19)),
        format!("{}: 1", "x".repeat(1 << 19)),
        (0..50_000).map(|n| format!("k{n}: 1\n")).collect(),
        format!(
            "services:\n{}",
            (0..1_000).map(|n| format!("  s{n}:\n")).collect::<String>()
        ),
        format!("start:\n{}", "  - )\n".repeat(1_000)),
    ];
    for text in deep {
        let project = Project::new(&text);
        let output = ends(&mut bounded(&project, "check"));
        let beginning: String = text.chars().take(40).collect();
        assert!(!output.status.success(), "all well with {beginning}");
    }
}

#[test]
fn a_huge_env_file_is_not_read() {
    let project = Project::new("env-file: [a.env, b.env]\nstart: (f)")
        .with_file("a.env", "A=b\n".repeat(1 << 18) + "#")
        .with_file("b.env", "A b\n".repeat(10_000));
    let output = ends(&mut bounded(&project, "argv"));
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(
        report.contains("a.env`: it is larger than 1 MiB"),
        "{report}"
    );
    assert!(report.contains("b.env:1:1"), "{report}");
    let broken_at_its_end = "A=b\n".repeat(10_000) + "A b\n";
    let project = Project::new("env-file: a.env\nstart: (f)").with_file("a.env", broken_at_its_end);
    let report = ends(&mut bounded(&project, "argv")).stderr;
    assert!(String::from_utf8_lossy(&report).contains("a.env:10001:1"));
}

#[test]
fn what_variables_become_is_bounded() {
    let many = "${V}".repeat(20_000);
    let nested = format!("${{A:-{many}}}");
    let env: String = (0..20_000).map(|n| format!("  V{n}: ${{V}}\n")).collect();
    let inherited: String = (0..2_000).map(|n| format!("  s{n}:\n")).collect();
    for text in [
        format!("start: (f \"{many}\")"),
        format!("start: (f \"{nested}\")"),
        format!("start: (f)\nenv:\n{env}"),
        format!("env: {{V: '${{V}}'}}\nstart: (f)\nservices:\n{inherited}"),
        format!("env-file: e.env\nstart: (f)\nservices:\n{inherited}"),
    ] {
        let value = "v".repeat(100_000);
        let project = Project::new(&text).with_file("e.env", "V=v\n");
        let output = ends(bounded(&project, "check").env("V", value));
        let beginning: String = text.chars().take(40).collect();
        assert_eq!(
            first_line(&output),
            "error: the values of variables come to more than 32 MB here",
            "{beginning}"
        );
        let report = String::from_utf8_lossy(&output.stderr);
        assert!(report.contains("--> lisplaunch.yaml:"), "{report}");
    }
}

#[test]
fn a_value_may_have_any_number_of_variables_that_are_not_set() {
    let names = (0..30_000).map(|n| format!("  ${{V{n}}}\n"));
    // Where each of them is, is only found for the first hundred.
    for (variables, count) in [("  ${V}\n".repeat(30_000), 101), (names.collect(), 30_000)] {
        let project = Project::new(&format!("start: |\n  (f\n{variables}  )"));
        let output = ends(&mut bounded(&project, "check"));
        let report = String::from_utf8_lossy(&output.stderr);
        let count = format!("lisplaunch.yaml: {count} problems\n");
        assert!(report.ends_with(&count), "{report}");
    }
}

#[test]
fn what_services_inherit_is_bounded() {
    let services: String = (0..10_000).map(|n| format!("  s{n}:\n")).collect();
    for inherited in [
        format!("env: {{A: {}}}", "x".repeat(100_000)),
        format!("start: [{}]", "(f), ".repeat(1_000)),
        format!("start: [{}]", "), ".repeat(10_000)),
    ] {
        let project = Project::new(&format!("{inherited}\nservices:\n{services}"));
        let output = ends(&mut bounded(&project, "check"));
        assert_eq!(
            first_line(&output),
            "error: the services hold more than 500000 values or 32 MB of text, with what each inherits"
        );
    }
}

#[test]
fn problems_are_counted_and_the_first_are_shown() {
    let project = Project::new(&format!("start:\n{}", "  - )\n".repeat(50_000)));
    let output = ends(&mut bounded(&project, "check"));
    let report = String::from_utf8(output.stderr).unwrap();
    assert_eq!(report.matches("closes nothing").count(), 100);
    let end: Vec<&str> = report.lines().rev().take(2).collect();
    assert_eq!(
        end,
        [
            "lisplaunch.yaml: 50000 problems",
            "error: 49900 more are not shown"
        ]
    );
    let report = String::from_utf8(ends(&mut bounded(&project, "run")).stderr).unwrap();
    assert_eq!(report.matches("closes nothing").count(), 100);
    assert!(report.ends_with("error: 49900 more are not shown\n"));
    let project = Project::new(&format!(
        "loader: none\nstart:\n{}",
        "  - '(f #!a)'\n".repeat(150)
    ));
    let output = ends(&mut bounded(&project, "argv"));
    assert!(output.status.success());
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(
        report.ends_with("warning: 50 more warnings are not shown\n"),
        "{report}"
    );
}

/// What is like something that was checked is not checked again; what is not like it is.
#[test]
fn many_services_and_profiles_are_checked_in_time() {
    let services: String = (0..200)
        .map(|n| format!("  s{n}: {{swank: {}}}\n", 20_000 + n))
        .collect();
    let profiles: String = (0..40)
        .map(|n| format!("  p{n}: {{env: {{N: '{n}'}}}}\n"))
        .collect();
    let yaml = |last: &str| {
        format!(
            "loader: none\nstart: (f)\nemit: {{makefile: m, supervisor: s}}\nservices:\n{services}  last: {{}}\nprofiles:\n{profiles}  last: {{{last}}}\n"
        )
    };
    let project = Project::new(&yaml("env: {N: '40'}")).with_sbcl("");
    let output = ends(&mut project.command(&["check"]));
    assert!(output.status.success(), "{output:?}");
    // One service, with the last profile, has what a Makefile cannot hold.
    let wrong = r#"services: {last: {start: "(f \"\r\")"}}"#;
    let project = Project::new(&yaml(wrong)).with_sbcl("");
    let output = ends(&mut project.command(&["check"]));
    let report = String::from_utf8(output.stderr).unwrap();
    assert_snapshot!(report, @"
    error: the service `last`: a supervisord command cannot hold a carriage return: its reader takes it for the end of a line
     --> lisplaunch.yaml:3:21
      |
    3 | emit: {makefile: m, supervisor: s}
      |                     ^^^^^^^^^^
      |
      = help: write it as an escape of the language that reads the word, or put the text into a file and load that
    lisplaunch.yaml: 1 problem
    ");
}

/// Services that differ in digits alone are alike, but for the values of variables.
#[test]
fn what_services_cannot_share_is_found_with_every_profile() {
    for services in [
        "services: {a: {env: {X: '${P:-1}'}}, b: {env: {X: '${P:-2}'}}}",
        "env: {X: '${P:-1}'}\nservices: {a: , b: }\nprofiles: {p: {services: {b: {env: {X: '${P:-2}'}}}}}",
        "services: {a: {env: {X: '${P:-1}', Y: '${P:-2}'}}, b: {env: {X: '${P:-1}', Y: '${P:-1}'}}}",
    ] {
        let yaml = format!("loader: none\nstart: (f)\nemit: {{makefile: m}}\n{services}");
        let project = Project::new(&yaml);
        let output = ends(&mut project.command(&["check"]));
        let report = String::from_utf8(output.stderr).unwrap();
        assert!(
            report.contains("a Makefile cannot have two defaults for `P`"),
            "{report}"
        );
    }
}

// Names that are not UTF-8.

#[test]
fn a_folder_has_a_name_in_utf_8() {
    let project = Project::empty();
    let folder = project.folder().join(name(b"caf\xe9"));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("lisplaunch.yaml"), "start: (f)\nname: app").unwrap();
    let report = |command: &mut Command| String::from_utf8(ends(command).stderr).unwrap();
    let report = report(project.command(&["argv"]).current_dir(&folder));
    let shown = report.replace(project.folder().to_str().unwrap(), "/srv/app");
    assert_snapshot!(shown, @"
    error: the path `/srv/app/caf�/lisplaunch.yaml` is not UTF-8
     |
     = help: sbcl gives up on a command line that is not UTF-8: rename the folder
    ");
    let mut command = project.command(&["argv", "-f", "-"]);
    let output = ends_with_input(command.current_dir(&folder), |input| {
        input.write_all(b"start: (f)").unwrap();
    });
    assert_eq!(output.status.code(), Some(2));
    let mut command = project.command(&["check", "-C"]);
    ends(command.arg(&folder));
    let mut command = project.command(&["check", "-f"]);
    ends(command.arg(folder.join("lisplaunch.yaml")));
    let mut command = project.command(&["check", "-f"]);
    ends(command.arg(folder.join("missing.yaml")));
}

#[test]
fn an_environment_may_hold_anything() {
    let project =
        Project::new("loader: none\nstart: (f)\nenv: {A: b}").with_sbcl("cat /proc/$$/environ");
    let mut command = project.command(&["run"]);
    command
        .env(name(b"N\xe9"), "x")
        .env("VALUE", name(b"caf\xe9"))
        .env("A\nB", "x\ny");
    let output = ends(&mut command);
    let has = |bytes: &[u8]| {
        output
            .stdout
            .windows(bytes.len())
            .any(|window| window == bytes)
    };
    assert!(output.status.success());
    assert!(has(b"N\xe9=x\0") && has(b"VALUE=caf\xe9\0") && has(b"A=b\0"));
    for variable in [
        "LISPLAUNCH_FILE",
        "LISPLAUNCH_PROFILE",
        "HOME",
        "XDG_CONFIG_HOME",
        "PATH",
    ] {
        for value in [&b"caf\xe9"[..], b"", b"\n", b"\xff/", b"relative", b"-"] {
            for arguments in [&["check"][..], &["emit", "supervisor"], &["templates"]] {
                let mut command = project.command(arguments);
                ends(command.env(variable, OsStr::from_bytes(value)));
            }
        }
    }
}

#[test]
fn a_home_may_be_unset_or_relative() {
    let yaml = "systems: [a]\nstart: (f)\nuser: root\nlog: ~/a.log";
    for home in [None, Some("relative"), Some(""), Some("/nonexistent")] {
        let project = Project::new(yaml);
        for arguments in [
            &["argv"][..],
            &["check"],
            &["run"],
            &["emit", "supervisor"],
            &["show"],
        ] {
            let mut command = project.command(arguments);
            match home {
                Some(home) => command.env("HOME", home),
                None => command.env_remove("HOME"),
            };
            ends(&mut command);
        }
    }
}

#[test]
fn arguments_may_be_anything() {
    let project = Project::new("loader: none\nstart: (f)");
    for arguments in [
        &["run", "\u{e9}"][..],
        &["argv", ""],
        &["-p", " ", "check"],
        &["show", "\n"],
        &["templates", "show", "../../etc/passwd"],
        &["templates", "show", ""],
        &["emit", "makefile", "-o", ""],
        &["--", "run"],
    ] {
        let output = ends(&mut project.command(arguments));
        assert!(!output.status.success(), "{arguments:?}");
    }
    for option in ["-p", "-f", "-C", "--set", "--"] {
        for command in ["argv", "check", "run"] {
            let mut command = project.command(&[command, option]);
            let output = ends(command.arg(name(b"A=caf\xe9")));
            assert!(!output.status.success(), "{option}");
        }
    }
}

// Streams and folders that are gone.

#[test]
fn an_output_may_be_full_closed_or_gone() {
    let project = Project::new("loader: none\nstart: (f)").with_sbcl("");
    let sh = |script: &str| {
        let mut command = Command::new("bash");
        command
            .args(["-c", script, LISPLAUNCH])
            .current_dir(project.folder())
            .env("HOME", project.home());
        collected(
            command
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap(),
        )
    };
    for command in [
        "argv",
        "emit supervisor",
        "show",
        "templates",
        "run --dry-run",
    ] {
        let output = sh(&format!("\"$0\" {command} > /dev/full"));
        assert_eq!(output.status.code(), Some(1), "{command}");
        let full = "error: cannot write to standard output: no space left on device";
        assert_eq!(first_line(&output), full);
        let output = sh(&format!(
            "set -o pipefail; \"$0\" {command} | head -c1 | cat"
        ));
        assert!(
            output.status.success(),
            "{command}: {}",
            first_line(&output)
        );
        let output = sh(&format!("\"$0\" {command} >&-"));
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert_eq!(first_line(&output), "error: standard output is closed");
        let output = sh(&format!("\"$0\" {command} >/dev/null"));
        assert!(output.status.success(), "{command}");
    }
    for streams in ["2>&-", "2>/dev/full", "<&- >&- 2>&-"] {
        assert_eq!(
            sh(&format!("\"$0\" check {streams}")).status.code(),
            Some(0)
        );
        assert_eq!(
            sh(&format!("\"$0\" -f missing check {streams}"))
                .status
                .code(),
            Some(2)
        );
        assert_eq!(
            sh(&format!("\"$0\" --no-such {streams}")).status.code(),
            Some(2)
        );
    }
    assert_eq!(sh("\"$0\" --help >/dev/full").status.signal(), None);
}

#[test]
fn the_current_folder_may_be_gone() {
    let project = Project::empty();
    let report = |arguments: &str| {
        let script = format!("mkdir gone && cd gone && rmdir ../gone && exec \"$0\" {arguments}");
        let mut command = Command::new("sh");
        command
            .args(["-c", &script, LISPLAUNCH])
            .current_dir(project.folder());
        first_line(&ends(&mut command))
    };
    assert_snapshot!(report("check"), @"error: cannot find the current folder: no such file or directory");
    assert_snapshot!(report("-f lisplaunch.yaml check"), @"error: cannot find the current folder: no such file or directory");
    assert_snapshot!(report("-f - check"), @"error: cannot find the current folder: no such file or directory");
    assert_snapshot!(report("-f /nonexistent/lisplaunch.yaml check"), @"error: cannot read `/nonexistent/lisplaunch.yaml`: no such file or directory");
}

// Files that this user may not read.

/// The program, run by a user who is not root: root may read everything.
fn as_nobody(project: &Project, arguments: &[&str]) -> Output {
    ends(as_user(project, 65534, arguments).env("HOME", "/nonexistent"))
}

/// The same by the user of this number, without a home.
fn as_user(project: &Project, user: u32, arguments: &[&str]) -> Command {
    let root = project.folder().parent().unwrap().to_owned();
    let program = root.join("lisplaunch");
    if !program.exists() {
        // Not by this process: a test beside this one might fork while the file is open.
        let copied = Command::new("cp").arg(LISPLAUNCH).arg(&program).status();
        assert!(copied.unwrap().success());
    }
    for folder in [&root, &project.folder()] {
        fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(project.folder())
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin");
    if fs::metadata("/proc/self")
        .is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0)
    {
        command.uid(user).gid(user);
    }
    command
}

#[test]
fn a_user_may_be_unknown_to_the_system() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let yaml = "loader: none\nstart: (sb-ext:exit :code (if (user-homedir-pathname) 0 9))\n";
    let project = Project::new(yaml);
    project.run(&["build"]).success();
    let run = |arguments: &[&str]| as_user(&project, 12345, arguments);
    let output = ends(&mut run(&["run"]));
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(first_line(&output), @"error: `HOME` is not set, and the user database knows no home folder of uid 12345");
    assert!(!ends(&mut run(&["check"])).status.success());
    let output = ends(run(&["run"]).env("HOME", "/tmp"));
    assert!(output.status.success(), "{output:?}");
    let project = project.with_file("lisplaunch.yaml", format!("{yaml}env: {{HOME: /tmp}}\n"));
    let output = ends(&mut as_user(&project, 12345, &["run"]));
    assert!(output.status.success(), "{output:?}");
}

fn forbid(file: &Path) {
    fs::set_permissions(file, Permissions::from_mode(0o0)).unwrap();
}

#[test]
fn files_may_be_unreadable() {
    let project = Project::new("loader: none\nload: [secret.lisp]\ndirectory: secret\nstart: (f)")
        .with_file("secret.yaml", "start: (f)")
        .with_file("secret.lisp", "")
        .with_file("secret/inner/file", "")
        .with_file("sbcl", "");
    project.run(&["build"]).success();
    for file in ["secret.yaml", "secret.lisp", "secret"] {
        forbid(&project.folder().join(file));
    }
    let report = |arguments: &[&str]| {
        let output = as_nobody(&project, arguments);
        let report = String::from_utf8_lossy(&output.stderr).into_owned();
        report.replace(project.folder().to_str().unwrap(), "/srv/app")
    };
    assert_snapshot!(report(&["-f", "secret.yaml", "check"]), @"error: cannot read `/srv/app/secret.yaml`: permission denied");
    assert_snapshot!(report(&["-C", "secret", "check"]), @"
    error: `load[0]`: the file `/srv/app/secret.lisp` may not be read by this user
     --> lisplaunch.yaml:2:8
      |
    2 | load: [secret.lisp]
      |        ^^^^^^^^^^^

    error: `directory`: the folder `/srv/app/secret` may not be read by this user
     --> lisplaunch.yaml:3:12
      |
    3 | directory: secret
      |            ^^^^^^
    lisplaunch.yaml: 2 problems
    ");
    assert_snapshot!(report(&["check"]), @"
    error: `load[0]`: the file `/srv/app/secret.lisp` may not be read by this user
     --> lisplaunch.yaml:2:8
      |
    2 | load: [secret.lisp]
      |        ^^^^^^^^^^^

    error: `directory`: the folder `/srv/app/secret` may not be read by this user
     --> lisplaunch.yaml:3:12
      |
    3 | directory: secret
      |            ^^^^^^
    lisplaunch.yaml: 2 problems
    ");
    assert_snapshot!(report(&["emit", "makefile", "-o", "Makefile"]), @"error: cannot write `Makefile`: permission denied");
    fs::set_permissions(
        project.folder().join("secret"),
        Permissions::from_mode(0o755),
    )
    .unwrap();
}

// Anything at all.

fn examples() -> Vec<Vec<u8>> {
    let folder = Path::new(REPOSITORY).join("examples");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("lisplaunch.yaml"))
        .filter(|file| file.exists())
        .collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Pieces that mean something to YAML, to the reader of forms, or to a terminal.
const PIECES: &[&[u8]] = &[
    b"(",
    b")",
    b"'",
    b"\"",
    b"|",
    b"\\",
    b"#",
    b"#\\",
    b"#|",
    b"#'",
    b"${",
    b"}",
    b"${A:-",
    b"$",
    b":",
    b": ",
    b" #",
    b"\t",
    b"\n",
    b"\r\n",
    b"- ",
    b"[",
    b"]",
    b"{",
    b"&a ",
    b"*a",
    b"<<: *a",
    b"!!str ",
    b"%",
    b"---\n",
    b"...\n",
    b"~",
    b"null",
    b"\0",
    b"\x1b[31m",
    b"\xe9",
    "é".as_bytes(),
    b"99999999999999999999",
    b"-1",
    b"\n  ",
    b"\nservices:\n",
    b"\nswank: ",
    b",",
    b"`",
    b"@",
    b";",
    "\u{feff}".as_bytes(),
    "\u{202e}".as_bytes(),
    b"\x7f",
    b"#1=",
    b"#+",
    b"#.",
    b"::",
];

/// An example with pieces put in, taken out and copied to elsewhere.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        0..60usize,
        0..4u8,
    );
    let changes = prop::collection::vec(change, 1..6);
    (prop::sample::select(examples()), changes).prop_map(|(mut text, changes)| {
        for (at, piece, length, kind) in changes {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            match kind {
                0 | 1 => {
                    let piece = PIECES[piece.index(PIECES.len())];
                    text.splice(at..at, piece.iter().copied());
                }
                2 => drop(text.drain(at..end)),
                _ => {
                    let copy = text[at..end].to_vec();
                    let to = piece.index(text.len() + 1);
                    text.splice(to..to, copy);
                }
            }
        }
        text
    })
}

fn random() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(prop::sample::select(PIECES), 0..60)
            .prop_map(|pieces| pieces.concat()),
    ]
}

fn survives(text: &[u8]) {
    let project = Project::empty().with_file("lisplaunch.yaml", text);
    for arguments in [
        &["check"][..],
        &["argv"],
        &["emit", "supervisor"],
        &["emit", "makefile"],
        &["show", "--json"],
    ] {
        ends(&mut project.command(arguments));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(text in random()) {
        survives(&text);
    }

    #[test]
    fn any_change_of_an_example_is_survived(text in mutated()) {
        survives(&text);
    }
}
