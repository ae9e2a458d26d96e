//! The runtime beside the project file: who writes it, and when it is not to be trusted.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use lisplaunch::runtime::FILES;

use crate::support::{LISPLAUNCH, Outcome, Project};

const PLAIN: &str = "loader: none\nstart: (f)\nswank: false\n";

/// The user `nobody`.
const NOBODY: u32 = 65534;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The files below `.lisplaunch`, by name.
fn installed(project: &Project) -> Vec<String> {
    let folder = project.folder().join(".lisplaunch");
    let mut names = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(below).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&folder).unwrap();
                names.push(name.to_str().unwrap().to_owned());
            }
        }
    }
    names.sort();
    names
}

fn all() -> Vec<&'static str> {
    let mut names: Vec<&str> = FILES.iter().map(|file| file.path).collect();
    names.sort_unstable();
    names
}

fn file(project: &Project, name: &str) -> PathBuf {
    project.folder().join(".lisplaunch").join(name)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[track_caller]
fn brief(outcome: Outcome, code: i32) -> String {
    let report = outcome.failure(code);
    let lines = report.lines().filter(|line| *line != " |");
    lines.collect::<Vec<_>>().join("\n")
}

/// The program, about to run as `nobody`, who may find it wherever it was built.
fn as_nobody(project: &Project, arguments: &[&str]) -> Outcome {
    let copy = project.home().join("lisplaunch");
    if !copy.exists() {
        // Not by this process: a test beside this one might fork while the file is open.
        let copied = Command::new("cp").arg(LISPLAUNCH).arg(&copy).status();
        assert!(copied.unwrap().success());
        set_mode(project.folder().parent().unwrap(), 0o755);
    }
    let mut command = Command::new(copy);
    command
        .args(arguments)
        .current_dir(project.folder())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", project.home())
        .stdin(Stdio::null())
        .uid(NOBODY)
        .gid(NOBODY);
    project.outcome(command)
}

#[test]
fn whatever_renders_a_command_line_writes_it() {
    let service = "loader: none\nstart: (f)\nswank: 1\n";
    for arguments in [
        &["run"][..],
        &["run", "--dry-run"],
        &["argv"],
        &["emit", "makefile"],
        &["emit", "supervisor", "-o", "app.conf"],
        &["tmux", "--print", "start"],
        &["tmux", "--print", "restart"],
        &["build"],
    ] {
        let project = Project::new(service).with_sbcl("");
        project.run(arguments).success();
        // What editors read is written by `init` and `build`.
        let mut written = installed(&project);
        written.retain(|name| arguments != ["build"] || name != "schema.json");
        assert_eq!(written, all(), "{arguments:?}");
        assert_eq!(
            fs::read_to_string(file(&project, ".gitignore")).unwrap(),
            "*\n"
        );
    }
}

#[test]
fn whatever_starts_nothing_leaves_the_folder_alone() {
    let project = Project::new(PLAIN).with_sbcl("");
    for arguments in [
        &["check"][..],
        &["show"],
        &["templates"],
        &["emit", "supervisor", "--indirect"],
        &["emit", "--list"],
        &["tmux", "--print", "stop"],
    ] {
        project.run(arguments).success();
        assert_eq!(installed(&project), [""; 0], "{arguments:?}");
    }
    project
        .run(&["emit", "makefile", "--check", "-o", "Makefile"])
        .failure(1);
    assert_eq!(installed(&project), [""; 0]);
}

#[test]
fn build_says_what_it_wrote() {
    let project = Project::new(PLAIN);
    assert_snapshot!(project.run(&["build"]).success(), @"
    wrote /srv/app/.lisplaunch/runtime/core.lisp
    wrote /srv/app/.lisplaunch/runtime/asdf.lisp
    wrote /srv/app/.lisplaunch/runtime/swank.lisp
    wrote /srv/app/.lisplaunch/runtime/sockets.lisp
    wrote /srv/app/.lisplaunch/runtime/hunchentoot.lisp
    wrote /srv/app/.lisplaunch/runtime/saving.lisp
    wrote /srv/app/.lisplaunch/.gitignore
    wrote /srv/app/.lisplaunch/runtime.lisp
    ");
    assert_snapshot!(project.run(&["build"]).success(), @"/srv/app/.lisplaunch/runtime.lisp is up to date");
    fs::write(file(&project, "runtime/core.lisp"), "(changed)\n").unwrap();
    fs::remove_file(file(&project, ".gitignore")).unwrap();
    assert_snapshot!(project.run(&["build"]).success(), @"
    wrote /srv/app/.lisplaunch/runtime/core.lisp
    wrote /srv/app/.lisplaunch/.gitignore
    wrote /srv/app/.lisplaunch/runtime.lisp
    ");
    let project = Project::new(&format!("{PLAIN}runtime: false\n"));
    assert_snapshot!(project.run(&["build"]).success(), @"no service loads it: `runtime` is `false`");
    assert_eq!(installed(&project), [""; 0]);
}

#[test]
fn what_is_the_same_is_not_written_again() {
    let project = Project::new(PLAIN);
    project.run(&["argv"]).success();
    let inode = |name| fs::metadata(file(&project, name)).unwrap().ino();
    let before: Vec<u64> = all().into_iter().map(inode).collect();
    fs::write(file(&project, "runtime.lisp"), "(changed)\n").unwrap();
    project.run(&["argv"]).success();
    let after: Vec<u64> = all().into_iter().map(inode).collect();
    assert_ne!(before[1], after[1], "it is replaced and not written over");
    assert_eq!(before[2..], after[2..]);
    let text = fs::read_to_string(file(&project, "runtime.lisp")).unwrap();
    assert!(text.contains("lisplaunch"), "{text}");
}

#[test]
fn a_change_of_the_same_length_is_found() {
    let project = Project::new(PLAIN);
    let path = file(&project, "runtime/core.lisp");
    project.run(&["build"]).success();
    let right = fs::read(&path).unwrap();
    let changed = vec![b' '; right.len()];
    fs::write(&path, &changed).unwrap();
    project.run(&["argv"]).success();
    assert_eq!(fs::read(&path).unwrap(), right);
    // A part of another release, older than its entry.
    let entry = file(&project, "runtime.lisp");
    let end = fs::read_to_string(&entry).unwrap().trim_end().len();
    let mut text = fs::read(&entry).unwrap();
    text[end - 1] = if text[end - 1] == b'0' { b'1' } else { b'0' };
    fs::write(&path, &changed).unwrap();
    fs::write(&entry, text).unwrap();
    project.run(&["argv"]).success();
    assert_eq!(fs::read(&path).unwrap(), right);
    assert!(project.run(&["build"]).success().contains("is up to date"));
}

#[test]
fn it_lies_in_the_current_folder_for_standard_input() {
    let project = Project::empty();
    let printed = project.run_with_input(&["-f", "-", "argv"], PLAIN.as_bytes());
    assert!(
        printed
            .success()
            .contains("--load /srv/app/.lisplaunch/runtime.lisp")
    );
    assert_eq!(installed(&project), all());
}

#[test]
fn many_at_once_write_it_whole() {
    let project = Project::new(PLAIN);
    for _ in 0..5 {
        let _ = fs::remove_dir_all(project.folder().join(".lisplaunch"));
        let started: Vec<_> = (0..16)
            .map(|_| {
                let mut command = project.command(&["argv"]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped());
                command.spawn().unwrap()
            })
            .collect();
        for child in started {
            let output = child.wait_with_output().unwrap();
            let report = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{report}");
        }
        assert_eq!(installed(&project), all());
        assert!(project.run(&["build"]).success().contains("is up to date"));
    }
}

#[test]
fn nothing_is_written_through_a_link() {
    for name in [
        ".lisplaunch",
        ".lisplaunch/runtime",
        ".lisplaunch/runtime.lisp",
        ".lisplaunch/runtime/swank.lisp",
    ] {
        let project = Project::new(PLAIN)
            .with_sbcl("")
            .with_file("elsewhere/file", "");
        project.run(&["build"]).success();
        let link = project.folder().join(name);
        if link.is_dir() {
            fs::remove_dir_all(&link).unwrap();
            symlink(project.folder().join("elsewhere"), &link).unwrap();
        } else {
            fs::remove_file(&link).unwrap();
            symlink(project.folder().join("elsewhere/file"), &link).unwrap();
        }
        for arguments in [&["run"][..], &["argv"], &["emit", "makefile"], &["check"]] {
            let report = project.run(arguments).failure(1);
            let wrong = format!("error: `/srv/app/{name}` is a link");
            assert!(report.starts_with(&wrong), "{arguments:?}: {report}");
        }
        let left = fs::read_dir(project.folder().join("elsewhere")).unwrap();
        assert_eq!(left.count(), 1, "{name}");
        let text = fs::read_to_string(project.folder().join("elsewhere/file")).unwrap();
        assert_eq!(text, "", "{name}");
    }
}

#[test]
fn what_is_no_file_is_not_replaced() {
    let project = Project::new(PLAIN).with_file(".lisplaunch/runtime.lisp/file", "");
    assert_snapshot!(brief(project.run(&["argv"]), 1), @"
    error: `/srv/app/.lisplaunch/runtime.lisp` is not a plain file
     = help: remove it: lisplaunch writes it again
    ");
    let project = Project::new(PLAIN).with_file(".lisplaunch", "");
    assert_snapshot!(brief(project.run(&["argv"]), 1), @"error: cannot read `/srv/app/.lisplaunch`: not a directory");
}

#[test]
fn what_everyone_may_write_to_is_not_loaded() {
    let project = Project::new(PLAIN).with_sbcl("");
    project.run(&["build"]).success();
    for (name, usual) in [
        ("", 0o755),
        ("runtime", 0o755),
        ("runtime.lisp", 0o644),
        ("runtime/core.lisp", 0o644),
    ] {
        let path = file(&project, name);
        set_mode(&path, usual | 0o002);
        for arguments in [&["run"][..], &["argv"], &["build"], &["check"]] {
            let report = project.run(arguments).failure(1);
            assert!(
                report.starts_with("error: everyone may write to"),
                "{report}"
            );
        }
        set_mode(&path, usual);
    }
    // A project from standard input has a folder anyway.
    let project = Project::empty();
    set_mode(&project.folder(), 0o777);
    let outcome = project.run_with_input(&["-f", "-", "argv"], PLAIN.as_bytes());
    assert_snapshot!(brief(outcome, 1), @"
    error: everyone may write to the folder `/srv/app`
     = help: close it: `chmod o-w /srv/app`
    ");
}

#[test]
fn what_another_user_has_put_there_is_not_loaded() {
    if !is_root() {
        return;
    }
    let project = Project::new(PLAIN).with_sbcl("");
    project.run(&["build"]).success();
    for name in ["", "runtime", "runtime.lisp", "runtime/core.lisp"] {
        let path = file(&project, name);
        chown(&path, Some(NOBODY), None).unwrap();
        for arguments in [&["run"][..], &["argv"], &["build"], &["check"]] {
            let report = project.run(arguments).failure(1);
            assert!(
                report.contains("belongs to another user: nobody"),
                "{report}"
            );
        }
        project.run(&["--trust", "nobody", "run"]).success();
        chown(&path, Some(0), None).unwrap();
    }
    // The service's own user counts for what a manager starts as that user.
    let yaml = format!("{PLAIN}user: nobody\n");
    let project = Project::new(&yaml);
    for path in [project.folder(), project.folder().join("lisplaunch.yaml")] {
        chown(path, Some(NOBODY), None).unwrap();
    }
    project.run(&["emit", "supervisor"]).success();
    assert_eq!(installed(&project), all());
    project.run(&["emit", "makefile"]).failure(2);
}

#[test]
fn who_cannot_write_it_is_referred_to_who_can() {
    if !is_root() {
        return;
    }
    let project = Project::new(PLAIN).with_file("~/bin/sbcl", "");
    let arguments = ["argv"];
    assert_snapshot!(brief(as_nobody(&project, &arguments), 1), @"
    error: cannot make `/srv/app/.lisplaunch`: permission denied
     = note: the service loads lisplaunch's own code from there
     = help: root (uid 0), who owns `/srv/app`, has to run `lisplaunch build -f /srv/app/lisplaunch.yaml`
    ");
    for arguments in [&["run"][..], &["emit", "supervisor"], &["build"]] {
        let report = as_nobody(&project, arguments).failure(1);
        assert!(
            report.starts_with("error: cannot make `/srv/app/.lisplaunch`"),
            "{report}"
        );
    }
    let report = as_nobody(&project, &["check"]).failure(1);
    assert!(
        report.contains("error: cannot write in `/srv/app`: permission denied"),
        "{report}"
    );
    assert!(
        report.contains("has to run `lisplaunch build -f /srv/app/lisplaunch.yaml`"),
        "{report}"
    );
    // Whatever the umask of the one who does.
    let mut build = Command::new("sh");
    build
        .args(["-c", "umask 077; exec \"$0\" build", LISPLAUNCH])
        .current_dir(project.folder());
    project.outcome(build).success();
    for name in ["", "runtime"] {
        assert_eq!(mode(&file(&project, name)), 0o755);
    }
    for name in all() {
        assert_eq!(mode(&file(&project, name)), 0o644);
    }
    as_nobody(&project, &arguments).success();
    fs::write(file(&project, "runtime/core.lisp"), "").unwrap();
    assert_snapshot!(brief(as_nobody(&project, &arguments), 1), @"
    error: cannot write `/srv/app/.lisplaunch/runtime/core.lisp`: permission denied
     = note: the service loads lisplaunch's own code from there
     = help: root (uid 0), who owns `/srv/app/.lisplaunch/runtime`, has to run `lisplaunch build -f /srv/app/lisplaunch.yaml`
    ");
    // A folder of one's own is another matter.
    let project = Project::new(PLAIN);
    for path in [project.folder(), project.folder().join("lisplaunch.yaml")] {
        chown(path, Some(NOBODY), None).unwrap();
    }
    set_mode(&project.folder(), 0o555);
    assert_snapshot!(brief(as_nobody(&project, &arguments), 1), @"
    error: cannot make `/srv/app/.lisplaunch`: permission denied
     = note: the service loads lisplaunch's own code from there
     = help: allow it: `chmod u+w /srv/app`
    ");
}

#[test]
fn what_root_writes_belongs_to_the_owner_of_the_folder() {
    if !is_root() {
        return;
    }
    let project = Project::new(PLAIN);
    for path in [project.folder(), project.folder().join("lisplaunch.yaml")] {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    project.run(&["--trust", "nobody", "build"]).success();
    for name in ["", "runtime"].into_iter().chain(all()) {
        let metadata = fs::metadata(file(&project, name)).unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), (NOBODY, NOBODY), "{name}");
    }
    fs::write(file(&project, "runtime.lisp"), "").unwrap();
    as_nobody(&project, &["argv"]).success();
}
