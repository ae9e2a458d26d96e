//! People who use a site all the time, in every way in which a request could be lost: over
//! connections that are new or kept, with bodies, and with answers that take long.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::network::connect;
use super::running::eventually;

/// Between two requests of one of them.
const PAUSE: Duration = Duration::from_millis(2);

/// How one of them asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Get,
    Post,
    /// What takes the service some seconds.
    Long,
    /// On a connection that is kept for the next request.
    Kept,
}

/// Everybody.
const EVERYBODY: [Kind; 7] = [
    Kind::Get,
    Kind::Get,
    Kind::Post,
    Kind::Post,
    Kind::Long,
    Kind::Kept,
    Kind::Kept,
];

/// What they have seen so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// How many good answers had a text.
    pub(super) texts: BTreeMap<String, usize>,
    /// How many good answers those got who ask in a way.
    pub(super) kinds: BTreeMap<Kind, usize>,
    pub(super) failures: Vec<String>,
}

/// People under way.
pub(super) struct Load {
    seen: Arc<Mutex<Seen>>,
    enough: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    /// All of them ask the server with this port.
    pub(super) fn on(port: u16) -> Self {
        let (seen, enough) = (Arc::<Mutex<Seen>>::default(), Arc::<AtomicBool>::default());
        let person = |kind| {
            let (seen, enough) = (Arc::clone(&seen), Arc::clone(&enough));
            thread::spawn(move || {
                let mut person = Person {
                    port,
                    kind,
                    connection: None,
                };
                while !enough.load(Ordering::Relaxed) {
                    let answer = person.ask();
                    // The other tests need the processors, too.
                    thread::sleep(PAUSE);
                    let mut seen = seen.lock().unwrap();
                    match answer {
                        Ok(text) => {
                            *seen.texts.entry(text).or_default() += 1;
                            *seen.kinds.entry(kind).or_default() += 1;
                        }
                        Err(reason) => seen.failures.push(format!("{kind:?}: {reason}")),
                    }
                }
            })
        };
        let threads = EVERYBODY.into_iter().map(person).collect();
        Load {
            seen,
            enough,
            threads,
        }
    }

    /// Waits until `text` has been the answer to so many more requests.
    #[track_caller]
    pub(super) fn until_answered(&self, text: &str, times: usize) {
        let count = || self.seen.lock().unwrap().texts.get(text).copied();
        let before = count().unwrap_or_default();
        eventually(text, || (count()? >= before + times).then_some(()));
    }

    /// Ends it, and says what was seen.
    pub(super) fn end(mut self) -> Seen {
        self.enough.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

impl Drop for Load {
    /// The clients end with a test that fails.
    fn drop(&mut self) {
        self.enough.store(true, Ordering::Relaxed);
    }
}

struct Person {
    port: u16,
    kind: Kind,
    connection: Option<TcpStream>,
}

/// Why there is no good answer.
enum Failed {
    /// The connection was closed before a byte of the answer came.
    Closed(String),
    Other(String),
}

impl Person {
    fn ask(&mut self) -> Result<String, String> {
        loop {
            let kept = self.connection.take();
            let again = kept.is_some();
            let mut stream = kept.or_else(|| connect(self.port)).ok_or("no connection")?;
            match self.exchange(&mut stream) {
                Ok(text) => {
                    let keeps = self.kind == Kind::Kept;
                    self.connection = keeps.then_some(stream);
                    return Ok(text);
                }
                // A client that keeps connections has to expect that, and asks again, as every
                // browser does: a server closes them after a time, or when it stops.
                Err(Failed::Closed(_)) if again => {}
                Err(Failed::Closed(reason) | Failed::Other(reason)) => return Err(reason),
            }
        }
    }

    fn exchange(&self, stream: &mut TcpStream) -> Result<String, Failed> {
        let closed = |error: std::io::Error| Failed::Closed(error.to_string());
        stream
            .write_all(self.request().as_bytes())
            .map_err(closed)?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            match stream.read(&mut byte) {
                Ok(0) if head.is_empty() => {
                    return Err(Failed::Closed("closed without an answer".to_owned()));
                }
                Err(error) if head.is_empty() => return Err(closed(error)),
                Ok(1) => head.push(byte[0]),
                other => return Err(Failed::Other(format!("{other:?} in the head"))),
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let own = name.eq_ignore_ascii_case("content-length");
            own.then(|| value.trim().parse::<usize>().ok()).flatten()
        });
        let mut body = vec![0; length.unwrap_or_default()];
        let read = stream.read_exact(&mut body);
        read.map_err(|error| Failed::Other(format!("{error} in the body")))?;
        let text = String::from_utf8_lossy(&body).trim().to_owned();
        match head.split(' ').nth(1) {
            Some("200") => Ok(text),
            _ => Err(Failed::Other(head)),
        }
    }

    fn request(&self) -> String {
        let keeps = if self.kind == Kind::Kept {
            "keep-alive"
        } else {
            "close"
        };
        let (method, path, body) = match self.kind {
            Kind::Get | Kind::Kept => ("GET", "/", ""),
            Kind::Long => ("GET", "/long", ""),
            Kind::Post => ("POST", "/", "name=value"),
        };
        format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: {keeps}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}
