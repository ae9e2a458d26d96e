//! Manifests of Kubernetes, as its schemas want them: there is no cluster here.
//!
//! `tests/run` installs the schemas.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::command;
use crate::support::REPOSITORY;

/// The oldest version that has all that is written, and the newest that there is a schema of.
pub(crate) const VERSIONS: &str = "1.27,1.37";

/// The objects in these files, each of which is valid in these versions.
pub(crate) fn manifests(files: &[PathBuf], versions: &str) -> Vec<Value> {
    let schemas = Path::new(REPOSITORY).join("target/runners/kubernetes");
    let output = command("python3")
        .args(["-c", include_str!("kubernetes.py")])
        .arg(versions)
        .args(files)
        .env("PYTHONPATH", schemas)
        .output()
        .expect("Python starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error:.3000}");
    serde_json::from_slice(&output.stdout).expect("it is JSON")
}

/// What Kubernetes makes of a word of a command: `Expand` of its package `expansion`, where no
/// variable is known.
pub(crate) fn expanded(word: &str) -> String {
    let bytes = word.as_bytes();
    let mut text = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'$', Some(b'$')) => {
                text.push(b'$');
                at += 2;
            }
            (b'$', Some(b'(')) if word[at..].contains(')') => {
                text.extend(b"a variable");
                at += word[at..].find(')').expect("it is there") + 1;
            }
            (byte, _) => {
                text.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(text).expect("it was UTF-8")
}
