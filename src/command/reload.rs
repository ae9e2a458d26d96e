//! `lisplaunch reload`: changed code for a running service.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;

use super::live::Running;
use super::{Failure, Session, report, tell};
use crate::argv::{Scratch, compile_argv, reload_forms};
use crate::cli::live::Reload;
use crate::launch;
use crate::live::swank::{Answer, Client, ClientError, Timeouts};
use crate::output;
use crate::plan::loader::Loader;
use crate::plan::service::Service;
use crate::plan::{Plan, system_name};
use crate::problem::{Problem, shown};
use crate::reload::fresh::{self, CompileError, Workplace};
use crate::reload::limits::{GivenUp, Limits};
use crate::reload::live::{HandedOn, Kept, evaluate};
use crate::render::Templates;

pub(super) fn execute(session: &Session, arguments: &Reload) -> Result<ExitCode> {
    let limits = Limits::start(arguments.timeout)?;
    let target = Target::choose(session, &arguments.words)?;
    let running = Running::new(target.service.clone(), &arguments.connection, &session.host)?;
    // Before anything is compiled: in vain if nobody is there to load it.
    let mut client = running.connect(Timeouts::default())?;
    let compiled = target.compile(session, &limits)?;
    target.load(&mut client, &compiled, &limits)?;
    target.finish(&mut client, &limits)?;
    Ok(ExitCode::SUCCESS)
}

/// What is wrong with the templates that reloading `service` takes.
pub(super) fn unrenderable(service: &Service, templates: &Templates) -> Option<Problem> {
    let scratch = Scratch {
        report: "/report",
        output: "/output.fasl",
    };
    let compile = compile_argv(service, scratch, templates).err();
    compile.or_else(|| reload_forms(service, templates).err())
}

/// What is to be reloaded.
struct Target {
    /// The service with the systems and files that are to be loaded, and no others.
    service: Service,
    templates: Templates,
    /// The folder of the project.
    folder: PathBuf,
}

impl Target {
    fn choose(session: &Session, words: &[String]) -> Result<Self, Failure> {
        let project = session.project()?;
        let (plan, systems) =
            session.plan_for(&project, words, &(0..=usize::MAX), session.orders(&[])?)?;
        Target::new(&plan, systems, PathBuf::from(&project.folder))
    }

    fn new(plan: &Plan, systems: &[String], folder: PathBuf) -> Result<Self, Failure> {
        let mut service = plan.services[0].clone();
        if !systems.is_empty() {
            check_systems(&service, systems)?;
            service.systems = systems.to_vec();
            service.load = Vec::new();
        }
        if service.systems.is_empty() && service.load.is_empty() {
            return Err(Problem::error(format!(
                "the service `{}` has neither `systems` nor files to `load`",
                service.name
            ))
            .help("name its systems below `systems:`, or the ones to reload on the command line")
            .into());
        }
        Ok(Target {
            service,
            templates: super::templates(plan)?,
            folder,
        })
    }

    /// Tries the code in a fresh process and returns the files that it compiled.
    fn compile(&self, session: &Session, limits: &Limits) -> Result<Vec<PathBuf>, Failure> {
        let started = Instant::now();
        let mut service = self.service.clone();
        service.swank = None;
        service.start = Vec::new();
        service.stop = Vec::new();
        let obstacles = launch::obstacles(&service, &session.host);
        if !obstacles.is_empty() {
            return Err(Failure::failed(obstacles));
        }
        let folder = output::temporary_folder().map_err(|problem| Failure::failed([problem]))?;
        let workplace = Workplace(folder.path());
        let (told, output) = (workplace.report(), workplace.output());
        let scratch = Scratch {
            report: &told.to_string_lossy(),
            output: &output.to_string_lossy(),
        };
        let argv = compile_argv(&service, scratch, &self.templates)?;
        let command = launch::command(&service, &argv, &session.host)
            .map_err(|problem| Failure::failed([problem]))?;
        let compiled =
            fresh::compile(command, workplace, limits).map_err(|error| self.not_compiled(error))?;
        // ASDF knows nothing of the files that are loaded without it.
        let files = service.load.iter().map(|file| file.resolved().into());
        let all: Vec<PathBuf> = compiled.iter().cloned().chain(files).collect();
        tell(&format!(
            "compiled {} in {}",
            self.listed(&all),
            elapsed(started)
        ));
        Ok(compiled)
    }

    fn not_compiled(&self, error: CompileError) -> Failure {
        let name = &self.service.name;
        let problem = match error {
            CompileError::Refused(messages) => {
                tell(&messages);
                Problem::error("a fresh sbcl cannot compile and load the code")
            }
            CompileError::GivenUp(GivenUp::Interrupted) => {
                Problem::error("interrupted while the code was compiled")
            }
            CompileError::GivenUp(GivenUp::TimedOut(after)) => Problem::error(format!(
                "the code was not compiled within {}",
                humantime::format_duration(after)
            )),
            CompileError::NotStarted(command, error) => launch::not_started(&command, &error),
            CompileError::Io(error) => Problem::cannot("try the code", &error),
        };
        Failure::failed([problem.help(format!("the service `{name}` is as it was"))])
    }

    /// The files of the project by name, all others by number.
    fn listed(&self, files: &[PathBuf]) -> String {
        let folder = self.folder.canonicalize();
        let folders: Vec<&Path> = std::iter::once(self.folder.as_path())
            .chain(folder.iter().map(PathBuf::as_path))
            .collect();
        let inside = |file: &PathBuf| {
            let mut names = folders
                .iter()
                .filter_map(|folder| file.strip_prefix(folder).ok());
            names.next().map(|name| name.display().to_string())
        };
        let names: Vec<String> = files.iter().filter_map(inside).collect();
        match (files.len(), files.len() - names.len()) {
            (0, _) => "nothing".to_owned(),
            (_, 0) => names.join(", "),
            (all, others) if all == others => counted(others),
            (_, others) => format!(
                "{} and {} of other projects",
                names.join(", "),
                counted(others)
            ),
        }
    }

    /// Lets the service load the code.
    fn load(
        &self,
        client: &mut Client,
        compiled: &[PathBuf],
        limits: &Limits,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        let forms = reload_forms(&self.service, &self.templates)?;
        let forms: Vec<String> = forms.iter().map(|form| form.word.resolved()).collect();
        let mut output = Kept::default();
        let answer = evaluate(client, &forms.join("\n"), None, &mut output, limits);
        let answer = answer.map_err(|error| self.unanswered("loading the code", &error))?;
        if let Some(said) = self.signalled(&answer) {
            tell(output.text());
            return Err(Failure::failed([Problem::error(format!(
                "the service `{}` could not load the code: {said}",
                self.service.name
            ))
            .help("it may have loaded some of it: mend the code and reload again")
            .help(
                "what was compiled stays: once restarted, the service would load all of it",
            )]));
        }
        let (loaded, again) = files_loaded(&answer);
        if loaded == Some(0) && compiled.is_empty() {
            tell("nothing has changed since the service loaded it");
            return Ok(());
        }
        if let Some(again @ 1..) = again {
            self.warn_of_other_place(again);
        }
        let files = loaded.map_or("the code".to_owned(), counted);
        tell(&format!("loaded {files} in {}", elapsed(started)));
        Ok(())
    }

    /// The service runs as somebody else, elsewhere or with another environment.
    fn warn_of_other_place(&self, files: usize) {
        report(&[Problem::warning(format!(
            "the service `{}` had to compile {} itself: it keeps compiled files elsewhere",
            self.service.name,
            counted(files)
        ))
        .help("reload as the service's user, on its machine, with its environment")]);
    }

    /// Evaluates the forms of `after-reload`.
    fn finish(&self, client: &mut Client, limits: &Limits) -> Result<(), Failure> {
        let started = Instant::now();
        let forms = self.service.after_reload.iter();
        let forms: Vec<String> = forms.map(|form| form.word.resolved()).collect();
        if forms.is_empty() {
            return Ok(());
        }
        let package = self.service.package.as_deref();
        let answer = evaluate(client, &forms.join("\n"), package, &mut HandedOn, limits)
            .map_err(|error| self.unanswered("`after-reload`", &error))?;
        if let Some(said) = self.signalled(&answer) {
            return Err(Failure::failed([Problem::error(format!(
                "`after-reload` failed: {said}"
            ))
            .help("the code has been loaded: mend the form and reload again")]));
        }
        tell(&format!("ran `after-reload` in {}", elapsed(started)));
        Ok(())
    }

    /// What went wrong in the image, if anything did.
    fn signalled(&self, answer: &Answer) -> Option<String> {
        match answer {
            Answer::Returned { .. } => None,
            Answer::Signalled {
                condition, message, ..
            } => Some(format!("{condition}: {message}")),
            Answer::UnknownPackage => {
                let package = self.service.package.as_deref().unwrap_or_default();
                Some(format!("there is no package `{package}`"))
            }
            Answer::Aborted(reason) => Some(reason.clone()),
        }
    }

    fn unanswered(&self, doing: &str, error: &ClientError) -> Failure {
        let problem = Problem::error(format!(
            "the service `{}`, {doing}: {error}",
            self.service.name
        ));
        match error {
            ClientError::TimedOut { .. }
            | ClientError::Interrupted { .. }
            | ClientError::Output { .. }
            | ClientError::TooLong { .. } => Failure::failed([problem]),
            _ => Failure::unanswered(problem.help("does it still run? `lisplaunch status` tells")),
        }
    }
}

fn check_systems(service: &Service, systems: &[String]) -> Result<(), Problem> {
    if service.loader == Loader::None {
        return Err(Problem::error(format!(
            "the service `{}` has `loader: none`, which loads no system",
            service.name
        ))
        .help("leave out the systems to reload the files below `load`"));
    }
    for system in systems {
        system_name(system).map_err(|expected| {
            Problem::error(format!("`{}` is no system", shown(system)))
                .help(format!("expected {expected}"))
        })?;
    }
    Ok(())
}

/// The values of `templates/sbcl/reload.lisp`, unless somebody's own template has others.
fn files_loaded(answer: &Answer) -> (Option<usize>, Option<usize>) {
    let value = |index: usize| match answer {
        Answer::Returned { values, .. } => values.get(index)?.parse().ok(),
        _ => None,
    };
    (value(0), value(1))
}

fn counted(files: usize) -> String {
    match files {
        1 => "1 file".to_owned(),
        _ => format!("{files} files"),
    }
}

fn elapsed(since: Instant) -> String {
    format!("{:.2} s", since.elapsed().as_secs_f64())
}
