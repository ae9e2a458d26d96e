//! Manifests of Kubernetes, which podman starts in containers: a kubelet without a cluster.
//!
//! What it does not do (4.3): it expands no `$(NAME)` in commands, asks no port by its name, leaves
//! out `lifecycle` and `terminationGracePeriodSeconds`, and wants secrets in a form of its own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Containers, done};

impl Containers {
    /// Makes an image of a folder, with this PATH.
    pub(crate) fn import(&self, root: &Path, image: &str, path: &str) {
        let tar = self.folder.path().join("root.tar");
        let mut pack = Command::new("tar");
        done(pack.arg("-C").arg(root).arg("-cf").arg(&tar).arg("."));
        let mut import = self.podman();
        import.args(["import", "--change", &format!("ENV PATH={path}")]);
        done(import.arg(tar).arg(image));
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

    /// Starts what these files describe, or with `--down` ends it.
    pub(crate) fn play(&self, files: &[PathBuf], options: &[&str]) {
        let texts = files
            .iter()
            .map(|file| fs::read_to_string(file).expect("it is there"));
        let text = texts.collect::<Vec<_>>().join("---\n");
        let file = self.folder.path().join("all.yaml");
        fs::write(&file, text).expect("it is written");
        let mut play = self.podman();
        done(play.args(["play", "kube"]).args(options).arg(file));
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
            let report = String::from_utf8_lossy(&output.stderr);
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "{container}: {report}"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
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
