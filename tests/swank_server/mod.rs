//! Servers to talk to: the real swank, and one that says what a test wants.

pub mod fake;
pub mod real;
pub mod recorder;
