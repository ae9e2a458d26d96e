//! The tests of the whole program, one binary.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test that cannot go on fails, and its names are for this binary only"
)]

mod consumer;
mod dialects;
mod reader;
mod support;
mod swank_safety;
mod tidy;
mod yaml;
