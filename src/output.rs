//! Files that lisplaunch writes: whole or not at all, and only over files of its own.

mod comparison;
mod disk;
mod mark;
mod removal;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use crate::format::File;
use crate::host;
use crate::problem::Problem;
use crate::suggest;
use crate::trust::{Owners, Standing};
use crate::uninterrupted::uninterrupted;
use disk::Disks;

pub use comparison::Comparison;
pub use mark::siblings;
pub use removal::{is_removable, remove};

/// The bits of a new file, less the umask.
const NEW_FILE_MODE: u32 = 0o666;

/// The bits of a folder that only its owner may enter.
const OWN_FOLDER_MODE: u32 = 0o700;

const WRITE_FOR_OTHERS: u32 = 0o022;
const READ_FOR_ALL: u32 = 0o444;
const FOR_OTHERS: u32 = 0o077;

/// The largest file that is compared with what would be written, in bytes.
const LARGEST: u64 = 256 << 20;

/// A file, and where it is written.
#[derive(Debug)]
pub struct Target {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub file: File,
    /// Whether its folder is made where it is missing.
    makes_folder: bool,
}

/// The folder that files for `path` go into.
pub fn folder(path: &Path) -> PathBuf {
    if is_folder(path) {
        return path.to_owned();
    }
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().as_bytes().ends_with(b"/")
}

/// Where `files` go: below `path` if that is a folder or ends in `/`, or else to `path` itself.
///
/// # Errors
/// When several files would be one.
pub fn targets(path: &Path, files: Vec<File>) -> Result<Vec<Target>, Problem> {
    let folder = is_folder(path);
    if !folder && files.len() > 1 {
        let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        return Err(Problem::error(format!(
            "`{}` is one file, and these are {}: {}",
            path.display(),
            files.len(),
            suggest::list(&names)
        ))
        .help(format!(
            "write `{}/` for a folder that holds them",
            path.display()
        )));
    }
    let targets = files.into_iter().map(|file| Target {
        path: if folder {
            path.join(&file.path)
        } else {
            path.to_owned()
        },
        file,
        makes_folder: folder,
    });
    Ok(targets.collect())
}

/// A folder for temporary files; it goes with the value.
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
    /// A folder in another one, which only this user can enter.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn below(folder: &Path) -> Result<Self, Problem> {
        let made = tempfile::Builder::new()
            .prefix(".new-")
            .permissions(fs::Permissions::from_mode(OWN_FOLDER_MODE))
            .tempdir_in(folder);
        made.map(TemporaryFolder)
            .map_err(|error| Problem::io("make a folder in", folder, &error))
    }

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

/// Whether files may be written, as far as can be seen before; see [`write`].
///
/// # Errors
/// As [`write`].
pub fn check<'t>(
    targets: impl Iterator<Item = &'t Target>,
    force: bool,
    owners: &Owners,
) -> Result<(), Problem> {
    let mut plain = BTreeSet::new();
    let mut places = targets.map(|target| target.place(force, owners, &mut plain));
    places.try_for_each(|place| place.map(|_| ()))
}

/// Writes files, all of them whole or none; `owners` are those whose links are followed.
///
/// # Errors
/// When there is a file that lisplaunch did not write, unless `force` is given, or when
/// the file system refuses.
pub fn write<'t>(
    targets: impl IntoIterator<Item = &'t Target>,
    force: bool,
    owners: &Owners,
) -> Result<(), Problem> {
    let targets: Vec<&Target> = targets.into_iter().collect();
    let mut plain = BTreeSet::new();
    let places = targets
        .iter()
        .map(|target| target.place(force, owners, &mut plain))
        .collect::<Result<Vec<_>, _>>()?;
    uninterrupted(|| {
        let mut disks = Disks::of(targets.len());
        let staged = targets.iter().zip(places);
        let staged = staged
            .map(|(target, place)| target.stage(place, &mut disks))
            .collect::<Result<Vec<_>, _>>()?;
        if let (Err(error), Some(first)) = (disks.wait(), targets.first()) {
            return Err(first.cannot(&error));
        }
        staged.into_iter().try_for_each(Staged::finish)
    })
}

impl Target {
    /// Where the file really goes, if it may. `plain` are folders to which no link leads.
    fn place<'t>(
        &'t self,
        force: bool,
        owners: &Owners,
        plain: &mut BTreeSet<&'t Path>,
    ) -> Result<PathBuf, Problem> {
        let path = &self.path;
        let place = if self.has_links(owners, plain)? {
            followed(path)
        } else {
            path.clone()
        };
        let Ok(former) = fs::metadata(&place) else {
            return Ok(place);
        };
        if !former.is_file() {
            return Err(
                Problem::error(format!("`{}` is not a plain file", path.display()))
                    .help("leave out `-o` to write to standard output"),
            );
        }
        if !force && mark::of_file(&place).is_none() {
            return Err(Problem::error(format!(
                "`{}` was not written by lisplaunch",
                path.display()
            ))
            .help("name another file, or give `--force` to replace it"));
        }
        Ok(place)
    }

    /// Whether links lead to the place, all of them of `owners`.
    fn has_links<'t>(
        &'t self,
        owners: &Owners,
        plain: &mut BTreeSet<&'t Path>,
    ) -> Result<bool, Problem> {
        let unknown = self.path.ancestors();
        let unknown: Vec<&Path> = unknown.take_while(|path| !plain.contains(path)).collect();
        if !unknown.iter().any(|path| path.is_symlink()) {
            plain.extend(unknown.into_iter().skip(1));
            return Ok(false);
        }
        let links = Standing::of_links(&self.path).map_err(|error| self.cannot(&error))?;
        owners.check(&links)?;
        Ok(true)
    }

    /// Writes the file beside its place.
    fn stage(&self, place: PathBuf, disks: &mut Disks) -> Result<Staged<'_>, Problem> {
        let written = self.new_file(&place).and_then(|new| {
            // Open, a thousand files would be more than most processes may have.
            let (file, path) = new.into_parts();
            disks.take(file).map(|()| path)
        });
        Ok(Staged {
            target: self,
            new: written.map_err(|error| self.cannot(&error))?,
            place,
        })
    }

    fn new_file(&self, place: &Path) -> io::Result<NamedTempFile> {
        let folder = match place.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        if self.makes_folder && !folder.is_dir() {
            fs::create_dir_all(folder)?;
        }
        let mut new = tempfile::Builder::new()
            .prefix(".lisplaunch-")
            .permissions(fs::Permissions::from_mode(NEW_FILE_MODE))
            .tempfile_in(folder)?;
        let mode = self.mode(new.as_file(), place)?;
        new.as_file()
            .set_permissions(fs::Permissions::from_mode(mode))?;
        new.write_all(self.file.text.as_bytes())?;
        Ok(new)
    }

    fn mode(&self, new: &fs::File, place: &Path) -> io::Result<u32> {
        let new = new.metadata()?;
        let kept = match fs::metadata(place) {
            Ok(former) if former.uid() == new.uid() => former.mode(),
            // Who may write to a file of one user need not write to that of another.
            Ok(former) => former.mode() & !WRITE_FOR_OTHERS,
            Err(_) => new.mode(),
        };
        // Who may read a program may run it.
        let runs = if self.file.executable {
            (kept & READ_FOR_ALL) >> 2
        } else {
            0
        };
        let hidden = if self.file.private { FOR_OTHERS } else { 0 };
        Ok((kept | runs) & !hidden)
    }

    fn cannot(&self, error: &io::Error) -> Problem {
        let problem = Problem::io("write", &self.path, error);
        match error.kind() {
            io::ErrorKind::NotFound => problem.help("make its folder first"),
            _ => problem,
        }
    }
}

/// A file that is written and lies beside its place.
struct Staged<'a> {
    target: &'a Target,
    new: TempPath,
    place: PathBuf,
}

impl Staged<'_> {
    fn finish(self) -> Result<(), Problem> {
        let kept = self.new.persist(&self.place);
        kept.map_err(|error| self.target.cannot(&error.error))
    }
}

/// A link stays one: what it leads to is written, there or not.
fn followed(path: &Path) -> PathBuf {
    match (fs::canonicalize(path), fs::read_link(path)) {
        (Ok(target), _) => target,
        (Err(_), Ok(target)) => path.parent().unwrap_or(Path::new("")).join(target),
        (Err(_), Err(_)) => path.to_owned(),
    }
}
