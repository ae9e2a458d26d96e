//! buildah and podman, with a store of images of their own; no image is pulled from anywhere.

mod base;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub(crate) use base::Base;

/// A store of images, and the containers that were started from them: all of it goes with the
/// value.
pub(crate) struct Containers {
    folder: TempDir,
}

/// What a machine with few limits of its own lets a container have.
const CONFIGURATION: &str =
    "[containers]\ndefault_ulimits=[\"nofile=1024:1024\",\"nproc=4096:4096\"]\n";

impl Containers {
    /// A store that holds this image for a base, as `localhost/base`.
    pub(crate) fn with(base: &Base) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("containers.conf"), CONFIGURATION).expect("it is written");
        let containers = Containers { folder };
        let tar = base.tar();
        done(
            containers
                .podman()
                .arg("import")
                .arg(tar)
                .arg("localhost/base"),
        );
        containers
    }

    fn program(&self, program: &str) -> Command {
        let mut command = super::command(program);
        command
            .env(
                "CONTAINERS_CONF",
                self.folder.path().join("containers.conf"),
            )
            .env("HOME", self.folder.path())
            // Health checks are asked for by hand: there is no systemd to ask for timers.
            .env("DISABLE_HC_SYSTEMD", "true")
            .stdin(Stdio::null())
            .current_dir(self.folder.path())
            .arg("--root")
            .arg(self.folder.path().join("root"))
            .arg("--runroot")
            .arg(self.folder.path().join("run"))
            .arg("--storage-driver=vfs");
        command
    }

    fn buildah(&self) -> Command {
        self.program("buildah")
    }

    /// podman, whose containers are on the network of the machine.
    pub(crate) fn podman(&self) -> Command {
        let mut podman = self.program("podman");
        podman.args([
            "--cgroup-manager=cgroupfs",
            "--runtime=runc",
            "--events-backend=none",
        ]);
        podman
    }

    /// Builds an image `localhost/NAME` from the Dockerfile in a folder.
    pub(crate) fn build(&self, context: &Path, name: &str, options: &[&str]) {
        let mut build = self.buildah();
        build
            .args(["bud", "--isolation=chroot", "--format=docker", "--quiet"])
            .args(["--build-arg", "DEBIAN=localhost/base", "--tag"])
            .arg(format!("localhost/{name}"))
            .args(options)
            .arg(context);
        done(&mut build);
    }

    /// Runs an image to the end of its container, and returns what that printed.
    pub(crate) fn run(&self, name: &str, options: &[&str]) -> Vec<u8> {
        let mut run = self.podman();
        run.args(["run", "--rm", "--network=host"]).args(options);
        done(run.arg(format!("localhost/{name}"))).stdout
    }

    /// What a command prints that is run in a container which runs.
    pub(crate) fn inside(&self, container: &str, command: &[&str]) -> String {
        text(done(self.podman().args(["exec", container]).args(command)))
    }

    /// The files of an image.
    pub(crate) fn files(&self, name: &str) -> Vec<PathBuf> {
        let container = text(done(
            self.buildah().args(["from", &format!("localhost/{name}")]),
        ));
        let root = text(done(self.buildah().args(["mount", &container])));
        let find = Command::new("find").args([&root, "-type", "f"]).output();
        let found = text(find.expect("find starts"));
        let files = found
            .lines()
            .map(|file| Path::new(file).strip_prefix(&root));
        files
            .map(|file| Path::new("/").join(file.expect("below it")))
            .collect()
    }
}

impl Drop for Containers {
    fn drop(&mut self) {
        // What is still mounted could not be removed with the folder.
        let _ = self
            .podman()
            .args(["rm", "--all", "--force", "--time=0"])
            .output();
        let _ = self.buildah().args(["rm", "--all"]).output();
    }
}

/// Runs a command that must go well.
pub(crate) fn done(command: &mut Command) -> Output {
    let name = command.get_program().to_owned();
    let output = command.output();
    let output = output.unwrap_or_else(|error| {
        panic!(
            "`{}` must be installed for this test: {error}",
            name.display()
        )
    });
    let arguments: Vec<&OsStr> = command.get_args().collect();
    assert!(
        output.status.success(),
        "`{}` {arguments:.1500?}: {}\n{}{}",
        name.display(),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

fn text(output: Output) -> String {
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.trim_end().to_owned()
}
