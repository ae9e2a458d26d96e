//! tmux, as far as a service in a session of its own needs it.
//!
//! A [`session`] belongs to one service and is only touched by its owner; the [`client`] runs tmux;
//! a [`handover`] gives the first process of a session the command, the folder and the environment
//! for it; [`typing`] brings forms to a REPL unchanged. Rules: tmux(1), and what tmux 3.3a was seen
//! to do.

pub mod client;
pub mod handover;
pub mod session;
pub mod starting;
pub mod typing;

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Only their owner may read the files that are left for another process.
const PRIVATE: u32 = 0o600;

/// Writes a new file that only this user can read, and returns its absolute path. The
/// reader removes it.
fn leave(folder: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let mut time = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    loop {
        let name = format!("lisplaunch-{}-{time}", std::process::id());
        let path = std::path::absolute(folder.join(name))?;
        // A name that is taken, by whomever, is left alone.
        let opened = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(PRIVATE)
            .open(&path);
        match opened {
            Ok(mut file) => return file.write_all(bytes).map(|()| path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => time += 1,
            Err(error) => return Err(error),
        }
    }
}
