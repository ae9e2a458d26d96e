//! What must be there before a service can start.

use crate::problem::Location;

/// A file or folder that must be there before the service can start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Its absolute path.
    pub path: String,
    /// The key that asks for it.
    pub key: String,
    /// Whether it is a file or a folder.
    pub kind: NeedKind,
    /// Where the file asks for it; none for a default.
    pub location: Option<Location>,
    /// What to do where it is missing.
    pub help: String,
}

/// What must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedKind {
    /// A file that can be read.
    File,
    /// A folder.
    Folder,
}
