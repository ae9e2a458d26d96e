//! The commands that work with a running service, on a real one.

mod eval;
mod last_release;
mod log;
mod service;
mod status;
mod stop;
