//! The project file as written: finding it, reading it, and the places of its values.

pub mod yaml;
