//! `lisplaunch logs`: what the service has written.

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use anyhow::Result;

use super::{Failure, Invocation};
use crate::cli::everyday::LogsArgs;
use crate::cli::live::ConnectionArgs;
use crate::live::found::LastKnown;
use crate::live::log::{LogEnd, LogOutput, LogRequest};
use crate::problem::Problem;
use crate::terminal;

pub(super) fn execute(invocation: &Invocation, arguments: &LogsArgs) -> Result<ExitCode> {
    let project = invocation.project()?;
    let name = arguments.service.name();
    let (_, service) = invocation.plan_one_of(&project, name, invocation.choices(&[]))?;
    let overrides = invocation.overrides(&ConnectionArgs::default())?;
    let known = LastKnown::of(&service, &overrides, &invocation.host);
    let failed = |problem| Failure::failed([problem]);
    let source = LogOutput::of(&service, &known).map_err(failed)?;
    let wanted = LogRequest {
        lines: arguments.lines,
        follow: arguments.follow,
    };
    let mut stdout = io::stdout().lock();
    let mut print = |line: &str| terminal::write(&mut stdout, &format!("{line}\n"));
    match source.read(wanted, &mut print) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        // The rest is not wanted.
        Err(LogEnd::Taking(error)) if error.kind() == ErrorKind::BrokenPipe => {
            Ok(ExitCode::SUCCESS)
        }
        Err(LogEnd::Taking(error)) => {
            Err(failed(Problem::cannot("write to standard output", &error)).into())
        }
        Err(LogEnd::Log(problem)) => Err(failed(problem).into()),
    }
}
