//! Waiting until files are on the disk.

use std::collections::BTreeMap;
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
    /// A file of each disk that is yet to be waited for.
    waiting: BTreeMap<u64, File>,
}

impl Disks {
    /// The disks of this many files.
    pub(super) fn of(files: usize) -> Self {
        Disks {
            many: files >= MANY,
            waiting: BTreeMap::new(),
        }
    }

    /// Takes a file that is written: it is on the disk at once, or after [`Disks::wait`].
    pub(super) fn take(&mut self, file: File) -> io::Result<()> {
        if !self.many {
            return file.sync_all();
        }
        self.waiting.entry(file.metadata()?.dev()).or_insert(file);
        Ok(())
    }

    /// Waits for all files.
    pub(super) fn wait(self) -> io::Result<()> {
        self.waiting.values().try_for_each(everything)
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
