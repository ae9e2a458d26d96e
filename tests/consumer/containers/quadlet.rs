//! podman's generator of units, and podman as the units start it.

use std::fs;
use std::path::Path;

use super::{Containers, PODMAN, done};
use crate::consumer::{Systemd, command, unpacked_from_next_release};
use crate::support::make_executable;

/// Gives a systemd the units that the generator makes of the `.container` files in a folder. What
/// they start is in this store.
///
/// The generator came with podman 4.4, and Debian has it since its release 13; podman is the one of
/// the machine.
pub(crate) fn quadlet(files: &Path, systemd: &Systemd, containers: &Containers) {
    let package = unpacked_from_next_release("podman");
    let mut generator = command(package.join("usr/libexec/podman/quadlet"));
    generator
        .env("QUADLET_UNIT_DIRS", files)
        .args(["--user", "--no-kmsg-log"])
        .arg(systemd.units());
    done(&mut generator);
    // The units name the program with its path.
    let folder = containers.folder.path();
    let (podman, real) = (folder.join("podman"), folder.join("real-podman"));
    fs::copy("/usr/bin/podman", &real).expect("it is copied");
    fs::write(&podman, containers.script(&real)).expect("it is written");
    make_executable(&podman);
    let mut bind = systemd.command("mount");
    done(bind.arg("--bind").arg(&podman).arg("/usr/bin/podman"));
    systemd.success(&["daemon-reload"]);
}

impl Containers {
    /// A program that is podman with this store.
    fn script(&self, podman: &Path) -> String {
        let variables = self.variables();
        let variables = variables.map(|(name, value)| format!("{name}={}", value.display()));
        let options = self.options().map(|option| option.display().to_string());
        format!(
            "#!/bin/sh\nexec env {} {} {} {} \"$@\"\n",
            variables.join(" "),
            podman.display(),
            options.join(" "),
            PODMAN.join(" ")
        )
    }
}
