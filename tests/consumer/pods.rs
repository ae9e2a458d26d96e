//! podman, which starts manifests of Kubernetes in containers: a kubelet without a cluster.
//!
//! What it does not do (4.3): it expands no `$(NAME)` in commands, and wants secrets in a form of its
//! own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::command;

/// A store of images and containers, which go with the value.
pub(crate) struct Pods {
    folder: TempDir,
}

/// What a machine with few limits of its own lets a container have.
const CONFIGURATION: &str =
    "[containers]\ndefault_ulimits=[\"nofile=1024:1024\",\"nproc=4096:4096\"]\n";

impl Pods {
    /// An empty store.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("containers.conf");
        fs::write(file, CONFIGURATION).expect("it is written");
        Pods { folder }
    }

    fn podman(&self) -> Command {
        let mut podman = command("podman");
        podman
            .env(
                "CONTAINERS_CONF",
                self.folder.path().join("containers.conf"),
            )
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path())
            .arg("--root")
            .arg(self.folder.path().join("root"))
            .arg("--runroot")
            .arg(self.folder.path().join("run"))
            .args([
                "--storage-driver=vfs",
                "--cgroup-manager=cgroupfs",
                "--runtime=runc",
            ])
            .args(["--events-backend=none"])
            .stdin(Stdio::null());
        podman
    }

    /// Makes an image of a folder, with this PATH.
    pub(crate) fn import(&self, root: &Path, image: &str, path: &str) {
        let tar = self.folder.path().join("root.tar");
        done(
            Command::new("tar")
                .arg("-C")
                .arg(root)
                .arg("-cf")
                .arg(&tar)
                .arg("."),
        );
        let change = format!("ENV PATH={path}");
        done(
            self.podman()
                .args(["import", "--change", &change])
                .arg(tar)
                .arg(image),
        );
    }

    /// Keeps the values of a Secret.
    pub(crate) fn keep(&self, secret: &Value) {
        let mut data = secret["stringData"].as_object().expect("a map").clone();
        for value in data.values_mut() {
            *value = base64(value.as_str().expect("a text")).into();
        }
        let file = self.folder.path().join("secret.json");
        fs::write(&file, Value::from(data).to_string()).expect("it is written");
        let name = secret["metadata"]["name"].as_str().expect("a name");
        done(self.podman().args(["secret", "create", name]).arg(file));
    }

    /// Starts what these files describe, without a network.
    pub(crate) fn play(&self, files: &[PathBuf]) {
        let texts = files
            .iter()
            .map(|file| fs::read_to_string(file).expect("it is there"));
        let text = texts.collect::<Vec<_>>().join("---\n");
        let file = self.folder.path().join("all.yaml");
        fs::write(&file, text).expect("it is written");
        done(
            self.podman()
                .args(["play", "kube", "--network=none"])
                .arg(file),
        );
    }

    /// The first line that a container prints.
    pub(crate) fn first_line(&self, container: &str) -> String {
        let start = Instant::now();
        loop {
            let output = self.podman().args(["logs", container]).output();
            let output = output.expect("podman starts");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            if let Some((line, _)) = text.split_once('\n') {
                return line.to_owned();
            }
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "{container}: {said}"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Pods {
    fn drop(&mut self) {
        // What is still mounted could not be removed with the folder.
        let _ = self
            .podman()
            .args(["pod", "rm", "--all", "--force", "--time=0"])
            .output();
    }
}

fn base64(text: &str) -> String {
    let mut base64 = Command::new("base64")
        .arg("--wrap=0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("base64 starts");
    let mut input = base64.stdin.take().expect("it is piped");
    input.write_all(text.as_bytes()).expect("it is read");
    drop(input);
    let output = base64.wait_with_output().expect("it ends");
    String::from_utf8(output.stdout).expect("it is ASCII")
}

/// Runs a command that must go well.
fn done(command: &mut Command) -> Output {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?} must be installed: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:.1500?}: {said:.3000}");
    output
}
