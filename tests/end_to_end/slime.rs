//! A SLIME that connects, evaluates and goes.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::network::connect;

/// A connection to swank.
#[derive(Debug)]
pub(super) struct Slime(TcpStream);

impl Slime {
    /// Connects, if swank listens.
    pub(super) fn connect(port: u16) -> Option<Self> {
        connect(port).map(Slime)
    }

    /// Asks as SLIME does when it has connected, and returns the answer.
    pub(super) fn connection_info(&mut self) -> Option<String> {
        self.call("(swank:connection-info)")
    }

    /// Calls one of swank's functions.
    pub(super) fn call(&mut self, form: &str) -> Option<String> {
        let message = format!("(:emacs-rex {form} \"COMMON-LISP-USER\" cl:t 1)");
        write!(self.0, "{:06x}{message}", message.len()).ok()?;
        loop {
            let message = self.message()?;
            if message.starts_with("(:return ") {
                return Some(message);
            }
        }
    }

    fn message(&mut self) -> Option<String> {
        let mut length = [0; 6];
        self.0.read_exact(&mut length).ok()?;
        let length = usize::from_str_radix(str::from_utf8(&length).ok()?, 16).ok()?;
        let mut message = vec![0; length];
        self.0.read_exact(&mut message).ok()?;
        String::from_utf8(message).ok()
    }
}

/// The number of the process in which the swank on `port` runs.
pub(super) fn pid_behind(port: u16) -> Option<i32> {
    let info = Slime::connect(port)?.connection_info()?;
    let (_, rest) = info.split_once(":pid ")?;
    rest.split(' ').next()?.parse().ok()
}
