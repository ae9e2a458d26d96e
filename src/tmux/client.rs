//! Running tmux and reading what it prints.
//!
//! The server is the one that a person's own `tmux` talks to: `TMUX_TMPDIR` and `TMUX` are
//! left to tmux.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::dialect::tmux::arguments;
use crate::word::Word;

const PROGRAM: &str = "tmux";

/// How often a server that is about to leave is tried again, and how long it may take.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// The messages of tmux where there is no server, or no session of the name.
const ABSENT: [&str; 4] = [
    "no current target",
    "can't find ",
    "no server running on ",
    "error connecting to ",
];

/// Its messages where the server exited meanwhile, as it does after its last session.
const LEAVING: [&str; 2] = ["server exited", "lost server"];

/// Why tmux failed.
#[derive(Debug)]
pub enum TmuxError {
    /// There is no program of this name.
    Missing,
    /// There is no such session, or no server at all.
    Absent,
    /// The message of tmux or the system.
    Other(String),
}

impl fmt::Display for TmuxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TmuxError::Missing => write!(f, "there is no program `{PROGRAM}` on the PATH"),
            TmuxError::Absent => f.write_str("there is no such session"),
            TmuxError::Other(said) => write!(f, "tmux reports: {said}"),
        }
    }
}

impl From<io::Error> for TmuxError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => TmuxError::Missing,
            _ => TmuxError::Other(error.to_string()),
        }
    }
}

/// The commands in turn, with this on standard input; what they printed.
///
/// # Errors
/// When tmux is missing, or did not do one of them.
pub fn run(commands: &[Vec<Word>], input: &[u8]) -> Result<String, TmuxError> {
    run_in(Path::new("."), commands, input)
}

/// The same from a folder, which is that of a new session.
///
/// # Errors
/// As [`run`].
pub fn run_in(folder: &Path, commands: &[Vec<Word>], input: &[u8]) -> Result<String, TmuxError> {
    let mut tries = 0;
    loop {
        let output = once(folder, commands, input)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        tries += 1;
        if tries < TRIES && LEAVING.iter().any(|leaving| said.contains(leaving)) {
            std::thread::sleep(PAUSE);
        } else {
            return Err(failed(said));
        }
    }
}

/// Becomes tmux with this command. Returns only if that fails.
pub fn become_client(command: &[Word]) -> TmuxError {
    Command::new(PROGRAM)
        .args(words(&[command.to_vec()]))
        .exec()
        .into()
}

fn once(folder: &Path, commands: &[Vec<Word>], input: &[u8]) -> Result<Output, TmuxError> {
    // -u: or it prints `_` for what is not ASCII, in some locales.
    let mut child = Command::new(PROGRAM)
        .arg("-u")
        .args(words(commands))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A tmux that fails early does not read it, and prints why.
        let _ = stdin.write_all(input);
    }
    Ok(child.wait_with_output()?)
}

fn words(commands: &[Vec<Word>]) -> Vec<OsString> {
    let arguments = arguments(commands).into_iter();
    arguments.map(|word| word.resolved().into()).collect()
}

fn failed(said: String) -> TmuxError {
    let refused = said.contains("(No such file") || said.contains("(Connection refused");
    let absent = ABSENT.iter().any(|absent| said.starts_with(absent));
    if absent && (refused || !said.starts_with("error connecting")) {
        TmuxError::Absent
    } else {
        TmuxError::Other(said)
    }
}
