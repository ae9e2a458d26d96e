//! The files of a project: a few levels of folders, and no more than a person could read.

use std::fs;
use std::path::{Path, PathBuf};

use crate::host;

/// Folders within each other.
const DEEPEST: usize = 4;

/// Files that are read.
const MOST: usize = 300;

/// Folders that hold other people's code, or none.
const OTHERS: [&str; 10] = [
    "node_modules",
    "systems",
    "ocicl",
    "quicklisp",
    "vendor",
    "third-party",
    "t",
    "tests",
    "test",
    "bundle-libs",
];

/// A file with its text.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// Its path below the folder.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The files with one of these extensions below a folder, those at the top first.
pub(super) fn below(folder: &Path, extensions: &[&str]) -> Vec<SourceFile> {
    let mut files = Vec::new();
    let mut level = vec![PathBuf::new()];
    for _ in 0..DEEPEST {
        let mut deeper = Vec::new();
        for below in level {
            for name in names(&folder.join(&below)) {
                let path = below.join(&name);
                let place = folder.join(&path);
                // A link could lead out of the project.
                let Ok(kind) = fs::symlink_metadata(&place).map(|metadata| metadata.file_type())
                else {
                    continue;
                };
                if kind.is_dir() && !name.starts_with('.') && !OTHERS.contains(&name.as_str()) {
                    deeper.push(path);
                } else if kind.is_file() && has_extension(&name, extensions) && files.len() < MOST {
                    files.extend(read(&place, &path));
                }
            }
        }
        level = deeper;
    }
    files
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.take(MOST * 10).collect();
    names.sort();
    names
}

fn has_extension(name: &str, extensions: &[&str]) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, extension)| extensions.contains(&extension))
}

fn read(place: &Path, path: &Path) -> Option<SourceFile> {
    Some(SourceFile {
        path: path.to_str()?.to_owned(),
        text: host::read_text(place).ok()?,
    })
}
