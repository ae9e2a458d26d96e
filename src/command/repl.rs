//! `lisplaunch repl`.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};

use super::live::connect;
use super::{Failure, Invocation};
use crate::cli::live::ReplArgs;
use crate::live::repl::{self, ReplEnd, ReplTarget};
use crate::live::signals::Signals;
use crate::live::swank::Timeouts;

/// A person waits for what completes a symbol.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    answer: Duration::from_secs(2),
    grace: Duration::from_secs(5),
};

pub(super) fn execute(invocation: &Invocation, arguments: &ReplArgs) -> Result<ExitCode> {
    let running = invocation.running(arguments.service.name(), &arguments.connection)?;
    let package = arguments.package.as_ref();
    let image = ReplTarget {
        service: running.service.name.to_string(),
        package: package.or(running.service.package.as_ref()).cloned(),
        client: connect(&running, TIMEOUTS)?,
        signals: Signals::catch_in_evaluations().context("cannot catch signals")?,
        connect: Box::new(move || running.connect(TIMEOUTS).map(|connected| connected.client)),
    };
    let stdin = io::stdin();
    let ended = if stdin.is_terminal() {
        repl::prompt(image)
    } else {
        repl::feed(image, stdin.lock())
    };
    match ended {
        Ok(()) | Err(ReplEnd::Unread) => Ok(ExitCode::SUCCESS),
        Err(ReplEnd::Failed(problem)) => Err(Failure::failed([problem]).into()),
        Err(ReplEnd::Wrong(problem)) => Err(Failure::usage([problem]).into()),
        Err(ReplEnd::Lost(problem)) => Err(Failure::unanswered(problem).into()),
    }
}
