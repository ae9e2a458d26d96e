//! Writing the runtime beside the project file.

use std::fs;
use std::path::Path;

use crate::output;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::runtime;
use crate::word::Word;

/// Writes the runtime of these services, whole, where it is missing or differs.
///
/// # Errors
/// When the folder cannot be written.
pub fn write<'a>(services: impl IntoIterator<Item = &'a Service>) -> Result<(), Problem> {
    let files = services
        .into_iter()
        .filter_map(|service| service.runtime.as_ref())
        .map(Word::resolved);
    // All services of a project have one.
    match files.into_iter().next() {
        Some(file) => write_below(Path::new(&file).parent().unwrap_or(Path::new("/"))),
        None => Ok(()),
    }
}

fn write_below(folder: &Path) -> Result<(), Problem> {
    for file in &runtime::FILES {
        let text = file.text();
        let path = folder.join(file.path);
        if fs::read(&path).is_ok_and(|existing| existing == text.as_bytes()) {
            continue;
        }
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| Problem::io("make", parent, &error))?;
        output::replace(&path, &text).map_err(|error| Problem::io("write", &path, &error))?;
    }
    Ok(())
}
