//! A service that runs: [`finding`] it and making sure that it is the one, how it is in a
//! [`report`], what it writes ([`log`]), new code for it ([`reload`]), a conversation with it
//! ([`repl`]), and its [`stop`].
//!
//! [`swank`] is the client of its image's server; what the image reports of itself is a [`record`].

pub mod attended;
pub mod confirmed;
pub mod finding;
pub mod found;
pub mod identity;
pub mod image;
pub mod limits;
pub mod log;
pub mod manager;
pub mod missed;
pub mod nginx;
pub mod occupant;
pub mod port;
pub mod process;
pub mod record;
pub mod reload;
pub mod repl;
pub mod report;
pub mod secret;
pub mod signals;
pub mod state;
pub mod state_file;
pub mod stop;
pub mod swank;
pub mod waiting;

mod command_line;
mod sockets;
