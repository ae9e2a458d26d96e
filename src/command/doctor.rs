//! `lisplaunch doctor`: common problems on this machine and in this project.

mod report;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use super::check::account::{self, Cache};
use super::{FAILURE, Failure, Invocation, deliver, templates};
use crate::cli;
use crate::cli::live::ConnectionArgs;
use crate::doctor::ALL;
use crate::doctor::lisp::Lisp;
use crate::doctor::scene::Scene;
use crate::format::Choice;
use crate::host::account::Account;
use crate::launch;
use crate::output::{self, Comparison};
use crate::plan::core::Stale;
use crate::plan::outputs::Output;
use crate::plan::service::Service;
use crate::plan::{self, Choices, Plan};
use crate::problem::{Problem, Problems};
use crate::project::Project;
use crate::project::find::{ProjectSearch, find};
use crate::saved_core::{self, Freshness, recipe};
use crate::trust::Owners;
use report::DoctorReport;

pub(super) fn execute(invocation: &Invocation, arguments: &cli::DoctorArgs) -> Result<ExitCode> {
    let patient = Patient::find(invocation)?;
    let overrides = invocation.overrides(&ConnectionArgs::default())?;
    let (services, outputs): (&[Service], &[Output]) = match &patient.plan {
        Some(plan) => (&plan.services, &plan.outputs),
        None => (&[], &[]),
    };
    let emitted: Vec<_> = outputs
        .iter()
        .flat_map(|output| patient.emitted(invocation, output))
        .collect();
    let cores = patient.cores(invocation);
    let permissions = patient.permissions(services);
    let trusted = patient.trusted(invocation)?;
    let mut lisps: Vec<Lisp> = services
        .iter()
        .filter(|_| trusted)
        .filter_map(|service| Lisp::of(service, &invocation.host))
        .collect();
    if services.is_empty() {
        lisps.extend(Lisp::on_path(&invocation.host));
    }
    let project = patient.file.as_deref();
    let folder = patient.project.as_ref();
    let scene = Scene {
        host: &invocation.host,
        project: project.map(|file| (file, patient.problems.as_slice())),
        folder: folder.map(|project| Path::new(&project.folder)),
        services,
        trusted,
        outputs,
        emitted: &emitted,
        cores: &cores,
        permissions: &permissions,
        overrides: &overrides,
        supervisor: arguments.config.as_deref(),
        lisps: &lisps,
    };
    let report = DoctorReport::of(ALL.iter().map(|check| (check.name, (check.look)(&scene))));
    if arguments.json {
        deliver(&report.json()?)?;
    } else {
        deliver(&report.text())?;
    }
    Ok(if report.has_errors() {
        FAILURE.into()
    } else {
        ExitCode::SUCCESS
    })
}

/// A project that is looked at, as far as it can be read.
#[derive(Default)]
struct Patient {
    /// As a person knows the file; none where there is no project.
    file: Option<String>,
    project: Option<Project>,
    plan: Option<Plan>,
    /// What is wrong with the file.
    problems: Vec<Problem>,
}

impl Patient {
    /// The one that is chosen. Without a project file there is still the machine.
    fn find(invocation: &Invocation) -> Result<Self, Failure> {
        let wanted = invocation.wanted();
        let found = match find(&wanted) {
            Ok(found) => found,
            Err(_) if matches!(wanted, ProjectSearch::Above(_)) => return Ok(Patient::default()),
            Err(problem) => return Err(problem.into()),
        };
        let file = Some(found.source.name.clone());
        let project = match Project::read(found) {
            Ok(project) => project,
            Err(problem) => {
                return Ok(Patient {
                    file,
                    problems: vec![problem],
                    ..Patient::default()
                });
            }
        };
        let choices = choices(invocation, invocation.owners()?.or_service_user());
        let mut problems = Problems::default();
        let plan = plan::attempt(&project, &choices, &invocation.host, &mut problems);
        Ok(Patient {
            file,
            project: Some(project),
            plan,
            problems: problems.into_errors(),
        })
    }

    /// Whether what the project file names may be run: it belongs to the caller or to root.
    fn trusted(&self, invocation: &Invocation) -> Result<bool, Failure> {
        let Some((project, plan)) = self.project.as_ref().zip(self.plan.as_ref()) else {
            return Ok(false);
        };
        let choices = choices(invocation, invocation.owners()?);
        let planned = plan::attempt(
            project,
            &choices,
            &invocation.host,
            &mut Problems::default(),
        );
        Ok(planned.is_some_and(|planned| planned.services.len() == plan.services.len()))
    }

    /// The files of an output, each with how it differs from what would be written now.
    fn emitted(
        &self,
        invocation: &Invocation,
        output: &Output,
    ) -> Vec<(String, Result<Comparison, Problem>)> {
        let path = Path::new(&output.path);
        match self.targets(invocation, output) {
            Ok(targets) => targets
                .into_iter()
                .map(|target| (target.path.display().to_string(), target.compare()))
                .collect(),
            Err(failure) => {
                let problems = failure.problems.into_iter();
                let failed = problems.map(|problem| (path.display().to_string(), Err(problem)));
                failed.collect()
            }
        }
    }

    fn targets(
        &self,
        invocation: &Invocation,
        output: &Output,
    ) -> Result<Vec<output::Target>, Failure> {
        let Some(project) = &self.project else {
            return Ok(Vec::new());
        };
        let path = Path::new(&output.path);
        let folder = output::folder(path);
        let emitted = invocation.emitted(
            project,
            invocation.orders(&[])?,
            Choice::of(output)?,
            Some(&folder),
        )?;
        Ok(output::targets(path, emitted.files)?)
    }

    /// The services that start from a saved image, and whether that is stale.
    fn cores(&self, invocation: &Invocation) -> Vec<(String, Stale, Result<Freshness, Problem>)> {
        let Some(plan) = &self.plan else {
            return Vec::new();
        };
        // What is wrong with the templates is found by another check.
        let Ok(templates) = templates(plan) else {
            return Vec::new();
        };
        let judged = plan
            .services_with_images()
            .into_iter()
            .map(|(service, core)| {
                let recipe = recipe::text(service, core, &templates);
                let judged = recipe
                    .and_then(|recipe| saved_core::judge(service, core, &recipe, &invocation.host));
                (service.name.to_string(), core.stale, judged)
            });
        judged.collect()
    }

    /// What the users of the services may not read or write; what is not found at all is a matter
    /// of other checks.
    fn permissions(&self, services: &[Service]) -> Vec<Problem> {
        let mut problems = Problems::default();
        for service in services {
            problems.extend(match &service.user {
                None => needs(service),
                Some(user) => match Account::find(user) {
                    Some(account) => account::problems(service, &account, Cache::Made),
                    None => vec![account::unknown(service, user)],
                },
            });
        }
        if let Some(plan) = &self.plan {
            problems.extend(templates(plan).err());
        }
        problems.into_vec()
    }
}

/// The services as their users have them.
fn choices(invocation: &Invocation, owners: Owners) -> Choices {
    Choices {
        owners: Some(owners),
        as_user: true,
        unknown_as_self: true,
        ..invocation.choices(&[])
    }
}

fn needs(service: &Service) -> Vec<Problem> {
    let needs = service.needs.iter().filter(|need| need.key != "setup");
    needs.filter_map(launch::missing).collect()
}
