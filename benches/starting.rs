//! What the runtime adds to the start of a service, beside the hand-written line with plain swank:
//! `cargo bench --bench starting`. Needs sbcl and Debian's cl-swank.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const LISPLAUNCH: &str = env!("CARGO_BIN_EXE_lisplaunch");
const TURNS: usize = 40;

/// The last thing that a start does: it ends the turn.
const START: &str = "(sb-ext:exit :code 0 :abort t)";

fn main() {
    let folder = TempDir::new().expect("a folder for temporary files");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    drop(listener);
    let project = format!("name: bench\nloader: asdf\nstart: {START}\nswank: {port}\n");
    fs::write(folder.path().join("lisplaunch.yaml"), project).expect("a writable folder");
    let programs = [by_hand(port), lisplaunch()];
    // The first start compiles.
    for program in &programs {
        time(program, folder.path());
    }
    let mut differences = Vec::new();
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..TURNS {
        let turn = [0, 1].map(|index| time(&programs[index], folder.path()));
        times[0].push(turn[0]);
        times[1].push(turn[1]);
        differences.push(turn[1] - turn[0]);
    }
    println!("from exec to the start form, median of {TURNS} turns:");
    println!("  the hand-written line  {:>7.1} ms", median(&mut times[0]));
    println!("  lisplaunch run         {:>7.1} ms", median(&mut times[1]));
    println!(
        "  paired difference      {:>7.1} ms",
        median(&mut differences)
    );
}

/// What people write, with plain swank.
fn by_hand(port: u16) -> Vec<String> {
    let server =
        format!("(progn (swank:create-server :port {port} :style :spawn :dont-close t) {START})");
    [
        "sbcl",
        "--noinform",
        "--disable-debugger",
        "--eval",
        "(require :asdf)",
        "--eval",
        "(progn (asdf:load-system :swank))",
        "--eval",
        &server,
    ]
    .map(str::to_owned)
    .into()
}

fn lisplaunch() -> Vec<String> {
    [LISPLAUNCH, "run"].map(str::to_owned).into()
}

/// In milliseconds.
fn time(program: &[String], folder: &Path) -> f64 {
    let mut command = Command::new(&program[0]);
    command
        .args(&program[1..])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("the program starts");
    let time: Duration = start.elapsed();
    assert!(status.success(), "{program:?} fails");
    time.as_secs_f64() * 1000.0
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
