//! `lisplaunch run`: become sbcl.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anyhow::Result;

use super::{Failure, Invocation, deliver, images, info, install};
use crate::argv::{argv, debug_argv, source_argv};
use crate::cli::RunArgs;
use crate::dialect::{Dialect, Printed, Refusal, sh::Sh};
use crate::format::check_env;
use crate::launch;
use crate::plan::Plan;
use crate::plan::core::{Core, Stale};
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::saved_core::Freshness;
use crate::word::{Argv, Word};

pub(super) fn execute(invocation: &Invocation, arguments: &RunArgs) -> Result<ExitCode> {
    if arguments.until_parent_ends {
        launch::end_with_parent();
    }
    let (plan, service) = invocation.plan_one(arguments.service.name())?;
    if arguments.debug && !arguments.dry_run {
        check_terminal().map_err(Failure::from)?;
    }
    let argv = command_line(invocation, &plan, &service, arguments)?;
    if arguments.dry_run {
        let owner = format!("the service `{}`", service.name);
        check_env(&owner, &service.env, &argv).map_err(Failure::from)?;
        let command = if arguments.explain {
            explained_command(&service, &argv)
        } else {
            shell_command(&service, &argv)
        };
        deliver(&command.map_err(Problem::from).map_err(Failure::from)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut obstacles = launch::obstacles(&service, &invocation.host);
    obstacles.extend(launch::taken_port(&service, &invocation.host));
    if !obstacles.is_empty() {
        return Err(Failure::failed(obstacles).into());
    }
    let problem = launch::exec(&service, &argv, &invocation.host);
    Err(Failure::failed([problem]).into())
}

/// The debugger waits for a person, for ever where there is none.
fn check_terminal() -> Result<(), Problem> {
    let streams = [
        ("standard input", io::stdin().is_terminal()),
        ("standard output", io::stdout().is_terminal()),
    ];
    match streams.iter().find(|(_, is_terminal)| !is_terminal) {
        None => Ok(()),
        Some((name, _)) => Err(Problem::error(format!(
            "`--debug` needs a terminal, and {name} is not one"
        ))
        .help("it is for interactive use: leave it out where a manager starts the service")),
    }
}

/// The command line to start; what it loads is there.
fn command_line(
    invocation: &Invocation,
    plan: &Plan,
    service: &Service,
    arguments: &RunArgs,
) -> Result<Argv, Failure> {
    let templates = super::templates(plan)?;
    let words = &arguments.arguments;
    let argv = if arguments.debug {
        debug_argv(service, words, &templates)?
    } else if arguments.from_source {
        source_argv(service, words, &templates)?
    } else {
        argv(service, words, &templates)?
    };
    install(plan)?;
    match &service.core {
        Some(core) if !(arguments.debug || arguments.from_source) => {
            startable(plan, service, core, argv, arguments, invocation)
        }
        _ => Ok(argv),
    }
}

/// The command line to start, which is that of the sources where the image is stale.
fn startable(
    plan: &Plan,
    service: &Service,
    core: &Core,
    argv: Argv,
    arguments: &RunArgs,
    invocation: &Invocation,
) -> Result<Argv, Failure> {
    let templates = super::templates(plan)?;
    let judged = images::judge_image(service, core, &templates, &invocation.host)?;
    let Freshness::Stale(why) = judged else {
        return Ok(argv);
    };
    let name = &service.name;
    match core.stale {
        Stale::Source => {
            info(&format!(
                "lisplaunch: {name}: the saved image is stale: {why}; loading the sources. \
                 `lisplaunch build` rebuilds it"
            ));
            Ok(source_argv(service, &arguments.arguments, &templates)?)
        }
        // The image itself reports that it is stale.
        Stale::Use if why.is_startable() => Ok(argv),
        Stale::Use | Stale::Refuse => Err(Failure::failed([Problem::error(format!(
            "the saved image of `{name}` is stale: {why}"
        ))
        .help("`lisplaunch build` rebuilds it; `run --from-source` starts without it")])),
    }
}

/// What a person would type to do the same in a shell.
fn shell_command(service: &Service, argv: &Argv) -> Result<String, Refusal> {
    let mut command = String::new();
    if let Some(umask) = service.umask {
        command += &format!("umask {umask} && ");
    }
    command += &format!("cd -P {} && exec", directory(service)?);
    command += &environment(service)?;
    for line in &argv.0 {
        command += &format!(" \\\n  {}", words(&line.words)?);
    }
    Ok(command + "\n")
}

/// The same word by word, with what each is for: a comment cannot be within one command.
fn explained_command(service: &Service, argv: &Argv) -> Result<String, Refusal> {
    let mut script = String::new();
    if let Some(umask) = service.umask {
        script += &format!("# umask: permissions that new files lack\numask {umask}\n");
    }
    script += &format!(
        "# directory: where the process works\ncd -P {} || exit\n",
        directory(service)?
    );
    for (index, line) in argv.0.iter().enumerate() {
        if let Some(remark) = &line.remark {
            script += &format!("# {remark}\n");
        }
        let before = if index == 0 { "" } else { "\"$@\" " };
        script += &format!("set -- {before}{}\n", words(&line.words)?);
    }
    if !service.env.is_empty() {
        script += "# env, env-file: what its environment has besides\n";
    }
    Ok(script + "exec" + &environment(service)? + " \"$@\"\n")
}

fn words(words: &[Word]) -> Result<String, Refusal> {
    Sh.spell(&Printed::Words(words.to_vec()))
}

fn directory(service: &Service) -> Result<String, Refusal> {
    words(std::slice::from_ref(&service.directory))
}

/// The `env` that sets the variables of the service, if it has any.
fn environment(service: &Service) -> Result<String, Refusal> {
    let mut env = String::new();
    if !service.env.is_empty() {
        env += " env";
    }
    for variable in &service.env {
        let variable = Sh.spell(&Printed::Environment(vec![variable.clone()]))?;
        env += &format!(" \\\n  {variable}");
    }
    Ok(env)
}
