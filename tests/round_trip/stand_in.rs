//! A program of its own, compiled by the tests, which stands in for sbcl where an image is made and
//! in its container: asked to save a program it puts itself there, and started it prints what it was
//! given.

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;

/// How the path begins that a program is saved in.
const SAVE: &str = "(lisplaunch:save-core \"";

fn main() -> std::io::Result<()> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let saved = arguments.iter().find_map(|argument| {
        let rest = argument.to_str()?.strip_prefix(SAVE)?;
        Some(rest.split_once('"')?.0.to_owned())
    });
    if let Some(path) = saved {
        std::fs::copy(std::env::current_exe()?, path)?;
        return Ok(());
    }
    let mut record = Vec::new();
    let mut field = |bytes: &[u8]| {
        record.extend_from_slice(bytes);
        record.push(0);
    };
    field(arguments.len().to_string().as_bytes());
    for argument in &arguments {
        field(argument.as_bytes());
    }
    field(std::env::current_dir()?.as_os_str().as_bytes());
    for (name, value) in std::env::vars_os() {
        field(&[name.as_bytes(), b"=", value.as_bytes()].concat());
    }
    std::io::stdout().write_all(&record)
}
