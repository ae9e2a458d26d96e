//! A program that writes down what it received, under as many names as wanted.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// What a program received when it was started.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Received {
    /// The command line, the path of the program first.
    pub(crate) argv: Vec<OsString>,
    /// The environment, with what the shell of the dumper adds to it.
    pub(crate) environment: BTreeMap<OsString, OsString>,
    /// The current directory.
    pub(crate) directory: PathBuf,
}

/// The program, and a folder for its names and records.
#[derive(Debug)]
pub(crate) struct Dumper {
    folder: TempDir,
}

/// Writes the count of the words, the words, the directory, a newline, and the environment,
/// each with a NUL behind it; then `END`. It says one line to whom it may concern.
const PROGRAM: &str = r#"#!/bin/sh
{ printf '%s\0' "$#" "$0" "$@" && pwd -P && printf '\0' && /usr/bin/env -0 && printf END; } >"$0.dump"
echo started
"#;

const END: &[u8] = b"END";

impl Dumper {
    /// A dumper with a folder of its own.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = folder.path().join(".dumper");
        fs::write(&program, PROGRAM).expect("the dumper is written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it is executable");
        Dumper { folder }
    }

    /// Where the names and records are; tests put their files there as well.
    pub(crate) fn folder(&self) -> PathBuf {
        // The dumper prints its directory without symbolic links.
        self.folder.path().canonicalize().expect("it exists")
    }

    /// The path of the program under a name of its own.
    pub(crate) fn program(&self, name: &str) -> String {
        let path = self.folder().join(name);
        symlink(self.folder().join(".dumper"), &path).expect("the name is new");
        utf8(path)
    }

    /// The path of a new folder.
    pub(crate) fn directory(&self, name: &str) -> String {
        let path = self.folder().join(name);
        fs::create_dir(&path).expect("the name is new");
        utf8(path)
    }

    /// Writes a file for a consumer and returns its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder().join(name);
        fs::write(&path, text).expect("the file is written");
        path
    }
}

impl Received {
    /// What the program of this path received, if it has been started and is done.
    pub(crate) fn by(program: &str) -> Option<Received> {
        let record = fs::read(Path::new(&format!("{program}.dump"))).ok()?;
        let record = record.strip_suffix(END)?;
        let mut fields = record.split(|byte| *byte == 0).map(OsStr::from_bytes);
        let count = fields.next()?.to_str()?.parse::<usize>().ok()?;
        let argv = fields
            .by_ref()
            .take(count + 1)
            .map(OsStr::to_owned)
            .collect();
        let directory = fields.next()?.as_bytes().strip_suffix(b"\n")?;
        let environment = fields
            .filter_map(|variable| {
                let mut parts = variable.as_bytes().splitn(2, |byte| *byte == b'=');
                Some((owned(parts.next()?), owned(parts.next()?)))
            })
            .collect();
        Some(Received {
            argv,
            environment,
            directory: PathBuf::from(owned(directory)),
        })
    }

    /// The value of an environment variable.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
    }
}

fn owned(bytes: &[u8]) -> OsString {
    OsString::from_vec(bytes.to_vec())
}

fn utf8(path: PathBuf) -> String {
    path.into_os_string()
        .into_string()
        .expect("the tests use UTF-8 paths")
}
