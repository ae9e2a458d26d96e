//! `lisplaunch emit s6`: a service folder for s6-supervise.

use super::sh::becoming;
use super::{Context, Emission, File, Format, Layout, Owner, unsaid};
use crate::dialect::sh::Sh;
use crate::plan::service::{Log, Restart, Service};
use crate::plan::stopping;
use crate::problem::Problem;
use crate::render::{Template, Variable};

pub(super) const FORMAT: Format = Format {
    name: "s6",
    summary: "a service folder for s6, with readiness and a log service",
    layout: Layout::Folders,
    as_user: true,
    indirect: true,
    personal: false,
    templates: &[RUN, NOTIFICATION, TIMEOUT, FINISH, LOG_RUN],
    files,
};

const RUN: Template = Template {
    name: "s6/run",
    text: include_str!("../../templates/s6/run"),
    dialect: &Sh,
};

/// s6 reads the first line of it.
const NOTIFICATION: Template = Template {
    name: "s6/notification-fd",
    text: include_str!("../../templates/s6/notification-fd"),
    dialect: &Sh,
};

/// s6 reads the first line of it.
const TIMEOUT: Template = Template {
    name: "s6/timeout-kill",
    text: include_str!("../../templates/s6/timeout-kill"),
    dialect: &Sh,
};

const FINISH: Template = Template {
    name: "s6/finish",
    text: include_str!("../../templates/s6/finish"),
    dialect: &Sh,
};

const LOG_RUN: Template = Template {
    name: "s6/log/run",
    text: include_str!("../../templates/s6/log/run"),
    dialect: &Sh,
};

/// The sizes of files that s6-log knows, in bytes; it takes the nearest one for others.
const LOG_SIZES: std::ops::RangeInclusive<u64> = 4096..=268_435_455;

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
        if notifies(service) {
            files.push(folder.file(&NOTIFICATION, "notification-fd", vec![])?);
        }
        files.push(folder.timeout()?);
        files.extend(folder.finish()?);
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
    fn file(&self, template: &Template, name: &str, context: Context) -> Result<File, Problem> {
        let text = self.emission.render(template, context)?;
        Ok(File::new(format!("{}/{name}", self.name), text))
    }

    fn run(&self) -> Result<File, Problem> {
        let (service, owner) = (self.service, &self.owner);
        let environment = self.emission.environment_of_login(service)?;
        let command = self.emission.command(service)?;
        let mut context = becoming(service, owner, &command, &environment)?;
        let earlier = self.emission.earlier(service);
        context.extend([
            (
                "unsaid",
                unsaid::comments(owner, unsaid::by_supervisor(service, "s6")),
            ),
            ("notifies", Variable::flag(notifies(service))),
            (
                "after",
                Variable::list(earlier.map(|other| self.after(other))),
            ),
            ("open_files", owner.optional(service.limits.open_files)),
            ("user", owner.optional_word(service.user.as_deref())),
        ]);
        let run = self.file(&RUN, "run", context)?;
        Ok(run.executable().private(self.emission.private()))
    }

    fn after(&self, other: &Service) -> Variable {
        Variable::map([
            ("name", self.owner.bare(&other.name)),
            ("folder", self.owner.bare(other.identity.unique_name())),
            ("notifies", Variable::flag(notifies(other))),
        ])
    }

    fn timeout(&self) -> Result<File, Problem> {
        let patience = stopping::patience(self.service.stop_timeout);
        let milliseconds = self.owner.bare(patience.0 * 1000);
        self.file(
            &TIMEOUT,
            "timeout-kill",
            vec![("milliseconds", milliseconds)],
        )
    }

    fn finish(&self) -> Result<Option<File>, Problem> {
        let restart = self.service.restart;
        if restart == Restart::Always {
            return Ok(None);
        }
        let context = vec![
            ("name", self.owner.bare(&self.name)),
            ("restart", self.owner.bare(restart.name())),
            ("on_failure", Variable::flag(restart == Restart::OnFailure)),
        ];
        Ok(Some(self.file(&FINISH, "finish", context)?.executable()))
    }

    fn log(&self, log: &Log) -> Result<File, Problem> {
        let owner = &self.owner;
        let size = log.max_size.0;
        // A size of 0 is never.
        let wanted = if size == 0 { u64::MAX } else { size };
        let nearest = wanted.clamp(*LOG_SIZES.start(), *LOG_SIZES.end());
        let unsaid = (nearest != wanted).then(|| {
            format!(
                "log.max-size is {}: s6-log takes sizes from 4 KB to 256 MB",
                log.max_size
            )
        });
        let context = vec![
            (
                "unsaid",
                unsaid::comments(owner, unsaid.into_iter().collect()),
            ),
            ("folder", owner.words([&log.file])),
            ("backups", owner.bare(log.backups)),
            ("max_size", owner.bare(nearest)),
        ];
        Ok(self.file(&LOG_RUN, "log/run", context)?.executable())
    }
}

/// Whether its image says when it is ready.
fn notifies(service: &Service) -> bool {
    service.runtime.is_some()
}
