//! The commands that work with a running service, on a real one.

mod bare;
mod eval;
mod identity;
mod last_release;
mod log;
mod manager;
mod pid;
mod ports;
mod replicas;
pub mod service;
mod states;
mod status;
mod stop;
mod text;
mod wait;
mod without_swank;
