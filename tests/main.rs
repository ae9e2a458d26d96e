//! The tests of the whole program, one binary.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test that cannot go on fails, and its names are for this binary only"
)]

mod bad_input;
mod commands;
mod consumer;
mod dialects;
mod errors;
mod reader;
mod readme;
mod repl;
mod support;
mod swank_client;
mod swank_server;
mod tidy;
mod yaml;
