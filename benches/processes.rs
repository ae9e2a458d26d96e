//! What lisplaunch costs, measured on whole processes: `cargo bench`.
//!
//! The programs take turns, so that a machine that slows down slows all of them; the median is what
//! counts. The stand-in for sbcl does nothing, so launching is all there is.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lisplaunch::format::ALL;
use tempfile::TempDir;
use wait4::Wait4;

const LISPLAUNCH: &str = env!("CARGO_BIN_EXE_lisplaunch");
const STAND_IN: &str = "/bin/true";
const LAUNCHES: usize = 300;
const EMISSIONS: usize = 15;

/// The Quicklisp project of the README, with the stand-in for sbcl.
const PROJECT: &str = "\
name: lucerne-hello-world
setup: lisplaunch.yaml
systems: [lucerne-hello-world]
start: (lucerne:start lucerne-hello-world:app :port ${SERVER_PORT:-40000})
swank:
  port: ${SWANK_PORT:-40054}
sbcl:
  program: /bin/true
";

/// A name, and how the program is started.
type Program<'a> = (&'a str, Box<dyn Fn() -> Command + 'a>);

fn main() {
    let folder = TempDir::new().expect("a folder for temporary files");
    fs::write(folder.path().join("lisplaunch.yaml"), PROJECT).expect("a writable folder");
    // As installing does it: what the linker wrote lies in small pieces, and starts slower.
    fs::copy(LISPLAUNCH, folder.path().join("lisplaunch")).expect("a writable folder");
    launch(folder.path());
    emit(folder.path(), &written());
}

/// From `lisplaunch run` to the end of the stand-in, beside make and the shell.
fn launch(folder: &Path) {
    let makefile = output(&mut lisplaunch(folder, &["emit", "makefile"]));
    fs::write(folder.join("Makefile"), makefile).expect("a writable folder");
    let line = String::from_utf8(output(&mut lisplaunch(folder, &["argv"])))
        .expect("the project is ASCII");
    let line = format!("exec {line}");
    let programs: [Program<'_>; 4] = [
        ("the stand-in alone", Box::new(|| Command::new(STAND_IN))),
        (
            "sh -c 'exec …'",
            Box::new(move || with(Command::new("sh"), &["-c", &line])),
        ),
        ("lisplaunch run", Box::new(|| lisplaunch(folder, &["run"]))),
        (
            "make -s start",
            Box::new(|| with(Command::new("make"), &["-s", "start"])),
        ),
    ];
    let mut times = vec![Vec::new(); programs.len()];
    for _ in 0..LAUNCHES {
        for ((_, program), times) in programs.iter().zip(&mut times) {
            times.push(time(program().current_dir(folder)));
        }
    }
    println!("launching, median of {LAUNCHES} turns:");
    let medians: Vec<Duration> = times.into_iter().map(median).collect();
    for ((name, _), median) in programs.iter().zip(&medians) {
        println!("  {name:<20} {:>6.2} ms", milliseconds(*median));
    }
    println!(
        "  lisplaunch takes {:.2} of make's time, {:.2} of sh's",
        medians[2].as_secs_f64() / medians[3].as_secs_f64(),
        medians[2].as_secs_f64() / medians[1].as_secs_f64(),
    );
    let mut child = quiet(&mut lisplaunch(folder, &["run", "--dry-run"]))
        .spawn()
        .expect("lisplaunch starts");
    let used = child.wait4().expect("lisplaunch ends").rusage;
    println!("  peak memory          {:>6.2} MB", megabytes(used.maxrss));
}

/// A folder for what is emitted: in memory where the system has such a place, since disks differ
/// in what a new file costs.
fn written() -> TempDir {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        TempDir::new_in(memory)
    } else {
        TempDir::new()
    };
    folder.expect("a folder for temporary files")
}

/// `lisplaunch emit` for files of many services.
fn emit(folder: &Path, written: &TempDir) {
    let written = written.path().join("files/");

    println!("emit, median of {EMISSIONS} turns:");
    for count in [1, 100, 1000] {
        let services: String = (0..count)
            .map(|index| {
                let port = 1000 + index;
                format!(
                    "  service-{index}:\n    start: (app:start :port {port})\n    \
                     http: {{port: {port}, hosts: [service-{index}.example]}}\n"
                )
            })
            .collect();
        let project = format!(
            "name: many\nsetup: many.yaml\nlog: log/{{service}}.log\nservices:\n{services}"
        );
        fs::write(folder.join("many.yaml"), project).expect("a writable folder");
        for format in ALL {
            let times = (0..EMISSIONS)
                .map(|_| {
                    let arguments = ["emit", format.name, "-f", "many.yaml", "-o"];
                    let time = time(lisplaunch(folder, &arguments).arg(&written));
                    fs::remove_dir_all(&written).expect("a writable folder");
                    time
                })
                .collect();
            println!(
                "  {:<10} {count:>5} services {:>7.2} ms",
                format.name,
                milliseconds(median(times))
            );
        }
    }
}

fn lisplaunch(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = with(Command::new(folder.join("lisplaunch")), arguments);
    command.current_dir(folder);
    command
}

fn with(mut command: Command, arguments: &[&str]) -> Command {
    command.args(arguments);
    command
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null())
}

fn time(command: &mut Command) -> Duration {
    let start = Instant::now();
    let status = quiet(command).status().expect("the program starts");
    let time = start.elapsed();
    assert!(status.success(), "{command:?} fails");
    time
}

fn output(command: &mut Command) -> Vec<u8> {
    command.output().expect("the program starts").stdout
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "a few digits are printed")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
