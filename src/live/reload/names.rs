//! What a person knows the files by.

use std::path::{Path, PathBuf};

/// The folder of a project, as it is named and where its links lead.
#[derive(Clone, Debug)]
pub struct FileNames(Vec<PathBuf>);

impl FileNames {
    /// Of the project in `folder`.
    pub fn new(folder: &Path) -> Self {
        let mut folders = vec![folder.to_owned()];
        folders.extend(folder.canonicalize().ok());
        FileNames(folders)
    }

    /// The name of a file, shorter if it is in the project.
    pub fn of(&self, file: &Path) -> String {
        self.inside(file)
            .unwrap_or_else(|| file.display().to_string())
    }

    /// The files of the project by name, all others by number.
    pub fn list(&self, files: &[PathBuf]) -> String {
        let names: Vec<String> = files.iter().filter_map(|file| self.inside(file)).collect();
        match (files.len(), files.len() - names.len()) {
            (0, _) => "nothing".to_owned(),
            (_, 0) => names.join(", "),
            (all, others) if all == others => counted(others),
            (_, others) => format!(
                "{} and {} of other projects",
                names.join(", "),
                counted(others)
            ),
        }
    }

    fn inside(&self, file: &Path) -> Option<String> {
        let mut names = self
            .0
            .iter()
            .filter_map(|folder| file.strip_prefix(folder).ok());
        names.next().map(|name| name.display().to_string())
    }
}

/// So many files.
pub fn counted(files: usize) -> String {
    match files {
        1 => "1 file".to_owned(),
        _ => format!("{files} files"),
    }
}
