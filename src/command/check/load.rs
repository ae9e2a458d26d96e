//! `check --load`: what only a process knows that has loaded the code of a service.

mod forms;
mod locations;
mod verdict;

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;

use self::forms::ServiceForms;
use self::locations::Locations;
use self::verdict::ServiceVerdict;
use super::{Failure, Invocation};
use crate::argv::trial_argv;
use crate::launch;
use crate::lisp::Form;
use crate::live::limits::Deadline;
use crate::live::reload::calls::Code;
use crate::live::reload::fresh::{self, Workplace};
use crate::output;
use crate::plan::service::Service;
use crate::plan::{self, Choices, Plan};
use crate::problem::{Problem, Problems};
use crate::project::Project;
use crate::render::Templates;

/// What is wrong with the code of the services, and with their forms once it is loaded. A service
/// that cannot be started anyway is not tried.
pub(super) fn problems(
    invocation: &Invocation,
    project: &Project,
    limits: &Deadline,
    problems: &mut Problems,
) -> Result<(), Failure> {
    let choices = Choices {
        owners: Some(invocation.owners()?),
        ..invocation.choices(&[])
    };
    // More may be wrong than for a plan that is not carried out.
    let planned = plan::attempt(project, &choices, &invocation.host, problems);
    let Some(plan) = planned else { return Ok(()) };
    let templates = super::super::templates(&plan)?;
    let check = LoadCheck {
        invocation,
        project,
        templates: &templates,
        limits,
    };
    for service in different(&plan) {
        let obstacles = launch::obstacles(service, &invocation.host);
        problems.extend(if obstacles.is_empty() {
            check.service(service)?
        } else {
            obstacles
        });
    }
    Ok(())
}

/// Of replicas the first.
fn different(plan: &Plan) -> impl Iterator<Item = &Service> {
    let mut seen = HashSet::new();
    plan.services.iter().filter(move |service| {
        let group = service.replica.as_ref().map(|replica| replica.of.as_str());
        group.is_none_or(|group| seen.insert(group.to_owned()))
    })
}

struct LoadCheck<'a> {
    invocation: &'a Invocation,
    project: &'a Project,
    templates: &'a Templates,
    limits: &'a Deadline,
}

impl LoadCheck<'_> {
    fn service(&self, service: &Service) -> Result<Vec<Problem>, Failure> {
        let folder = output::temporary_folder().map_err(|problem| Failure::failed([problem]))?;
        let place = Workplace(folder.path());
        let forms = ServiceForms::of(service, place);
        prepare(place, &forms)
            .map_err(|error| Failure::failed([Problem::cannot("try the code", &error)]))?;
        let trial = Code { service }.check(place, &forms.files());
        let marked = marked(service, &forms);
        let argv = trial_argv(&marked, &trial, self.templates)?;
        let command = launch::command(service, &argv, &self.invocation.host)
            .map_err(|problem| Failure::failed([problem]))?;
        let tried = fresh::attempt(command, place, self.limits, true);
        let verdict = ServiceVerdict {
            service,
            forms: &forms,
            locations: Locations::of(self.project, service),
            folder: Path::new(&self.project.folder),
        };
        verdict.problems(tried)
    }
}

fn prepare(place: Workplace<'_>, forms: &ServiceForms<'_>) -> io::Result<()> {
    place.install()?;
    fs::create_dir(place.compiled())?;
    forms.write()
}

/// The service with each form of `before-load` behind one that begins with it.
fn marked(service: &Service, forms: &ServiceForms<'_>) -> Service {
    let before = service.before_load.iter().enumerate();
    let before = before.flat_map(|(number, form)| {
        let mark = Code::check_before_load(number, &forms.before_load(number));
        [Form::made(mark), form.clone()]
    });
    Service {
        before_load: before.collect(),
        ..service.clone()
    }
}
