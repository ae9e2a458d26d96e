//! Whose files are acted on: what another user can write must not become a command of this one.
//!
//! As git does it (`safe.directory`): a file counts if it belongs to the user who runs lisplaunch
//! or to root, and if not everyone may write to it or to its folder. The code that reads a file
//! that is acted on takes its [`Standing`] as it opens it, so that nothing can come between the
//! look and the reading, and asks the [`Owners`] about it.

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::dialect::sh::{self, Newline};
use crate::host::{self, Host};
use crate::problem::Problem;
use crate::word::Word;

const ROOT: u32 = 0;

/// The most links that are followed one after the other, as in the system itself.
const MOST_LINKS: usize = 40;

const WRITE_FOR_ALL: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// The users whose files may be acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owners {
    /// The one who runs lisplaunch.
    own: u32,
    others: Vec<u32>,
    /// Whether the `user` of a service is one of them when the service is planned.
    service_user: bool,
}

impl Owners {
    /// The user who runs lisplaunch, root, and the user who became root with sudo; and `trusted`.
    pub fn new(host: &Host, trusted: &[u32]) -> Self {
        let mut others = vec![ROOT];
        if host.user == ROOT {
            let caller = host.environment.get("SUDO_UID");
            others.extend(caller.and_then(|uid| uid.to_str()?.parse::<u32>().ok()));
        }
        others.extend(trusted);
        Owners {
            own: host.user,
            others,
            service_user: false,
        }
    }

    /// This user alone, and root.
    pub fn only(user: u32) -> Self {
        Owners {
            own: user,
            others: vec![ROOT],
            service_user: false,
        }
    }

    /// The same, and the user of a service for that service: what is planned runs as that user,
    /// and not as the one who runs lisplaunch.
    #[must_use]
    pub fn or_service_user(self) -> Self {
        Owners {
            service_user: true,
            ..self
        }
    }

    /// Those who count for a service that runs as `user`.
    #[must_use]
    pub fn of_service(&self, user: Option<&str>) -> Self {
        let user = user.filter(|_| self.service_user);
        self.clone().and(user.and_then(host::uid_of))
    }

    /// The same, and this user, if there is such a one.
    #[must_use]
    pub fn and(mut self, user: Option<u32>) -> Self {
        self.others.extend(user);
        self
    }

    /// Whether files of this user may be acted on.
    pub fn include(&self, user: u32) -> bool {
        self.own == user || self.others.contains(&user)
    }

    /// Refuses what another user could have written, with the remedy.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self, standing: &Standing) -> Result<(), Problem> {
        let problem = standing.0.iter().find_map(|part| self.refusal(part));
        problem.map_or(Ok(()), Err)
    }

    fn refusal(&self, part: &PathStep) -> Option<Problem> {
        if part.kind != PathStepKind::FolderOfFile && !self.include(part.owner) {
            return Some(self.belongs_to_another(part));
        }
        part.is_open().then(|| {
            let close = command(&["chmod", "o-w"], &part.path);
            Problem::error(format!("everyone may write to {part}"))
                .help(format!("close it: `{close}`"))
        })
    }

    fn belongs_to_another(&self, part: &PathStep) -> Problem {
        let own = host::user_name(self.own).unwrap_or_else(|| self.own.to_string());
        let chown: &[&str] = match part.kind {
            PathStepKind::Link => &["chown", "-h", &own],
            _ => &["chown", &own],
        };
        let owner = host::user_name(part.owner).unwrap_or_else(|| part.owner.to_string());
        Problem::error(format!(
            "{part} belongs to another user: {}",
            described(part.owner)
        ))
        .note(match part.kind {
            PathStepKind::Link => "it could point to any file".to_owned(),
            _ => format!("its commands would run as {}", described(self.own)),
        })
        .help(format!(
            "make it yours if it can be trusted: `{}`",
            command(chown, &part.path)
        ))
        .help(format!(
            "or trust all files of that user: `--trust {owner}`"
        ))
    }
}

/// Who could have written a file or put it where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing(Vec<PathStep>);

/// One of the places on the way to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PathStep {
    path: PathBuf,
    kind: PathStepKind,
    owner: u32,
    mode: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PathStepKind {
    File,
    Link,
    /// A folder in which everything may be acted on.
    Folder,
    /// A folder of which one file is: whose it is does not matter, since that cannot make others
    /// the owners of the file.
    FolderOfFile,
}

impl Standing {
    /// That of a file that has been opened. What this process was given open has none: it is
    /// trusted as the command line is.
    ///
    /// # Errors
    /// When the file or its folder cannot be looked at.
    pub fn of_file(path: &Path, file: &File) -> io::Result<Self> {
        if host::is_descriptor(path) {
            return Ok(Standing::default());
        }
        let (mut parts, path) = way_to(path)?;
        parts.push(PathStep::new(&path, PathStepKind::File, &file.metadata()?));
        Ok(Standing(parts))
    }

    /// That of a folder in which everything may be acted on.
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub fn of_folder(path: &Path) -> io::Result<Self> {
        let (mut parts, path) = way_to(path)?;
        parts.push(PathStep::new(
            &path,
            PathStepKind::Folder,
            &fs::metadata(&path)?,
        ));
        Ok(Standing(parts))
    }

    /// That of an open file or folder alone: the caller has opened each folder on the way to it.
    pub fn of_open(path: &Path, metadata: &Metadata) -> Self {
        let kind = if metadata.is_dir() {
            PathStepKind::Folder
        } else {
            PathStepKind::File
        };
        Standing(vec![PathStep::new(path, kind, metadata)])
    }

    /// That of the links on the way to a file, wherever they are, which may not be there yet.
    ///
    /// # Errors
    /// When one cannot be looked at.
    pub fn of_links(path: &Path) -> io::Result<Self> {
        let mut links = Vec::new();
        let mut waiting = vec![path.to_owned()];
        while let Some(path) = waiting.pop() {
            for path in path.ancestors() {
                let Ok(metadata) = fs::symlink_metadata(path) else {
                    continue;
                };
                if metadata.is_symlink() {
                    let folder = path.parent().unwrap_or(path);
                    waiting.push(folder.join(fs::read_link(path)?));
                    links.push(PathStep::new(path, PathStepKind::Link, &metadata));
                }
            }
            if links.len() > MOST_LINKS {
                return Err(too_many_links());
            }
        }
        Ok(Standing(links))
    }

    /// Both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl PathStep {
    fn new(path: &Path, kind: PathStepKind, metadata: &Metadata) -> Self {
        PathStep {
            path: path.to_owned(),
            kind,
            owner: metadata.uid(),
            mode: metadata.mode(),
        }
    }

    /// Whether everyone may write to it. In a sticky folder such as `/tmp` everyone may add
    /// files, but only their owners may replace them; the bits of a link mean nothing.
    fn is_open(&self) -> bool {
        let closed = match self.kind {
            PathStepKind::File => false,
            PathStepKind::Link => true,
            PathStepKind::Folder | PathStepKind::FolderOfFile => self.mode & STICKY != 0,
        };
        self.mode & WRITE_FOR_ALL != 0 && !closed
    }
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.kind {
            PathStepKind::File => write!(f, "`{path}`"),
            PathStepKind::Link => write!(f, "the link `{path}`"),
            PathStepKind::Folder | PathStepKind::FolderOfFile => write!(f, "the folder `{path}`"),
        }
    }
}

/// The links that lead to a file and the folders that these and the file are in; and the file.
fn way_to(path: &Path) -> io::Result<(Vec<PathStep>, PathBuf)> {
    let mut parts = Vec::new();
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let folder = path.parent().unwrap_or(&path).to_owned();
        parts.push(PathStep::new(
            &folder,
            PathStepKind::FolderOfFile,
            &fs::metadata(&folder)?,
        ));
        let metadata = fs::symlink_metadata(&path)?;
        if !metadata.is_symlink() {
            return Ok((parts, path));
        }
        parts.push(PathStep::new(&path, PathStepKind::Link, &metadata));
        path = folder.join(fs::read_link(&path)?);
    }
    Err(too_many_links())
}

fn too_many_links() -> io::Error {
    io::Error::other("too many links follow one another")
}

/// A user for a person: the name and the number, or the number alone.
pub fn described(user: u32) -> String {
    match host::user_name(user) {
        Some(name) => format!("{name} (uid {user})"),
        None => format!("uid {user}"),
    }
}

/// A command as a shell reads it: the name of the file may be anything.
pub fn command(words: &[&str], file: &Path) -> String {
    let words: Vec<Word> = words.iter().map(|word| Word::from(*word)).collect();
    let file = Word::from(file.display().to_string());
    sh::line(words.iter().chain([&file]), Newline::Raw).resolved()
}
