//! `lisplaunch tmux` with the real tmux, on a server of the test's own, and the real sbcl.

mod life;
mod send;
mod server;
mod start;
