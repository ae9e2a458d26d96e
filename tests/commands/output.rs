//! `lisplaunch emit -o` where other users, large files and signals are.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};

use super::PLAIN;
use crate::support::{LISPLAUNCH, Project};

/// The number of a user that the system knows no name of.
const OTHER: u32 = 12345;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn set_mode(file: &Path, mode: u32) {
    fs::set_permissions(file, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_link_of_another_user_is_not_followed() {
    if !is_root() {
        return;
    }
    let project = Project::new(PLAIN).with_file("real/keep", "");
    let folder = project.folder();
    symlink("real/there", folder.join("own")).unwrap();
    symlink("own", folder.join("planted")).unwrap();
    symlink("planted", folder.join("mine")).unwrap();
    symlink("real", folder.join("way")).unwrap();
    for name in ["planted", "way"] {
        lchown(folder.join(name), Some(OTHER), None).unwrap();
    }
    for output in ["planted", "mine", "way/there", "way"] {
        let outcome = project.run(&["emit", "makefile", "-o", output, "--force"]);
        let report = outcome.failure(1);
        assert!(report.contains("belongs to another user"), "{report}");
        assert!(!folder.join("real/there").exists(), "{output}");
        assert!(!folder.join("real/Makefile").exists(), "{output}");
    }
    let report = project.run(&["emit", "makefile", "-o", "mine"]);
    assert_snapshot!(report.failure(1), @"
    error: the link `planted` belongs to another user: uid 12345
     |
     = note: it could point to any file
     = help: make it yours if it can be trusted: `chown -h root planted`
     = help: or trust all files of that user: `--trust 12345`
    ");
    project.run(&["emit", "makefile", "-o", "own"]).success();
    let trusted = ["--trust", "12345", "emit", "makefile", "-o", "mine"];
    project.run(&trusted).success();
}

#[test]
fn who_could_write_to_a_file_of_another_user_cannot_any_more() {
    let project = Project::new(PLAIN);
    let emit = || {
        project
            .run(&["emit", "makefile", "-o", "Makefile"])
            .success()
    };
    let file = project.folder().join("Makefile");
    emit();
    set_mode(&file, 0o664);
    emit();
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o664);
    if is_root() {
        chown(&file, Some(OTHER), None).unwrap();
        set_mode(&file, 0o666);
        emit();
        let metadata = fs::metadata(&file).unwrap();
        assert_eq!((metadata.uid(), metadata.mode() & 0o777), (0, 0o644));
    }
}

/// One whose stanzas are large.
fn large() -> Project {
    let services: String = (0..60).map(|n| format!("  s{n}:\n")).collect();
    let value = "x".repeat(50_000);
    Project::new(&format!(
        "{PLAIN}env: {{A: {value}}}\nservices:\n{services}"
    ))
}

#[test]
fn a_file_of_ours_is_known_at_any_size() {
    let project = large();
    let emit = ["emit", "supervisor", "-o", "large.conf"];
    project.run(&emit).success();
    let file = project.folder().join("large.conf");
    assert!(fs::metadata(&file).unwrap().len() > 1 << 20);
    project.run(&emit).success();
    project.run(&[&emit[..], &["--check"]].concat()).success();
}

/// No more files are open at once than a process may have anywhere.
#[test]
fn a_thousand_files_are_written_by_a_process_that_may_open_few() {
    let services: String = (0..500).map(|n| format!("  s{n}:\n")).collect();
    let project = Project::new(&format!("{PLAIN}services:\n{services}"));
    let emit = ["emit", "s6", "-o", "out/"];
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -n 64 && exec \"$0\" \"$@\"", LISPLAUNCH])
        .args(emit)
        .current_dir(project.folder());
    project.outcome(command).success();
    let check = [&emit[..], &["--check"]].concat();
    project.run(&check).success();
    let folders = fs::read_dir(project.folder().join("out")).unwrap();
    assert_eq!(folders.count(), 500);
}

#[test]
fn no_file_is_left_behind_by_a_signal() {
    let project = large();
    project.run(&["build"]).success();
    let folder = project.folder().join("out");
    fs::create_dir(&folder).unwrap();
    let names = || -> Vec<String> {
        let entries = fs::read_dir(&folder).unwrap();
        let name = |entry: std::io::Result<fs::DirEntry>| {
            entry.unwrap().file_name().into_string().unwrap()
        };
        entries.map(name).collect()
    };
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut ended = false;
        for _ in 0..20 {
            let mut child = project
                .command(&["emit", "supervisor", "-o", "out"])
                .spawn()
                .unwrap();
            let start = Instant::now();
            while !names().iter().any(|name| name.starts_with('.')) {
                assert!(start.elapsed() < Duration::from_secs(60));
                if child.try_wait().unwrap().is_some() {
                    break;
                }
            }
            let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
            let _ = kill_process(pid, signal);
            ended = child.wait().unwrap().signal() == Some(signal.as_raw());
            let left = names();
            assert!(left.iter().all(|name| name == "app.conf"), "{left:?}");
            if ended {
                break;
            }
        }
        assert!(ended, "{signal:?} came too late 20 times");
    }
}
