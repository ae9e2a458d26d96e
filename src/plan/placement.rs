//! Where a project will lie, for files that are read on another machine than this one.

use super::path::Base;

/// A place for a project other than that of its file.
///
/// Paths are planned for that place; what planning reads itself, such as env files, is read where
/// the project lies now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The absolute folder of the project there.
    pub folder: String,
    /// The home folder of the user who runs it there.
    pub home: String,
    /// Whether none of the sources are there: each service is a program that holds everything.
    pub self_contained: bool,
}

impl Placement {
    /// What relative paths are relative to there.
    pub(super) fn base(&self) -> Base<'_> {
        Base {
            folder: &self.folder,
            home: Some(self.home.as_ref()),
        }
    }

    /// The path there of a file in the folder of the project.
    pub(super) fn file(&self, path: &str) -> String {
        let name = path.rsplit('/').next().unwrap_or_default();
        format!("{}/{name}", self.folder.trim_end_matches('/'))
    }
}
