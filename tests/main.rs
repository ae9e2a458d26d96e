//! The tests of the whole program, one binary.

mod consumer;
mod dialects;
mod reader;
mod support;
mod tidy;
mod yaml;
