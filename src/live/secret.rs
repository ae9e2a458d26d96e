//! The secret that the swank server of a service wants from a client.
//!
//! The server reads it again for each client, by the same rules; see
//! `templates/sbcl/runtime/swank/secret.lisp`.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::host::{self, Host};
use crate::plan::service::Secret;
use crate::problem::Problem;

/// A secret that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSecret {
    /// What is sent.
    pub line: String,
    /// The owner of its file, the only user besides root who may read it.
    pub owner: u32,
}

/// The secret to send, if one is asked for.
///
/// # Errors
/// When there ought to be one and it cannot be had, or others could have read it.
pub fn read(secret: &Secret, host: &Host) -> Result<Option<KnownSecret>, Problem> {
    match secret {
        Secret::None => Ok(None),
        Secret::Slime => of_slime(host),
        Secret::File(path) => of_file(Path::new(&path.resolved())).map(Some),
        Secret::Auto(path) => of_service(Path::new(&path.resolved())).map(Some),
    }
}

/// The file that it is in, whether it can be read or not.
pub fn file(secret: &Secret, host: &Host) -> Option<PathBuf> {
    match secret {
        Secret::None => None,
        Secret::Slime => slime_file(host).filter(|file| file.exists()),
        Secret::File(path) | Secret::Auto(path) => Some(path.resolved().into()),
    }
}

fn slime_file(host: &Host) -> Option<PathBuf> {
    Some(host.home.as_ref()?.join(".slime-secret"))
}

/// What SLIME itself would send.
fn of_slime(host: &Host) -> Result<Option<KnownSecret>, Problem> {
    let Some(path) = slime_file(host) else {
        return Ok(None);
    };
    match open(&path, OFlags::empty()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened
            .map_err(|error| unreadable(&path, &error))
            .and_then(|mut file| first_line(&path, &mut file))
            .map(Some),
    }
}

fn of_file(path: &Path) -> Result<KnownSecret, Problem> {
    let opened = open(path, OFlags::empty());
    private_line(path, &mut opened.map_err(|error| unreadable(path, &error))?)
}

fn of_service(path: &Path) -> Result<KnownSecret, Problem> {
    // The service makes a file: another user has put a link there.
    let opened = open(path, OFlags::NOFOLLOW);
    let mut file = opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Problem::error(format!("there is no secret file `{}`", path.display()))
                .help("the service makes it when it starts: does it run, as this user?")
        }
        _ => unreadable(path, &error),
    })?;
    private_line(path, &mut file)
}

/// Opens a file, without waiting for a writer where it is a pipe.
fn open(path: &Path, flags: OFlags) -> io::Result<File> {
    let flags = (flags | OFlags::NONBLOCK).bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// The first line of a file that is closed to other users.
fn private_line(path: &Path, file: &mut File) -> Result<KnownSecret, Problem> {
    let metadata = file.metadata().map_err(|error| unreadable(path, &error))?;
    if metadata.is_file() && metadata.permissions().mode() & 0o077 != 0 {
        return Err(Problem::error(format!(
            "the secret file `{}` is open to other users",
            path.display()
        ))
        .help(format!(
            "close it with `chmod 600 {}`, and put a new secret into it: others may know this one",
            path.display()
        )));
    }
    first_line(path, file)
}

fn first_line(path: &Path, file: &mut File) -> Result<KnownSecret, Problem> {
    let metadata = file.metadata().map_err(|error| unreadable(path, &error))?;
    let text = host::read_text_from(file).map_err(|error| unreadable(path, &error))?;
    match text.split('\n').next() {
        Some(line) if !line.is_empty() => Ok(KnownSecret {
            line: line.to_owned(),
            owner: metadata.uid(),
        }),
        _ => Err(Problem::error(format!(
            "the first line of the secret file `{}` is empty",
            path.display()
        ))
        .help("the service refuses all clients until it holds a secret")),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem::io("read the secret file", path, error)
}
