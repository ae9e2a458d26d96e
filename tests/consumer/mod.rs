//! The real programs that read what lisplaunch writes, and what a program that they start
//! receives. A consumer that is not installed fails the test: nothing is skipped.

pub(crate) mod backend;
mod containers;
mod dumper;
mod kubernetes;
mod logrotate;
mod nginx;
mod nomad;
mod openrc;
mod plist;
mod procfile;
mod scanner;
mod supervisord;
mod systemd;
mod unpacked;

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

pub(crate) use containers::{Base, Containers, DockerApi, apart, quadlet};
pub(crate) use dumper::{Dumper, Received};
pub(crate) use kubernetes::{VERSIONS, expanded, manifests};
pub(crate) use logrotate::logrotate;
pub(crate) use nginx::Nginx;
pub(crate) use nomad::{Job, jobs};
pub(crate) use openrc::below_openrc;
pub(crate) use plist::property_lists;
pub(crate) use procfile::Runner;
pub(crate) use scanner::Scanner;
pub(crate) use supervisord::{Daemon, Parsed, Parser};
pub(crate) use systemd::Systemd;
pub(crate) use unpacked::{unpacked, unpacked_from_next_release};

/// The shells that must read a script alike.
pub(crate) const SHELLS: [&str; 2] = ["sh", "bash"];

/// The makes that must read a Makefile alike: GNU make first, then BSD make.
pub(crate) const MAKES: [&str; 2] = ["make", "bmake"];

/// Waits until `done`, as long as the process runs, two minutes at most.
fn wait_while_running(process: &mut Child, mut done: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !done() {
        let ended = process.try_wait().expect("it is our child").is_some();
        if ended || Instant::now() > deadline {
            return done();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    true
}

/// A command in an environment that only knows where programs are.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").expect("a PATH"));
    command
}

/// Runs a consumer to its end, in the folder of its file, and returns what it printed.
pub(crate) fn run<A: AsRef<OsStr>>(program: &str, arguments: &[A], directory: &Path) -> String {
    let output = command(program)
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap_or_else(|error| panic!("`{program}` must be installed for this test: {error}"));
    let printed = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "`{program}`: {}\n{}",
        output.status,
        printed.chars().take(4000).collect::<String>(),
    );
    printed.into_owned()
}
