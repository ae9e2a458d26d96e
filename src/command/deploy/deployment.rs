//! A deployment under way: its steps are taken one after the other, and where one fails what runs
//! goes on.

use std::time::{Duration, Instant};

use super::member::{Member, reach};
use super::step::DeployStep;
use super::story::Story;
use super::traffic::{Traffic, drain};
use super::waiting::Wait;
use crate::command::{Failure, Invocation, build, info, reload, report, restart, templates};
use crate::live::finding::Overrides;
use crate::live::report::ServiceReport;
use crate::live::state::State;
use crate::live::waiting::until_started;
use crate::plan::{Plan, ready};
use crate::problem::Problem;
use crate::saved_core::previous;

/// A deployment under way.
pub(super) struct Deployment<'a> {
    pub(super) invocation: &'a Invocation,
    pub(super) plan: &'a Plan,
    pub(super) overrides: Overrides,
    pub(super) traffic: Option<&'a Traffic>,
    pub(super) wait: Wait<'a>,
    /// How long a process may take to be ready, where that is set.
    pub(super) patience: Option<Duration>,
}

impl Deployment<'_> {
    /// Takes the steps up to the first that fails.
    pub(super) fn perform(
        &self,
        steps: &[DeployStep<'_>],
        story: &mut Story,
    ) -> Result<(), Failure> {
        for (index, step) in steps.iter().enumerate() {
            info(&step.to_string());
            let done = self
                .wait
                .check()
                .map_err(|problem| Failure::failed([problem]));
            let done = done.and_then(|()| self.take(step, story));
            if let Err(mut failure) = done {
                if let Err(failure) = self.undo(steps, index, story) {
                    report(&failure.problems);
                }
                let problem = failure.problems.pop();
                failure
                    .problems
                    .extend(problem.map(|problem| with_rest(problem, &steps[index..])));
                return Err(failure);
            }
            story.steps.push(step.to_string());
        }
        Ok(())
    }

    fn take(&self, step: &DeployStep<'_>, story: &mut Story) -> Result<(), Failure> {
        let failed = |problem| Failure::failed([problem]);
        match step {
            DeployStep::Try(_) => reload::try_code(self.invocation, self.plan, self.wait.limits),
            DeployStep::Build(member, core) => {
                let templates = templates(self.plan)?;
                build::build(self.invocation, member.service, core, &templates)
            }
            DeployStep::PutBack(_, core) => previous::put_back(core).map_err(failed),
            DeployStep::Start(member) => {
                self.start(member)?;
                story.started.push(member.name().to_string());
                Ok(())
            }
            DeployStep::Send(_, members) => match self.traffic {
                Some(traffic) => traffic.send_to(members, &self.wait).map_err(failed),
                None => Ok(()),
            },
            DeployStep::Drain(member) => drain(member, &self.wait).map_err(failed),
            DeployStep::Stop(member) => {
                self.stop(member)?;
                story.stopped.push(member.name().to_string());
                Ok(())
            }
        }
    }

    /// Starts it, or starts it again, and waits until it is ready.
    fn start(&self, member: &Member<'_>) -> Result<(), Failure> {
        let before = self.reports(member)?;
        let begun = self.begin(member);
        let patience = ready::timeout(member.service.ready.as_ref()).0;
        let patience = self.patience.unwrap_or(Duration::from_secs(patience));
        let ask = || {
            self.wait.check()?;
            self.reports(member)
        };
        let reports = match &begun {
            Ok(()) => until_started(&before, Instant::now() + patience, ask, info),
            Err(_) => ask(),
        };
        let reports = reports.map_err(|problem| Failure::failed([problem]))?;
        match reports.first() {
            Some(report) if begun.is_ok() && report.state.is_ready() => Ok(()),
            report => Err(not_ready(member, report, begun.as_ref().err())),
        }
    }

    fn begin(&self, member: &Member<'_>) -> Result<(), Problem> {
        let reached = reach(self.invocation, member.service, &self.overrides);
        // One that does not run is known to its manager alone.
        let by_manager = member.restart.as_ref();
        if let Some(call) = by_manager.filter(|_| member.service.spare || reached.is_err()) {
            return call.run().map(|_| ());
        }
        let name = member.name().to_string();
        let begun = reached
            .map_err(anyhow::Error::from)
            .and_then(|reached| restart::begin(self.invocation, Some(&name), reached));
        begun.map_err(|error| match error.downcast::<Failure>() {
            Ok(mut failure) => failure.problems.remove(0),
            Err(error) => Problem::error(format!("{error:#}")),
        })
    }

    /// Stops it for good. It may have left by itself.
    fn stop(&self, member: &Member<'_>) -> Result<(), Failure> {
        let Some(call) = &member.stop else {
            return Ok(());
        };
        let stopped = call.run();
        let report = self.reports(member)?;
        let gone = |report: &ServiceReport| {
            matches!(report.state, State::Down | State::Failed | State::Crashed)
        };
        match stopped {
            Err(problem) if !report.first().is_some_and(gone) => Err(Failure::failed([problem])),
            _ => Ok(()),
        }
    }

    fn reports(&self, member: &Member<'_>) -> Result<Vec<ServiceReport>, Problem> {
        let services = std::slice::from_ref(member.service);
        ServiceReport::of_all(services, &self.overrides, &self.invocation.host)
    }

    /// Goes back behind the step of this index, which has failed: the images are those of before
    /// where no process runs with the new ones, and one that was started does not go on with it.
    fn undo(&self, steps: &[DeployStep<'_>], index: usize, story: &Story) -> Result<(), Failure> {
        let put_back = put_back(&steps[..index], story)?;
        match &steps[..=index] {
            [.., DeployStep::Start(started)]
            | [.., DeployStep::Start(started), DeployStep::Send(..)]
                if started.service.spare =>
            {
                info(&DeployStep::Stop(started).to_string());
                self.stop(started)
            }
            [.., start @ DeployStep::Start(started)] if put_back => {
                info(&start.to_string());
                self.start(started)?;
                // The last step is the one in which nginx is sent to all of them.
                match steps.last() {
                    Some(all @ DeployStep::Send(..)) => {
                        info(&all.to_string());
                        self.take(all, &mut story.clone())
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

/// Puts back the images of before for those that were not started with the new ones; returns
/// whether there are any.
fn put_back(steps: &[DeployStep<'_>], story: &Story) -> Result<bool, Failure> {
    let failed = |problem| Failure::failed([problem]);
    let mut any = false;
    for step in steps {
        let (DeployStep::Build(member, core) | DeployStep::PutBack(member, core)) = step else {
            continue;
        };
        if story.started.contains(&member.name().to_string()) || !previous::is_kept(core) {
            continue;
        }
        info(&DeployStep::PutBack(member, core).to_string());
        previous::put_back(core).map_err(failed)?;
        if let DeployStep::Build(..) = step {
            // It is not to be gone back to.
            previous::forget(core).map_err(failed)?;
        }
        any = true;
    }
    Ok(any)
}

fn not_ready(
    member: &Member<'_>,
    report: Option<&ServiceReport>,
    begun: Option<&Problem>,
) -> Failure {
    let state = report.map_or("gone", |report| report.state.word());
    let problem = Problem::error(format!(
        "`{}` did not get ready with the new code: it is {state}",
        member.name()
    ));
    let said = report.and_then(|report| report.note.as_ref().or(report.error.as_ref()));
    let problem = said.into_iter().fold(problem, Problem::note);
    let manager = begun.map(Problem::message);
    Failure::failed([manager.into_iter().fold(problem, Problem::note)])
}

/// Lists the steps that were not taken.
fn with_rest(problem: Problem, steps: &[DeployStep<'_>]) -> Problem {
    let left = steps.iter().map(|step| format!("not done: {step}"));
    left.fold(problem, Problem::note)
        .help("what runs goes on with the code that it has; deploy again once that is right")
}
