//! Saved images of services: what makes them, and whether they are still what their sources are.
//!
//! Beside an image lie two files. The recipe says how the service is loaded from its sources; the
//! image compares it with the one that it was saved with, and can become what it says. The manifest
//! says what the image was made from, so that it is known without starting it.

mod builder;
mod building;
mod fingerprint;
mod freshness;
mod header;
mod manifest;
pub mod previous;
pub mod recipe;

pub use building::{Build, BuildError, previous};
pub use freshness::{Freshness, Staleness, judge};
