//! The subcommands, one file each: glue between the command line and the parts.

mod again;
mod argv;
mod build;
mod check;
mod commands;
mod completions;
mod connect;
mod deploy;
mod doctor;
mod emacs;
mod emit;
mod emitted;
mod eval;
mod exec;
mod images;
mod import;
mod init;
mod install;
mod list;
mod live;
mod logs;
mod man;
mod managed;
mod pid;
mod printing;
mod reached;
mod release;
mod reload;
mod repl;
mod restart;
mod run;
mod schema;
mod show;
mod status;
mod steps;
mod stop;
mod templates;
mod tmux;
mod uninstall;
mod up;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;

use crate::cli::selection::Selection;
use crate::cli::{Cli, Command};
use crate::host::Host;
use crate::install::{Readers, RuntimeSite};
use crate::plan::service::Service;
use crate::plan::{self, Choices, Plan};
use crate::problem::Problem;
use crate::project::Project;
use crate::project::find::{ProjectSearch, find};
use crate::render::{Folders, Templates};
use crate::saved_core::recipe;
use crate::trust::Owners;
use crate::word::Argv;
use crate::{format, host};
use printing::{be_quiet, deliver, info, print, report};

pub use printing::explain;

/// The project file or the command line is wrong.
const USAGE: u8 = 2;
/// Something failed while it was done.
const FAILURE: u8 = 1;
/// No service answered.
const UNANSWERED: u8 = 3;

/// Why a command ends early, with its exit code.
#[derive(Debug)]
pub struct Failure {
    problems: Vec<Problem>,
    code: u8,
}

impl Failure {
    /// The project file or the command line is wrong.
    pub fn usage(problems: impl Into<Vec<Problem>>) -> Self {
        Failure {
            problems: problems.into(),
            code: USAGE,
        }
    }

    /// Something failed while it was done.
    pub fn failed(problems: impl Into<Vec<Problem>>) -> Self {
        Failure {
            problems: problems.into(),
            code: FAILURE,
        }
    }

    /// No service answered.
    pub fn unanswered(problem: Problem) -> Self {
        Failure {
            problems: vec![problem],
            code: UNANSWERED,
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure::usage([problem])
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// Executes the command.
///
/// # Errors
/// Why that ended early, to be explained.
pub fn execute(cli: Result<Cli, Problem>) -> Result<ExitCode> {
    let cli = cli.map_err(Failure::from)?;
    if cli.printing.quiet {
        be_quiet();
    }
    let invocation = Invocation {
        selection: cli.selection,
        host: Host::current(),
    };
    match cli.command.0 {
        Command::Run(arguments) => run::execute(&invocation, &arguments),
        Command::Argv(arguments) => argv::execute(&invocation, &arguments),
        Command::Emit(arguments) => emit::execute(&invocation, &arguments),
        Command::Install(arguments) => install::execute(&invocation, &arguments),
        Command::Uninstall(arguments) => uninstall::execute(&invocation, &arguments),
        Command::Build(arguments) => build::execute(&invocation, &arguments),
        Command::Release(arguments) => release::execute(&invocation, &arguments),
        Command::Init(arguments) => init::execute(&invocation, &arguments),
        Command::Import(arguments) => import::execute(&invocation, &arguments),
        Command::Check(arguments) => check::execute(&invocation, &arguments),
        Command::Doctor(arguments) => doctor::execute(&invocation, &arguments),
        Command::Show(arguments) => show::execute(&invocation, &arguments),
        Command::Up(arguments) => up::execute(&invocation, &arguments),
        Command::Do(arguments) => commands::execute(&invocation, &arguments),
        Command::Exec(arguments) => exec::execute(&invocation, &arguments),
        Command::List(arguments) => list::execute(&invocation, &arguments),
        Command::Pid(arguments) => pid::execute(&invocation, &arguments),
        Command::Logs(arguments) => logs::execute(&invocation, &arguments),
        Command::Templates(arguments) => templates::execute(&invocation, &arguments),
        Command::Tmux(arguments) => tmux::execute(&invocation, &arguments),
        Command::Repl(arguments) => repl::execute(&invocation, &arguments),
        Command::Connect(arguments) => connect::execute(&invocation, &arguments),
        Command::Deploy(arguments) => deploy::execute(&invocation, &arguments),
        Command::Restart(arguments) => restart::execute(&invocation, &arguments),
        Command::Stop(arguments) => stop::execute(&invocation, &arguments),
        Command::Status(arguments) => status::execute(&invocation, &arguments),
        Command::Reload(arguments) => reload::execute(&invocation, &arguments),
        Command::Eval(arguments) => eval::execute(&invocation, &arguments),
        Command::Schema(_) => schema::execute(),
        Command::Completions(arguments) => completions::execute(&arguments),
        Command::Emacs(_) => emacs::execute(),
        Command::Man(arguments) => man::execute(&invocation, &arguments),
        Command::Complete(request) => completions::complete(&invocation, request),
    }
}

/// What every command starts from.
struct Invocation {
    selection: Selection,
    host: Host,
}

impl Invocation {
    fn project(&self) -> Result<Project, Failure> {
        let found = find(&self.wanted())?;
        Ok(Project::read(found)?)
    }

    fn wanted(&self) -> ProjectSearch {
        let start = self.selection.directory.as_deref();
        // An empty variable of the environment is one that is not set.
        let named = self.selection.file.as_ref();
        match named.filter(|file| !file.as_os_str().is_empty()) {
            Some(file) if file.as_os_str() == "-" => ProjectSearch::Stdin,
            Some(file) => ProjectSearch::File(start.unwrap_or(Path::new("")).join(file)),
            None => ProjectSearch::Above(start.unwrap_or(Path::new(".")).to_owned()),
        }
    }

    /// What is chosen, for a plan that is only printed: the file may be anyone's.
    fn choices(&self, services: &[String]) -> Choices {
        Choices {
            profiles: self.profiles().to_vec(),
            set: self.settings(),
            services: services.to_vec(),
            ..Choices::default()
        }
    }

    /// What is chosen, for a plan that is carried out.
    fn orders(&self, services: &[String]) -> Result<Choices, Failure> {
        Ok(Choices {
            owners: Some(self.owners()?),
            ..self.choices(services)
        })
    }

    /// Whose files may be acted on.
    fn owners(&self) -> Result<Owners, Problem> {
        Ok(Owners::new(&self.host, &self.trusted_users()?))
    }

    /// The numbers of the users that are trusted besides.
    fn trusted_users(&self) -> Result<Vec<u32>, Problem> {
        let number = |user: &String| {
            let number = user.parse().ok().or_else(|| host::uid_of(user));
            number.ok_or_else(|| {
                Problem::error(format!("`--trust`: there is no user `{user}`"))
                    .help("name one, or give its number")
            })
        };
        self.trusted().iter().map(number).collect()
    }

    /// The users whose files are trusted.
    fn trusted(&self) -> &[String] {
        named(&self.selection.trust)
    }

    /// The chosen profiles.
    fn profiles(&self) -> &[String] {
        named(&self.selection.profiles)
    }

    fn settings(&self) -> BTreeMap<String, String> {
        self.selection.set.iter().cloned().collect()
    }

    /// The plan of these services, all of them if none is named.
    fn plan(&self, project: &Project, choices: &Choices) -> Result<Plan, Failure> {
        let plan = plan::plan(project, choices, &self.host).map_err(Failure::usage)?;
        report(&plan.warnings);
        Ok(plan)
    }

    /// The plan of one service, to be carried out. It must be named where there are several.
    fn plan_one(&self, name: Option<&String>) -> Result<(Plan, Service), Failure> {
        self.plan_one_of(&self.project()?, name, self.orders(&[])?)
    }

    fn plan_one_of(
        &self,
        project: &Project,
        name: Option<&String>,
        choices: Choices,
    ) -> Result<(Plan, Service), Failure> {
        if name.is_none() {
            let names = plan::names(project, &choices, &self.host)?;
            let message = format!("`{}` has several services", project.source.name);
            check_single(&names, &message)?;
        }
        let choices = Choices {
            services: name.cloned().into_iter().collect(),
            ..choices
        };
        let plan = self.plan(project, &choices)?;
        let names = plan.services.iter().map(|service| service.name.to_string());
        let names: Vec<String> = names.collect();
        let name = name.map_or("", String::as_str);
        check_single(
            &names,
            &format!("there are {} replicas of `{name}`", names.len()),
        )?;
        let service = plan.services[0].clone();
        Ok((plan, service))
    }

    /// The names of all services.
    fn service_names(&self, project: &Project) -> Result<Vec<String>, Failure> {
        Ok(plan::names(project, &self.choices(&[]), &self.host)?)
    }
}

/// Refuses several services where one is wanted.
fn check_single(names: &[String], message: &str) -> Result<(), Problem> {
    if names.len() < 2 {
        return Ok(());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Err(Problem::error(format!("{message}: which one?"))
        .help(format!("name one of {}", crate::suggest::list(&names))))
}

/// The names of an option that may be repeated; an empty variable of the environment gives none.
fn named(names: &[String]) -> &[String] {
    match names {
        [name] if name.is_empty() => &[],
        names => names,
    }
}

/// The same for a process manager that starts each service as its user: it is that user's own
/// if its files are.
fn as_user(orders: Choices) -> Choices {
    Choices {
        as_user: true,
        owners: orders.owners.map(Owners::or_service_user),
        ..orders
    }
}

/// The command line of a service, for a caller who starts it: what it loads is there.
fn command_line(plan: &Plan, service: &Service, arguments: &[String]) -> Result<Argv, Failure> {
    let templates = templates(plan)?;
    let argv = crate::argv::argv(service, arguments, &templates)?;
    install(plan)?;
    Ok(argv)
}

/// Writes the files that the services load. Returns the files of the runtime that were written.
fn install(plan: &Plan) -> Result<Vec<PathBuf>, Failure> {
    let Some(site) = RuntimeSite::of(plan) else {
        return Ok(Vec::new());
    };
    let failed = |problem| Failure::failed([problem]);
    let written = site.write().map_err(failed)?;
    let images = plan.services_with_images();
    if !images.is_empty() {
        let templates = templates(plan)?;
        for (service, core) in images {
            let recipe = recipe::text(service, core, &templates)?;
            let file = core.recipe();
            let name = file.rsplit('/').next().unwrap_or(&file);
            let user = service.user.as_deref().and_then(host::uid_of);
            let readers = if plan.private {
                Readers::Owner(user)
            } else {
                Readers::All
            };
            let written = site.write_beside(name, &recipe, readers);
            written.map_err(failed)?;
        }
    }
    Ok(written)
}

/// The templates in use: the project's own, the user's, the built-in ones.
fn templates(plan: &Plan) -> Result<Templates, Problem> {
    let own = plan.templates.as_ref().map(PathBuf::from);
    templates_in(own, plan.owners.clone())
}

fn templates_in(project: Option<PathBuf>, owners: Vec<Owners>) -> Result<Templates, Problem> {
    let user = dirs::config_dir().map(|folder| folder.join("lisplaunch/templates"));
    let folders = Folders::new(project.into_iter().chain(user).collect(), owners)?;
    let built_in = crate::argv::TEMPLATES
        .into_iter()
        .chain(format::templates());
    Ok(Templates::new(built_in.collect(), folders))
}
