//! logrotate, not installed but unpacked.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{command, unpacked};

/// Rotates what is due by these rules, with the state of earlier runs in the same folder.
pub(crate) fn logrotate(rules: &Path) {
    let output = program()
        .arg("--state")
        .arg(rules.with_extension("state"))
        .arg(rules)
        .output()
        .expect("logrotate starts");
    let said = String::from_utf8_lossy(&output.stderr);
    let rules = fs::read_to_string(rules).expect("there are rules");
    assert!(
        output.status.success() && said.is_empty(),
        "{said}\n{rules:.5000}"
    );
}

fn program() -> Command {
    let program = unpacked("logrotate").join("usr/sbin/logrotate");
    let mut command = command(program.to_str().expect("the tests use UTF-8 paths"));
    // The one library that not every machine has.
    let libraries = unpacked("libpopt0").join("usr/lib");
    let of_machine = fs::read_dir(&libraries).expect("it has a folder for the kind of machine");
    let folders = of_machine.map(|entry| entry.expect("it can be read").path());
    let path = std::env::join_paths(folders).expect("no colon is in it");
    command.env("LD_LIBRARY_PATH", path);
    command
}
