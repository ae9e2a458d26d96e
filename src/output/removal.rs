//! Removing files that lisplaunch wrote, and no others.

use std::fs;
use std::io;
use std::path::Path;

use super::mark;
use crate::problem::Problem;

/// Whether there is a file that may be removed.
///
/// # Errors
/// When there is something that lisplaunch did not write.
pub fn is_removable(path: &Path) -> Result<bool, Problem> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Problem::io("look at", path, &error)),
        Ok(found) if found.is_file() && mark::of_file(path).is_some() => Ok(true),
        Ok(_) => Err(Problem::error(format!(
            "`{}` was not written by lisplaunch",
            path.display()
        ))
        .help("remove it yourself if it is not needed")),
    }
}

/// Removes a file that lisplaunch wrote, if it is there.
///
/// # Errors
/// When there is something that lisplaunch did not write, or the file system refuses.
pub fn remove(path: &Path) -> Result<(), Problem> {
    if !is_removable(path)? {
        return Ok(());
    }
    fs::remove_file(path).map_err(|error| Problem::io("remove", path, &error))
}
