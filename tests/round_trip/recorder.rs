//! The program that stands in for sbcl, and what it wrote down.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

/// What a program was started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub argv: Vec<String>,
    pub directory: PathBuf,
    pub umask: String,
    pub environment: BTreeMap<OsString, OsString>,
}

/// Puts the program at `path`. Each name is a file of its own: the program asks the system for its
/// name, since an argument may say anything.
pub fn install(path: &Path) {
    static COMPILED: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, program) = COMPILED.get_or_init(|| compiled("program.rs", &[]));
    fs::hard_link(program, path).unwrap();
}

/// A program of the tests, compiled with further options. A script would not do: it never sees the
/// name that it was called by, and its shell adds variables to the environment.
pub fn compiled(source: &str, options: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    let sources = Path::new(crate::support::REPOSITORY).join("tests/round_trip");
    let source = sources.join(source);
    let status = Command::new("rustc")
        .args([
            "--edition",
            "2024",
            "-C",
            "opt-level=1",
            "-C",
            "strip=symbols",
            "-C",
            "prefer-dynamic=no",
            // In a container there may be no library.
            "-C",
            "target-feature=+crt-static",
            "-o",
        ])
        .arg(&program)
        .args(options)
        .arg(source)
        .status()
        .expect("`rustc` must be installed for this test");
    assert!(status.success());
    (folder, program)
}

impl Record {
    /// Takes away what the program at `path` wrote down, if it has been started.
    pub fn take(path: &Path) -> Option<Record> {
        let mut file = path.as_os_str().to_owned();
        file.push(".record");
        let bytes = fs::read(&file).ok()?;
        fs::remove_file(&file).ok()?;
        Some(Record::parse(&bytes))
    }

    /// What the program printed because it could write nothing down.
    pub fn printed(line: &str) -> Record {
        let byte = |digits: &[u8]| {
            let digits = std::str::from_utf8(digits).unwrap();
            u8::from_str_radix(digits, 16).unwrap()
        };
        let bytes: Vec<u8> = line.as_bytes().chunks(2).map(byte).collect();
        Record::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> Record {
        let mut fields = bytes
            .split(|byte| *byte == 0)
            .map(|field| OsStr::from_bytes(field).to_owned());
        let mut next = || fields.next().expect("the record is whole");
        let count: usize = next().to_str().unwrap().parse().unwrap();
        let argv = (0..count).map(|_| next().into_string().unwrap()).collect();
        let directory = PathBuf::from(next());
        let umask = next().into_string().unwrap();
        let environment = fields.filter_map(|field| variable(&field)).collect();
        Record {
            argv,
            directory,
            umask,
            environment,
        }
    }

    /// Whether the program at `path` has been started since its record was taken.
    pub fn exists(path: &Path) -> bool {
        let mut file = path.as_os_str().to_owned();
        file.push(".record");
        Path::new(&file).exists()
    }
}

fn variable(field: &OsStr) -> Option<(OsString, OsString)> {
    let mut parts = field.as_bytes().splitn(2, |byte| *byte == b'=');
    let mut next = || Some(OsStr::from_bytes(parts.next()?).to_owned());
    Some((next()?, next()?))
}
