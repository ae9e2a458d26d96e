//! The image before, put back in the place of the one that was made last.
//!
//! Its sources have changed since it was made, and it is to be used nevertheless. So a file beside
//! it names it by its size and time; once another image has its place that says nothing any more.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::building::previous;
use crate::plan::core::Core;
use crate::problem::Problem;

/// Whether an image has been put back and is used whatever its sources are.
pub fn is_put_back(core: &Core) -> bool {
    let file = PathBuf::from(core.file.resolved());
    let said = fs::read_to_string(mark(&file));
    let wanted = file.metadata().map(|found| text_of(&found));
    matches!((said, wanted), (Ok(said), Ok(wanted)) if said == wanted)
}

/// Whether there is an image to be put back.
pub fn is_kept(core: &Core) -> bool {
    previous(Path::new(&core.file.resolved())).exists()
}

/// Exchanges the image and the one before.
///
/// # Errors
/// When there is none, or the file system refuses.
pub fn put_back(core: &Core) -> Result<(), Problem> {
    let file = PathBuf::from(core.file.resolved());
    let exchanged = exchange(Path::new(&core.manifest())).and_then(|()| exchange(&file));
    let marked = exchanged.and_then(|()| {
        let found = file.metadata()?;
        fs::write(mark(&file), text_of(&found))
    });
    marked.map_err(|error| Problem::io("put back the image before", &file, &error))
}

/// Forgets the image before.
///
/// # Errors
/// When the file system refuses.
pub fn forget(core: &Core) -> Result<(), Problem> {
    for file in [core.file.resolved(), core.manifest()] {
        let kept = previous(Path::new(&file));
        match fs::remove_file(&kept) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Problem::io("remove", &kept, &error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn exchange(file: &Path) -> io::Result<()> {
    let kept = previous(file);
    let aside = previous(&kept);
    fs::rename(&kept, &aside)?;
    // A process that starts meanwhile finds the one or the other.
    match fs::hard_link(file, &kept) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::rename(&aside, file)
}

/// The file that says which image has been put back.
fn mark(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".back");
    name.into()
}

/// What it says, which the image reads too.
fn text_of(image: &Metadata) -> String {
    format!("({} {})\n", image.len(), image.mtime())
}
