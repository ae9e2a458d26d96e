//! Services behind the real nginx, by the site that lisplaunch writes.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::example;
use super::network::{connect, get};
use super::running::{Running, eventually};
use crate::consumer::{Nginx, backend};
use crate::support::Project;
use crate::support::ports::free_port;

/// An nginx with the site of a project.
fn nginx(project: &Project, arguments: &[&str]) -> Nginx {
    let site = project.run(&[&["emit", "nginx"], arguments].concat());
    Nginx::start(&[&site.success()])
}

/// A project whose service answers on a port.
fn on(port: u16) -> Project {
    Project::new(&format!("loader: none\nstart: (f)\nhttp: {port}\n"))
}

#[test]
fn nginx_finds_every_example_right() {
    let mut sites = Vec::new();
    for name in ["hello", "hunchentoot", "shop"] {
        let file = example(name);
        let site = Project::empty().run(&["-f", &file, "emit", "nginx"]);
        sites.push(site.success());
    }
    // All at once, but for the one that answers for all other hosts.
    let others: Vec<&str> = sites[1..].iter().map(String::as_str).collect();
    Nginx::new(&others);
    Nginx::new(&[&sites[0], &sites[2]]);
}

#[test]
fn a_websocket_goes_through() {
    let port = free_port();
    backend::serve(port);
    let nginx = nginx(&on(port), &[]);
    let mut stream = connect(nginx.http).unwrap();
    stream
        .write_all(b"GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        .unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    for _ in 0..3 {
        stream.write_all(b"there and back\0\xff").unwrap();
        let mut back = [0; 16];
        stream.read_exact(&mut back).unwrap();
        assert_eq!(&back, b"there and back\0\xff");
    }
}

#[test]
fn the_connection_to_the_service_is_kept() {
    let port = free_port();
    let connections = backend::serve(port);
    let nginx = nginx(&on(port), &[]);
    for _ in 0..20 {
        let head = get(nginx.http, "/").unwrap();
        assert!(
            !head.contains("Connection:") && !head.contains("Upgrade:"),
            "{head}"
        );
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

/// People who ask a server for its page without a pause.
struct People {
    enough: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<usize>>,
}

impl People {
    fn ask(port: u16) -> Self {
        let enough = Arc::new(AtomicBool::new(false));
        let answered = Arc::new(AtomicUsize::new(0));
        let person = || {
            let (enough, answered) = (Arc::clone(&enough), Arc::clone(&answered));
            thread::spawn(move || {
                let mut lost = 0;
                while !enough.load(Ordering::Relaxed) {
                    match get(port, "/") {
                        Some(_) => answered.fetch_add(1, Ordering::Relaxed),
                        None => {
                            lost += 1;
                            0
                        }
                    };
                }
                lost
            })
        };
        let threads = (0..3).map(|_| person()).collect();
        People {
            enough,
            answered,
            threads,
        }
    }

    /// Waits until so many more have been answered.
    #[track_caller]
    fn go_on(&self) {
        let before = self.answered.load(Ordering::Relaxed);
        eventually("people are answered", || {
            (self.answered.load(Ordering::Relaxed) > before + 30).then_some(())
        });
    }

    /// How many requests had no good answer.
    fn lost(self) -> usize {
        self.enough.store(true, Ordering::Relaxed);
        self.threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    }
}

fn start(project: &Project, arguments: &[&str], port: u16) -> Running {
    let mut service = Running::start(project.command(&[&["run"], arguments].concat()));
    service.until("it answers", || get(port, "/"));
    service
}

#[test]
fn no_request_is_lost_while_a_service_starts_again() {
    let port = free_port();
    let file = example("hello");
    let project = Project::empty().with_variable("PORT", &port.to_string());
    let mut service = start(&project, &["-f", &file], port);
    let nginx = nginx(&project, &["-f", &file]);
    // On a machine that has much else to do a start may take longer than nginx waits.
    let soon_enough = (0..10).any(|_| {
        let people = People::ask(nginx.http);
        people.go_on();
        let gone = Instant::now();
        service.stop();
        service = start(&project, &["-f", &file], port);
        let soon_enough = gone.elapsed() < Duration::from_secs(6);
        people.go_on();
        let lost = people.lost();
        assert!(
            lost == 0 || !soon_enough,
            "{lost}: {:.3000}",
            nginx.log("error.log")
        );
        soon_enough
    });
    assert!(soon_enough);
    service.stop();
    // One that does not come again is reported, in the end.
    let mut stream = connect(nginx.http).unwrap();
    write!(stream, "POST / HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
    assert_eq!(get(nginx.http, "/"), None);
}

/// Two ports that differ in the last digit, which is the number of a replica.
pub(super) fn neighbours() -> [u16; 2] {
    let mut ports = std::iter::repeat_with(free_port).take(1000).peekable();
    loop {
        let first = ports.find(|port| port % 10 == 1).unwrap();
        // Another test may have been given it.
        if let Some(second) = ports.next_if_eq(&(first + 1)) {
            return [first, second];
        }
    }
}

#[test]
fn no_request_is_lost_while_replicas_start_again_one_by_one() {
    let [first, second] = neighbours();
    let hello = Path::new(crate::support::REPOSITORY).join("examples/hello/hello.lisp");
    let project = Project::new(&format!(
        "name: hello\nloader: none\nload: [{}]\nreplicas: 2\nstart: (hello:start :port {front}${{REPLICA}})\n\
         stop: (hello:stop)\nhttp: {front}${{REPLICA}}\n",
        hello.display(),
        front = first / 10,
    ));
    let ports = [first, second];
    let names = ["hello-1", "hello-2"];
    let mut services: Vec<Running> = names
        .iter()
        .zip(ports)
        .map(|(name, port)| start(&project, &[name], port))
        .collect();
    let nginx = nginx(&project, &[]);
    let people = People::ask(nginx.http);
    for (index, (name, port)) in names.iter().zip(ports).enumerate() {
        people.go_on();
        services[index].stop();
        people.go_on();
        services[index] = start(&project, &[name], port);
    }
    people.go_on();
    let log = nginx.log("error.log");
    assert_eq!(people.lost(), 0, "{log:.3000}");
}
