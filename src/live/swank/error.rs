//! What can go wrong between this client and a server.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::live::swank::address::Address;
use crate::live::swank::frame::FrameError;
use crate::live::swank::reader::ReadError;
use crate::trust::described;

/// Why there is no connection.
#[derive(Debug)]
pub enum ConnectError {
    /// The name of the host is unknown.
    Unresolved(Address, io::Error),
    /// Nothing listens on the port.
    Refused(Address),
    /// There is no way to the host, or the connection failed for another reason.
    Unreachable(Address, io::Error),
    /// Nothing came in this time, neither a connection nor the first answer.
    TimedOut(Address, Duration),
    /// The server accepted the connection and closed it before its first answer.
    Closed {
        /// The server.
        address: Address,
        /// Whether it was sent a secret: if so it is a wrong one, else one may be wanted.
        secret: bool,
    },
    /// A user of this machine listens there who is not the service's: nothing was sent.
    Stranger {
        /// Where.
        address: Address,
        /// The number of the user.
        user: u32,
    },
    /// Something answers that is not a swank server, or a broken one.
    Protocol(Address, ProtocolError),
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectError::Unresolved(address, error) => {
                write!(f, "the host of `{address}` is unknown: {error}")
            }
            ConnectError::Refused(address) => write!(f, "nothing listens on `{address}`"),
            ConnectError::Unreachable(address, error) => {
                write!(f, "`{address}` cannot be reached: {error}")
            }
            ConnectError::TimedOut(address, after) => {
                write!(f, "`{address}` did not answer within {}", seconds(*after))
            }
            ConnectError::Closed {
                address,
                secret: true,
            } => write!(
                f,
                "`{address}` closed the connection at once, as it does on a wrong secret"
            ),
            ConnectError::Closed {
                address,
                secret: false,
            } => write!(
                f,
                "`{address}` closed the connection at once, as it does when it wants a secret"
            ),
            ConnectError::Stranger { address, user } => write!(
                f,
                "another user listens on `{address}`: {}; nothing was sent",
                described(*user)
            ),
            ConnectError::Protocol(address, error) => {
                write!(f, "`{address}` does not answer as a swank server: {error}")
            }
        }
    }
}

impl std::error::Error for ConnectError {}

/// How a server broke the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProtocolError {
    /// Bytes that are no message.
    Frame(FrameError),
    /// A message that is not an s-expression.
    Sexp(ReadError),
    /// An answer that does not have the shape of one, and what it should be.
    Answer(&'static str),
    /// More text for the values of an evaluation than was asked for.
    TooMuch,
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProtocolError::Frame(error) => error.fmt(f),
            ProtocolError::Sexp(error) => error.fmt(f),
            ProtocolError::Answer(expected) => write!(f, "an answer is not {expected}"),
            ProtocolError::TooMuch => write!(f, "more values than were asked for"),
        }
    }
}

impl std::error::Error for ProtocolError {}

impl From<FrameError> for ProtocolError {
    fn from(error: FrameError) -> Self {
        ProtocolError::Frame(error)
    }
}

impl From<ReadError> for ProtocolError {
    fn from(error: ReadError) -> Self {
        ProtocolError::Sexp(error)
    }
}

/// Why there is no answer on a connection that was made.
///
/// After [`Closed`](Self::Closed), [`Io`](Self::Io), [`Protocol`](Self::Protocol) and after an
/// error with `stopped: false` the connection is closed and another client must be made.
#[derive(Debug)]
pub enum ClientError {
    /// The server closed the connection, or it was closed after an earlier error.
    Closed,
    /// The connection failed.
    Io(io::Error),
    /// The server broke the protocol.
    Protocol(ProtocolError),
    /// The request is longer than the protocol allows.
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// The server refused the request, and its message.
    Refused(String),
    /// No answer came in this time.
    TimedOut {
        /// The time.
        after: Duration,
        /// Whether the evaluation is known to have ended.
        stopped: bool,
    },
    /// It was interrupted.
    Interrupted {
        /// Whether the evaluation is known to have ended.
        stopped: bool,
    },
    /// The output could not be written, and the evaluation was interrupted.
    Output {
        /// The error of the writer.
        error: io::Error,
        /// Whether the evaluation is known to have ended.
        stopped: bool,
    },
}

impl ClientError {
    /// Whether the connection is closed after it.
    pub fn closes(&self) -> bool {
        match self {
            ClientError::Closed | ClientError::Io(_) | ClientError::Protocol(_) => true,
            ClientError::TimedOut { stopped, .. }
            | ClientError::Interrupted { stopped }
            | ClientError::Output { stopped, .. } => !stopped,
            ClientError::TooLong { .. } | ClientError::Refused(_) => false,
        }
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let running = |stopped: &bool| match stopped {
            true => "",
            false => ", and the evaluation may still run",
        };
        match self {
            ClientError::Closed => write!(f, "the server closed the connection"),
            ClientError::Io(error) => write!(f, "the connection failed: {error}"),
            ClientError::Protocol(error) => {
                write!(f, "the server does not keep to the protocol: {error}")
            }
            ClientError::TooLong { bytes } => write!(
                f,
                "a request of {bytes} bytes is longer than the 16 MB that the protocol allows"
            ),
            ClientError::Refused(message) => {
                write!(f, "the server refused the request: {message}")
            }
            ClientError::TimedOut { after, stopped } => {
                write!(
                    f,
                    "no answer within {}{}",
                    seconds(*after),
                    running(stopped)
                )
            }
            ClientError::Interrupted { stopped } => write!(f, "interrupted{}", running(stopped)),
            ClientError::Output { error, stopped } => {
                write!(
                    f,
                    "the output cannot be written: {error}{}",
                    running(stopped)
                )
            }
        }
    }
}

impl std::error::Error for ClientError {}

impl From<ProtocolError> for ClientError {
    fn from(error: ProtocolError) -> Self {
        ClientError::Protocol(error)
    }
}

/// A time as people write it.
fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}
