//! The tests of the whole program, one binary.

mod reader;
mod support;
mod tidy;
