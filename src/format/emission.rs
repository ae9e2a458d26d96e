//! What a format makes its files from.

use super::{Format, Provenance};
use crate::argv::written_argv;
use crate::host::Host;
use crate::plan::after::After;
use crate::plan::service::Service;
use crate::plan::{Plan, login};
use crate::problem::Problem;
use crate::program;
use crate::render::{Template, TemplateValue, TemplateValues, Templates};
use crate::word::{Argv, Line, Word};

/// A plan that is written for one format.
pub(super) struct Emission<'a> {
    pub(super) plan: &'a Plan,
    pub(super) origin: &'a Provenance,
    pub(super) format: &'a Format,
    pub(super) templates: &'a Templates,
    pub(super) host: &'a Host,
}

impl Emission<'_> {
    /// What starts a service: sbcl, or `lisplaunch run` where that was asked for.
    pub(super) fn command(&self, service: &Service) -> Result<Argv, Problem> {
        match self.lisplaunch("run", service) {
            Some(run) if self.origin.indirect => Ok(run),
            _ => written_argv(service, self.templates),
        }
    }

    /// The absolute path of the program that [`Self::command`] starts, for managers that look for
    /// programs in places of their own.
    pub(super) fn program(&self, service: &Service) -> Result<Word, Problem> {
        if self.origin.indirect {
            return Ok(self.origin.program.as_str().into());
        }
        if let Some(core) = service.core.as_ref().filter(|core| core.executable) {
            return Ok(core.file.clone());
        }
        let file = program::find(service, self.host)?.into_os_string();
        let file = file.into_string().map_err(|file| {
            Problem::error(format!(
                "the path of the program is not UTF-8: `{}`",
                file.display()
            ))
            .help("name another one with `sbcl.program`")
        })?;
        Ok(file.into())
    }

    /// The command line of a subcommand for a service of this plan; none where the project file
    /// is standard input.
    pub(super) fn lisplaunch(&self, subcommand: &str, service: &Service) -> Option<Argv> {
        let selection = self.origin.selection.as_ref()?;
        let name = self.plan.several.then(|| service.name.as_str());
        let owner = self.foreign_owner(service);
        let words = [self.origin.program.as_str(), subcommand]
            .into_iter()
            .chain(selection.iter().map(String::as_str))
            .chain(owner.iter().flat_map(|owner| ["--trust", owner]))
            .chain(name);
        Some(Argv(vec![Line {
            words: words.map(Word::from).collect(),
            remark: None,
        }]))
    }

    /// The owner of the project file, where a service runs as another user.
    fn foreign_owner(&self, service: &Service) -> Option<&str> {
        let other_user = self.format.as_user && !self.origin.personal;
        let owner = self.origin.owner.as_deref().filter(|_| other_user)?;
        (service.user.as_deref() != Some(owner)).then_some(owner)
    }

    /// The variables that the started process has to be given: those of the service, unless
    /// `lisplaunch run` sets them.
    pub(super) fn environment<'s>(&self, service: &'s Service) -> &'s [(String, Word)] {
        if self.origin.indirect {
            &[]
        } else {
            &service.env
        }
    }

    /// The same, with those that a login gives the user of the service: for managers that change
    /// the user and not the variables that name it.
    ///
    /// SBCL would then write its compiled files below root's home.
    pub(super) fn environment_of_login(
        &self,
        service: &Service,
    ) -> Result<Vec<(String, Word)>, Problem> {
        let own = self.environment(service);
        let mut variables = login::variables(service)?;
        variables.retain(|(name, _)| own.iter().all(|(other, _)| other != name));
        variables.extend(own.iter().cloned());
        Ok(variables)
    }

    /// Those services of the plan that are started before `service`.
    pub(super) fn earlier(&self, service: &Service) -> impl Iterator<Item = &Service> {
        let before = |other: &Service| {
            let mut after = service.after.iter();
            after.any(|after| matches!(after, After::Service(name) if *name == other.name))
        };
        self.plan.services.iter().filter(move |other| before(other))
    }

    /// Whether a file with commands or variables of the services may hold secrets.
    pub(super) fn private(&self) -> bool {
        self.plan.private && !self.origin.indirect
    }

    /// The text of a template, which knows the lines of the first comment as `header`.
    pub(super) fn render(
        &self,
        template: &Template,
        mut context: TemplateValues,
    ) -> Result<String, Problem> {
        context.push(("header", self.origin.header(self.format, self.plan)?));
        self.templates
            .render(template.name, &TemplateValue::map(context))
    }
}
