//! What goes to a server that has neither sbcl nor lisplaunch: programs of their own, the files for
//! its process manager, and what a person there must know.

mod archive;
pub mod place;
mod readme;
mod sample;

pub use archive::pack;
pub use readme::readme;
pub use sample::sample;

/// The file on the server whose variables the programs read.
pub const ENV_FILE: &str = "env";

/// The file that shows which variables that are.
pub const SAMPLE: &str = "env.sample";

/// The file for the person who unpacks it.
pub const README: &str = "README";
