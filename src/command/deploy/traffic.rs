//! What nginx sends where: the file that its site includes, its reload, and the requests that are
//! still under way.

use std::time::{Duration, Instant};

use super::member::Member;
use super::waiting::{Wait, until};
use crate::call::Call;
use crate::command::info;
use crate::format::{File, Provenance, UpstreamFile};
use crate::live::nginx::Workers;
use crate::live::port;
use crate::output::{self, Target};
use crate::problem::Problem;
use crate::render::Templates;
use crate::trust::Owners;

/// How long nginx gets to read its files again where its processes cannot be seen.
const UNSEEN: Duration = Duration::from_secs(2);

/// Between nginx and the replicas of a service.
pub(super) struct Traffic {
    pub(super) upstream: UpstreamFile,
    pub(super) origin: Provenance,
    pub(super) templates: Templates,
    pub(super) owners: Owners,
}

impl Traffic {
    /// What lets nginx read its files again.
    pub(super) fn reload() -> Call {
        Call::new(["nginx", "-s", "reload"])
    }

    /// The text of the file as it is, once it is certain that this may be replaced.
    pub(super) fn former(&self) -> Result<String, Problem> {
        let path = &self.upstream.path;
        output::check(self.targets(String::new())?.iter(), false, &self.owners)?;
        output::existing(path)?.ok_or_else(|| {
            Problem::error(format!("there is no file `{}`", path.display()))
                .help("`lisplaunch emit nginx` writes it with the site that includes it")
        })
    }

    /// Those of `members` that nginx sends requests to.
    pub(super) fn serving<'a>(
        &self,
        members: &'a [Member<'a>],
    ) -> Result<Vec<&'a Member<'a>>, Problem> {
        let ports = UpstreamFile::ports_in(&self.former()?);
        let serves = |port: u16| ports.contains(&port);
        let serving: Vec<_> = members
            .iter()
            .filter(|member| member.port().is_some_and(serves))
            .collect();
        if serving.is_empty() {
            return Err(Problem::error(format!(
                "`{}` names no replica of `{}`",
                self.upstream.path.display(),
                self.upstream.group
            ))
            .help("remove it: `lisplaunch emit nginx` writes it again"));
        }
        Ok(serving)
    }

    /// Lets nginx send requests to `members` alone, and returns when it does. Where it would not
    /// read the file, that is as it was.
    pub(super) fn send_to(&self, members: &[&Member<'_>], wait: &Wait<'_>) -> Result<(), Problem> {
        let ports: Vec<u16> = members.iter().filter_map(|member| member.port()).collect();
        let former = self.former()?;
        let file = self.upstream.file(&ports, &self.origin, &self.templates)?;
        self.write(file.text)?;
        let workers = Workers::now();
        Self::reload().run().map_err(|problem| {
            let problem = problem.help("`deploy` has to run as the user whose nginx it is: `sudo`");
            match self.write(former) {
                Ok(()) => problem,
                Err(other) => problem.note(other.message()),
            }
        })?;
        let relieved = if workers.are_known() {
            until(wait, wait.grace, || workers.are_relieved())?
        } else {
            let begun = Instant::now();
            until(wait, UNSEEN * 2, || begun.elapsed() > UNSEEN)?
        };
        if !relieved {
            info("nginx has processes that may not have read the file yet");
        }
        Ok(())
    }

    fn write(&self, text: String) -> Result<(), Problem> {
        output::write(&self.targets(text)?, false, &self.owners)
    }

    fn targets(&self, text: String) -> Result<Vec<Target>, Problem> {
        let file = File {
            path: String::new(),
            text,
            executable: false,
            private: false,
        };
        output::targets(&self.upstream.path, vec![file])
    }
}

/// Waits until a service has answered what it was sent: nginx keeps no connection to it then.
pub(super) fn drain(member: &Member<'_>, wait: &Wait<'_>) -> Result<(), Problem> {
    let Some(port) = member.port() else {
        return Ok(());
    };
    if !until(wait, wait.grace, || port::connections(port) == 0)? {
        info(&format!(
            "`{}` still has {} connections",
            member.name(),
            port::connections(port)
        ));
    }
    Ok(())
}
