//! The folder that supervisors of the daemontools family have for each service.

use super::sh::becoming;
use super::{Emission, File, Owner, unsaid};
use crate::plan::service::{RestartPolicy, Service};
use crate::problem::Problem;
use crate::render::{Template, TemplateValue, TemplateValues};

/// The folder of a service.
pub(super) struct ServiceFolder<'a> {
    pub(super) emission: &'a Emission<'a>,
    pub(super) service: &'a Service,
    pub(super) owner: Owner,
    pub(super) name: String,
}

impl<'a> ServiceFolder<'a> {
    pub(super) fn new(emission: &'a Emission<'a>, service: &'a Service) -> Self {
        ServiceFolder {
            emission,
            service,
            owner: Owner::of(service),
            name: service.identity.unique_name(),
        }
    }

    /// A file in it.
    pub(super) fn file(
        &self,
        template: &Template,
        name: &str,
        context: TemplateValues,
    ) -> Result<File, Problem> {
        let text = self.emission.render(template, context)?;
        Ok(File::new(format!("{}/{name}", self.name), text))
    }

    /// What its `run` knows: that of `manager`, which finds out by `after` whether an earlier
    /// service is ready.
    ///
    /// # Errors
    /// When the command cannot be written.
    pub(super) fn run(
        &self,
        manager: &str,
        after: impl Fn(&Service) -> TemplateValue,
    ) -> Result<TemplateValues, Problem> {
        let (service, owner) = (self.service, &self.owner);
        let environment = self.emission.environment_of_login(service)?;
        let command = self.emission.command(service)?;
        let mut context = becoming(service, owner, &command, &environment)?;
        let unsaid = unsaid::by_supervisor(service, manager);
        context.extend([
            ("unsaid", unsaid::comments(owner, unsaid)),
            (
                "after",
                TemplateValue::list(self.emission.earlier(service).map(after)),
            ),
            ("open_files", owner.optional(service.limits.open_files)),
            ("user", owner.optional_word(service.user.as_deref())),
        ]);
        Ok(context)
    }

    /// What its `finish` knows; nothing where the service is always started again.
    pub(super) fn finish(&self) -> Option<TemplateValues> {
        let restart = self.service.restart;
        (restart != RestartPolicy::Always).then(|| {
            vec![
                ("restart", self.owner.bare(restart.name())),
                (
                    "on_failure",
                    TemplateValue::flag(restart == RestartPolicy::OnFailure),
                ),
            ]
        })
    }
}
