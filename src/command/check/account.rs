//! What the `user` of a service may read and write, as far as that can be known without being it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::host::account::{Account, Obstacle, Wish};
use crate::plan::need::NeedKind;
use crate::plan::outputs::Output;
use crate::plan::service::Service;
use crate::problem::{Location, Problem};
use crate::{launch, trust};

/// A user that this machine does not know may be one of another machine.
pub(in crate::command) fn unknown(service: &Service, user: &str) -> Problem {
    let problem = Problem::warning(format!("this machine has no user `{user}`"))
        .label("what it may read and write is not checked")
        .help(format!(
            "where the service runs: `useradd --system --create-home {user}`"
        ));
    placed(problem, service.user_location.as_ref())
}

/// Whether a folder for compiled files is made by what starts the service.
#[derive(Clone, Copy, Debug, Hash)]
pub(in crate::command) enum Cache {
    /// Every file that the project has written makes it.
    Made,
    /// At least one does not.
    NotMade,
    /// What starts it is not known.
    Unknown,
}

impl Cache {
    /// What starts the services, as the project file says.
    pub(in crate::command) fn of(outputs: &[Output]) -> Self {
        let is_unit = |output: &Output| output.format == "systemd" && !output.user;
        match outputs {
            [] => Cache::Unknown,
            outputs if outputs.iter().all(is_unit) => Cache::Made,
            _ => Cache::NotMade,
        }
    }
}

/// What the user of a service cannot do, though the service has to.
pub(in crate::command) fn problems(
    service: &Service,
    account: &Account,
    cache: Cache,
) -> Vec<Problem> {
    let user = User { service, account };
    let mut problems = user.needs();
    problems.extend(user.project_file());
    problems.extend(user.own_files());
    problems.extend(match cache {
        Cache::Made => None,
        Cache::NotMade => user.cache(),
        Cache::Unknown => user.cache().map(|problem| {
            problem
                .as_warning()
                .note("a unit that `emit systemd` writes has such a folder")
        }),
    });
    problems.extend(user.log());
    problems.extend(user.writable());
    problems
}

struct User<'a> {
    service: &'a Service,
    account: &'a Account,
}

impl User<'_> {
    /// What must be there: what it is not allowed to see may be there or not.
    fn needs(&self) -> Vec<Problem> {
        let needs = self.service.needs.iter();
        needs
            .filter_map(|need| {
                let path = Path::new(&need.path);
                let wish = match need.kind {
                    NeedKind::File => Wish::Read,
                    NeedKind::Folder => Wish::Enter,
                };
                if is_missing(path, need.kind) {
                    return launch::missing(need);
                }
                Some(placed(self.refused(path, wish)?, need.location.as_ref()))
            })
            .collect()
    }

    /// Only `lisplaunch run` reads the project file.
    fn project_file(&self) -> Option<Problem> {
        let file = self.service.identity.file.as_deref()?;
        let refused = self.refused(Path::new(file), Wish::Read)?;
        Some(
            refused
                .as_warning()
                .note("`lisplaunch run` as that user could not read it"),
        )
    }

    fn own_files(&self) -> Vec<Problem> {
        let runtime = self
            .service
            .runtime
            .as_ref()
            .map(|file| PathBuf::from(file.resolved()));
        let runtime = runtime.and_then(|file| self.refused(&file, Wish::Read));
        let directory = PathBuf::from(self.service.directory.resolved());
        let directory = self.refused(&directory, Wish::Enter);
        directory.into_iter().chain(runtime).collect()
    }

    /// Where ASDF puts what it compiles: without that the systems cannot be loaded.
    fn cache(&self) -> Option<Problem> {
        let compiles = !self.service.systems.is_empty() || self.service.swank.is_some();
        if !compiles || self.service.loader.load_function().is_none() {
            return None;
        }
        let value = |name| {
            let env = self.service.env.iter().find(|(known, _)| known == name);
            env.map(|(_, value)| PathBuf::from(value.resolved()))
        };
        let home = value("HOME").unwrap_or_else(|| self.account.home.clone());
        let cache = value("XDG_CACHE_HOME").unwrap_or_else(|| home.join(".cache"));
        let cache = cache.join("common-lisp");
        let obstacle = self.account.obstacle(nearest(&cache)?, Wish::Fill)?;
        let own = format!("/var/cache/{}", self.service.name);
        let (name, user) = (&self.service.name, &self.account.name);
        let problem = Problem::error(format!(
            "the service `{name}`: its user `{user}` may not write the compiled files of its systems to `{}`",
            cache.display()
        ));
        let problem = problem
            .note(obstacle.reason())
            .help(format!("give it a folder of its own: `env: {{XDG_CACHE_HOME: {own}}}`, made by `install -d -o {user} {own}`"))
            .help("or another home folder: `env: {HOME: …}`");
        Some(placed(problem, self.service.user_location.as_ref()))
    }

    /// Most managers write the log themselves.
    fn log(&self) -> Option<Problem> {
        let log = self.service.log.as_ref()?;
        let file = PathBuf::from(log.file.resolved());
        let obstacle = if file.exists() {
            self.account.obstacle(&file, Wish::Write)
        } else {
            self.account
                .obstacle(file.parent().filter(|folder| folder.is_dir())?, Wish::Fill)
        }?;
        let problem = self.cannot("write its log", &file, &obstacle).as_warning();
        let problem = problem.help("supervisord and systemd write it as root; where the service itself does, let its user write there");
        Some(placed(problem, log.location.as_ref()))
    }

    fn writable(&self) -> Vec<Problem> {
        let folders = self.service.writable.iter();
        let folders = folders.map(|folder| PathBuf::from(folder.resolved()));
        folders
            .filter_map(|folder| {
                let obstacle = self.account.obstacle(&folder, Wish::Fill)?;
                let chown = trust::command(&["chown", &self.account.name], &folder);
                let problem = self.cannot("write to its folder", &folder, &obstacle);
                Some(if obstacle.path == folder {
                    problem.help(format!("`writable` names it: `{chown}`"))
                } else {
                    problem
                })
            })
            .collect()
    }

    /// What is wrong with a file or folder that is there.
    fn refused(&self, path: &Path, wish: Wish) -> Option<Problem> {
        let obstacle = self.account.obstacle(path, wish)?;
        let doing = match wish {
            Wish::Read => "read",
            Wish::Enter => "enter",
            Wish::Write | Wish::Fill => "write to",
        };
        let problem = self.cannot(doing, path, &obstacle);
        Some(if obstacle.is_folder {
            let chmod = trust::command(&["chmod", "o+x"], &obstacle.path);
            problem.help(format!("keep it outside of that folder, below `/srv` for example, or open the folder: `{chmod}`"))
        } else {
            let chmod = trust::command(&["chmod", "o+r"], &obstacle.path);
            problem.help(format!(
                "let it: `{chmod}`, or give the file to a group of that user"
            ))
        })
    }

    fn cannot(&self, doing: &str, path: &Path, obstacle: &Obstacle) -> Problem {
        let (name, user) = (&self.service.name, &self.account.name);
        Problem::error(format!(
            "the service `{name}`: its user `{user}` may not {doing} `{}`",
            path.display()
        ))
        .note(obstacle.reason())
    }
}

fn placed(problem: Problem, location: Option<&Location>) -> Problem {
    match location {
        Some(location) => problem.at(location.clone()),
        None => problem,
    }
}

/// Whether there is no such file or folder, as far as this process may see.
fn is_missing(path: &Path, kind: NeedKind) -> bool {
    match fs::metadata(path) {
        Ok(found) => found.is_dir() != (kind == NeedKind::Folder),
        Err(error) => error.kind() != io::ErrorKind::PermissionDenied,
    }
}

/// The path, or the nearest folder above it that is there.
fn nearest(path: &Path) -> Option<&Path> {
    path.ancestors().find(|path| path.exists())
}
