//! Waiting until files are on the disk.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;

/// As many files wait together, with whatever else is on its way to the disk: each for itself, a
/// thousand take seconds.
const MANY: usize = 16;

/// The disks that files are on.
#[derive(Debug)]
pub(super) struct Disks {
    many: bool,
    /// Those that have written everything already.
    done: BTreeSet<u64>,
}

impl Disks {
    /// The disks of this many files.
    pub(super) fn of(files: usize) -> Self {
        Disks {
            many: files >= MANY,
            done: BTreeSet::new(),
        }
    }

    /// Waits for a file, once all of them are written.
    pub(super) fn wait_for(&mut self, file: &File) -> io::Result<()> {
        if !self.many {
            return file.sync_all();
        }
        if self.done.insert(file.metadata()?.dev()) {
            everything(file)?;
        }
        Ok(())
    }
}

/// Waits for all that was written to the disk of a file.
#[cfg(target_os = "linux")]
fn everything(file: &File) -> io::Result<()> {
    Ok(rustix::fs::syncfs(file)?)
}

/// Has all disks write what they have to.
#[cfg(not(target_os = "linux"))]
fn everything(_: &File) -> io::Result<()> {
    rustix::fs::sync();
    Ok(())
}
