//! `lisplaunch check`: everything that can be known without starting.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use super::{FAILURE, Failure, Session, reload, report};
use crate::format::{self, Origin};
use crate::install::Site;
use crate::launch;
use crate::plan::service::Service;
use crate::plan::{self, Choices, Plan};
use crate::problem::{Problem, Severity};
use crate::project::Project;
use crate::trust::Owners;

pub(super) fn execute(session: &Session) -> Result<ExitCode> {
    let project = session.project()?;
    // Whoever starts it may be its own user.
    let owners = session.owners().map_err(Failure::from)?.or_service_user();
    let mut problems = Vec::new();
    let mut services = 0;
    for profiles in variants(session, &project) {
        let (count, found) = check_variant(session, &project, &profiles, &owners);
        services = services.max(count);
        problems.extend(found);
    }
    // Most problems are in all profiles alike.
    let problems = Problem::distinct(problems);
    report(&problems);
    let errors = problems
        .iter()
        .filter(|problem| problem.severity() == Severity::Error)
        .count();
    let name = &project.source.name;
    if errors > 0 {
        super::tell(&format!("{name}: {}", counted(errors, "problem")));
        return Ok(ExitCode::from(FAILURE));
    }
    super::tell(&format!(
        "{name}: {} and {}, all well",
        counted(services, "service"),
        counted(project.profile_names().len(), "profile")
    ));
    Ok(ExitCode::SUCCESS)
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// The profiles to check: those that were chosen, or else none and each one alone.
fn variants(session: &Session, project: &Project) -> Vec<Vec<String>> {
    if !session.profiles().is_empty() {
        return vec![session.profiles().to_vec()];
    }
    let each = project.profile_names().into_iter();
    std::iter::once(Vec::new())
        .chain(each.map(|name| vec![name.to_owned()]))
        .collect()
}

/// The number of services, and everything that is wrong with them.
fn check_variant(
    session: &Session,
    project: &Project,
    profiles: &[String],
    owners: &Owners,
) -> (usize, Vec<Problem>) {
    let choices = Choices {
        profiles: profiles.to_vec(),
        owners: Some(owners.clone()),
        ..session.choices(&[])
    };
    let (plan, mut problems) = plan::attempt(project, &choices, &session.host);
    let Some(plan) = plan else {
        return (0, problems);
    };
    problems.extend(check_plan(session, &plan));
    (plan.services.len(), problems)
}

fn check_plan(session: &Session, plan: &Plan) -> Vec<Problem> {
    let mut problems = Vec::new();
    for service in &plan.services {
        problems.extend(launch::obstacles(service, &session.host));
        problems.extend(missing_log_folder(service));
    }
    problems.extend(Site::of(plan).and_then(|site| site.check().err()));
    problems.extend(missing_templates(plan));
    problems.extend(unrenderable(plan));
    problems
}

fn missing_log_folder(service: &Service) -> Option<Problem> {
    let file = service.log.as_ref()?.file.resolved();
    let folder = Path::new(&file).parent()?;
    (!folder.is_dir()).then(|| {
        Problem::error(format!(
            "the service `{}`: there is no folder `{}` for its log",
            service.name,
            folder.display()
        ))
        .help("make the folder: supervisord does not")
    })
}

fn missing_templates(plan: &Plan) -> Option<Problem> {
    let folder = plan.templates.as_ref()?;
    (!Path::new(folder).is_dir()).then(|| {
        Problem::error(format!("`templates`: there is no folder `{folder}`"))
            .help("remove the key, or make the folder")
    })
}

/// What the templates and the formats cannot hold.
fn unrenderable(plan: &Plan) -> Vec<Problem> {
    let templates = match super::templates(plan) {
        Ok(templates) => templates,
        Err(problem) => return vec![problem],
    };
    let origin = Origin {
        file: String::new(),
        command: vec!["lisplaunch".to_owned()],
        indirect: None,
    };
    let mut problems: Vec<Problem> = plan
        .services
        .iter()
        .filter_map(|service| reload::unrenderable(service, &templates))
        .collect();
    let emit = |plan: &Plan| -> Vec<Problem> {
        let formats = format::ALL.iter();
        formats
            .filter_map(|format| format.emit(plan, &origin, &templates).err())
            .collect()
    };
    // Each service alone, since a format tells only the first thing that it cannot hold.
    let mut one = Plan {
        services: Vec::new(),
        ..plan.clone()
    };
    for service in &plan.services {
        one.services = vec![service.clone()];
        problems.extend(emit(&one));
    }
    if problems.is_empty() && !plan.services.is_empty() {
        problems = emit(plan);
    }
    problems
}
