//! What planning asks of the machine: environment, home folders, files.
//!
//! Everything else is a pure function of the project file and of a `Host`.

pub mod account;
pub mod memory;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::OFlags;
use uzers::os::unix::UserExt;

/// The largest file that is read whole: project files, env files, templates.
pub const MAX_FILE_SIZE: u64 = 1 << 20;

/// Where the state of a user lies, and what is installed for one, below the home folder.
const STATE: &str = ".local/state";
const DATA: &str = ".local/share";

/// The machine and the user on whose behalf a plan is made.
#[derive(Clone, Debug)]
pub struct Host {
    /// The environment, without the names that are not UTF-8; every service reads it.
    pub environment: Arc<BTreeMap<String, OsString>>,
    /// The folder in which `~` and Quicklisp lie, if any is known.
    pub home: Option<PathBuf>,
    /// The folder in which programs keep what they must remember, if any is known.
    pub state: Option<PathBuf>,
    /// The folder in which programs keep what they install for a user, if any is known.
    pub data: Option<PathBuf>,
    /// The number of the user with whose rights this process acts.
    pub user: u32,
    /// Whether it is another machine, of which nothing can be seen.
    pub unseen: bool,
}

impl Host {
    /// This process's own.
    pub fn current() -> Self {
        let home = own_home();
        Host {
            environment: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .collect::<BTreeMap<_, _>>()
                .into(),
            state: own_folder(home.as_deref(), dirs::state_dir, STATE),
            data: own_folder(home.as_deref(), data_dir, DATA),
            home,
            user: uzers::get_effective_uid(),
            unseen: false,
        }
    }

    /// The same machine with the home folder of `user`, if such a user is known.
    pub fn of_user(&self, user: &str) -> Self {
        self.with_home(home_of(user))
    }

    /// Another machine, with this home folder, for which this one makes a plan.
    pub fn elsewhere(&self, home: &str) -> Self {
        Host {
            unseen: true,
            ..self.with_home(Some(home.into()))
        }
    }

    fn with_home(&self, home: Option<PathBuf>) -> Self {
        let below = |folder| home.as_deref().map(|home| home.join(folder));
        Host {
            state: below(STATE),
            data: below(DATA),
            home,
            ..self.clone()
        }
    }

    /// The bytes of memory that this process may use, if the system says.
    pub fn memory(&self) -> Option<u64> {
        (!self.unseen).then(|| memory::below(Path::new("/")))?
    }

    /// Whether there is a file or a folder at `path`.
    pub fn exists(&self, path: &Path) -> bool {
        !self.unseen && path.exists()
    }
}

/// The path of this program: where `PATH` finds it, if that is the same file, since what is there
/// lasts longer than the file that a link leads to.
pub fn own_program(environment: &BTreeMap<String, OsString>) -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let name = program.file_name().unwrap_or_default();
    let path = environment.get("PATH").map(OsString::as_os_str);
    let mut folders = path.into_iter().flat_map(std::env::split_paths);
    let found = folders.find_map(|folder| {
        let file = folder.join(name);
        let same = folder.is_absolute() && file.canonicalize().ok()? == program;
        same.then_some(file)
    });
    Ok(found.unwrap_or(program))
}

/// `HOME`, unless it is unset or another user's.
///
/// supervisord starts programs as another user with its own `HOME`, where SBCL could
/// then not write its compiled files. Root may use any folder.
pub fn own_home() -> Option<PathBuf> {
    let uid = uzers::get_effective_uid();
    let named = std::env::var_os("HOME")
        .map(PathBuf::from)
        .filter(|home| home.is_absolute());
    let foreign =
        |home: &PathBuf| uid != 0 && home.metadata().is_ok_and(|metadata| metadata.uid() != uid);
    match named {
        Some(home) if !foreign(&home) => Some(home),
        named => uzers::get_user_by_uid(uid)
            .map(|user| user.home_dir().to_owned())
            .or(named),
    }
}

/// What installers of Lisp programs take on every system, where `dirs` knows another one for macOS.
fn data_dir() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    named.filter(|folder| folder.is_absolute())
}

/// The home folder of `user` as the system's user database names it.
pub fn home_of(user: &str) -> Option<PathBuf> {
    uzers::get_user_by_name(user).map(|user| user.home_dir().to_owned())
}

/// The number of the user of this name, if there is one.
pub fn uid_of(user: &str) -> Option<u32> {
    uzers::get_user_by_name(user).map(|user| user.uid())
}

/// The name of the user with this number, if it has one.
pub fn user_name(user: u32) -> Option<String> {
    let user = uzers::get_user_by_uid(user)?;
    user.name().to_str().map(str::to_owned)
}

/// The folder that the environment names, unless it is for another user's `home`: then the usual
/// one below that.
fn own_folder(
    home: Option<&Path>,
    named: impl FnOnce() -> Option<PathBuf>,
    usual: &str,
) -> Option<PathBuf> {
    let own = std::env::var_os("HOME").is_some_and(|named| home == Some(Path::new(&named)));
    own.then(named)
        .flatten()
        .or_else(|| home.map(|home| home.join(usual)))
}

/// Reads a text file of at most [`MAX_FILE_SIZE`] bytes.
pub fn read_text(path: &Path) -> io::Result<String> {
    read_text_from(&mut open_text(path)?)
}

/// Opens a file to read it. Only what this process was given open may be something else: a pipe
/// or a device that lies where a file should be could be waited for without end.
pub fn open_text(path: &Path) -> io::Result<File> {
    if is_descriptor(path) {
        return File::open(path);
    }
    // To open a device may be an action.
    check_type(fs::metadata(path)?.file_type())?;
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)?;
    check_type(file.metadata()?.file_type())?;
    Ok(file)
}

/// Whether this names something that this process was given open, as `<(…)` of a shell does.
pub fn is_descriptor(path: &Path) -> bool {
    let number = |folder| {
        let number = path.strip_prefix(folder).ok().and_then(Path::to_str);
        number.is_some_and(|number| number.parse::<u32>().is_ok())
    };
    path == Path::new("/dev/stdin") || number("/dev/fd") || number("/proc/self/fd")
}

fn check_type(found: FileType) -> io::Result<()> {
    let (kind, what) = match found {
        found if found.is_file() => return Ok(()),
        found if found.is_dir() => (io::ErrorKind::IsADirectory, "a folder"),
        found if found.is_fifo() => (io::ErrorKind::InvalidInput, "a pipe, not a file"),
        found if found.is_socket() => (io::ErrorKind::InvalidInput, "a socket, not a file"),
        _ => (io::ErrorKind::InvalidInput, "a device, not a file"),
    };
    Err(io::Error::new(kind, format!("it is {what}")))
}

/// Reads text from `reader`, with the limit of [`read_text`].
pub fn read_text_from(reader: &mut impl Read) -> io::Result<String> {
    read_up_to(MAX_FILE_SIZE, reader)
}

/// Reads text of at most `most` bytes.
pub fn read_up_to(most: u64, reader: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    reader.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is larger than {} MiB", most >> 20),
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|&byte| byte == b'\n').count();
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("it is not UTF-8 text (line {line})"),
        )
    })
}
