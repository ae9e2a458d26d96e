//! Job files of Nomad, as the parser of HCL that it uses reads them: Nomad itself is in no registry.
//!
//! `tests/run` installs the parser.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::REPOSITORY;

/// The group and the task of the job in each of these files, what its driver is configured with as
/// a client reads it.
pub(crate) fn jobs(files: &[PathBuf]) -> Vec<Job> {
    let parser = Path::new(REPOSITORY).join("target/runners/hcl/node_modules/hcl2-parser");
    let output = Command::new("node")
        .args(["-e", include_str!("nomad.js"), "--"])
        .arg(parser)
        .args(files)
        .output()
        .expect("node starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error:.3000}");
    let jobs: Vec<Value> = serde_json::from_slice(&output.stdout).expect("it is JSON");
    jobs.iter().map(Job::new).collect()
}

/// A job that has one group, which has one task.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) group: Value,
    pub(crate) task: Value,
}

impl Job {
    fn new(job: &Value) -> Self {
        let (name, job) = only(job);
        let (_, group) = only(&job["group"]);
        let (_, task) = only(&group["task"]);
        Job { name, group, task }
    }
}

/// The one block of a kind, with its label.
fn only(blocks: &Value) -> (String, Value) {
    let blocks = blocks.as_object().expect("blocks have labels");
    assert_eq!(blocks.len(), 1, "{blocks:?}");
    let (name, block) = blocks.iter().next().expect("there is one");
    (name.clone(), block[0].clone())
}
