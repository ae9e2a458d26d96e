//! `OpenRC`: unpacked and not installed, since it would take the place of the machine's own init,
//! and in namespaces of its own, with which all that it has started ends.

use std::path::Path;
use std::process::Command;

use super::unpacked;

/// What `command` does where `OpenRC` has the init scripts of a folder.
pub(crate) fn below_openrc(scripts: &Path, command: &Command) -> Command {
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    if !rustix::process::geteuid().is_root() {
        unshare.arg("--map-root-user");
    }
    let setup = include_str!("openrc.sh");
    let packages = ["openrc", "librc1", "libeinfo1"].map(unpacked);
    unshare.args(["sh", "-c", setup, "sh"]).args(packages);
    unshare.arg(scripts);
    unshare.arg(command.get_program()).args(command.get_args());
    unshare.env_clear();
    for (name, value) in command.get_envs() {
        unshare.env(name, value.expect("a value"));
    }
    if let Some(folder) = command.get_current_dir() {
        unshare.current_dir(folder);
    }
    unshare
}
