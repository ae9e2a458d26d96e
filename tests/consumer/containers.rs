//! buildah and podman, with a store of images of their own; no image is pulled from anywhere.

mod apart;
mod base;
mod compose;
mod pods;
mod quadlet;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub(crate) use apart::apart;
pub(crate) use base::Base;
pub(crate) use compose::DockerApi;
pub(crate) use quadlet::quadlet;

/// A store of images, and the containers that were started from them: all of it goes with the
/// value.
pub(crate) struct Containers {
    folder: TempDir,
}

/// What a machine with few limits of its own lets a container have.
const CONFIGURATION: &str =
    "[containers]\ndefault_ulimits=[\"nofile=1024:1024\",\"nproc=4096:4096\"]\n";

/// How podman runs without a systemd and in control groups of the older kind.
const PODMAN: [&str; 3] = [
    "--cgroup-manager=cgroupfs",
    "--runtime=runc",
    "--events-backend=none",
];

impl Containers {
    /// An empty store.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("containers.conf"), CONFIGURATION).expect("it is written");
        Containers { folder }
    }

    /// A store that holds this image for a base, as `localhost/base`.
    pub(crate) fn with(base: &Base) -> Self {
        let containers = Containers::new();
        let mut import = containers.podman();
        done(import.arg("import").arg(base.tar()).arg("localhost/base"));
        containers
    }

    /// What the store is found by.
    fn variables(&self) -> [(&'static str, PathBuf); 3] {
        [
            (
                "CONTAINERS_CONF",
                self.folder.path().join("containers.conf"),
            ),
            ("HOME", self.folder.path().to_owned()),
            // Health checks are asked for by hand: there is no systemd to ask for timers.
            ("DISABLE_HC_SYSTEMD", "true".into()),
        ]
    }

    fn options(&self) -> [PathBuf; 5] {
        [
            "--root".into(),
            self.folder.path().join("root"),
            "--runroot".into(),
            self.folder.path().join("run"),
            "--storage-driver=vfs".into(),
        ]
    }

    fn program(&self, program: &str) -> Command {
        let mut command = super::command(program);
        command
            .envs(self.variables())
            .stdin(Stdio::null())
            .current_dir(self.folder.path())
            .args(self.options());
        command
    }

    fn buildah(&self) -> Command {
        self.program("buildah")
    }

    /// podman, about to do something.
    pub(crate) fn podman(&self) -> Command {
        let mut podman = self.program("podman");
        podman.args(PODMAN);
        podman
    }

    /// Builds an image `localhost/NAME` from the Dockerfile in a folder.
    pub(crate) fn build(&self, context: &Path, name: &str, options: &[&str]) {
        done(&mut self.building(context, name, options));
    }

    /// What does that.
    pub(crate) fn building(&self, context: &Path, name: &str, options: &[&str]) -> Command {
        let mut build = self.buildah();
        build
            .args(["bud", "--isolation=chroot", "--format=docker", "--quiet"])
            .args(["--build-arg", "DEBIAN=localhost/base", "--tag"])
            .arg(format!("localhost/{name}"))
            .args(options)
            .arg(context);
        build
    }

    /// Runs a command in an image to its end, without a network, and returns what that printed.
    pub(crate) fn run(&self, name: &str, options: &[&str], command: &[&str]) -> Vec<u8> {
        let mut run = self.podman();
        run.args(["run", "--rm", "--network=none"]).args(options);
        run.arg(format!("localhost/{name}")).args(command);
        done(&mut run).stdout
    }

    /// A command, about to be run in a container which runs.
    pub(crate) fn inside(&self, container: &str, command: &[&str]) -> Command {
        let mut inside = self.podman();
        inside.args(["exec", container]).args(command);
        inside
    }

    /// A check of its health, about to be made.
    pub(crate) fn health(&self, container: &str) -> Command {
        let mut check = self.podman();
        check.args(["healthcheck", "run", container]);
        check
    }

    /// What podman knows of a container or an image, in a format of Go's templates.
    pub(crate) fn inspect(&self, name: &str, format: &str) -> String {
        text(done(
            self.podman().args(["inspect", "--format", format, name]),
        ))
    }

    /// The folder with the files of a volume.
    pub(crate) fn volume(&self, name: &str) -> PathBuf {
        self.folder
            .path()
            .join("root/volumes")
            .join(name)
            .join("_data")
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
        for kind in [&["pod", "rm"][..], &["rm"]] {
            let mut remove = self.podman();
            let _ = remove
                .args(kind)
                .args(["--all", "--force", "--time=0"])
                .output();
        }
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
