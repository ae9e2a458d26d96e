//! Waiting until services are ready, as long as there is hope.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::report::ServiceReport;
use super::state::State;

/// How often they are asked.
const AGAIN: Duration = Duration::from_millis(200);

/// How long something may take to start a service whose last start failed before the wait.
const RETRY: Duration = Duration::from_secs(3);

/// How long a service that has been started may take until it says so itself: a new release of
/// lisplaunch compiles its own code before.
const FIRST_WORD: Duration = Duration::from_secs(30);

/// A wait for one service.
struct Watch {
    /// The process, running or not, that the service had when the wait began.
    first: Option<(u32, Option<u64>)>,
    /// Whether a process has been seen on its way to be ready.
    came: bool,
    /// What was printed about it last.
    said: Option<(State, Option<String>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Readiness {
    Ready,
    Wait,
    Hopeless,
}

/// Asks until all services are ready, until one cannot get ready any more, or until `deadline`.
/// Each change is printed.
///
/// A start that fails during the wait ends it. One that failed before does so only when nothing
/// starts the service again in time; a service that was stopped, or has never been started, is
/// waited for.
///
/// # Errors
/// Those of `ask`.
pub fn until_ready<E>(
    deadline: Instant,
    mut ask: impl FnMut() -> Result<Vec<ServiceReport>, E>,
    info: impl Fn(&str),
) -> Result<Vec<ServiceReport>, E> {
    let reports = ask()?;
    let watches = reports.iter().map(Watch::new).collect();
    wait(watches, reports, RETRY, deadline, ask, info)
}

/// The same for services that have been started since they were as in `before`.
///
/// # Errors
/// Those of `ask`.
pub fn until_started<E>(
    before: &[ServiceReport],
    deadline: Instant,
    mut ask: impl FnMut() -> Result<Vec<ServiceReport>, E>,
    info: impl Fn(&str),
) -> Result<Vec<ServiceReport>, E> {
    let reports = ask()?;
    let watches = before.iter().map(Watch::new).collect();
    wait(watches, reports, FIRST_WORD, deadline, ask, info)
}

fn wait<E>(
    mut watches: Vec<Watch>,
    mut reports: Vec<ServiceReport>,
    retry: Duration,
    deadline: Instant,
    mut ask: impl FnMut() -> Result<Vec<ServiceReport>, E>,
    info: impl Fn(&str),
) -> Result<Vec<ServiceReport>, E> {
    let begun = Instant::now();
    loop {
        let retries = begun.elapsed() < retry;
        let verdicts: Vec<Readiness> = watches
            .iter_mut()
            .zip(&reports)
            .map(|(watch, report)| watch.judge(report, retries))
            .collect();
        let done = verdicts.iter().all(|verdict| *verdict == Readiness::Ready)
            || verdicts.contains(&Readiness::Hopeless);
        if done || Instant::now() >= deadline {
            return Ok(reports);
        }
        for (watch, report) in watches.iter_mut().zip(&reports) {
            watch.info(report, &info);
        }
        sleep(AGAIN);
        reports = ask()?;
    }
}

impl Watch {
    fn new(report: &ServiceReport) -> Self {
        Watch {
            first: process(report),
            came: false,
            said: None,
        }
    }

    /// `retry` says whether something may still start it again.
    fn judge(&mut self, report: &ServiceReport, retry: bool) -> Readiness {
        let on_its_way = matches!(report.state, State::Loading | State::Starting);
        self.came |= on_its_way || (report.pid.is_some() && process(report) != self.first);
        match report.state {
            State::Ready | State::Up => Readiness::Ready,
            State::Unknown => Readiness::Hopeless,
            State::Failed | State::Crashed | State::Down if self.came => Readiness::Hopeless,
            State::Failed | State::Crashed | State::Other if !retry => Readiness::Hopeless,
            _ => Readiness::Wait,
        }
    }

    fn info(&mut self, report: &ServiceReport, info: impl Fn(&str)) {
        let now = (report.state, report.note.clone());
        if report.state.is_ready() || self.said.as_ref() == Some(&now) {
            return;
        }
        let note = report
            .note
            .as_ref()
            .map_or(String::new(), |note| format!(": {note}"));
        info(&format!(
            "waiting for `{}`: {}{note}",
            report.service,
            report.state.word()
        ));
        self.said = Some(now);
    }
}

fn process(report: &ServiceReport) -> Option<(u32, Option<u64>)> {
    Some((report.pid?, report.started))
}
