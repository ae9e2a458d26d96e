//! Services that process managers start from saved images, and start again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::network::get;
use super::running::{assert_sbcl, eventually, kill};
use super::supervisor::Supervisor;
use super::under_systemd::{Hunchentoot, UNIT, copy_example};
use super::{with_compiled_systems, with_quicklisp};
use crate::support::ports::free_port;
use crate::support::{Project, REPOSITORY};

const SERVICE: &str = "hello-hunchentoot";

/// Changes what the service of this folder answers.
fn change(folder: &Path) {
    let source = folder.join("hello-hunchentoot.lisp");
    let text = fs::read_to_string(&source).unwrap();
    fs::write(&source, text.replace("Hello, ", "Good evening, ")).unwrap();
}

/// The words that a process was started with.
fn words(pid: i32) -> Vec<String> {
    let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
    line.split('\0').map(str::to_owned).collect()
}

fn is_from_image(pid: i32) -> bool {
    words(pid).iter().any(|word| word == "--core")
}

/// Waits until a service answers with this greeting.
fn greets(port: u16, greeting: &str) {
    eventually(greeting, || {
        get(port, "/").filter(|answer| answer.contains(greeting))
    });
}

#[test]
fn supervisord_starts_an_image_again_and_new_code_where_it_is_stale() {
    let (port, swank) = (free_port(), free_port());
    let project = Project::empty()
        .with_variable("PORT", &port.to_string())
        .with_variable("SWANK_PORT", &swank.to_string());
    copy_example(&project.folder());
    let file = project.folder().join("lisplaunch.yaml");
    fs::write(&file, fs::read_to_string(&file).unwrap() + "core: true\n").unwrap();
    let project = with_compiled_systems(project);
    project.run(&["build"]).success();
    let supervisor = Supervisor::start(&project, &[]);
    let first = supervisor.running(SERVICE);
    greets(port, "Hello, world!");
    assert!(is_from_image(first));

    let again = |pid: i32| {
        kill(pid);
        eventually("supervisord starts it again", || {
            supervisor.pid(SERVICE).filter(|now| *now != pid)
        })
    };
    let second = again(first);
    greets(port, "Hello, world!");
    assert!(is_from_image(second));

    change(&project.folder());
    let third = again(second);
    greets(port, "Good evening, world!");
    assert!(!is_from_image(third), "{:?}", words(third));
    assert_sbcl(third);
    assert_eq!(
        supervisor.running(SERVICE),
        third,
        "the process is the same"
    );
    let log = supervisor.log(SERVICE);
    assert!(log.contains("the saved image is stale: "), "{log}");
    let answer = supervisor.control(&["stop", SERVICE]);
    assert!(answer.contains("stopped"), "{answer}");
}

/// All examples, with ports of their own, and the project file of one that starts from an image.
fn example_with_image(name: &str) -> (Project, PathBuf) {
    let project = with_quicklisp(Project::empty());
    let copied = Command::new("cp")
        .arg("-r")
        .arg(format!("{REPOSITORY}/examples/."))
        .arg(project.folder())
        .status();
    assert!(copied.unwrap().success());
    let file = project.folder().join(name).join("lisplaunch.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text + "core: true\nstart-timeout: 1s\n").unwrap();
    let ports = ["PORT", "SERVER_PORT", "SWANK_PORT", "WEB_PORT"];
    let project = ports.iter().fold(project, |project, variable| {
        project.with_variable(variable, &free_port().to_string())
    });
    (project, file)
}

#[test]
fn each_example_is_started_again_from_its_image() {
    let examples: [(&str, &[&str]); 3] = [
        ("hello", &["hello"]),
        ("lucerne", &["lucerne-hello-world"]),
        (
            "shop",
            &["shop:shop-web", "shop:shop-worker", "shop:shop-mailer"],
        ),
    ];
    for (name, programs) in examples {
        let (project, file) = example_with_image(name);
        let file = file.to_str().unwrap();
        project.run(&["build", "-f", file]).success();
        let supervisor = Supervisor::start(&project, &["-f", file]);
        let all_are_ready = || {
            let pids = programs.iter().map(|program| supervisor.running(program));
            let pids: Vec<i32> = pids.collect();
            project.run(&["status", "-f", file, "--wait=60s"]).success();
            for pid in &pids {
                assert!(is_from_image(*pid), "{:?}", words(*pid));
            }
            pids
        };
        for (program, pid) in programs.iter().zip(all_are_ready()) {
            kill(pid);
            eventually("supervisord starts it again", || {
                supervisor.pid(program).filter(|now| *now != pid)
            });
        }
        all_are_ready();
        supervisor.control(&["stop", "all"]);
    }
}

#[test]
fn systemd_starts_an_image_again_and_new_code_where_it_is_stale() {
    let service = Hunchentoot::start("core: true\n", &[]);
    greets(service.port, "Hello, world!");
    // The code of a running service can be reloaded; the next start is from the new sources.
    change(&service.project.folder());
    let reloaded = service.lisplaunch(&["reload"]);
    assert_eq!(reloaded.code, Some(0), "{}", reloaded.stderr);
    let last = reloaded.stderr.lines().last().unwrap();
    assert!(
        last.starts_with("the saved image of `hello-hunchentoot` is stale: "),
        "{last}"
    );
    assert!(
        last.contains("hello-hunchentoot.lisp` has changed"),
        "{last}"
    );
    let pid = service.pid();
    service.systemd.success(&["kill", "-s", "KILL", UNIT]);
    service.serves_again(&pid);
    greets(service.port, "Good evening, world!");

    // A new image is made beside the running service.
    let built = service.lisplaunch(&["build"]);
    assert_eq!(built.code, Some(0), "{}", built.stderr);
    let pid = service.pid();
    service.systemd.success(&["kill", "-s", "KILL", UNIT]);
    service.serves_again(&pid);
    greets(service.port, "Good evening, world!");
    let status = service.lisplaunch(&["status"]);
    assert!(!status.stdout.contains("stale"), "{}", status.stdout);
    service.systemd.success(&["stop", UNIT]);
}
