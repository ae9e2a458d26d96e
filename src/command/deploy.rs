//! `lisplaunch deploy`: new code in place of the old, without a failed request.
//!
//! [`member`] knows the processes, [`step`] puts what is done into its order, [`deployment`] does it,
//! and [`traffic`] lets nginx send requests elsewhere.

mod deployment;
mod member;
mod step;
mod story;
mod traffic;
mod waiting;

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::{Failure, Invocation, as_user, check_single, deliver, info, print, report};
use crate::cli::deploy::DeployArgs;
use crate::cli::live::ConnectionArgs;
use crate::format::{self, Choice, UpstreamFile};
use crate::live::limits::Deadline;
use crate::plan::Plan;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::project::Project;
use crate::saved_core::previous;
use deployment::Deployment;
use member::{Member, group};
use step::DeployStep;
use story::Story;
use traffic::Traffic;
use waiting::Wait;

pub(super) fn execute(invocation: &Invocation, arguments: &DeployArgs) -> Result<ExitCode> {
    let project = invocation.project()?;
    let plan = chosen(invocation, &project, arguments.service.name())?;
    if arguments.rollback {
        check_kept(&plan)?;
    }
    let name = group(&plan.services[0]).clone();
    let _alone = alone(&project, arguments.dry_run)?;
    let overrides = invocation.overrides(&ConnectionArgs::default())?;
    let members = Member::all(invocation, &plan.services, &overrides)?;
    for member in &members {
        let checked = member.check_socket(&invocation.host);
        checked.map_err(|problem| Failure::failed([problem]))?;
    }
    let traffic = Traffic::of(invocation, &project, &plan)?;
    let mut steps = step::code(&members, arguments.rollback);
    steps.extend(replacement(&plan, &members, traffic.as_ref())?);
    if arguments.dry_run {
        for step in &steps {
            print(&format!("{step}\n"))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let limits = Deadline::start(None)?;
    let deployment = Deployment {
        invocation,
        plan: &plan,
        overrides,
        traffic: traffic.as_ref(),
        wait: Wait {
            limits: &limits,
            grace: arguments.grace,
        },
        patience: arguments.wait,
    };
    let mut story = Story::of(name.as_str());
    let ended = deployment.perform(&steps, &mut story);
    if arguments.json {
        let failure = ended.as_ref().err();
        let problem = failure.and_then(|failure| failure.problems.first());
        deliver(&story.object(problem.map(Problem::message))?)?;
    }
    ended?;
    info(&format!(
        "`{name}` runs the {} code after {:.1} s",
        if arguments.rollback { "former" } else { "new" },
        story.seconds()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Keeps other deployments of the project away as long as the file is open.
fn alone(project: &Project, rehearsal: bool) -> Result<Option<File>, Failure> {
    let Some(path) = project.file.as_ref().filter(|_| !rehearsal) else {
        return Ok(None);
    };
    let cannot = |error| Failure::failed([Problem::io("open", Path::new(path), &error)]);
    let file = File::open(path).map_err(cannot)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => Err(Failure::failed([Problem::error(format!(
            "another deployment of `{path}` is under way"
        ))
        .help("wait until it has ended")])),
        // Some file systems have no locks.
        _ => Ok(Some(file)),
    }
}

/// The services that are deployed together.
fn chosen(
    invocation: &Invocation,
    project: &Project,
    name: Option<&String>,
) -> Result<Plan, Failure> {
    let wanted: Vec<String> = name.cloned().into_iter().collect();
    let plan = invocation.plan(project, &as_user(invocation.orders(&wanted)?))?;
    let mut groups: Vec<String> = Vec::new();
    for service in &plan.services {
        let name = group(service).to_string();
        if groups.last() != Some(&name) {
            groups.push(name);
        }
    }
    check_single(
        &groups,
        &format!("`{}` has several services", project.source.name),
    )?;
    if let [service] = plan.services.as_slice()
        && service.replica.is_none()
        && service.http.is_some()
        && service.socket().is_none()
    {
        return Err(is_alone(service).into());
    }
    match (name, &plan.services[0].replica) {
        (Some(name), Some(replica)) if *name != replica.of.as_str() => {
            Err(Problem::error(format!(
                "`{name}` is one of the replicas of `{}`, which are deployed together",
                replica.of
            ))
            .help(format!(
                "deploy them all: `lisplaunch deploy {}`",
                replica.of
            ))
            .help(format!(
                "or start this one again: `lisplaunch restart {name}`"
            ))
            .into())
        }
        _ => Ok(plan),
    }
}

/// How the processes are replaced.
fn replacement<'a>(
    plan: &Plan,
    members: &'a [Member<'a>],
    traffic: Option<&'a Traffic>,
) -> Result<Vec<DeployStep<'a>>, Failure> {
    let service = &plan.services[0];
    let unmanaged = members.iter().find(|member| {
        let stays = member.runs && !service.spare;
        !stays && member.restart.is_none()
    });
    if let Some(member) = unmanaged {
        return Err(Failure::failed([Problem::error(format!(
            "no manager is known that would start `{}`",
            member.name()
        ))
        .help(
            "a replica that does not run is started by supervisord, systemd or OpenRC",
        )]));
    }
    let failed = |problem| Failure::failed([problem]);
    match traffic {
        Some(traffic) if service.spare => {
            let serving = traffic.serving(members).map_err(failed)?;
            Ok(step::with_spare(members, &traffic.upstream, serving))
        }
        Some(traffic) => {
            traffic.former().map_err(failed)?;
            Ok(step::rolling(members, Some(&traffic.upstream)))
        }
        None => {
            if service.http.is_some() && service.socket().is_none() {
                report(&[unsent(service)]);
            }
            Ok(step::rolling(members, None))
        }
    }
}

/// Whether there is an image before for each of the services.
fn check_kept(plan: &Plan) -> Result<(), Failure> {
    for service in &plan.services {
        let Some(core) = &service.core else {
            return Err(Problem::error(format!(
                "`--rollback`: `{}` does not start from a saved image, of which one is kept",
                service.name
            ))
            .help("put back the code that it had and deploy that; or add `core: true`")
            .into());
        };
        if !previous::is_kept(core) {
            return Err(Failure::failed([Problem::error(format!(
                "`--rollback`: there is no image of `{}` before `{}`",
                service.name,
                core.file.resolved()
            ))]));
        }
    }
    Ok(())
}

/// A service that nothing could answer for while it starts again.
fn is_alone(service: &Service) -> Problem {
    Problem::error(format!(
        "requests to `{}` would fail while it starts again: it is one process",
        service.name
    ))
    .help("give it `replicas: 2`, and `spare: true` if only one is to run at a time")
    .help("or let systemd hold its socket: `http.socket`")
    .help("or let them fail: `lisplaunch restart`")
}

fn unsent(service: &Service) -> Problem {
    Problem::warning(format!(
        "a request to `{}` that cannot be repeated may fail while its replica starts again",
        group(service)
    ))
    .help("with `http.upstream` nginx sends none to that replica meanwhile")
}

impl Traffic {
    /// Of the services of a plan that a file of nginx names.
    fn of(
        invocation: &Invocation,
        project: &Project,
        plan: &Plan,
    ) -> Result<Option<Self>, Failure> {
        let Some(upstream) = UpstreamFile::all(&plan.services).pop() else {
            return Ok(None);
        };
        let choice = Choice::new(format::find("nginx")?, false, false)?;
        Ok(Some(Traffic {
            upstream,
            origin: invocation.origin(project, &[], choice, plan)?,
            templates: super::templates(plan)?,
            owners: invocation.owners()?,
        }))
    }
}
