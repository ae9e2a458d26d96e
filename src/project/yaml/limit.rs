//! How large a file may grow, so that neither memory nor the stack runs out.

use crate::problem::{Location, Problem};

/// Lists and maps within each other.
pub(super) const DEPTH: usize = 64;

/// Values in all; an alias counts as what it stands for.
pub(super) const VALUES: usize = 100_000;

/// Bytes of text in all, again with aliases expanded.
pub(super) const BYTES: usize = 8 * 1024 * 1024;

pub(super) fn too_deep() -> Problem {
    Problem::error(format!(
        "lists and maps are nested more than {DEPTH} levels deep"
    ))
    .help("quote a value that is text and starts with `[`, `{`, `-` or `?`")
}

pub(super) fn too_many() -> Problem {
    Problem::error(format!("the file holds more than {VALUES} values"))
        .help("an alias counts as all the values that it stands for")
}

pub(super) fn too_long(location: Location) -> Problem {
    Problem::error(format!(
        "the aliases of the file expand to more than {} MiB",
        BYTES >> 20
    ))
    .at(location)
    .help("an alias counts as all the text that it stands for")
}
