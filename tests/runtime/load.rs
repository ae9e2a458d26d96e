//! Stopping a server while requests arrive.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::service::Service;
use crate::support::ports::free_port;
use crate::swank_server::real::cache;

/// How many stops; about every third one hung before.
const STOPS: usize = 6;

const CLIENTS: usize = 4;

/// A stop that hangs takes all the time that a stop may take.
const A_HANG: Duration = Duration::from_secs(60);

#[test]
fn a_stop_under_load_takes_no_time() {
    for _ in 0..STOPS {
        let taken = stop_under_load();
        assert!(taken < A_HANG / 2, "{taken:?}");
    }
}

/// How long the stop of a server takes that has no stop form and many clients.
fn stop_under_load() -> Duration {
    let port = free_port();
    let start = format!(
        "(hunchentoot:start (make-instance 'hunchentoot:easy-acceptor
                                           :port {port} :address \"127.0.0.1\"
                                           :access-log-destination nil
                                           :message-log-destination nil))"
    );
    let load = "(let ((*standard-output* (make-broadcast-stream))
                      (*error-output* (make-broadcast-stream)))
                  (asdf:load-system :hunchentoot))";
    let forms = [
        "(require :asdf)",
        load,
        "(lisplaunch:starting)",
        &start,
        "(lisplaunch:stay)",
    ];
    let mut service = Service::start_with(&forms, |mut command| {
        command.env("XDG_CACHE_HOME", cache());
        command
    })
    .until("READY");
    let over = AtomicBool::new(false);
    let answers = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    if ask(port).is_ok() {
                        answers.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        service.process.until("answers", || {
            (answers.load(Ordering::Relaxed) > 50).then_some(())
        });
        let start = Instant::now();
        let status = service.stop(Signal::TERM);
        let taken = start.elapsed();
        over.store(true, Ordering::Relaxed);
        assert_eq!(status.code(), Some(0), "{}", service.process.stderr());
        taken
    })
}

/// One request in a connection of its own.
fn ask(port: u16) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    stream.read_exact(&mut [0; 8])
}
