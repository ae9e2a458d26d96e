//! `examples/try`, the first command that a new user types.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::network::is_free;
use super::running::Running;
use crate::support::REPOSITORY;
use crate::support::ports::free_port;

/// How long the release build may take where it was not built before.
const BUILD: Duration = Duration::from_secs(900);

/// A release build that takes less time than one that people use, and does not replace that.
fn quickly(command: &mut Command) -> &mut Command {
    command
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("tried"),
        )
}

#[test]
fn the_first_try_works() {
    let port = free_port();
    let mut command = Command::new("examples/try");
    quickly(&mut command)
        .current_dir(REPOSITORY)
        .env("PORT", port.to_string())
        .stdin(Stdio::null());
    let mut script = Running::start(command);
    let status = script.wait_at_most(BUILD);
    let said = script.stdout();
    assert!(status.success(), "{said}{}", script.stderr());
    assert!(said.contains("Hello from SBCL"), "{said}");
    assert!(said.contains("hello: stopped"), "{said}");
    assert_eq!(script.family(), [0; 0]);
    assert!(is_free(port));
    installs();
}

/// `cargo install` as README has it, from what has been built by now.
fn installs() {
    let root = tempfile::TempDir::new().unwrap();
    let mut command = Command::new("cargo");
    quickly(&mut command)
        .args(["install", "--locked", "--path", ".", "--root"])
        .arg(root.path())
        .current_dir(REPOSITORY)
        .stdin(Stdio::null());
    let mut cargo = Running::start(command);
    let status = cargo.wait_at_most(BUILD);
    assert!(status.success(), "{}", cargo.stderr());
    assert!(root.path().join("bin/lisplaunch").exists());
}
