//! `lisplaunch run`: become sbcl.

use std::process::ExitCode;

use anyhow::Result;

use super::{Failure, Session, command_line, deliver};
use crate::cli::Run;
use crate::dialect::{Dialect, Printed, Refusal, sh::Sh};
use crate::format::check_env;
use crate::launch;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::word::{Argv, Word};

pub(super) fn execute(session: &Session, arguments: &Run) -> Result<ExitCode> {
    let (plan, service) = session.plan_one(arguments.service.as_ref())?;
    let argv = command_line(&plan, &service, &arguments.arguments)?;
    if arguments.dry_run {
        let owner = format!("the service `{}`", service.name);
        let line = check_env(&owner, &service.env, &argv)
            .and_then(|()| shell_command(&service, &argv).map_err(Problem::from))
            .map_err(Failure::from)?;
        deliver(&line)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut obstacles = launch::obstacles(&service, &session.host);
    obstacles.extend(launch::taken_port(&service, &session.host));
    if !obstacles.is_empty() {
        return Err(Failure::failed(obstacles).into());
    }
    let problem = launch::exec(&service, &argv, &session.host);
    Err(Failure::failed([problem]).into())
}

/// What a person would type to do the same in a shell.
fn shell_command(service: &Service, argv: &Argv) -> Result<String, Refusal> {
    let words = |words: &[Word]| Sh.spell(&Printed::Words(words.to_vec()));
    let mut command = String::new();
    if let Some(umask) = service.umask {
        command += &format!("umask {umask} && ");
    }
    command += &format!(
        "cd -P {} && exec",
        words(std::slice::from_ref(&service.directory))?
    );
    if !service.env.is_empty() {
        command += " env";
    }
    for variable in &service.env {
        let variable = Sh.spell(&Printed::Environment(vec![variable.clone()]))?;
        command += &format!(" \\\n  {variable}");
    }
    for line in &argv.0 {
        command += &format!(" \\\n  {}", words(&line.words)?);
    }
    Ok(command + "\n")
}
