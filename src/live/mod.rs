//! A service that runs: its process, its secret, and its image, which [`swank`] speaks to.

pub mod process;
pub mod secret;
pub mod signals;
pub mod swank;
