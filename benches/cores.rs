//! Starts from saved images beside starts from sources, for the Hunchentoot example:
//! `cargo bench --bench cores`. Needs Debian's sbcl, cl-hunchentoot, cl-swank, make and supervisor.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const LISPLAUNCH: &str = env!("CARGO_BIN_EXE_lisplaunch");
const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
const TURNS: usize = 11;
const INPUTS: usize = 700;

/// What a request needs besides the code: the first call of each generic function compiles.
const WARM: &str = "(let ((acceptor (make-instance 'hunchentoot:easy-acceptor :port 0)))
          (hunchentoot:start acceptor)
          (hunchentoot:stop acceptor))";

/// A way to start the service.
struct Way {
    name: &'static str,
    command: Vec<String>,
    folder: PathBuf,
}

fn main() {
    let folder = TempDir::new().expect("a folder for temporary files");
    let [http, swank] = [(); 2].map(|()| free_port());
    let ways = ways(folder.path(), http, swank);
    println!("from exec to the first 200, median of {TURNS} turns, and resident memory then:");
    let mut results = vec![(Vec::new(), 0); ways.len()];
    // One turn of each after the other: whatever else the machine does slows all of them.
    for turn in 0..=TURNS {
        for (way, (times, memory)) in ways.iter().zip(&mut results) {
            let (time, used) = start(way, http);
            // The first start compiles.
            if turn > 0 {
                times.push(time);
            }
            *memory = used;
        }
    }
    for (way, (times, memory)) in ways.iter().zip(&mut results) {
        println!(
            "  {:<34} {:>7.1} ms  {memory:>4} MB",
            way.name,
            median(times)
        );
    }
    downtime(&ways[3], http);
    freshness();
}

fn ways(folder: &Path, http: u16, swank: u16) -> Vec<Way> {
    let example = format!("{REPOSITORY}/examples/hunchentoot");
    let starting = format!("(hello-hunchentoot:start :port {http})");
    let project = |name: &str, core: &str| {
        let yaml = format!(
            "name: bench\nloader: asdf\nregistry: [{example}]\nsystems: [hello-hunchentoot]\n\
             start: {starting}\nstop: (hello-hunchentoot:stop)\nswank: {swank}\n{core}\n"
        );
        let folder = folder.join(name);
        fs::create_dir(&folder).expect("a writable folder");
        fs::write(folder.join("lisplaunch.yaml"), yaml).expect("a writable folder");
        folder
    };
    let source = project("source", "");
    let plain = project("plain", "core: true");
    let warm = project(
        "warm",
        &format!("core:\n  warm: |\n    {}", WARM.replace('\n', "\n    ")),
    );
    let compressed = project("compressed", "core: {compression: 3}");
    let loading = format!(
        "(push #P\"{example}/\" asdf:*central-registry*) (asdf:load-system :hello-hunchentoot) (asdf:load-system :swank)"
    );
    let serving = format!(
        "(progn {starting} (swank:create-server :port {swank} :style :spawn :dont-close t))"
    );
    let makefile = format!(
        "start:\n\tsbcl --noinform --disable-debugger --eval '(require :asdf)' \
         --eval '(progn {loading})' --eval '{serving}'\n"
    );
    fs::write(source.join("Makefile"), makefile).expect("a writable folder");
    let saving = format!(
        "(progn {loading} (uiop:call-image-dump-hook) (sb-ext:save-lisp-and-die \"bare.core\"))"
    );
    run(
        &source,
        "sbcl",
        &[
            "--noinform",
            "--non-interactive",
            "--eval",
            "(require :asdf)",
            "--eval",
            &saving,
        ],
    );
    for folder in [&plain, &warm, &compressed] {
        run(folder, LISPLAUNCH, &["build"]);
    }
    run(
        &source,
        LISPLAUNCH,
        &["build", "--executable", "-o", "program"],
    );
    let way = |name, folder: &Path, command: &[&str]| Way {
        name,
        command: command.iter().map(|word| (*word).to_owned()).collect(),
        folder: folder.to_owned(),
    };
    let bare = [
        "sbcl",
        "--core",
        "bare.core",
        "--noinform",
        "--disable-debugger",
        "--no-sysinit",
        "--no-userinit",
        "--eval",
        &serving,
    ];
    vec![
        way("the hand-written Makefile", &source, &["make", "start"]),
        way("lisplaunch run, from source", &source, &[LISPLAUNCH, "run"]),
        way("a bare image, made by hand", &source, &bare),
        way("lisplaunch run, image", &plain, &[LISPLAUNCH, "run"]),
        way("lisplaunch run, warm image", &warm, &[LISPLAUNCH, "run"]),
        way(
            "lisplaunch run, compressed image",
            &compressed,
            &[LISPLAUNCH, "run"],
        ),
        way("build --executable", &source, &["./program"]),
    ]
}

fn run(folder: &Path, program: &str, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {text}");
}

/// A process group that ends with this.
struct Running(Child);

impl Running {
    fn new(way: &Way) -> Self {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new(&way.command[0]);
        command
            .args(&way.command[1..])
            .current_dir(&way.folder)
            .process_group(0)
            // A pipe that stays open: with less, plain SBCL would leave.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Running(command.spawn().expect("the program starts"))
    }

    fn pid(&self) -> Pid {
        let pid = i32::try_from(self.0.id()).expect("a process number");
        Pid::from_raw(pid).expect("a process number")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = rustix::process::kill_process_group(self.pid(), Signal::TERM);
        let _ = self.0.wait();
    }
}

/// The milliseconds until the service answers, and the megabytes that it has then.
fn start(way: &Way, port: u16) -> (f64, u64) {
    wait_until_free(port);
    let begin = Instant::now();
    let running = Running::new(way);
    wait_for_answer(port);
    let time = milliseconds(begin);
    let makes = way.command[0] == "make";
    let pid = if makes {
        child_of(running.0.id())
    } else {
        running.0.id()
    };
    (time, resident(pid))
}

fn child_of(pid: u32) -> u32 {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let children = children.unwrap_or_default();
    children
        .split_whitespace()
        .next()
        .and_then(|pid| pid.parse().ok())
        .unwrap_or(pid)
}

fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    let request = b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n";
    let mut answer = [0; 15];
    stream.write_all(request).is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && answer.ends_with(b"200 OK")
}

fn wait_for_answer(port: u16) {
    while !answers(port) {
        sleep(Duration::from_millis(1));
    }
}

fn wait_until_free(port: u16) {
    while TcpStream::connect(("127.0.0.1", port)).is_ok() {
        sleep(Duration::from_millis(5));
    }
}

/// How long nothing answers after the process was killed, under supervisord.
fn downtime(way: &Way, http: u16) {
    let configuration = way.folder.join("supervisord.conf");
    run(
        &way.folder,
        LISPLAUNCH,
        &["emit", "supervisor", "-o", "bench.conf"],
    );
    let text = "[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=pid\n[include]\nfiles=bench.conf\n";
    fs::write(&configuration, text).expect("a writable folder");
    wait_until_free(http);
    let supervisord = Running::new(&Way {
        name: "",
        command: ["supervisord", "-c", "supervisord.conf"]
            .map(str::to_owned)
            .into(),
        folder: way.folder.clone(),
    });
    let mut times = Vec::new();
    for _ in 0..5 {
        wait_for_answer(http);
        let service = child_of(supervisord.0.id());
        let pid = i32::try_from(service).ok().and_then(Pid::from_raw);
        let begin = Instant::now();
        kill_process(pid.expect("a process number"), Signal::KILL).expect("it runs");
        wait_until_free(http);
        wait_for_answer(http);
        times.push(milliseconds(begin));
        // supervisord waits longer each time that a program ends within `startsecs`.
        sleep(Duration::from_secs(11));
    }
    println!(
        "kill -9 under supervisord, until it answers again: {:.0} ms",
        median(&mut times)
    );
}

/// How long it takes to compare an image with what it was made from.
fn freshness() {
    use lisplaunch::host::Host;
    use lisplaunch::plan::{self, Choices};
    use lisplaunch::project::{Project, find};
    let folder = TempDir::new().expect("a folder for temporary files");
    let names: Vec<String> = (0..INPUTS)
        .map(|number| format!("file-{number}.lisp"))
        .collect();
    for name in &names {
        fs::write(folder.path().join(name), name.repeat(1000)).expect("a writable folder");
    }
    let yaml = format!(
        "name: bench\nloader: none\nstart: (f)\ncore:\n  depends: [{}]\n",
        names.join(", ")
    );
    let file = folder.path().join("lisplaunch.yaml");
    fs::write(&file, yaml).expect("a writable folder");
    // Times as good as now are not believed.
    sleep(Duration::from_secs(3));
    run(folder.path(), LISPLAUNCH, &["build"]);
    let found = find::find(&find::ProjectSearch::File(file)).expect("it is there");
    let project = Project::read(found).expect("it is right");
    let host = Host::current();
    let plan = plan::plan(&project, &Choices::default(), &host).expect("it is right");
    let service = &plan.services[0];
    let core = service.core.as_ref().expect("it has an image");
    let recipe = fs::read_to_string(core.recipe()).expect("it has been written");
    let mut times = Vec::new();
    for _ in 0..TURNS {
        let begin = Instant::now();
        let judged = lisplaunch::saved_core::judge(service, core, &recipe, &host);
        times.push(milliseconds(begin));
        assert_eq!(
            judged.expect("it can be read"),
            lisplaunch::saved_core::Freshness::Fresh
        );
    }
    println!(
        "an image is compared with {INPUTS} files in {:.2} ms",
        median(&mut times)
    );
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

fn milliseconds(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1000.0
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
