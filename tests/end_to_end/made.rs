//! Services below the real makes, from the Makefile that lisplaunch writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;

use super::network::{get, is_free, request};
use super::running::{Running, assert_sbcl, is_sbcl};
use super::slime::pid_behind;
use super::{example, with_compiled_systems};
use crate::consumer::MAKES;
use crate::support::Project;
use crate::support::ports::free_port;

/// The Makefile that lisplaunch writes with `arguments`, away from the project.
fn makefile(project: &Project, arguments: &[impl AsRef<str>]) -> PathBuf {
    let file = project.home().join("service.mk");
    let mut all = vec!["emit", "makefile", "-o", file.to_str().unwrap()];
    all.extend(arguments.iter().map(AsRef::as_ref));
    project.run(&all).success();
    file
}

/// A make, about to make `goals` of a Makefile in another folder.
fn make(program: &str, file: &Path, project: &Project, goals: &[&str]) -> Command {
    let plain = project.command(&[]);
    let variables = plain
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    let mut command = Command::new(program);
    command
        .arg("-f")
        .arg(file)
        .args(goals)
        .env_clear()
        .envs(variables)
        .current_dir(project.folder())
        .stdin(Stdio::null());
    command
}

/// The numbers of sbcl among what a make has started.
fn services(make: &Running) -> Vec<i32> {
    let family = make.family();
    family.into_iter().filter(|pid| is_sbcl(*pid)).collect()
}

/// Ends make and what it has started, as a terminal or supervisord does.
#[track_caller]
fn stop(make: &mut Running) {
    make.signal_group(Signal::TERM);
    make.wait();
    make.until_all_of_it_ends();
}

fn setting(name: &str, port: u16) -> String {
    format!("{name}={port}")
}

#[test]
fn hunchentoot_is_made() {
    let project = with_compiled_systems(Project::empty());
    let (port, swank) = (free_port(), free_port());
    let file = makefile(
        &project,
        &[
            "-f",
            &example("hunchentoot"),
            "--set",
            &setting("PORT", port),
            "--set",
            &setting("SWANK_PORT", swank),
        ],
    );
    for program in MAKES {
        let mut make = Running::start(make(program, &file, &project, &["start"]));
        let answer = make.until("an answer over HTTP", || get(port, "/"));
        assert!(answer.contains("Hello, world!"), "{program}: {answer}");
        let pid = make.until("swank answers", || pid_behind(swank));
        assert_sbcl(pid);
        stop(&mut make);
        let said = make.stdout();
        assert!(
            said.contains("hello-hunchentoot: stopped"),
            "{program}: {said}"
        );
        assert!(is_free(port) && is_free(swank), "{program}");
    }
}

#[test]
fn variables_are_taken_from_the_command_line_and_the_environment() {
    let project = Project::empty();
    let (typed, set) = (free_port(), free_port());
    let file = makefile(&project, &["-f", &example("hello")]);
    for program in MAKES {
        let from_the_command_line = make(
            program,
            &file,
            &project,
            &[&setting("PORT", typed), "start"],
        );
        let mut from_the_environment = make(program, &file, &project, &[]);
        from_the_environment.env("PORT", set.to_string());
        for (command, port) in [(from_the_command_line, typed), (from_the_environment, set)] {
            let mut make = Running::start(command);
            make.until("an answer over HTTP", || get(port, "/"));
            stop(&mut make);
            assert!(make.stdout().contains("hello: stopped"), "{program}");
            assert!(is_free(port), "{program}");
        }
    }
}

#[test]
fn a_shop_is_made_as_a_whole() {
    let project = with_compiled_systems(Project::empty());
    for program in MAKES {
        let port = free_port();
        let file = makefile(&project, &shop(&project, program, port));
        let mut make = Running::start(make(program, &file, &project, &["start"]));
        let order = make.until("the shop takes an order", || {
            request(port, "POST", "/orders/green-tea")
        });
        let order = order.trim().strip_prefix("order ").unwrap().to_owned();
        let mail = data(&project, program).join(format!("outbox/{order}.eml"));
        make.until("a mail is written", || fs::read_to_string(&mail).ok());
        assert_eq!(services(&make).len(), 3, "{program}");
        stop(&mut make);
        // With several jobs bmake reads what they say, and hears no more than itself.
        if program == "make" {
            let said = make.stdout();
            assert!(said.contains("hello: stopped"), "{said}");
            assert!(said.contains("worker: stopped"), "{said}");
        }
        assert!(is_free(port), "{program}");
    }
}

#[test]
fn one_service_of_a_shop_is_made() {
    let project = with_compiled_systems(Project::empty());
    for program in MAKES {
        let port = free_port();
        let file = makefile(&project, &shop(&project, program, port));
        let mut make = Running::start(make(program, &file, &project, &["web"]));
        let page = make.until("an answer over HTTP", || get(port, "/"));
        assert!(page.contains("Tea & Sons"), "{program}: {page}");
        assert_eq!(services(&make).len(), 1, "{program}");
        stop(&mut make);
        assert!(make.stdout().contains("hello: stopped"), "{program}");
    }
}

fn data(project: &Project, name: &str) -> PathBuf {
    project.folder().join(name)
}

fn shop(project: &Project, name: &str, port: u16) -> Vec<String> {
    let data = data(project, name);
    fs::create_dir(&data).unwrap();
    let settings = [
        setting("WEB_PORT", port),
        setting("WORKER_SECONDS", 1),
        setting("MAILER_SECONDS", 1),
        format!("SHOP_DATA={}", data.display()),
    ];
    let settings = settings
        .into_iter()
        .flat_map(|setting| ["--set".to_owned(), setting]);
    let file = ["-f".to_owned(), example("shop")];
    file.into_iter().chain(settings).collect()
}
