//! What the first process of a session is to become, left for it in a private file.
//!
//! tmux gives a process the environment and the umask of its server, which are those of the process
//! that started the server; `-e` would show every variable in the list of processes, for as long as
//! the server lives; and tmux takes 16 KB at most. So the session's command is short, it reads this
//! file, removes it and becomes the command in it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::Mode;
use rustix::process::umask;

/// The variables that describe the terminal of a process: tmux's own are right.
const TERMINAL: [&str; 5] = [
    "TERM",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "TMUX",
    "TMUX_PANE",
];

/// A command with all that it starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// Where it starts.
    pub directory: PathBuf,
    /// The permissions that its new files lack.
    pub umask: u32,
    /// All of its environment, but for the variables of its terminal.
    pub environment: Vec<(OsString, OsString)>,
    /// The program and its arguments.
    pub command: Vec<OsString>,
}

impl Handover {
    /// This command, as this process would start it.
    ///
    /// # Errors
    /// When this process has no working directory any more.
    pub fn from_here(command: Vec<OsString>) -> io::Result<Self> {
        let environment = std::env::vars_os().filter(|(name, _)| !is_of_terminal(name));
        Ok(Handover {
            directory: std::env::current_dir()?,
            umask: own_umask(),
            environment: environment.collect(),
            command,
        })
    }

    /// Leaves it in a file of `folder`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn leave(&self, folder: &Path) -> io::Result<PathBuf> {
        super::leave(folder, &self.to_bytes())
    }

    /// Takes it out of its file, which is gone then.
    ///
    /// # Errors
    /// When there is no such file, or when it holds something else.
    pub fn take(file: &Path) -> io::Result<Self> {
        let bytes = fs::read(file)?;
        let handover = Handover::from_bytes(&bytes)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is not a handover"))?;
        fs::remove_file(file)?;
        Ok(handover)
    }

    /// Becomes the command. Returns only if that fails.
    pub fn exec(self) -> io::Error {
        let Some((program, arguments)) = self.command.split_first() else {
            return io::Error::new(io::ErrorKind::InvalidInput, "there is no command");
        };
        umask(Mode::from_raw_mode(self.umask));
        let own = std::env::vars_os().filter(|(name, _)| is_of_terminal(name));
        Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(self.environment)
            .envs(own)
            .current_dir(self.directory)
            .exec()
    }

    /// The directory, the umask, the count of the words, the words, and names and values in turn, each
    /// with a NUL behind it: none of them can contain one.
    fn to_bytes(&self) -> Vec<u8> {
        let count = OsString::from(self.command.len().to_string());
        let umask = OsString::from(self.umask.to_string());
        let head = [self.directory.as_os_str(), &umask, &count];
        let variables = self
            .environment
            .iter()
            .flat_map(|(name, value)| [name.as_os_str(), value.as_os_str()]);
        let words = self.command.iter().map(OsString::as_os_str);
        let mut bytes = Vec::new();
        for field in head.into_iter().chain(words).chain(variables) {
            bytes.extend_from_slice(field.as_bytes());
            bytes.push(0);
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let fields = bytes.strip_suffix(&[0])?;
        let mut fields = fields
            .split(|byte| *byte == 0)
            .map(|field| OsString::from_vec(field.to_vec()));
        let directory = fields.next()?.into();
        let umask = fields.next()?.to_str()?.parse().ok()?;
        let count: usize = fields.next()?.to_str()?.parse().ok()?;
        let command: Vec<OsString> = fields.by_ref().take(count).collect();
        let mut environment = Vec::new();
        while let Some(name) = fields.next() {
            environment.push((name, fields.next()?));
        }
        (command.len() == count).then_some(Handover {
            directory,
            umask,
            environment,
            command,
        })
    }
}

/// It can only be read by setting it.
fn own_umask() -> u32 {
    let own = umask(Mode::empty());
    umask(own);
    own.as_raw_mode()
}

fn is_of_terminal(name: &OsStr) -> bool {
    TERMINAL.iter().any(|known| name == *known)
}

#[cfg(test)]
mod tests {
    use super::Handover;

    #[test]
    fn what_is_left_is_what_is_taken() {
        let handover = Handover {
            directory: "/srv/a\nb".into(),
            umask: 0o027,
            environment: vec![
                ("A".into(), "".into()),
                ("B".into(), "x=1\n;".into()),
                ("".into(), "".into()),
            ],
            command: vec!["lisplaunch".into(), "".into(), "\n".into()],
        };
        let bytes = handover.to_bytes();
        assert_eq!(Handover::from_bytes(&bytes), Some(handover));
        for cut in 0..bytes.len() {
            let taken = Handover::from_bytes(&bytes[..cut]);
            assert!(taken.is_none_or(|taken| taken.to_bytes() == bytes[..cut]));
        }
    }
}
