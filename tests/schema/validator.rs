//! The validator of Python's `jsonschema`, given many documents at once.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::REPOSITORY;

/// What a validator says of a document.
#[derive(Debug)]
pub(super) enum Verdict {
    Right,
    /// The first thing that is wrong.
    Wrong(String),
}

const PROGRAM: &str = r#"
import json, sys
from jsonschema import Draft7Validator
schema, documents = json.load(sys.stdin)
Draft7Validator.check_schema(schema)
validator = Draft7Validator(schema)
def said(document):
    error = next(validator.iter_errors(document), None)
    return error and "/".join(map(str, error.path)) + ": " + error.message[:200]
json.dump([said(document) for document in documents], sys.stdout)
"#;

/// What it says of each document.
pub(super) fn validate(schema: &str, documents: &[Value]) -> Vec<Verdict> {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let mut python = Command::new("python3")
        .args(["-c", PROGRAM])
        .env(
            "PYTHONPATH",
            format!("{REPOSITORY}/target/runners/jsonschema"),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input = serde_json::to_vec(&(schema, documents)).unwrap();
    python.stdin.take().unwrap().write_all(&input).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "python3 with jsonschema failed");
    let said: Vec<Option<String>> = serde_json::from_slice(&output.stdout).unwrap();
    said.into_iter()
        .map(|said| said.map_or(Verdict::Right, Verdict::Wrong))
        .collect()
}

/// A YAML document as a validator sees it; nothing for what is not YAML, or has no form in JSON.
pub(super) fn json(yaml: &str) -> Option<Value> {
    let mut document: serde_yaml::Value = serde_yaml::from_str(yaml).ok()?;
    document.apply_merge().ok()?;
    serde_json::to_value(document).ok()
}
