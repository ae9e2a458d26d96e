//! launchd, the machine's or a user's: is given each property list, and takes none back that it
//! has.

use std::path::PathBuf;

use super::{Placed, ServiceManager, Step, Whereabouts, below, removals, write};
use crate::call::Call;
use crate::format::File;
use crate::output::Target;
use crate::plan::service::Service;
use crate::problem::Problem;

const DAEMONS: &str = "/Library/LaunchDaemons";

/// Below the home folder.
const AGENTS: &str = "Library/LaunchAgents";

/// The launchd of the machine, or that of a user who is logged in.
#[derive(Debug)]
pub(super) struct Launchd {
    folder: PathBuf,
    domain: String,
}

/// A service of launchd.
#[derive(Debug)]
struct LaunchdJob {
    /// What launchd knows it by.
    target: String,
    path: PathBuf,
    differs: bool,
    loaded: bool,
    runs: bool,
}

impl Launchd {
    pub(super) fn find(at: Whereabouts<'_>) -> Result<Box<dyn ServiceManager>, Problem> {
        let (folder, domain) = if at.personal {
            (at.home()?.join(AGENTS), format!("gui/{}", at.host.user))
        } else {
            (DAEMONS.into(), "system".to_owned())
        };
        at.refuse_others("launchd", &folder)?;
        Ok(Box::new(Launchd { folder, domain }))
    }

    fn jobs(&self, files: &[Placed]) -> Result<Vec<LaunchdJob>, Problem> {
        files.iter().map(|placed| self.job(placed)).collect()
    }

    fn job(&self, placed: &Placed) -> Result<LaunchdJob, Problem> {
        let path = placed.target.path.clone();
        let label = path.file_stem().unwrap_or_default().display().to_string();
        let target = format!("{}/{label}", self.domain);
        let answer = control(["print", &target]).ask()?;
        let mut lines = answer.stdout.lines();
        Ok(LaunchdJob {
            differs: placed.differs(),
            loaded: answer.code == Some(0),
            runs: lines.any(|line| line.trim() == "state = running"),
            target,
            path,
        })
    }
}

impl LaunchdJob {
    /// launchd has let go of it only once its process is gone.
    fn leave(&self) -> Step {
        Step::Leave {
            call: control(["bootout", &self.target]),
            known: control(["print", &self.target]),
        }
    }

    fn start(&self, domain: &str) -> Vec<Step> {
        if self.loaded && !self.differs {
            let kick = control(["kickstart", &self.target]);
            let stopped = !self.runs;
            return stopped
                .then(|| Step::start("starting", kick))
                .into_iter()
                .collect();
        }
        let path = self.path.display().to_string();
        vec![
            Step::call("enabling", control(["enable", &self.target])),
            Step::start("starting", control(["bootstrap", domain, &path])),
        ]
    }
}

impl ServiceManager for Launchd {
    fn place(&self, files: Vec<File>) -> Result<Vec<Target>, Problem> {
        below(&self.folder, files)
    }

    fn install(&self, files: Vec<Placed>, _rehearsal: bool) -> Result<Vec<Step>, Problem> {
        let jobs = self.jobs(&files)?;
        // Before the file is written: what fails then is seen by the next installation.
        let leaving = jobs.iter().filter(|job| job.loaded && job.differs);
        let mut steps: Vec<Step> = leaving.map(LaunchdJob::leave).collect();
        steps.extend(write(files));
        steps.extend(jobs.iter().flat_map(|job| job.start(&self.domain)));
        Ok(steps)
    }

    fn uninstall(&self, files: Vec<Placed>) -> Result<Vec<Step>, Problem> {
        let removals = removals(&files)?;
        let jobs = self.jobs(&files)?;
        let leaving = jobs.iter().filter(|job| job.loaded);
        let mut steps: Vec<Step> = leaving.map(LaunchdJob::leave).collect();
        steps.extend(removals);
        Ok(steps)
    }

    fn log(&self, _service: &Service) -> Option<Call> {
        None
    }
}

fn control<'w>(words: impl IntoIterator<Item = &'w str>) -> Call {
    Call::new(["launchctl"]).with(words)
}
