//! A client of swank that knows frames and nothing else, so that a test decides each byte.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than any answer takes, shorter than a person waits for a test.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection.
pub struct Client {
    pub stream: TcpStream,
}

/// A message with its length in front of it.
pub fn frame(message: &str) -> Vec<u8> {
    format!("{:06x}{message}", message.len()).into_bytes()
}

impl Client {
    pub fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Client { stream }
    }

    /// Sends what the server may refuse to take.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    pub fn receive(&mut self) -> io::Result<String> {
        let mut length = [0; 6];
        self.stream.read_exact(&mut length)?;
        let length = usize::from_str_radix(std::str::from_utf8(&length).unwrap(), 16).unwrap();
        let mut message = vec![0; length];
        self.stream.read_exact(&mut message)?;
        Ok(String::from_utf8(message).unwrap())
    }

    /// Asks for the value of a form of qualified names.
    pub fn evaluate(&mut self, form: &str) -> io::Result<String> {
        self.send(&frame(&request(form, "t", 1)))?;
        self.receive_until("(:return ")
    }

    pub fn receive_until(&mut self, start: &str) -> io::Result<String> {
        loop {
            let message = self.receive()?;
            if message.starts_with(start) {
                return Ok(message);
            }
        }
    }

    /// Makes this the client of a REPL.
    pub fn open_repl(&mut self) -> io::Result<()> {
        self.evaluate("(swank:swank-require '(:swank-repl))")?;
        self.evaluate("(swank-repl:create-repl cl:nil :coding-system \"utf-8-unix\")")?;
        Ok(())
    }

    /// What Emacs does in an ordinary session, an error and the way out of it included.
    pub fn behave_like_slime(&mut self) -> io::Result<()> {
        self.evaluate("(swank:connection-info)")?;
        self.open_repl()?;
        self.send(&frame(&request("(cl:error \"in a session\")", "t", 2)))?;
        let active = self.receive_until("(:debug-activate ")?;
        let thread = active.split(' ').nth(1).unwrap();
        let leave = request("(swank:throw-to-toplevel)", thread, 3);
        self.send(&frame(&leave))?;
        self.receive_until("(:debug-return ")?;
        Ok(())
    }

    /// Whether the server closes the connection without having said a word.
    pub fn is_turned_away(&mut self) -> bool {
        match self.stream.read(&mut [0; 1]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == io::ErrorKind::ConnectionReset,
        }
    }
}

/// The message that asks for an evaluation.
pub fn request(form: &str, thread: &str, id: u32) -> String {
    format!("(:emacs-rex {form} \"COMMON-LISP-USER\" {thread} {id})")
}
