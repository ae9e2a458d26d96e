//! What a question to a running service costs, beside a bare socket that asks the same:
//! `cargo bench --bench running`. Needs sbcl and Debian's cl-swank.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const LISPLAUNCH: &str = env!("CARGO_BIN_EXE_lisplaunch");
const QUESTIONS: usize = 100;
const STREAMS: usize = 9;

/// Prints 10 MB in lines of 64 characters.
const STREAM: &str = "(let ((line (make-string 63 :initial-element #\\a))) \
                      (dotimes (i 163840) (write-line line)) (values))";

fn main() {
    let folder = TempDir::new().expect("a folder for temporary files");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    drop(listener);
    let project = format!("name: bench\nloader: asdf\nstart: (values)\nswank: {port}\n");
    fs::write(folder.path().join("lisplaunch.yaml"), project).expect("a writable folder");
    let service = Service::start(folder.path());
    compare("(+ 1 1)", QUESTIONS, folder.path(), port);
    compare(STREAM, STREAMS, folder.path(), port);
    drop(service);
}

/// A service that ends with the benchmark.
struct Service(Child);

impl Service {
    fn start(folder: &Path) -> Self {
        let mut run = lisplaunch(folder, &["run"]);
        let service = Service(run.stdin(Stdio::null()).spawn().expect("it starts"));
        let wait = lisplaunch(folder, &["status", "--wait=300"]).status();
        assert!(
            wait.expect("it starts").success(),
            "the service does not answer"
        );
        service
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Both ask in turn, so that a machine that slows down slows both; the median counts.
fn compare(form: &str, turns: usize, folder: &Path, port: u16) {
    let requests = record(form, folder, port);
    let mut whole = Vec::new();
    let mut bare = Vec::new();
    for _ in 0..turns {
        whole.push(timed(|| evaluate(form, folder, port)));
        bare.push(timed(|| ask(&requests, port)));
        sleep(Duration::from_millis(5));
    }
    let (whole, bare) = (median(whole), median(bare));
    let shown: String = form.chars().take(20).collect();
    println!("{shown}, median of {turns} turns:");
    println!("  lisplaunch eval  {:>7.1} ms", whole * 1000.0);
    println!("  a bare socket    {:>7.1} ms", bare * 1000.0);
    println!(
        "  lisplaunch takes {:.2} of the socket's time",
        whole / bare
    );
}

fn evaluate(form: &str, folder: &Path, port: u16) {
    let port = port.to_string();
    let status = lisplaunch(folder, &["eval", "--port", &port, form]).status();
    assert!(status.expect("it starts").success());
}

/// What `lisplaunch eval` sends, but for its answers to questions of the server.
fn record(form: &str, folder: &Path, port: u16) -> Vec<String> {
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let own = proxy.local_addr().expect("it is bound").port();
    scope(|scope| {
        scope.spawn(|| evaluate(form, folder, own));
        let (mut client, _) = proxy.accept().expect("lisplaunch connects");
        let mut server = TcpStream::connect(("127.0.0.1", port)).expect("the service listens");
        let mut back = server.try_clone().expect("a descriptor is free");
        let mut out = client.try_clone().expect("a descriptor is free");
        scope.spawn(move || {
            let _ = std::io::copy(&mut back, &mut out);
            let _ = out.shutdown(Shutdown::Write);
        });
        let mut requests = Vec::new();
        while let Some(payload) = receive(&mut client) {
            send(&mut server, &payload);
            if !payload.starts_with("(:emacs-pong") {
                requests.push(payload);
            }
        }
        let _ = server.shutdown(Shutdown::Write);
        requests
    })
}

/// Sends the same and reads the answers without understanding them.
fn ask(requests: &[String], port: u16) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the service listens");
    stream.set_nodelay(true).expect("it is a TCP socket");
    for request in requests {
        send(&mut stream, request);
        loop {
            let payload = receive(&mut stream).expect("the service answers");
            if payload.starts_with("(:return") {
                break;
            }
            if payload.starts_with("(:ping") {
                send(&mut stream, &payload.replacen(":ping", ":emacs-pong", 1));
            }
        }
    }
}

fn send(stream: &mut TcpStream, payload: &str) {
    let frame = format!("{:06x}{payload}", payload.len());
    stream
        .write_all(frame.as_bytes())
        .expect("the service reads");
}

/// The next message; none at the end of the connection.
fn receive(stream: &mut TcpStream) -> Option<String> {
    let mut header = [0; 6];
    stream.read_exact(&mut header).ok()?;
    let header = std::str::from_utf8(&header).expect("six digits");
    let length = usize::from_str_radix(header, 16).expect("six digits");
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).ok()?;
    String::from_utf8(payload).ok()
}

fn lisplaunch(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(LISPLAUNCH);
    command
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn timed(action: impl FnOnce()) -> f64 {
    let start = Instant::now();
    action();
    start.elapsed().as_secs_f64()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
