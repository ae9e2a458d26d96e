//! `lisplaunch install`: give the services to a manager, and return when they are ready.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::managed::Managed;
use super::steps::{self, Stopped};
use super::{Failure, Session, UNANSWERED, tell};
use crate::cli::live::Connection;
use crate::cli::manager::Install;
use crate::live::report::Report;
use crate::live::state::State;
use crate::live::waiting::until_ready;
use crate::output;
use crate::plan::ready;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::service_manager::ServiceManager;

pub(super) fn execute(session: &Session, arguments: &Install) -> Result<ExitCode> {
    let orders = session.orders(&arguments.services)?;
    let managed = session.managed(&arguments.manager, arguments.indirect, orders)?;
    let owners = session.owners().map_err(Failure::from)?;
    let failed = |problem| Failure::failed([problem]);
    let targets = managed.files.iter().map(|placed| &placed.target);
    output::check(targets, arguments.force, &owners).map_err(failed)?;
    if !arguments.force {
        managed.refuse_other_projects(
            "give one of the two another `name`, or `--force` to replace it",
        )?;
    }
    if arguments.services.is_empty() {
        managed.warn_of_siblings();
    }
    let Managed {
        plan,
        choice,
        manager,
        files,
    } = managed;
    let steps = manager
        .install(files, arguments.manager.dry_run)
        .map_err(failed)?;
    if steps.is_empty() {
        tell("nothing has changed: the files are as they should be, and the services are started");
    }
    if arguments.manager.dry_run {
        steps::show(&steps)?;
        return Ok(ExitCode::SUCCESS);
    }
    if !choice.indirect {
        super::install(&plan)?;
    }
    let installing = Installing {
        session,
        services: &plan.services,
        manager: manager.as_ref(),
    };
    steps::perform(&steps, arguments.force, &owners)
        .map_err(|stopped| installing.with_last_words(stopped))?;
    let code = installing.wait(arguments.wait)?;
    if let Some(remark) = manager.remark().filter(|_| !steps.is_empty()) {
        tell(&remark);
    }
    Ok(code)
}

/// Services that a manager has been given.
struct Installing<'a> {
    session: &'a Session,
    services: &'a [Service],
    manager: &'a dyn ServiceManager,
}

impl Installing<'_> {
    /// Waits until all services are ready that can be asked.
    fn wait(&self, wait: Option<Duration>) -> Result<ExitCode> {
        let reports = self.reports(wait.unwrap_or_else(|| self.patience()))?;
        let mut problems = Vec::new();
        for (service, report) in self.services.iter().zip(&reports) {
            match report.state {
                state if state.is_ready() => tell(&ready_line(report)),
                State::Unknown => tell(&format!(
                    "`{}` is started, and cannot be asked whether it is ready",
                    service.name
                )),
                _ => problems.push(self.not_ready(service, report)),
            }
        }
        if problems.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        Err(Failure {
            problems,
            code: UNANSWERED,
        }
        .into())
    }

    /// How the services are, once they are ready or it is too late. One that has neither a swank
    /// server nor the runtime is not waited for.
    fn reports(&self, wait: Duration) -> Result<Vec<Report>, Failure> {
        let overrides = self.session.overrides(&Connection::default())?;
        let ask = |services: &[Service]| Report::of_all(services, &overrides, &self.session.host);
        let answering = |service: &&Service| service.swank.is_some() || service.runtime.is_some();
        let asked: Vec<Service> = self.services.iter().filter(answering).cloned().collect();
        until_ready(Instant::now() + wait, || ask(&asked), tell)?;
        Ok(ask(self.services)?)
    }

    /// The longest that one of them takes by its own account.
    fn patience(&self) -> Duration {
        let timeouts = self.services.iter().map(|service| match &service.ready {
            Some(ready) => ready.timeout,
            None => ready::default_timeout(),
        });
        Duration::from_secs(timeouts.map(|timeout| timeout.0).max().unwrap_or_default())
    }

    /// A manager may notice before anyone else that a service does not start.
    fn with_last_words(&self, stopped: Stopped) -> Failure {
        let mut problems = vec![stopped.problem];
        if stopped.starts {
            let reports = self.reports(Duration::ZERO).unwrap_or_default();
            let failed = self.services.iter().zip(&reports).filter(|(_, report)| {
                matches!(report.state, State::Failed | State::Crashed | State::Other)
            });
            problems.extend(failed.map(|(service, report)| self.not_ready(service, report)));
        }
        Failure::failed(problems)
    }

    fn not_ready(&self, service: &Service, report: &Report) -> Problem {
        let problem = Problem::error(format!(
            "the service `{}` is not ready: it is {}",
            service.name,
            report.state.word()
        ));
        let said = report.note.as_ref().or(report.error.as_ref());
        let problem = said.into_iter().fold(problem, Problem::note);
        match (&service.log, self.manager.log(service)) {
            (Some(log), _) => problem.help(format!("its log is `{}`", log.file.resolved())),
            (None, Some(call)) => problem.help(format!("`{call}` prints what it wrote")),
            (None, None) => problem,
        }
    }
}

fn ready_line(report: &Report) -> String {
    let pid = report
        .pid
        .map_or(String::new(), |pid| format!(", pid {pid}"));
    format!("`{}` is {}{pid}", report.service, report.state.word())
}
