//! Files that lisplaunch writes: whole or not at all, and only over files of its own.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::format::MARK;
use crate::host;
use crate::problem::Problem;

/// The bits of a new file, less the umask.
const NEW_FILE_MODE: u32 = 0o666;

/// The file that `path` means: one of the usual name if it is a folder.
pub fn file_in(path: &Path, usual_name: &str) -> PathBuf {
    if path.is_dir() {
        path.join(usual_name)
    } else {
        path.to_owned()
    }
}

/// A folder for files that nobody needs later; it goes with the value.
pub fn temporary_folder() -> Result<TemporaryFolder, Problem> {
    let made = tempfile::Builder::new().prefix("lisplaunch-").tempdir();
    made.map(TemporaryFolder).map_err(|error| {
        Problem::cannot("make a temporary folder", &error)
            .help("`TMPDIR` names the folder to make it in")
    })
}

/// A folder that is removed with this.
#[derive(Debug)]
pub struct TemporaryFolder(tempfile::TempDir);

impl TemporaryFolder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// The text of a file; none if there is no such file.
pub fn existing(path: &Path) -> Result<Option<String>, Problem> {
    match host::read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Problem::io("read", path, &error)),
    }
}

/// Writes a file whole or not at all.
///
/// # Errors
/// When there is a file that lisplaunch did not write, unless `force` is given, or when
/// the file system refuses.
pub fn write(path: &Path, text: &str, force: bool) -> Result<(), Problem> {
    let target = followed(path);
    if target.exists() && !target.is_file() {
        return Err(
            Problem::error(format!("`{}` is not a plain file", path.display()))
                .help("leave out `-o` to write to standard output"),
        );
    }
    if !force && target.exists() && !is_ours(&target) {
        return Err(Problem::error(format!(
            "`{}` was not written by lisplaunch",
            path.display()
        ))
        .help("name another file, or give `--force` to replace it"));
    }
    replace(&target, text).map_err(|error| {
        let problem = Problem::io("write", path, &error);
        match error.kind() {
            io::ErrorKind::NotFound => problem.help("make its folder first"),
            _ => problem,
        }
    })
}

/// A link stays one: what it leads to is written, there or not.
fn followed(path: &Path) -> PathBuf {
    match (fs::canonicalize(path), fs::read_link(path)) {
        (Ok(target), _) => target,
        (Err(_), Ok(target)) => path.parent().unwrap_or(Path::new("")).join(target),
        (Err(_), Err(_)) => path.to_owned(),
    }
}

fn is_ours(path: &Path) -> bool {
    existing(path)
        .ok()
        .flatten()
        .is_some_and(|text| text.lines().next().is_some_and(|line| line.contains(MARK)))
}

/// Replaces a file, or makes it.
///
/// # Errors
/// When the file system refuses.
pub fn replace(target: &Path, text: &str) -> io::Result<()> {
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".lisplaunch-")
        .permissions(fs::Permissions::from_mode(NEW_FILE_MODE))
        .tempfile_in(folder)?;
    if let Ok(metadata) = fs::metadata(target) {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
    Ok(())
}
