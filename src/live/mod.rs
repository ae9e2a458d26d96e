//! A service that runs: finding it, making sure that it is the one, how it is, and how it stops.
//!
//! [`swank`] speaks to its image.

pub mod finding;
pub mod identity;
pub mod image;
pub mod manager;
pub mod occupant;
pub mod port;
pub mod process;
pub mod record;
pub mod report;
pub mod secret;
pub mod signals;
pub mod state;
pub mod state_file;
pub mod stop;
pub mod swank;
pub mod waiting;

mod inlined;
mod sockets;
