//! supervisord: reads its configuration again when it is asked, and then starts, starts again or
//! stops whole groups of programs.

mod configuration;
mod programs;
mod sections;
mod stanzas;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Placed, ServiceManager, Step, Whereabouts, below, removals, write};
use crate::call::Call;
use crate::format::File;
use crate::output::{self, Target};
use crate::plan::service::Service;
use crate::problem::Problem;
use configuration::{Configuration, Include};
use programs::Programs;
use stanzas::Stanzas;

pub use sections::{Supervised, supervised};

/// Where supervisorctl looks for the configuration, too.
const CONFIGURATIONS: [&str; 2] = ["/etc/supervisord.conf", "/etc/supervisor/supervisord.conf"];

/// The supervisord of a configuration file.
#[derive(Debug)]
pub(super) struct Supervisor {
    configuration: PathBuf,
    include: Include,
}

impl Supervisor {
    /// The one whose configuration is named, or the machine's own.
    ///
    /// # Errors
    /// When there is none, or it does not read other files.
    pub(super) fn find(at: Whereabouts<'_>) -> Result<Box<dyn ServiceManager>, Problem> {
        let path = match at.configuration {
            Some(path) => path,
            None => usual_configuration()?,
        };
        let configuration = Configuration::read(path)?;
        Ok(Box::new(Supervisor {
            include: configuration.include(at.folder)?,
            configuration: configuration.path,
        }))
    }

    fn control(&self, words: &[&str]) -> Call {
        let configuration = self.configuration.display().to_string();
        Call::new(["supervisorctl", "-c", &configuration]).with(words.iter().copied())
    }

    fn programs(&self) -> Result<Programs, Problem> {
        let call = self.control(&["status"]);
        let answer = call.ask()?;
        // Exit code 3: one of them does not run.
        match answer.code {
            Some(0 | 3) => Ok(Programs::parse(&answer.stdout)),
            _ => Err(unreachable(call.failed(&answer))),
        }
    }

    /// Which of `groups` supervisord would change if it were asked to.
    fn pending(&self, groups: &BTreeSet<String>) -> Result<BTreeSet<String>, Problem> {
        let said = self.control(&["reread"]).run()?;
        let named = said.lines().filter_map(|line| line.split_once(": "));
        let named: BTreeSet<&str> = named.map(|(group, _)| group).collect();
        let pending = groups.iter().filter(|group| named.contains(group.as_str()));
        Ok(pending.cloned().collect())
    }

    fn reread(&self) -> Step {
        Step::call("reading the configuration again", self.control(&["reread"]))
    }

    fn update(&self, purpose: &'static str, groups: &BTreeSet<String>) -> Step {
        let names = groups.iter().map(String::as_str);
        Step::call(purpose, self.control(&["update"]).with(names))
    }
}

impl ServiceManager for Supervisor {
    fn place(&self, files: Vec<File>) -> Result<Vec<Target>, Problem> {
        let files = files.into_iter().map(|file| File {
            path: self.include.name(&file.path),
            ..file
        });
        below(&self.include.folder, files.collect())
    }

    fn install(&self, files: Vec<Placed>, rehearsal: bool) -> Result<Vec<Step>, Problem> {
        let programs = self.programs()?;
        let (wanted, former) = stanzas(&files)?;
        let mut groups = wanted.groups();
        groups.extend(former.groups().intersection(&programs.groups()).cloned());
        let mut steps: Vec<Step> = write(files).into_iter().collect();
        if !steps.is_empty() || (rehearsal && !programs.groups().is_superset(&groups)) {
            steps.push(self.reread());
            steps.push(self.update("starting", &groups));
            return Ok(steps);
        }
        let pending = if rehearsal {
            BTreeSet::new()
        } else {
            self.pending(&groups)?
        };
        if !pending.is_empty() {
            steps.push(self.update("starting", &pending));
        }
        let stopped: Vec<String> = wanted
            .programs()
            .filter(|(group, program)| !pending.contains(group) && programs.is_stopped(program))
            .map(|(_, program)| program)
            .collect();
        if !stopped.is_empty() {
            let start = self.control(&["start"]).with(stopped);
            steps.push(Step::start("starting", start));
        }
        Ok(steps)
    }

    fn uninstall(&self, files: Vec<Placed>) -> Result<Vec<Step>, Problem> {
        let mut steps = removals(&files)?;
        let (wanted, former) = stanzas(&files)?;
        let mut groups = wanted.groups();
        groups.extend(former.groups());
        let known = self.programs()?.groups();
        groups.retain(|group| known.contains(group));
        if !steps.is_empty() || !groups.is_empty() {
            steps.push(self.reread());
        }
        if !groups.is_empty() {
            steps.push(self.update("stopping", &groups));
        }
        Ok(steps)
    }

    fn log(&self, service: &Service) -> Option<Call> {
        let name = service.identity.unique_name();
        let program = self.programs().ok()?.full_name(&name)?;
        let log = service.log.is_none();
        log.then(|| self.control(&["tail", &program]))
    }

    fn given_up(&self, service: &Service) -> Option<String> {
        let name = service.identity.unique_name();
        self.programs().ok()?.given_up(&name)
    }
}

/// What to do where supervisorctl reports that it cannot be reached.
fn unreachable(problem: Problem) -> Problem {
    if problem.message().contains("PermissionError") {
        problem.help("only some users may ask supervisord: run it as root, with `sudo`")
    } else {
        problem.help("start supervisord first, or name its configuration with `--config FILE`")
    }
}

/// The first that there is.
fn usual_configuration() -> Result<&'static Path, Problem> {
    let mut paths = CONFIGURATIONS.iter().map(Path::new);
    paths.find(|path| path.exists()).ok_or_else(|| {
        Problem::error(format!(
            "there is no configuration of supervisord: neither `{}` nor `{}`",
            CONFIGURATIONS[0], CONFIGURATIONS[1]
        ))
        .help("install supervisor, or name the file with `--config FILE`")
    })
}

/// The contents of the files afterwards, and now.
fn stanzas(files: &[Placed]) -> Result<(Stanzas, Stanzas), Problem> {
    let mut wanted = Stanzas::default();
    let mut now = Stanzas::default();
    for placed in files {
        wanted.add(&placed.target.file.text);
        now.add(&output::existing(&placed.target.path)?.unwrap_or_default());
    }
    Ok((wanted, now))
}
