//! `lisplaunch emit runit`: a service folder for runsv.

use super::sh::becoming;
use super::{Context, Emission, File, Format, Layout, Owner, unsaid};
use crate::dialect::sh::Sh;
use crate::plan::service::{Log, Restart, Service};
use crate::plan::{ready, stopping};
use crate::problem::Problem;
use crate::render::{Template, Variable};

pub(super) const FORMAT: Format = Format {
    name: "runit",
    summary: "a service folder for runit, with a log service",
    layout: Layout::Folders,
    as_user: true,
    indirect: true,
    personal: false,
    templates: &[RUN, CHECK, FINISH, CONTROL, LOG_RUN],
    files,
};

const RUN: Template = Template {
    name: "runit/run",
    text: include_str!("../../templates/runit/run"),
    dialect: &Sh,
};

const CHECK: Template = Template {
    name: "runit/check",
    text: include_str!("../../templates/runit/check"),
    dialect: &Sh,
};

const FINISH: Template = Template {
    name: "runit/finish",
    text: include_str!("../../templates/runit/finish"),
    dialect: &Sh,
};

const CONTROL: Template = Template {
    name: "runit/control/t",
    text: include_str!("../../templates/runit/control/t"),
    dialect: &Sh,
};

const LOG_RUN: Template = Template {
    name: "runit/log/run",
    text: include_str!("../../templates/runit/log/run"),
    dialect: &Sh,
};

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let mut files = Vec::new();
    for service in &emission.plan.services {
        let folder = Folder {
            emission,
            service,
            owner: Owner::of(service),
            name: service.identity.unique_name(),
        };
        files.push(folder.run()?);
        files.extend(folder.check()?);
        if finishes(service) {
            files.push(folder.finish()?);
            files.push(folder.script(&CONTROL, "control/t", vec![])?);
        }
        if let Some(log) = &service.log {
            files.push(folder.log(log)?);
        }
    }
    Ok(files)
}

/// The folder of a service.
struct Folder<'a> {
    emission: &'a Emission<'a>,
    service: &'a Service,
    owner: Owner,
    name: String,
}

impl Folder<'_> {
    fn script(&self, template: &Template, name: &str, context: Context) -> Result<File, Problem> {
        let text = self.emission.render(template, context)?;
        Ok(File::new(format!("{}/{name}", self.name), text).executable())
    }

    fn run(&self) -> Result<File, Problem> {
        let (service, owner) = (self.service, &self.owner);
        let environment = self.emission.environment_of_login(service)?;
        let command = self.emission.command(service)?;
        let mut context = becoming(service, owner, &command, &environment)?;
        let earlier = self.emission.earlier(service);
        let patience = stopping::patience(service.stop_timeout);
        context.extend([
            ("name", owner.bare(&self.name)),
            (
                "unsaid",
                unsaid::comments(owner, unsaid::by_supervisor(service, "runit")),
            ),
            ("patience", owner.bare(patience.0)),
            ("finishes", Variable::flag(finishes(service))),
            (
                "after",
                Variable::list(earlier.map(|other| self.after(other))),
            ),
            ("open_files", owner.optional(service.limits.open_files)),
            ("user", owner.optional_word(service.user.as_deref())),
        ]);
        let run = self.script(&RUN, "run", context)?;
        Ok(run.private(self.emission.private()))
    }

    fn after(&self, other: &Service) -> Variable {
        let status = self.emission.lisplaunch("status", other);
        Variable::map([
            ("name", self.owner.bare(&other.name)),
            ("folder", self.owner.bare(other.identity.unique_name())),
            ("check", Variable::flag(is_asked(other) && status.is_some())),
        ])
    }

    /// What `sv` asks whether the service is ready; none where that cannot be asked.
    fn check(&self) -> Result<Option<File>, Problem> {
        let status = self.emission.lisplaunch("status", self.service);
        let Some(status) = status.filter(|_| is_asked(self.service)) else {
            return Ok(None);
        };
        let ready = self.service.ready.as_ref();
        let timeout = ready.map_or_else(ready::default_timeout, |ready| ready.timeout);
        let context = vec![
            ("name", self.owner.bare(&self.name)),
            ("timeout", self.owner.bare(timeout.0)),
            ("command", self.owner.lines(&status)),
        ];
        self.script(&CHECK, "check", context).map(Some)
    }

    fn finish(&self) -> Result<File, Problem> {
        let restart = self.service.restart;
        let context = vec![
            ("restart", self.owner.bare(restart.name())),
            ("on_failure", Variable::flag(restart == Restart::OnFailure)),
        ];
        self.script(&FINISH, "finish", context)
    }

    fn log(&self, log: &Log) -> Result<File, Problem> {
        let owner = &self.owner;
        let remarks = match log.backups {
            0 => vec!["log.backups: svlogd keeps one at least".to_owned()],
            _ => vec![],
        };
        let context = vec![
            ("unsaid", unsaid::comments(owner, remarks)),
            ("folder", owner.words([&log.file])),
            ("max_size", owner.bare(log.max_size.0)),
            // 0 would keep all.
            ("backups", owner.bare(log.backups.max(1))),
        ];
        self.script(&LOG_RUN, "log/run", context)
    }
}

/// Whether runit has to learn that it shall not always start the service again.
fn finishes(service: &Service) -> bool {
    service.restart != Restart::Always
}

/// Whether its image knows when it is ready.
fn is_asked(service: &Service) -> bool {
    service.runtime.is_some()
}
