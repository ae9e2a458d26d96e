//! `lisplaunch install`: give the services to a manager, and return when they are ready.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::managed::Managed;
use super::steps::{self, FailedStep};
use super::{Failure, Invocation, UNANSWERED, info};
use crate::cli::live::ConnectionArgs;
use crate::cli::manager::InstallArgs;
use crate::host::Host;
use crate::live::finding::Overrides;
use crate::live::report::ServiceReport;
use crate::live::state::State;
use crate::live::waiting::until_started;
use crate::output;
use crate::plan::ready;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::service_manager::ServiceManager;

/// How often the manager is asked about a service that reports nothing.
const LOOK: Duration = Duration::from_secs(2);

pub(super) fn execute(invocation: &Invocation, arguments: &InstallArgs) -> Result<ExitCode> {
    let orders = invocation.orders(&arguments.services.names())?;
    let managed = invocation.managed(&arguments.manager, arguments.indirect, orders)?;
    let owners = invocation.owners().map_err(Failure::from)?;
    let failed = |problem| Failure::failed([problem]);
    let targets = managed.files.iter().map(|placed| &placed.target);
    output::check(targets, arguments.force, &owners).map_err(failed)?;
    if !arguments.force {
        managed.refuse_other_projects(
            "give one of the two another `name`, or `--force` to replace it",
        )?;
    }
    if arguments.services.names().is_empty() {
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
        info("nothing has changed: the files are as they should be, and the services are started");
    }
    if arguments.manager.dry_run {
        steps::show(&steps)?;
        return Ok(ExitCode::SUCCESS);
    }
    if !choice.indirect {
        super::install(&plan)?;
    }
    let installing = Installing {
        services: &plan.services,
        manager: manager.as_ref(),
        host: &invocation.host,
        overrides: invocation.overrides(&ConnectionArgs::default())?,
    };
    let before = installing.reports(&installing.answering())?;
    steps::perform(&steps, arguments.force, &owners)
        .map_err(|stopped| installing.with_last_words(stopped))?;
    let code = installing.wait(&before, arguments.wait)?;
    if let Some(remark) = manager.remark().filter(|_| !steps.is_empty()) {
        info(&remark);
    }
    Ok(code)
}

/// Services that a manager has been given.
struct Installing<'a> {
    services: &'a [Service],
    manager: &'a dyn ServiceManager,
    host: &'a Host,
    overrides: Overrides,
}

impl Installing<'_> {
    /// Waits until all services are ready that can be asked, which were as in `before`.
    fn wait(&self, before: &[ServiceReport], wait: Option<Duration>) -> Result<ExitCode> {
        let deadline = Instant::now() + wait.unwrap_or_else(|| self.patience());
        let asked = self.answering();
        let mut looked = Instant::now();
        let ask = || -> Result<Vec<ServiceReport>, Failure> {
            let reports = self.reports(&asked)?;
            if looked.elapsed() > LOOK {
                looked = Instant::now();
                self.refuse_given_up(&asked, &reports)?;
            }
            Ok(reports)
        };
        until_started(before, deadline, ask, info)?;
        self.conclude()
    }

    /// Those that can be asked whether they are ready.
    fn answering(&self) -> Vec<Service> {
        let answering = |service: &&Service| service.swank.is_some() || service.runtime.is_some();
        self.services.iter().filter(answering).cloned().collect()
    }

    fn reports(&self, services: &[Service]) -> Result<Vec<ServiceReport>, Failure> {
        Ok(ServiceReport::of_all(services, &self.overrides, self.host)?)
    }

    /// A service whose process never came so far that it could report anything never gets ready
    /// once its manager does not start it any more.
    fn refuse_given_up(
        &self,
        services: &[Service],
        reports: &[ServiceReport],
    ) -> Result<(), Failure> {
        let down = services.iter().zip(reports);
        let mut down = down.filter(|(_, report)| report.state == State::Down);
        let problem = down.find_map(|(service, _)| {
            let reason = self.manager.given_up(service)?;
            Some(Problem::error(format!(
                "the service `{}` was given up by its manager: {reason}",
                service.name
            )))
        });
        problem.map_or(Ok(()), |problem| Err(Failure::unanswered(problem)))
    }

    /// How it went.
    fn conclude(&self) -> Result<ExitCode> {
        let mut problems = Vec::new();
        for (service, report) in self.services.iter().zip(&self.reports(self.services)?) {
            match report.state {
                state if state.is_ready() => info(&ready_line(report)),
                State::Unknown => info(&format!(
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

    /// The longest that one of them takes by its own account.
    fn patience(&self) -> Duration {
        let services = self.services.iter();
        let timeouts = services.map(|service| ready::timeout(service.ready.as_ref()).0);
        Duration::from_secs(timeouts.max().unwrap_or_default())
    }

    /// A manager may notice before anyone else that a service does not start.
    fn with_last_words(&self, stopped: FailedStep) -> Failure {
        let mut problems = vec![stopped.problem];
        if stopped.starts {
            let reports = self.reports(self.services).unwrap_or_default();
            let failed = self.services.iter().zip(&reports).filter(|(_, report)| {
                matches!(report.state, State::Failed | State::Crashed | State::Other)
            });
            problems.extend(failed.map(|(service, report)| self.not_ready(service, report)));
        }
        Failure::failed(problems)
    }

    fn not_ready(&self, service: &Service, report: &ServiceReport) -> Problem {
        let problem = Problem::error(format!(
            "the service `{}` is not ready: it is {}",
            service.name,
            report.state.word()
        ));
        let said = report.note.as_ref().or(report.error.as_ref());
        self.with_log(said.into_iter().fold(problem, Problem::note), service)
    }

    /// Points to the log, where there may be more.
    fn with_log(&self, problem: Problem, service: &Service) -> Problem {
        match (&service.log, self.manager.log(service)) {
            (Some(log), _) => problem.help(format!("its log is `{}`", log.file.resolved())),
            (None, Some(call)) => problem.help(format!("`{call}` prints what it wrote")),
            (None, None) => problem,
        }
    }
}

fn ready_line(report: &ServiceReport) -> String {
    let pid = report
        .pid
        .map_or(String::new(), |pid| format!(", pid {pid}"));
    format!("`{}` is {}{pid}", report.service, report.state.word())
}
