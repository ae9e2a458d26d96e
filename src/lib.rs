//! stub
pub mod dialect;
pub mod lisp;
pub mod problem;
pub mod project;
pub mod word;
