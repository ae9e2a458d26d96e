//! Property lists, as two parsers read them: there is no launchd but on macOS.

use std::path::PathBuf;

use serde_json::Value;

use super::command;

/// What each of the property lists says, all parsers being of one mind.
pub(crate) fn property_lists(files: &[PathBuf]) -> Vec<Value> {
    let output = command("python3")
        .args(["-c", include_str!("plist.py")])
        .args(files)
        .output()
        .expect("Python starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error:.3000}");
    let read: Vec<[Value; 2]> = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(read.len(), files.len());
    read.into_iter()
        .map(|[python, libplist]| {
            assert_eq!(python, libplist);
            python
        })
        .collect()
}
