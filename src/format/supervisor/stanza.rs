//! What supervisord is to start: one program, or several that share a socket.

use std::net::Ipv4Addr;

use super::super::{Emission, Owner, unsaid};
use crate::dialect::Printed;
use crate::dialect::supervisord::{self, environment_holds};
use crate::plan::service::{Log, RestartPolicy, Service};
use crate::plan::stopping;
use crate::problem::Problem;
use crate::render::TemplateValue;
use crate::word::{Argv, Word};

/// A stanza. What its service says of words may differ from these.
pub(super) struct ProgramStanza<'a> {
    pub(super) service: &'a Service,
    pub(super) priority: Option<i64>,
    /// What supervisord calls its process.
    name: Word,
    command: Vec<Vec<Word>>,
    environment: Vec<(String, Word)>,
    directory: Word,
    log_file: Option<Word>,
    pub(super) processes: Option<Processes>,
}

/// The processes that share a socket.
pub(super) struct Processes {
    /// What supervisord calls all of them.
    pub(super) group: String,
    pub(super) address: Ipv4Addr,
    pub(super) port: u16,
    pub(super) count: usize,
    /// The number of the first.
    pub(super) first: u32,
}

impl<'a> ProgramStanza<'a> {
    pub(super) fn new(
        emission: &Emission<'_>,
        service: &'a Service,
        priority: Option<i64>,
    ) -> Result<Self, Problem> {
        let argv = emission.command(service)?;
        let variables = emission.environment_of_login(service)?;
        let (environment, difficult): (Vec<_>, Vec<_>) = variables
            .into_iter()
            .partition(|(_, value)| environment_holds(&value.resolved()));
        let difficult = Owner::of(service)
            .variables_before(&difficult, &argv)?
            .to_vec();
        Ok(ProgramStanza {
            service,
            priority,
            name: service.identity.unique_name().into(),
            command: with_env(&difficult, &argv),
            environment,
            directory: service.directory.clone(),
            log_file: service.log.as_ref().map(|log| log.file.clone()),
            processes: None,
        })
    }

    pub(super) fn is_shared(&self) -> bool {
        self.processes.is_some()
    }

    pub(super) fn unique_name(&self) -> String {
        self.service.identity.unique_name()
    }

    /// Everything in it that replicas may have each in their own way.
    pub(super) fn words_mut(&mut self) -> impl Iterator<Item = &mut Word> {
        let values = self.environment.iter_mut().map(|(_, value)| value);
        [&mut self.name, &mut self.directory]
            .into_iter()
            .chain(self.command.iter_mut().flatten())
            .chain(values)
            .chain(&mut self.log_file)
    }

    /// Whether another one differs in the texts of its words at most.
    pub(super) fn is_like(&self, other: &ProgramStanza<'_>) -> bool {
        let lengths = |stanza: &ProgramStanza<'_>| -> Vec<usize> {
            stanza.command.iter().map(Vec::len).collect()
        };
        let names = |stanza: &ProgramStanza<'_>| -> Vec<String> {
            let variables = stanza.environment.iter();
            variables.map(|(name, _)| name.clone()).collect()
        };
        lengths(self) == lengths(other)
            && names(self) == names(other)
            && self.log_file.is_some() == other.log_file.is_some()
    }

    /// What the template prints.
    pub(super) fn values(&self) -> TemplateValue {
        let (service, owner) = (self.service, Owner::of(self.service));
        let mut lines = self.command.iter().map(|line| owner.words(line));
        let environment = (!self.environment.is_empty())
            .then(|| owner.print(Printed::Environment(self.environment.clone())));
        let log = service.log.as_ref().zip(self.log_file.as_ref());
        TemplateValue::map([
            ("name", owner.setting(self.name.clone())),
            ("processes", self.processes(&owner)),
            ("description", owner.comment(service.description.as_ref())),
            ("command", TemplateValue::option(lines.next())),
            ("arguments", TemplateValue::list(lines)),
            ("directory", owner.setting(self.directory.clone())),
            ("environment", TemplateValue::option(environment)),
            (
                "user",
                TemplateValue::option(service.user.as_deref().map(|user| owner.setting(user))),
            ),
            ("umask", owner.optional(service.umask)),
            ("priority", owner.optional(self.priority)),
            (
                "remarks",
                unsaid::comments(&owner, remarks(service, self.is_shared())),
            ),
            ("autorestart", owner.bare(autorestart(service.restart))),
            ("startsecs", owner.bare(service.start_timeout.0)),
            (
                "stopwaitsecs",
                owner.bare(stopping::patience(service.stop_timeout).0),
            ),
            (
                "log",
                TemplateValue::option(log.map(|(log, file)| log_settings(&owner, log, file))),
            ),
        ])
    }

    fn processes(&self, owner: &Owner) -> TemplateValue {
        TemplateValue::option(self.processes.as_ref().map(|processes| {
            TemplateValue::map([
                ("group", owner.bare(&processes.group)),
                ("address", owner.bare(processes.address)),
                ("port", owner.bare(processes.port)),
                ("count", owner.bare(processes.count)),
                ("first", owner.bare(processes.first)),
            ])
        }))
    }
}

/// What is in a comment: what supervisord has no setting for, and what it does by itself.
fn remarks(service: &Service, is_shared: bool) -> Vec<String> {
    let mut remarks = unsaid::without_cgroups(service, "supervisord");
    remarks.extend(unsaid::socket(service).filter(|_| !is_shared));
    remarks.extend(service.limits.open_files.map(|number| {
        format!("limits.open-files: `minfds={number}` in [supervisord] allows its programs as many")
    }));
    if service.log.is_none() {
        remarks.push(
            "no log: supervisord keeps the output in a file of its own, and deletes that when it starts again"
                .to_owned(),
        );
    }
    remarks
}

/// `argv` behind an `env` that sets what `environment=` cannot hold.
fn with_env(variables: &[(String, Word)], argv: &Argv) -> Vec<Vec<Word>> {
    let env = (!variables.is_empty()).then(|| vec![Word::from("/usr/bin/env")]);
    let assignments = variables
        .iter()
        .map(|(name, value)| vec![format!("{name}={}", value.resolved()).into()]);
    let argv = argv.0.iter().map(|line| line.words.clone());
    env.into_iter().chain(assignments).chain(argv).collect()
}

fn autorestart(restart: RestartPolicy) -> &'static str {
    match restart {
        RestartPolicy::Always => "true",
        RestartPolicy::OnFailure => "unexpected",
        RestartPolicy::Never => "false",
    }
}

fn log_settings(owner: &Owner, log: &Log, file: &Word) -> TemplateValue {
    TemplateValue::map([
        ("file", owner.own(supervisord::log_file, [file])),
        ("max_size", owner.bare(log.max_size)),
        ("backups", owner.bare(log.backups)),
    ])
}
