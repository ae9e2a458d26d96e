//! A program of its own, compiled by the tests: it writes down what it was started with, into
//! a file beside itself, and says one line. Where nothing can be written, that line is the record,
//! and it stays.

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;

fn main() -> std::io::Result<()> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
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
    // It holds the name of the program, cut off at any byte.
    let status = std::fs::read("/proc/self/status")?;
    let status = String::from_utf8_lossy(&status);
    let umask = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    field(umask.unwrap_or_default().trim().as_bytes());
    for (name, value) in std::env::vars_os() {
        field(&[name.as_bytes(), b"=", value.as_bytes()].concat());
    }
    let program = std::env::current_exe()?;
    let beside = |end: &str| {
        let mut name = program.clone().into_os_string();
        name.push(end);
        name
    };
    if std::fs::write(beside(".part"), &record).is_err() {
        let digits: String = record.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(std::io::stdout(), "{digits}")?;
        loop {
            std::thread::park();
        }
    }
    std::fs::rename(beside(".part"), beside(".record"))?;
    writeln!(std::io::stdout(), "started")
}
