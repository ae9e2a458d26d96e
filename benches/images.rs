//! What it takes `lisplaunch run` to see that a saved image is what its 700 files are now:
//! `cargo bench --bench images`. Needs sbcl.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

const LISPLAUNCH: &str = env!("CARGO_BIN_EXE_lisplaunch");
const TURNS: usize = 60;
const FILES: usize = 700;

const PROJECT: &str = "\
name: bench
loader: asdf
registry: [.]
systems: [bench]
swank: false
start: (sb-ext:exit :code 0 :abort t)
core: true
";

fn main() {
    let folder = TempDir::new().expect("a folder for temporary files");
    write_project(folder.path()).expect("a writable folder");
    time(folder.path(), &["build"]);
    let mut judged = Vec::new();
    let mut unjudged = Vec::new();
    let mut differences = Vec::new();
    for _ in 0..TURNS {
        let with = time(folder.path(), &["run", "--dry-run"]);
        let without = time(folder.path(), &["run", "--dry-run", "--from-source"]);
        judged.push(with);
        unjudged.push(without);
        differences.push(with - without);
    }
    println!("an image of {FILES} files, median of {TURNS} turns:");
    println!(
        "  run --dry-run                {:>6.1} ms",
        median(&mut judged)
    );
    println!(
        "  run --dry-run --from-source  {:>6.1} ms",
        median(&mut unjudged)
    );
    println!(
        "  paired difference            {:>6.1} ms",
        median(&mut differences)
    );
}

/// A system of many files.
fn write_project(folder: &Path) -> std::io::Result<()> {
    let names = (0..FILES).map(|number| format!("file-{number}"));
    let mut components = String::new();
    for name in names {
        fs::write(
            folder.join(format!("{name}.lisp")),
            "(in-package :cl-user)\n",
        )?;
        components += &format!("(:file \"{name}\")\n");
    }
    let system = format!("(defsystem \"bench\" :components ({components}))");
    fs::write(folder.join("bench.asd"), system)?;
    fs::write(folder.join("lisplaunch.yaml"), PROJECT)
}

/// In milliseconds.
fn time(folder: &Path, arguments: &[&str]) -> f64 {
    let mut command = Command::new(LISPLAUNCH);
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("the program starts");
    let time = start.elapsed().as_secs_f64() * 1000.0;
    assert!(status.success(), "{arguments:?}");
    time
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
