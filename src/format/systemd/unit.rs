//! The unit of one service, and the file of its secrets.

use super::{ENVIRONMENT, SERVICE, wanted_by};
use crate::dialect::Printed;
use crate::dialect::systemd;
use crate::format::{Emission, File, Owner};
use crate::plan::limits::{Cpus, Limits};
use crate::plan::quantity::Bytes;
use crate::plan::secrecy::is_secret;
use crate::plan::service::{Log, RestartPolicy, Service};
use crate::plan::{login, ready, stopping};
use crate::problem::Problem;
use crate::render::TemplateValue;
use crate::word::{Argv, Word};

/// How long it waits before it starts a service again, in seconds.
const RESTART_DELAY: u64 = 1;

/// After how many starts in a row it gives up (`DefaultStartLimitBurst`).
const STARTS: u64 = 5;

/// The unit of one service.
pub(super) struct Unit<'a> {
    pub(super) emission: &'a Emission<'a>,
    pub(super) service: &'a Service,
    pub(super) owner: Owner,
    pub(super) name: String,
    /// Variables whose values everyone may see, and the others.
    environment: Vec<(String, Word)>,
    secrets: Vec<(String, Word)>,
}

impl<'a> Unit<'a> {
    pub(super) fn new(emission: &'a Emission<'a>, service: &'a Service) -> Self {
        let variables = emission.environment(service).iter().cloned();
        let (secrets, own) = variables.partition(|(name, _)| is_secret(service, name));
        Unit {
            emission,
            service,
            owner: Owner::of(service),
            name: service.identity.unique_name(),
            environment: own,
            secrets,
        }
    }

    /// Whether a user's own systemd runs it.
    pub(super) fn personal(&self) -> bool {
        self.emission.origin.personal
    }

    /// The value of a variable of the service.
    pub(super) fn variable(&self, name: &str) -> Option<&Word> {
        let mut variables = self.service.env.iter();
        Some(&variables.find(|(own, _)| own == name)?.1)
    }

    pub(super) fn files(&self) -> Result<Vec<File>, Problem> {
        let text = self.emission.render(&SERVICE, self.context()?)?;
        let unit = File::new(format!("{}.service", self.name), text);
        let mut files = vec![unit.private(self.emission.private())];
        if !self.secrets.is_empty() {
            let context = vec![("environment", self.variables(&self.secrets))];
            let text = self.emission.render(&ENVIRONMENT, context)?;
            files.push(File::new(format!("{}.env", self.name), text).private(true));
        }
        Ok(files)
    }

    fn variables(&self, variables: &[(String, Word)]) -> TemplateValue {
        let variables = variables.iter();
        TemplateValue::list(variables.map(|variable| {
            self.owner
                .print(Printed::Environment(vec![variable.clone()]))
        }))
    }

    fn context(&self) -> Result<Vec<(&'static str, TemplateValue)>, Problem> {
        let (owner, service) = (&self.owner, self.service);
        let mut context = vec![
            ("description", self.description()),
            ("after", self.after()?),
            ("part_of", self.part_of()),
            ("socket", self.socket()),
            ("restart", self.restart()),
            ("user", self.user()),
            ("personal", TemplateValue::flag(self.personal())),
            (
                "as_root",
                TemplateValue::flag(!self.personal() && service.user.is_none()),
            ),
            ("umask", owner.optional(service.umask)),
            ("directory", owner.setting(service.directory.clone())),
            ("environment", self.variables(&self.plain_environment())),
            ("environment_file", self.environment_file()),
            ("cache", self.cache()),
            ("notifies", TemplateValue::flag(service.runtime.is_some())),
            (
                "watchdog",
                owner.optional(service.watchdog.map(|time| time.0)),
            ),
            (
                "start_timeout",
                owner.bare(ready::patience(service.ready.as_ref()).0),
            ),
            (
                "stop_timeout",
                owner.bare(stopping::patience(service.stop_timeout).0),
            ),
            (
                "priority",
                TemplateValue::flag(service.priority.is_some() && service.after.is_empty()),
            ),
            (
                "log",
                TemplateValue::option(service.log.as_ref().map(|log| self.log(log))),
            ),
            ("limits", self.limits(service.limits)),
            ("hardening", self.hardening()),
            ("wanted_by", owner.bare(wanted_by(self.emission))),
        ];
        context.extend(self.commands()?);
        Ok(context)
    }

    fn description(&self) -> TemplateValue {
        let text = self.service.description.as_deref().map(Word::from);
        TemplateValue::option(text.map(|text| self.owner.own(systemd::description, [&text])))
    }

    /// The command lines that start it and load changed code.
    fn commands(&self) -> Result<Vec<(&'static str, TemplateValue)>, Problem> {
        let reload = self.emission.lisplaunch("reload", self.service);
        let reload = reload.filter(|_| self.service.swank.is_some());
        let reload = reload
            .map(|argv| {
                let file: Word = self.emission.origin.program.as_str().into();
                self.command(&file, &argv)
            })
            .transpose()?;
        let start = self.emission.command(self.service)?;
        Ok(vec![
            (
                "start",
                self.command(&self.emission.program(self.service)?, &start)?,
            ),
            ("reload", TemplateValue::option(reload)),
        ])
    }

    /// A command line: its first line with the program, and the others.
    fn command(&self, file: &Word, argv: &Argv) -> Result<TemplateValue, Problem> {
        systemd::fits(argv).map_err(|refusal| {
            Problem::error(format!("{}: {}", self.owner.0, refusal.message)).help(refusal.help)
        })?;
        let mut lines = argv.0.iter();
        let first = lines.next().map(|line| line.words.as_slice());
        let first = std::iter::once(file).chain(first.unwrap_or_default());
        Ok(TemplateValue::map([
            ("program", self.owner.own(systemd::program, first)),
            (
                "arguments",
                TemplateValue::list(lines.map(|line| self.owner.words(&line.words))),
            ),
        ]))
    }

    /// When it is started again; nothing where it is not.
    fn restart(&self) -> TemplateValue {
        let restart = match self.service.restart {
            RestartPolicy::Always => "always",
            RestartPolicy::OnFailure => "on-failure",
            RestartPolicy::Never => return TemplateValue::option(None),
        };
        let lasting = self.service.start_timeout.0 + RESTART_DELAY;
        TemplateValue::map([
            ("when", self.owner.bare(restart)),
            ("delay", self.owner.bare(RESTART_DELAY)),
            ("interval", self.owner.bare(STARTS * lasting)),
        ])
    }

    fn user(&self) -> TemplateValue {
        let user = self.service.user.as_deref().filter(|_| !self.personal());
        TemplateValue::option(user.map(|user| self.owner.setting(user)))
    }

    /// The variables that are in the unit. What the machine's systemd starts is given no language.
    fn plain_environment(&self) -> Vec<(String, Word)> {
        let language = (!self.personal()).then(login::language);
        let language = language.filter(|(name, _)| self.variable(name).is_none());
        language
            .into_iter()
            .chain(self.environment.iter().cloned())
            .collect()
    }

    /// Where the others are, beside the unit.
    fn environment_file(&self) -> TemplateValue {
        self.owner
            .optional((!self.secrets.is_empty()).then_some(&self.name))
    }

    /// The folder below `/var/cache` for compiled files, which systemd makes; nothing where the
    /// service has another one. It belongs to one user, who may share it among services.
    fn cache(&self) -> TemplateValue {
        let needed = !self.personal() && self.variable("XDG_CACHE_HOME").is_none();
        let plan = self.emission.plan;
        let mut users = plan.services.iter().map(|service| &service.user);
        let name = if users.all(|user| *user == self.service.user) {
            plan.project.as_str()
        } else {
            &self.name
        };
        self.owner.optional(needed.then_some(name))
    }

    fn log(&self, log: &Log) -> TemplateValue {
        TemplateValue::map([
            ("file", self.owner.setting(log.file.clone())),
            ("grows", TemplateValue::flag(log.max_size.0 > 0)),
        ])
    }

    fn limits(&self, limits: Limits) -> TemplateValue {
        TemplateValue::map([
            (
                "memory",
                self.owner
                    .optional(limits.memory.map(Bytes::with_short_unit)),
            ),
            (
                "cpus",
                TemplateValue::option(limits.cpus.map(|cpus| self.quota(cpus))),
            ),
            ("tasks", self.owner.optional(limits.tasks)),
            ("open_files", self.owner.optional(limits.open_files)),
        ])
    }

    /// A share of one processor in percent.
    fn quota(&self, cpus: Cpus) -> TemplateValue {
        let (whole, part) = (cpus.thousandths() / 10, cpus.thousandths() % 10);
        self.owner.bare(match part {
            0 => whole.to_string(),
            part => format!("{whole}.{part}"),
        })
    }
}
