//! `lisplaunch exec`: forms in a fresh image with the code of the service.

use std::process::ExitCode;

use anyhow::{Context, Result};

use super::eval::{self, EvaluationRecorder};
use super::{Failure, Invocation, deliver, print, report};
use crate::argv::trial_argv;
use crate::cli::evaluation::{EvaluationArgs, ExecArgs};
use crate::job::{Job, JobEnd};
use crate::launch;
use crate::live::reload::fresh::Workplace;
use crate::live::signals::Signals;
use crate::live::swank::{Evaluation, Unheard};
use crate::output;
use crate::plan::Plan;
use crate::plan::service::Service;
use crate::problem::Problem;

pub(super) fn execute(invocation: &Invocation, arguments: &ExecArgs) -> Result<ExitCode> {
    let asked = &arguments.forms;
    let least = usize::from(asked.file.is_none());
    let words = (asked.words.as_slice(), &asked.service);
    let others = least..=usize::MAX;
    let orders = invocation.orders(&[])?;
    let (plan, words) = invocation.plan_for(&invocation.project()?, words, &others, orders)?;
    let forms = eval::forms::read(words, asked.file.as_deref()).map_err(Failure::from)?;
    let package = eval::package(asked.package.as_ref(), &plan.services[0]);
    run(invocation, &plan, &forms, &package, asked.manner)
}

/// Evaluates forms in a fresh image with the code of the one service of `plan`.
pub(super) fn run(
    invocation: &Invocation,
    plan: &Plan,
    forms: &str,
    package: &str,
    manner: EvaluationArgs,
) -> Result<ExitCode> {
    let evaluation = &eval::evaluation(forms, package, manner);
    let json = manner.json;
    let service = &plan.services[0];
    let failed = |problem: Problem| Failure::failed([problem]);
    let obstacles = launch::obstacles(service, &invocation.host);
    if !obstacles.is_empty() {
        return Err(Failure::failed(obstacles).into());
    }
    let folder = output::temporary_folder().map_err(failed)?;
    let job = Job {
        service,
        evaluation,
        place: Workplace(folder.path()),
        recorded: json,
    };
    let cannot = |error| failed(Problem::cannot("evaluate the forms", &error));
    let trial = job.prepare().map_err(cannot)?;
    let argv = trial_argv(service, &trial, &super::templates(plan)?).map_err(Failure::from)?;
    let mut command = launch::command(service, &argv, &invocation.host).map_err(failed)?;
    let signals = Signals::catch().context("cannot catch signals")?;
    if !json {
        // Where standard output is closed its values would be lost.
        deliver("")?;
        let ended = job
            .run(&mut command, &signals, &mut Unheard)
            .map_err(cannot)?;
        let (problem, code) = conclude(service, evaluation, &ended, &signals);
        report(problem.as_slice());
        return Ok(code);
    }
    let mut recorder = EvaluationRecorder::default();
    let ended = job
        .run(&mut command, &signals, &mut recorder)
        .map_err(cannot)?;
    let (problem, code) = conclude(service, evaluation, &ended, &signals);
    let message = problem.as_ref().map_or("", Problem::message);
    let answer = match &ended {
        JobEnd::Evaluated(Ok(answer)) => Some(answer),
        _ => None,
    };
    print(&recorder.object(answer, message)?)?;
    Ok(code)
}

/// What a person reads of how a job ended, and its exit code.
fn conclude(
    service: &Service,
    evaluation: &Evaluation<'_>,
    ended: &JobEnd,
    signals: &Signals,
) -> (Option<Problem>, ExitCode) {
    let name = &service.name;
    match ended {
        JobEnd::Evaluated(ended) => (
            eval::problem(service, evaluation, ended),
            eval::exit_code(ended, signals),
        ),
        JobEnd::NotLoaded { condition, message } => {
            let problem = Problem::error(format!(
                "the code of the service `{name}` cannot be loaded: `{condition}`"
            ));
            (Some(problem.note(message)), ExitCode::FAILURE)
        }
        // A form may exit the image: that is its own affair.
        JobEnd::Left {
            status,
            loaded: true,
        } if status.code().is_some() => {
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            (None, code.unwrap_or(u8::MAX).into())
        }
        JobEnd::Left { status, loaded } => {
            let when = if *loaded {
                "while it evaluated"
            } else {
                "while it loaded the code"
            };
            let problem = Problem::error(format!(
                "the image of the service `{name}` has ended {when}: {status}"
            ));
            (Some(problem), ExitCode::FAILURE)
        }
    }
}
