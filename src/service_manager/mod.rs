//! The managers that `install` gives services to: where the files of each lie, what it is asked
//! to do with them, and how it is seen what it runs already.
//!
//! One file here a manager; each turns what it finds into a list of [`Step`]s.

mod age;
mod launchd;
mod step;
mod supervisor;
mod systemd;

use std::path::{Path, PathBuf};

use crate::call::Call;
use crate::format::File;
use crate::host::Host;
use crate::output::{Comparison, Target};
use crate::plan::service::Service;
use crate::problem::Problem;

pub use step::Step;
pub use supervisor::{Supervised, supervised};

/// What finds a manager.
type Find = fn(Whereabouts<'_>) -> Result<Box<dyn ServiceManager>, Problem>;

/// The managers, by the formats that they read.
const ALL: [(&str, Find); 3] = [
    ("launchd", launchd::Launchd::find),
    ("supervisor", supervisor::Supervisor::find),
    ("systemd", systemd::SystemdManager::find),
];

/// A manager, by the format that it reads.
#[derive(Clone, Copy, Debug)]
pub struct ManagerKind {
    /// The name of the format.
    pub format: &'static str,
    find: Find,
}

impl ManagerKind {
    /// The names of all.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ALL.into_iter().map(|(name, _)| name)
    }

    /// The one of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = ALL.into_iter();
        let (format, find) = all.find(|(known, _)| *known == name)?;
        Some(ManagerKind { format, find })
    }

    /// The manager of this kind.
    ///
    /// # Errors
    /// When it does not have what is asked for, or its configuration is not found.
    pub fn find(self, at: Whereabouts<'_>) -> Result<Box<dyn ServiceManager>, Problem> {
        (self.find)(at)
    }
}

/// A file, and what there is in its place.
#[derive(Debug)]
pub struct Placed {
    /// The file.
    pub target: Target,
    /// What there is.
    pub found: Comparison,
}

impl Placed {
    /// Looks at what there is where the files go.
    ///
    /// # Errors
    /// When that cannot be read.
    pub fn all(targets: Vec<Target>) -> Result<Vec<Self>, Problem> {
        let placed = targets.into_iter().map(|target| {
            Ok(Placed {
                found: target.compare()?,
                target,
            })
        });
        placed.collect()
    }

    /// Whether it has to be written.
    pub fn differs(&self) -> bool {
        self.found != Comparison::Same
    }
}

/// What is known of where a manager has its files.
#[derive(Clone, Copy, Debug)]
pub struct Whereabouts<'a> {
    /// The machine, and the user who acts.
    pub host: &'a Host,
    /// The folder for the files, instead of the usual one.
    pub folder: Option<&'a Path>,
    /// The manager's own configuration.
    pub configuration: Option<&'a Path>,
    /// Whether it is the manager of a user and not of the machine.
    pub personal: bool,
}

impl Whereabouts<'_> {
    /// The home folder of the user whose manager it is.
    fn home(&self) -> Result<&Path, Problem> {
        self.host.home.as_deref().ok_or_else(|| {
            Problem::error("the folder of your own services is not known: `HOME` is not set")
                .help("set `HOME`, or leave out `--user` to give them to the machine's manager")
        })
    }

    /// For a manager that reads its files in one folder.
    fn refuse_others(&self, manager: &str, folder: &Path) -> Result<(), Problem> {
        let option = match (self.folder, self.configuration) {
            (None, None) => return Ok(()),
            (Some(_), _) => "--folder",
            (None, Some(_)) => "--config",
        };
        Err(Problem::error(format!(
            "`{option}` is for supervisord, and not for {manager}"
        ))
        .help(format!(
            "leave it out: the files go to `{}`",
            folder.display()
        )))
    }
}

/// A program that starts services when the machine starts, and again when they end.
pub trait ServiceManager {
    /// Where it reads these files.
    ///
    /// # Errors
    /// When it would not.
    fn place(&self, files: Vec<File>) -> Result<Vec<Target>, Problem>;

    /// What is left to do until it runs the services of these files, and nothing once it does.
    /// A `rehearsal` lets it do nothing in order to know.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn install(&self, files: Vec<Placed>, rehearsal: bool) -> Result<Vec<Step>, Problem>;

    /// What is left to do until it knows nothing of the services of these files.
    ///
    /// # Errors
    /// When it cannot be asked, or one of the files is not lisplaunch's.
    fn uninstall(&self, files: Vec<Placed>) -> Result<Vec<Step>, Problem>;

    /// What prints the output of a service, where that is the manager's business.
    fn log(&self, service: &Service) -> Option<Call>;

    /// Why it does not start a service any more, where that is so and nothing has failed before.
    fn given_up(&self, _service: &Service) -> Option<String> {
        None
    }

    /// What a person should know of services that it runs.
    fn remark(&self) -> Option<String> {
        None
    }
}

/// The files that have to be written, as a step; nothing if there are none.
fn write(files: Vec<Placed>) -> Option<Step> {
    let differ: Vec<Target> = files
        .into_iter()
        .filter(Placed::differs)
        .map(|placed| placed.target)
        .collect();
    (!differ.is_empty()).then_some(Step::Write(differ))
}

/// The files that there are, each as a step.
fn removals(files: &[Placed]) -> Result<Vec<Step>, Problem> {
    let mut steps = Vec::new();
    for Placed { target, .. } in files {
        if crate::output::is_removable(&target.path)? {
            steps.push(Step::Remove(target.path.clone()));
        }
    }
    Ok(steps)
}

/// `folder` as the place of these files, below it.
fn below(folder: &Path, files: Vec<File>) -> Result<Vec<Target>, Problem> {
    // A slash at the end makes it a folder, there or not.
    let folder: PathBuf = folder.join("");
    crate::output::targets(&folder, files)
}
