//! The user who executes the code of a service while its image is made: the one that the service
//! runs as. Root executes nothing that is another user's.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::panic::resume_unwind;
use std::path::Path;
use std::process::Command;
use std::thread;

use rustix::fs::OFlags;

use crate::host::Host;
use crate::host::account::Account;
use crate::plan::login;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::trust;

const ROOT: u32 = 0;

/// Variables of one user that are wrong for another.
const PERSONAL: [&str; 3] = ["LOGNAME", "MAIL", "TMPDIR"];
const PERSONAL_PREFIXES: [&str; 2] = ["XDG_", "SUDO_"];

/// Who makes an image.
#[derive(Debug)]
pub(super) struct Builder {
    /// The user, if that is not the one of this process.
    other: Option<Account>,
    /// The number of the user.
    uid: u32,
}

impl Builder {
    /// The one for a service.
    ///
    /// # Errors
    /// When this process cannot become that user.
    pub(super) fn of(service: &Service, host: &Host) -> Result<Self, Problem> {
        let other = match &service.user {
            None => None,
            Some(user) => Some(Account::find(user).ok_or_else(|| unknown(service, user))?),
        };
        match other.filter(|account| account.uid != host.user) {
            None => Ok(Builder {
                other: None,
                uid: host.user,
            }),
            Some(account) if host.user == ROOT => Ok(Builder {
                uid: account.uid,
                other: Some(account),
            }),
            Some(account) => Err(refused(service, &account)),
        }
    }

    /// The one for a program of its own, which is for another machine and its users.
    pub(super) fn of_program(host: &Host) -> Self {
        Builder {
            other: None,
            uid: host.user,
        }
    }

    /// Lets the user write into the folder in which the image is made.
    pub(super) fn hand_over(&self, folder: &Path) -> io::Result<()> {
        match &self.other {
            Some(account) => chown(folder, Some(account.uid), Some(account.gid)),
            None => Ok(()),
        }
    }

    /// Keeps the user out of it from now on.
    pub(super) fn take_back(&self, folder: &Path) -> io::Result<()> {
        match &self.other {
            Some(_) => chown(folder, Some(ROOT), None),
            None => Ok(()),
        }
    }

    /// Opens a file that the user has made in it: through no link, and no other file that was
    /// given this name.
    pub(super) fn open(&self, path: &Path) -> io::Result<File> {
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(flags)
            .open(path)?;
        let found = file.metadata()?;
        if found.is_file() && found.nlink() == 1 && found.uid() == self.uid {
            Ok(file)
        } else {
            Err(io::Error::other(
                "it is not a plain file of the service's user",
            ))
        }
    }

    /// Gives a process of the user the variables that a login would give it.
    ///
    /// # Errors
    /// When the home folder of the user is not known.
    pub(super) fn start_as(
        &self,
        command: &mut Command,
        service: &Service,
        host: &Host,
    ) -> Result<(), Problem> {
        if self.other.is_none() {
            return Ok(());
        }
        let given = |name: &str| service.env.iter().any(|(own, _)| own == name);
        let personal = |name: &&String| {
            PERSONAL.contains(&name.as_str())
                || PERSONAL_PREFIXES
                    .iter()
                    .any(|prefix| name.starts_with(prefix))
        };
        for name in host.environment.keys().filter(personal) {
            if !given(name) {
                command.env_remove(name);
            }
        }
        for (name, value) in login::variables(service)? {
            if !given(&name) {
                command.env(name, value.resolved());
            }
        }
        #[cfg(not(target_os = "linux"))]
        if let Some(account) = &self.other {
            use std::os::unix::process::CommandExt;
            command.uid(account.uid).gid(account.gid);
        }
        Ok(())
    }

    /// Does something as the user, in a thread of its own: what that starts has the groups of the
    /// user as well, and a file that it opens is one that the user may open.
    pub(super) fn act<T: Send>(&self, act: impl FnOnce() -> T + Send) -> io::Result<T> {
        let Some(account) = &self.other else {
            return Ok(act());
        };
        let act = || {
            become_user(account)?;
            Ok(act())
        };
        let ended = thread::scope(|scope| scope.spawn(act).join());
        ended.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// Makes this thread, and no other, one of the user's.
#[cfg(target_os = "linux")]
fn become_user(account: &Account) -> io::Result<()> {
    use rustix::process::{Gid, Uid};
    use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

    let groups: Vec<Gid> = account
        .groups()
        .iter()
        .copied()
        .map(Gid::from_raw)
        .collect();
    let (uid, gid) = (Uid::from_raw(account.uid), Gid::from_raw(account.gid));
    // Whose user is another one may not change the rest any more.
    set_thread_groups(&groups)?;
    set_thread_res_gid(gid, gid, gid)?;
    set_thread_res_uid(uid, uid, uid)?;
    Ok(())
}

/// Elsewhere threads have no users of their own: the process is given one, without further groups.
#[cfg(not(target_os = "linux"))]
fn become_user(_: &Account) -> io::Result<()> {
    Ok(())
}

fn unknown(service: &Service, user: &str) -> Problem {
    let problem = Problem::error(format!(
        "the image of `{}` is built as its `user`, and there is no user `{user}`",
        service.name
    ))
    .help("build it on the machine where the service runs, or make the user first");
    placed(problem, service)
}

fn refused(service: &Service, account: &Account) -> Problem {
    let profiles = service.identity.profiles.join(",");
    let mut words = vec!["sudo", "lisplaunch", "build", service.name.as_str()];
    if !profiles.is_empty() {
        words.extend(["-p", &profiles]);
    }
    words.push("-f");
    let file = service.identity.file.as_deref().unwrap_or("-");
    let problem = Problem::error(format!(
        "the image of `{}` is built as its `user`, and only root can become `{}`",
        service.name, account.name
    ))
    .help(format!("`{}`", trust::command(&words, Path::new(file))));
    placed(problem, service)
}

fn placed(problem: Problem, service: &Service) -> Problem {
    match &service.user_location {
        Some(location) => problem.at(location.clone()),
        None => problem,
    }
}
