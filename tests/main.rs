//! The tests of the whole program, one binary.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test that cannot go on fails, and its names are for this binary only"
)]

mod bad_input;
mod check_load;
mod commands;
mod completions;
mod consumer;
mod debug;
mod dialects;
mod do_command;
mod docs;
mod doctor;
mod emacs;
mod end_to_end;
mod errors;
mod exec;
mod import;
mod init;
mod install;
mod live;
mod manual;
mod package;
mod placement;
mod reader;

mod release;
mod reload;
mod repl;
mod round_trip;
mod runtime;
mod saved_core;
mod schema;
mod support;
mod swank_client;
mod swank_safety;
mod swank_server;
mod tidy;
mod tmux;
mod trust;
mod up;
mod yaml;
