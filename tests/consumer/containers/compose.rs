//! Docker's API, which podman has too, for the programs that speak it; one of them is Compose.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Containers;
use crate::consumer::unpacked_from_next_release;

/// podman, as it answers what Docker would be asked.
pub(crate) struct DockerApi {
    process: Child,
    socket: PathBuf,
}

impl DockerApi {
    /// Lets podman answer for these containers.
    pub(crate) fn of(containers: &Containers) -> Self {
        let socket = containers.folder.path().join("socket");
        let mut service = containers.podman();
        service
            .args(["system", "service", "--time=0"])
            .arg(format!("unix://{}", socket.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = service.spawn().expect("podman starts");
        let api = DockerApi { process, socket };
        let deadline = Instant::now() + Duration::from_secs(60);
        while !api.socket.exists() {
            assert!(Instant::now() < deadline, "podman answers nothing");
            std::thread::sleep(Duration::from_millis(20));
        }
        api
    }

    /// Compose, about to do something with the `compose.yaml` in a folder: version 2, which Debian
    /// has since its release 13.
    pub(crate) fn compose(&self, folder: &Path) -> Command {
        let package = unpacked_from_next_release("docker-compose");
        let program = package.join("usr/libexec/docker/cli-plugins/docker-compose");
        let mut compose = Command::new(program);
        compose
            .current_dir(folder)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", folder)
            .env("DOCKER_HOST", format!("unix://{}", self.socket.display()))
            .stdin(Stdio::null());
        compose
    }
}

impl Drop for DockerApi {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
