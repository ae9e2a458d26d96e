//! A client of swank, the server that SLIME talks to: evaluation with streamed output.
//!
//! It knows nothing of project files. The rules are those of swank 2.27 to 2.32 on SBCL, read in
//! `swank.lisp` and `swank/rpc.lisp` and tried on running servers. The server is not trusted:
//! whatever it sends, or does not send, ends in time, with an error and in bounded memory.
//!
//! From the socket upwards: [`frame`] finds the messages in the bytes, [`reader`] makes a
//! [`sexp`] of each, [`message`] gives it its meaning, [`client`] answers it or hands it over.

pub mod client;
pub mod error;
pub mod evaluation;
pub mod frame;
pub mod info;
pub mod interrupt;
pub mod reader;
pub mod sexp;

mod address;
mod backtrace;
mod collector;
mod connection;
mod listener;
mod message;
mod stopping;

pub use address::Address;
pub(crate) use backtrace::shorten as shorten_backtrace;
pub use client::{Client, Timeouts};
pub use error::{ClientError, ConnectError, ProtocolError};
pub use evaluation::{
    Answer, Evaluation, EvaluationOutput, FormPhase, LispRestart, Package, Unheard,
};
pub use info::Info;
pub use interrupt::Interrupt;
