//! Files that lisplaunch writes: whole or not at all, and only over files of its own.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::format::MARK;
use crate::host;
use crate::problem::Problem;
use crate::trust::{Owners, Standing};
use crate::uninterrupted::uninterrupted;

/// The bits of a new file, less the umask.
const NEW_FILE_MODE: u32 = 0o666;

const WRITE_FOR_OTHERS: u32 = 0o022;

/// The largest file that is compared with what would be written, in bytes.
const LARGEST: u64 = 256 << 20;

/// Where the first line of a file of ours ends at the latest: it holds a path.
const HEAD: u64 = 16 << 10;

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
    let read = host::open_text(path).and_then(|file| host::read_up_to(LARGEST, file));
    match read {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Problem::io("read", path, &error)),
    }
}

/// Writes a file whole or not at all; `owners` are those whose links are followed.
///
/// # Errors
/// When there is a file that lisplaunch did not write, unless `force` is given, or when
/// the file system refuses.
pub fn write(path: &Path, text: &str, force: bool, owners: &Owners) -> Result<(), Problem> {
    let links = Standing::of_links(path).map_err(|error| Problem::io("write", path, &error))?;
    owners.check(&links)?;
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
    uninterrupted(|| replace(&target, text)).map_err(|error| {
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

/// Whether its first line says so. Only that is read, whatever else it is.
fn is_ours(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = host::open_text(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    read.is_ok() && String::from_utf8_lossy(line).contains(MARK)
}

fn replace(target: &Path, text: &str) -> io::Result<()> {
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".lisplaunch-")
        .permissions(fs::Permissions::from_mode(NEW_FILE_MODE))
        .tempfile_in(folder)?;
    if let Ok(former) = fs::metadata(target) {
        let new = file.as_file().metadata()?;
        // Who may write to a file of one user need not write to that of another.
        let kept = if former.uid() == new.uid() {
            former.mode()
        } else {
            former.mode() & !WRITE_FOR_OTHERS
        };
        file.as_file()
            .set_permissions(fs::Permissions::from_mode(kept))?;
    }
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
    Ok(())
}
