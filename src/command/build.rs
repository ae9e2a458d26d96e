//! `lisplaunch build`: save the images that services start from, and write what they load.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;

use super::printing::Progress;
use super::{Failure, Invocation, as_user, check_single, images, info, install, print, schema};
use crate::argv::{SavedProgram, program};
use crate::cli;
use crate::install::{Readers, RuntimeSite};
use crate::launch;
use crate::live::limits::Deadline;
use crate::plan::Plan;
use crate::plan::core::Core;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::render::Templates;
use crate::saved_core::{self, BuildError, Freshness};

/// How much of what sbcl printed is shown, in lines: the end matters.
const MOST_LINES: usize = 40;

pub(super) fn execute(invocation: &Invocation, arguments: &cli::BuildArgs) -> Result<ExitCode> {
    let project = invocation.project()?;
    let orders = as_user(invocation.orders(&arguments.services.names())?);
    let plan = invocation.plan(&project, &orders)?;
    let templates = super::templates(&plan)?;
    if arguments.check {
        return check(invocation, &plan, &templates);
    }
    if let Some(file) = &arguments.output {
        return execute_program(invocation, &plan, file, &templates);
    }
    let Some(site) = RuntimeSite::of(&plan) else {
        print("no service loads it: `runtime` is `false`\n")?;
        return Ok(ExitCode::SUCCESS);
    };
    let written = install(&plan)?;
    let images = plan.services_with_images();
    for (service, core) in &images {
        build(invocation, service, core, &templates)?;
    }
    // An editor knows what this lisplaunch reads, and not the one that made the project.
    site.write_beside(schema::FILE, &schema::text(), Readers::All)
        .map_err(|problem| Failure::failed([problem]))?;
    let mut lines: String = written
        .iter()
        .map(|file| format!("wrote {}\n", file.display()))
        .collect();
    if lines.is_empty() && images.is_empty() {
        lines = format!("{} is up to date\n", site.file.display());
    }
    print(&lines)?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the program of the one service that is chosen.
fn execute_program(
    invocation: &Invocation,
    plan: &Plan,
    file: &Path,
    templates: &Templates,
) -> Result<ExitCode> {
    let names: Vec<String> = plan
        .services
        .iter()
        .map(|service| service.name.to_string())
        .collect();
    check_single(&names, "`--executable` makes a program of one service").map_err(Failure::from)?;
    let service = &plan.services[0];
    check_runtime(service, "`--executable`").map_err(Failure::from)?;
    install(plan)?;
    let from_file = &service.env_file_variables;
    let keeps = |name: &str| !from_file.contains_key(name);
    let core = Core::standalone(file.to_string_lossy(), service.core.as_ref());
    let program = program(service, &core, keeps, templates).map_err(Failure::from)?;
    build_program(invocation, service, &core, program, file, templates)?;
    Ok(ExitCode::SUCCESS)
}

/// Refuses a service that cannot be a program.
pub(super) fn check_runtime(service: &Service, what: &str) -> Result<(), Problem> {
    if service.runtime.is_some() {
        return Ok(());
    }
    Err(Problem::error(format!(
        "{what} needs lisplaunch's own code in the image, and `runtime` is `false`"
    ))
    .help("remove `runtime: false`"))
}

/// Reports which images are stale.
fn check(invocation: &Invocation, plan: &Plan, templates: &Templates) -> Result<ExitCode> {
    let mut lines = String::new();
    let mut code = ExitCode::SUCCESS;
    for (service, core) in plan.services_with_images() {
        let name = &service.name;
        match images::judge_image(service, core, templates, &invocation.host)? {
            Freshness::Fresh => lines += &format!("{name}: up to date\n"),
            Freshness::Stale(why) => {
                lines += &format!("{name}: stale: {why}\n");
                code = ExitCode::FAILURE;
            }
        }
    }
    print(&lines)?;
    Ok(code)
}

/// Makes the image of a service.
pub(super) fn build(
    invocation: &Invocation,
    service: &Service,
    core: &Core,
    templates: &Templates,
) -> Result<(), Failure> {
    run(invocation, service, &core.file.resolved(), || {
        saved_core::Build::core(service, core, templates, &invocation.host)
    })
}

/// Makes a program of its own of a service.
pub(super) fn build_program(
    invocation: &Invocation,
    service: &Service,
    core: &Core,
    program: SavedProgram,
    file: &Path,
    templates: &Templates,
) -> Result<(), Failure> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    run(invocation, service, &name, || {
        saved_core::Build::program(service, core, program, file, templates, &invocation.host)
    })
}

fn run(
    invocation: &Invocation,
    service: &Service,
    file: &str,
    build: impl FnOnce() -> Result<saved_core::Build, Problem>,
) -> Result<(), Failure> {
    let failed = |problem| Failure::failed([problem]);
    let obstacles = launch::obstacles(service, &invocation.host);
    if !obstacles.is_empty() {
        return Err(Failure::failed(obstacles));
    }
    let started = Instant::now();
    let build = build().map_err(failed)?;
    let mut progress = Progress::of(format!("building {file} …"));
    let built = Deadline::within(|limits| build.run(limits, || progress.show()));
    drop(progress);
    let built = built.map_err(|error| failed(Problem::io("start", Path::new("sbcl"), &error)))?;
    match built {
        Ok(size) => {
            let megabytes = size.div_ceil(1_000_000);
            let seconds = started.elapsed().as_secs_f64();
            info(&format!("built {file}: {megabytes} MB in {seconds:.1} s"));
            Ok(())
        }
        Err(why) => Err(failed(not_built(service, why))),
    }
}

/// Why there is no image; what sbcl printed is shown first.
fn not_built(service: &Service, why: BuildError) -> Problem {
    let name = &service.name;
    let problem = match why {
        BuildError::Problem(problem) => return problem,
        BuildError::Interrupted => {
            Problem::error(format!("interrupted while the image of `{name}` was built"))
        }
        BuildError::Ended(status, messages) => {
            info(&end_of(&messages));
            let problem = Problem::error(format!("the image of `{name}` could not be built"));
            match status.signal() {
                Some(signal) => problem.note(format!(
                    "sbcl was ended by the signal {signal}, as when memory or the disk is full"
                )),
                None => problem,
            }
        }
    };
    problem.help("a file that was there is left as it was")
}

/// The last lines of a text.
fn end_of(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(MOST_LINES)..].join("\n")
}
