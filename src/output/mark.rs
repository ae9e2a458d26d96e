//! The mark by which a file that lisplaunch wrote is known again: a line of its first comment,
//! which names the format and the project file.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::Target;
use crate::format::MARK;
use crate::host;

/// Where the first comment of a file of ours has begun at the latest.
const HEAD: u64 = 16 << 10;

/// In which lines that comment begins: a script names its interpreter first, XML its kind.
const FIRST_LINES: usize = 4;

/// What is before the project file.
const FROM: &str = "` from ";

/// The mark of a file; nothing if lisplaunch did not write it. Only its head is read, whatever
/// else it is.
pub(super) fn of_file(path: &Path) -> Option<String> {
    let mut head = Vec::new();
    let file = host::open_text(path).ok()?;
    file.take(HEAD).read_to_end(&mut head).ok()?;
    of_text(&String::from_utf8_lossy(&head)).map(str::to_owned)
}

fn of_text(text: &str) -> Option<&str> {
    let mut lines = text.lines().take(FIRST_LINES);
    lines.find(|line| line.contains(MARK)).map(str::trim)
}

/// The project file that a mark names.
fn project(mark: &str) -> Option<&str> {
    mark.rsplit_once(FROM)?.1.strip_suffix('.')
}

impl Target {
    /// The project that has written the file which there is now, if it is another one.
    pub fn other_project(&self) -> Option<String> {
        let mark = of_file(&self.path)?;
        let other = project(&mark)?;
        let own = project(of_text(&self.file.text)?)?;
        // A project that was moved or removed is not another one.
        let found = fs::canonicalize(other).ok()?;
        let same = other == own || fs::canonicalize(own).is_ok_and(|own| own == found);
        (!same).then(|| other.to_owned())
    }
}

/// Files beside these that were written from the same project in the same format.
pub fn siblings<'t>(targets: impl Iterator<Item = &'t Target>) -> Vec<PathBuf> {
    let (own, marks): (BTreeSet<&Path>, BTreeSet<Option<&str>>) = targets
        .map(|target| (target.path.as_path(), of_text(&target.file.text)))
        .collect();
    let folders: BTreeSet<&Path> = own.iter().filter_map(|path| path.parent()).collect();
    let entries = folders
        .into_iter()
        .filter_map(|folder| fs::read_dir(folder).ok());
    let paths = entries
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()));
    let others = paths.filter(|path| !own.contains(path.as_path()) && path.is_file());
    others
        .filter(|path| of_file(path).is_some_and(|mark| marks.contains(&Some(mark.as_str()))))
        .collect()
}
