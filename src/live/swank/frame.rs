//! Frames: six hexadecimal digits, the length of the payload in bytes, then the payload in UTF-8.
//!
//! The rule is `write-message` and `read-packet` in `swank/rpc.lisp`.

use std::fmt;

/// The longest payload that six digits can announce, in bytes.
pub const LONGEST: usize = 0xff_ffff;

const HEADER: usize = 6;

/// What is wrong with the bytes of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// The length is not written in hexadecimal digits; these are the bytes in its place.
    Length([u8; HEADER]),
    /// A frame announces more than its reader allows.
    TooLong {
        /// What it announces, in bytes.
        announced: usize,
        /// What is allowed, in bytes.
        allowed: usize,
    },
    /// The payload is not UTF-8.
    NotUtf8 {
        /// The bytes of the payload that are.
        valid: usize,
    },
    /// The stream ended within a frame.
    Truncated {
        /// The bytes of the frame, header included, that came.
        received: usize,
        /// The bytes of the frame, if its header came.
        expected: Option<usize>,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::Length(bytes) => write!(
                f,
                "a message begins with `{}`, which is not a length of six hexadecimal digits",
                bytes.escape_ascii()
            ),
            FrameError::TooLong { announced, allowed } => {
                write!(
                    f,
                    "a message of {announced} bytes, more than the {allowed} allowed"
                )
            }
            FrameError::NotUtf8 { valid } => {
                write!(f, "a message is not UTF-8 after its first {valid} bytes")
            }
            FrameError::Truncated {
                received,
                expected: Some(expected),
            } => {
                write!(f, "a message ends after {received} of its {expected} bytes")
            }
            FrameError::Truncated {
                received,
                expected: None,
            } => {
                write!(
                    f,
                    "a message ends after {received} bytes, within its length"
                )
            }
        }
    }
}

impl std::error::Error for FrameError {}

/// A payload as a frame.
///
/// # Errors
/// [`FrameError::TooLong`] if no frame can hold it.
pub fn encode(payload: &str) -> Result<Vec<u8>, FrameError> {
    if payload.len() > LONGEST {
        return Err(FrameError::TooLong {
            announced: payload.len(),
            allowed: LONGEST,
        });
    }
    let mut frame = Vec::with_capacity(HEADER + payload.len());
    frame.extend_from_slice(format!("{:06x}", payload.len()).as_bytes());
    frame.extend_from_slice(payload.as_bytes());
    Ok(frame)
}

/// Finds the frames in bytes that come in pieces.
///
/// It holds what was fed to it and not yet taken, and nothing in advance: a length that lies costs
/// no memory. After an error it is of no more use.
#[derive(Debug)]
pub struct Decoder {
    allowed: usize,
    bytes: Vec<u8>,
    /// How many of the bytes were taken.
    taken: usize,
}

impl Decoder {
    /// One that refuses payloads of more than `allowed` bytes.
    pub fn new(allowed: usize) -> Self {
        Decoder {
            allowed,
            bytes: Vec::new(),
            taken: 0,
        }
    }

    /// Adds bytes as they came.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next payload, or `None` until more bytes were fed.
    ///
    /// # Errors
    /// If the bytes are no frame.
    pub fn next_payload(&mut self) -> Result<Option<String>, FrameError> {
        let Some(length) = self.announced()? else {
            return Ok(None);
        };
        let rest = &self.bytes[self.taken + HEADER..];
        let Some(payload) = rest.get(..length) else {
            return Ok(None);
        };
        let payload = std::str::from_utf8(payload)
            .map_err(|error| FrameError::NotUtf8 {
                valid: error.valid_up_to(),
            })?
            .to_owned();
        self.taken += HEADER + length;
        Ok(Some(payload))
    }

    /// To be called when no more bytes will come.
    ///
    /// # Errors
    /// If they ended within a frame.
    pub fn end(&self) -> Result<(), FrameError> {
        let received = self.bytes.len() - self.taken;
        if received == 0 {
            return Ok(());
        }
        Err(FrameError::Truncated {
            received,
            expected: self.announced()?.map(|length| HEADER + length),
        })
    }

    /// The length in the header of the next frame, once all of the header is there.
    fn announced(&self) -> Result<Option<usize>, FrameError> {
        let Some(header) = self.bytes[self.taken..].first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let mut length = 0;
        for byte in header {
            let digit = char::from(*byte)
                .to_digit(16)
                .ok_or(FrameError::Length(*header))?;
            length = length * 16 + digit as usize;
        }
        if length > self.allowed {
            return Err(FrameError::TooLong {
                announced: length,
                allowed: self.allowed,
            });
        }
        Ok(Some(length))
    }
}
