//! The runtime beside the project file: written whole where it is missing or differs.
//!
//! What lies there is loaded into services, so it must be as trustworthy as the project file. Its
//! folders are opened one from the other, through no link, and looked at once they are open: root
//! writes into the folders of other users, who could put something else in their place meanwhile.

use std::fs::{self, File, Metadata};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{Access, AtFlags, Gid, Mode, OFlags, Uid};

use crate::plan::Plan;
use crate::problem::Problem;
use crate::runtime;
use crate::trust::{self, Owners, Standing};
use crate::uninterrupted::uninterrupted;

/// The user of the service can read it, whatever the umask of the one who writes it.
const FILE_MODE: Mode = Mode::from_raw_mode(0o644);
const PRIVATE_MODE: Mode = Mode::from_raw_mode(0o600);
const FOLDER_MODE: Mode = Mode::from_raw_mode(0o755);

/// What is never opened: what a link leads to.
const THROUGH_NO_LINK: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// Where the runtime of a project lies.
#[derive(Debug)]
pub struct RuntimeSite<'a> {
    /// The file that is loaded.
    pub file: PathBuf,
    /// The folder of the project file.
    project: PathBuf,
    /// The project file; none for standard input.
    project_file: Option<&'a str>,
    owners: &'a [Owners],
}

/// Who may read a file beside the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Everyone.
    All,
    /// Its owner alone: this user, or the owner of the folder.
    Owner(Option<u32>),
}

impl Readers {
    fn mode(self) -> Mode {
        match self {
            Readers::All => FILE_MODE,
            Readers::Owner(_) => PRIVATE_MODE,
        }
    }

    fn owner(self) -> Option<u32> {
        match self {
            Readers::All => None,
            Readers::Owner(owner) => owner,
        }
    }
}

/// A folder, open.
struct Folder {
    path: PathBuf,
    open: File,
}

impl<'a> RuntimeSite<'a> {
    /// That of the services of a plan; none where they load no runtime.
    pub fn of(plan: &'a Plan) -> Option<Self> {
        let mut services = plan.services.iter();
        if !services.any(|service| service.runtime.is_some()) {
            return None;
        }
        let project = PathBuf::from(&plan.folder);
        Some(RuntimeSite {
            file: project.join(runtime::FOLDER).join(runtime::ENTRY),
            project,
            project_file: plan.file.as_deref(),
            owners: &plan.owners,
        })
    }

    /// Writes what is missing or differs, and returns the files that were written.
    ///
    /// # Errors
    /// When that is not possible, or what is there is not to be trusted.
    pub fn write(&self) -> Result<Vec<PathBuf>, Problem> {
        let project = self.open()?;
        let folder = self.enter(&project, runtime::FOLDER)?;
        let parts = self.enter(&folder, runtime::PARTS)?;
        let since = self.entry_time(&folder)?;
        let mut written = Vec::new();
        for (folder, name, file) in Self::files(&folder, &parts) {
            // The entry comes last, and is never older than the others.
            let holds = match file.path {
                runtime::ENTRY => since.is_some() && written.is_empty(),
                _ => self.holds(folder, name, file, since)?,
            };
            if !holds {
                let text = file.text();
                written.push(uninterrupted(|| {
                    self.replace(folder, name, &text, Readers::All)
                })?);
            }
        }
        Ok(written)
    }

    /// Writes a file of a service beside the runtime, where it is missing or differs.
    ///
    /// # Errors
    /// As for [`Self::write`].
    pub fn write_beside(&self, name: &str, text: &str, readers: Readers) -> Result<(), Problem> {
        let project = self.open()?;
        let folder = self.enter(&project, runtime::FOLDER)?;
        if let Some((path, mut open)) = folder.find(name, THROUGH_NO_LINK)? {
            self.trusted_metadata(&path, &open)?;
            let mut found = String::new();
            if open.read_to_string(&mut found).is_ok() && found == text {
                return Ok(());
            }
        }
        uninterrupted(|| self.replace(&folder, name, text, readers)).map(drop)
    }

    /// What keeps the runtime from being written, or from being loaded as it is there.
    ///
    /// # Errors
    /// When there is something.
    pub fn check(&self) -> Result<(), Problem> {
        let project = self.open()?;
        let Some(folder) = self.find(&project, runtime::FOLDER)? else {
            return self.check_writable(&project);
        };
        let Some(parts) = self.find(&folder, runtime::PARTS)? else {
            return self.check_writable(&folder);
        };
        let since = self.entry_time(&folder)?;
        for (folder, name, file) in Self::files(&folder, &parts) {
            if !self.holds(folder, name, file, since)? {
                self.check_writable(folder)?;
            }
        }
        Ok(())
    }

    fn files<'f>(
        folder: &'f Folder,
        parts: &'f Folder,
    ) -> impl Iterator<Item = (&'f Folder, &'static str, &'static runtime::RuntimeFile)> {
        let file = move |file: &'static runtime::RuntimeFile| match file.part() {
            Some(name) => (parts, name, file),
            None => (folder, file.path, file),
        };
        runtime::FILES.iter().map(file)
    }

    /// The folder of the project file, which is where it is, through links or not.
    fn open(&self) -> Result<Folder, Problem> {
        let path = self.project.clone();
        let open = File::open(&path).map_err(|error| Problem::io("open", &path, &error))?;
        self.trusted(Folder { path, open })
    }

    /// A folder below another one, made first where it is missing.
    fn enter(&self, above: &Folder, name: &str) -> Result<Folder, Problem> {
        if let Some(folder) = self.find(above, name)? {
            return Ok(folder);
        }
        let path = above.path.join(name);
        let made = match rustix::fs::mkdirat(&above.open, name, FOLDER_MODE) {
            // Another process was faster.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error.into()),
            _ => Ok(()),
        };
        made.map_err(|error| self.cannot("make", &path, above, &error))?;
        let folder = self.find(above, name)?;
        // It was removed meanwhile.
        let gone = || self.cannot("make", &path, above, &io::ErrorKind::NotFound.into());
        let folder = folder.ok_or_else(gone)?;
        self.hand_over(&folder.open, &folder.path, FOLDER_MODE, None, above)?;
        Ok(folder)
    }

    fn find(&self, above: &Folder, name: &str) -> Result<Option<Folder>, Problem> {
        let flags = THROUGH_NO_LINK | OFlags::DIRECTORY;
        let Some((path, open)) = above.find(name, flags)? else {
            return Ok(None);
        };
        self.trusted(Folder { path, open }).map(Some)
    }

    fn trusted(&self, folder: Folder) -> Result<Folder, Problem> {
        self.trusted_metadata(&folder.path, &folder.open)?;
        Ok(folder)
    }

    /// What is known of an open file or folder, if what is in it may be acted on.
    fn trusted_metadata(&self, path: &Path, open: &File) -> Result<Metadata, Problem> {
        let metadata = open.metadata();
        let metadata = metadata.map_err(|error| Problem::io("read", path, &error))?;
        self.check_owner(path, &metadata)?;
        Ok(metadata)
    }

    fn check_owner(&self, path: &Path, metadata: &Metadata) -> Result<(), Problem> {
        let standing = Standing::of_open(path, metadata);
        let mut owners = self.owners.iter();
        owners.try_for_each(|owners| owners.check(&standing))
    }

    /// When the entry was written, if it is there and the same.
    fn entry_time(&self, folder: &Folder) -> Result<Option<SystemTime>, Problem> {
        let entry = runtime::FILES.last().expect("there is an entry");
        let same = self.read_same(folder, entry.path, entry)?;
        Ok(same.and_then(|metadata| metadata.modified().ok()))
    }

    /// Whether a file is there and the same. The entry, of the time `since`, gives the texts from
    /// which the files before it were compiled: those are not read.
    fn holds(
        &self,
        folder: &Folder,
        name: &str,
        file: &runtime::RuntimeFile,
        since: Option<SystemTime>,
    ) -> Result<bool, Problem> {
        let path = folder.path.join(name);
        if let (Some(since), Ok(metadata)) = (since, fs::symlink_metadata(&path))
            && metadata.is_file()
            && metadata.len() == file.length() as u64
            && metadata.modified().is_ok_and(|time| time <= since)
        {
            return self.check_owner(&path, &metadata).map(|()| true);
        }
        let same = self.read_same(folder, name, file)?;
        Ok(same.is_some())
    }

    /// What is known of a file, if it is there and the same.
    fn read_same(
        &self,
        folder: &Folder,
        name: &str,
        file: &runtime::RuntimeFile,
    ) -> Result<Option<Metadata>, Problem> {
        let Some((path, open)) = folder.find(name, THROUGH_NO_LINK)? else {
            return Ok(None);
        };
        let metadata = self.trusted_metadata(&path, &open)?;
        if !metadata.is_file() {
            return Err(
                Problem::error(format!("`{}` is not a plain file", path.display()))
                    .help("remove it: lisplaunch writes it again"),
            );
        }
        if metadata.len() != file.length() as u64 {
            return Ok(None);
        }
        let mut text = Vec::with_capacity(file.length());
        let read = open.take(metadata.len()).read_to_end(&mut text);
        read.map_err(|error| Problem::io("read", &path, &error))?;
        Ok(file.is(&text).then_some(metadata))
    }

    /// Writes a file beside its place and puts it there.
    fn replace(
        &self,
        folder: &Folder,
        name: &str,
        text: &str,
        readers: Readers,
    ) -> Result<PathBuf, Problem> {
        let path = folder.path.join(name);
        let random = RandomState::new().hash_one(name);
        let beside = format!(".{name}.{random:x}");
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let written = (|| {
            let new = rustix::fs::openat(&folder.open, &*beside, flags, readers.mode())?;
            let mut new = File::from(new);
            new.write_all(text.as_bytes())?;
            new.sync_all()?;
            Ok(new)
        })();
        let written = written.map_err(|error| self.cannot("write", &path, folder, &error));
        let placed = written.and_then(|new| {
            self.hand_over(&new, &path, readers.mode(), readers.owner(), folder)?;
            rustix::fs::renameat(&folder.open, &*beside, &folder.open, name)
                .map_err(|error| self.cannot("write", &path, folder, &error.into()))
        });
        if placed.is_err() {
            // What is wrong has been reported.
            let _ = rustix::fs::unlinkat(&folder.open, &*beside, AtFlags::empty());
        }
        placed.map(|()| path)
    }

    /// Lets those read it who may, and its owner renew it: what root writes belongs to `owner`, or
    /// else to the owner of the folder above, who could otherwise not.
    fn hand_over(
        &self,
        new: &File,
        path: &Path,
        mode: Mode,
        owner: Option<u32>,
        above: &Folder,
    ) -> Result<(), Problem> {
        let changed = (|| {
            rustix::fs::fchmod(new, mode)?;
            if rustix::process::geteuid().is_root() {
                let above = rustix::fs::fstat(&above.open)?;
                let user = Uid::from_raw(owner.unwrap_or(above.st_uid));
                let group = Gid::from_raw(above.st_gid);
                rustix::fs::fchown(new, Some(user), Some(group))?;
            }
            Ok::<(), io::Error>(())
        })();
        changed.map_err(|error| self.cannot("write", path, above, &error))
    }

    fn check_writable(&self, folder: &Folder) -> Result<(), Problem> {
        rustix::fs::accessat(&folder.open, ".", Access::WRITE_OK, AtFlags::EACCESS)
            .map_err(|error| self.cannot("write in", &folder.path, folder, &error.into()))
    }

    /// What the system did not do in a folder, and who can.
    fn cannot(&self, doing: &str, path: &Path, folder: &Folder, error: &io::Error) -> Problem {
        let problem = Problem::io(doing, path, error)
            .note("the service loads lisplaunch's own code from there");
        let owner = folder.open.metadata().map(|metadata| metadata.uid()).ok();
        let own = rustix::process::geteuid().as_raw();
        match (error.kind(), owner) {
            (io::ErrorKind::PermissionDenied, Some(owner)) if owner == own => {
                problem.help(format!(
                    "allow it: `{}`",
                    trust::command(&["chmod", "u+w"], &folder.path)
                ))
            }
            (io::ErrorKind::PermissionDenied, Some(owner)) => problem.help(format!(
                "{}, who owns `{}`, has to run `{}`",
                trust::described(owner),
                folder.path.display(),
                self.build()
            )),
            (io::ErrorKind::ReadOnlyFilesystem, _) => problem.help(format!(
                "run `{}` where the folder can be written",
                self.build()
            )),
            _ => problem,
        }
    }

    /// The command that writes it.
    fn build(&self) -> String {
        match self.project_file {
            Some(file) => trust::command(&["lisplaunch", "build", "-f"], Path::new(file)),
            None => "lisplaunch build -f -".to_owned(),
        }
    }
}

impl Folder {
    /// Opens what has this name in it, if anything has.
    fn find(&self, name: &str, flags: OFlags) -> Result<Option<(PathBuf, File)>, Problem> {
        let path = self.path.join(name);
        let error = match rustix::fs::openat(&self.open, name, flags, Mode::empty()) {
            Ok(open) => return Ok(Some((path, File::from(open)))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => error,
        };
        let is_link = rustix::fs::readlinkat(&self.open, name, Vec::new()).is_ok();
        Err(if is_link {
            Problem::error(format!("`{}` is a link", path.display()))
                .help("remove it: lisplaunch writes its own code there, and through no link")
        } else {
            Problem::io("read", &path, &error.into())
        })
    }
}
