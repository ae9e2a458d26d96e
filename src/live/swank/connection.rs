//! The socket: connecting, and messages in both directions, each within its time.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use crate::live::swank::address::Address;
use crate::live::swank::error::{ClientError, ConnectError, ProtocolError};
use crate::live::swank::frame::{self, Decoder, FrameError, LONGEST};
use crate::live::swank::listener;
use crate::trust::Owners;

/// How long one read or write may wait: flags and deadlines are looked at as often.
const SLICE: Duration = Duration::from_millis(20);

/// How long a server may take nothing of a message before it counts as gone.
const STALL: Duration = Duration::from_secs(10);

/// How long a server may take to close its side of a connection.
const LINGER: Duration = Duration::from_millis(500);

/// A connection on which messages come and go. After an error it is closed.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    decoder: Decoder,
    /// Where the socket is read into.
    buffer: Box<[u8]>,
    closed: bool,
}

impl Connection {
    /// Connects; resolving the name of the host is not bounded in time.
    pub(crate) fn open(address: &Address, within: Duration) -> Result<Self, ConnectError> {
        let deadline = Instant::now() + within;
        let candidates = (address.host.as_str(), address.port)
            .to_socket_addrs()
            .map_err(|error| ConnectError::Unresolved(address.clone(), error))?;
        let mut failure = io::Error::other("the host has no address");
        for candidate in candidates {
            let left = deadline.saturating_duration_since(Instant::now());
            // Zero is refused.
            match TcpStream::connect_timeout(&candidate, left.max(Duration::from_millis(1))) {
                Ok(stream) => {
                    return Self::over(stream)
                        .map_err(|error| ConnectError::Unreachable(address.clone(), error));
                }
                Err(error) => failure = error,
            }
        }
        Err(match failure.kind() {
            io::ErrorKind::ConnectionRefused => ConnectError::Refused(address.clone()),
            io::ErrorKind::TimedOut => ConnectError::TimedOut(address.clone(), within),
            _ => ConnectError::Unreachable(address.clone(), failure),
        })
    }

    fn over(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(SLICE))?;
        stream.set_write_timeout(Some(SLICE))?;
        let connection = Connection {
            stream,
            decoder: Decoder::new(LONGEST),
            buffer: vec![0; 1 << 16].into_boxed_slice(),
            closed: false,
        };
        connection.acknowledge_at_once();
        Ok(connection)
    }

    /// A user other than `owners` at the other end, as far as can be known.
    pub(crate) fn stranger(&self, owners: &Owners) -> Option<u32> {
        listener::stranger(&self.stream, owners)
    }

    /// Sends a message, until `deadline` if there is one.
    pub(crate) fn send(
        &mut self,
        payload: &str,
        deadline: Option<Instant>,
    ) -> Result<(), ClientError> {
        let frame = frame::encode(payload).map_err(|_| ClientError::TooLong {
            bytes: payload.len(),
        })?;
        if self.closed {
            return Err(ClientError::Closed);
        }
        let sent = self.write(&frame, deadline);
        if sent.is_err() {
            self.close();
        }
        sent.map_err(failed)
    }

    fn write(&mut self, mut bytes: &[u8], deadline: Option<Instant>) -> io::Result<()> {
        let mut stalled = Instant::now() + STALL;
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    bytes = &bytes[written..];
                    stalled = Instant::now() + STALL;
                }
                Err(error) if is_wait(&error) => {}
                Err(error) => return Err(error),
            }
            let now = Instant::now();
            let late = now >= stalled || deadline.is_some_and(|deadline| now >= deadline);
            if late && !bytes.is_empty() {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the server does not take what is sent",
                ));
            }
        }
        Ok(())
    }

    /// The next message, or `None` after at most one read and a moment's wait.
    pub(crate) fn poll(&mut self) -> Result<Option<String>, ClientError> {
        if self.closed {
            return Err(ClientError::Closed);
        }
        let polled = self.poll_open();
        if polled.is_err() {
            self.close();
        }
        polled
    }

    fn poll_open(&mut self) -> Result<Option<String>, ClientError> {
        if let Some(payload) = self.decoder.next_payload().map_err(broken)? {
            return Ok(Some(payload));
        }
        match self.stream.read(&mut self.buffer) {
            Ok(0) => {
                self.decoder.end().map_err(broken)?;
                Err(ClientError::Closed)
            }
            Ok(read) => {
                self.acknowledge_at_once();
                self.decoder.feed(&self.buffer[..read]);
                self.decoder.next_payload().map_err(broken)
            }
            Err(error) if is_wait(&error) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Closes it, once the server has closed its side or after a moment.
    ///
    /// A swank that still has something to send to a socket that is closed signals an error in
    /// the thread that all its connections share: under `--disable-debugger` the process ends.
    pub(crate) fn close(&mut self) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        let until = Instant::now() + LINGER;
        let mut reading = self.stream.shutdown(Shutdown::Write).is_ok();
        while reading && Instant::now() < until {
            reading = match self.stream.read(&mut self.buffer) {
                Ok(read) => read > 0,
                Err(error) => is_wait(&error),
            };
        }
        // It fails only when the other side was first.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Swank writes small messages one by one with Nagle's algorithm on, so that each waits
    /// until the one before is acknowledged: 40 ms by default. Linux forgets the option.
    #[cfg(target_os = "linux")]
    fn acknowledge_at_once(&self) {
        // Without it all is slower and nothing else.
        let _ = rustix::net::sockopt::set_tcp_quickack(&self.stream, true);
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "other systems have no such option")]
    fn acknowledge_at_once(&self) {}
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}

fn broken(error: FrameError) -> ClientError {
    ClientError::Protocol(ProtocolError::Frame(error))
}

fn failed(error: io::Error) -> ClientError {
    match error.kind() {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => ClientError::Closed,
        _ => ClientError::Io(error),
    }
}

fn is_wait(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}
