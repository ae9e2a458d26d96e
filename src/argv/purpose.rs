//! What a command line is for.

use super::{Saving, Trial};
use crate::plan::core::Core;

/// What a command line is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose<'a> {
    /// The service, from its sources.
    Source,
    /// The same with the debugger.
    Debug,
    /// The service, from its saved image.
    Core(&'a Core),
    /// What comes before its start from the sources.
    Loading,
    /// What loads its libraries.
    Libraries,
    /// What makes the saved image.
    Saving(&'a Saving<'a>),
    /// What tries changed code.
    Trial(&'a Trial),
}

impl Purpose<'_> {
    /// Whether the service itself runs in it.
    pub(super) fn serves(self) -> bool {
        matches!(self, Purpose::Source | Purpose::Debug | Purpose::Core(_))
    }

    /// The function of the runtime that begins it.
    pub(super) fn beginning(self) -> Option<&'static str> {
        match self {
            Purpose::Source | Purpose::Debug | Purpose::Loading => Some("boot"),
            Purpose::Saving(_) | Purpose::Libraries => Some("prepare-core"),
            Purpose::Core(_) | Purpose::Trial(_) => None,
        }
    }
}
