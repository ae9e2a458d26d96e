//! Where the history of a service's prompt is kept.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The file, below the user's state folder where the system has one.
pub(super) fn file(service: &str) -> Option<PathBuf> {
    let state = dirs::state_dir().or_else(dirs::data_local_dir)?;
    Some(state.join("lisplaunch/history").join(service))
}

/// Makes its folder, for the owner alone.
pub(super) fn make_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().unwrap_or(file);
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
