//! `lisplaunch reload`: changed code for a running service.

mod refusal;
mod story;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;

use super::live::{connect, warn_of_replicas};
use super::{Failure, Invocation, deliver, images, info, report};
use crate::argv::trial_argv;
use crate::cli::live::ReloadArgs;
use crate::launch;
use crate::live::finding::Running;
use crate::live::limits::Deadline;
use crate::live::reload::calls::Code;
use crate::live::reload::fresh::{self, Tried, Workplace};
use crate::live::reload::loading::{HandedOn, HeldOutput, Loaded, Memory, PACKAGE, evaluate};
use crate::live::reload::names::{FileNames, counted};
use crate::live::reload::report::LoadReport;
use crate::live::swank::{Answer, Client, ClientError, EvaluationOutput, Timeouts};
use crate::output;
use crate::plan::loader::Loader;
use crate::plan::service::Service;
use crate::plan::{Plan, system_name};
use crate::problem::Problem;
use crate::render::Templates;
use crate::runtime;
use crate::saved_core::Freshness;
use story::ReloadStory;

/// How many messages of the compiler are shown.
const MOST_DIAGNOSTICS: usize = 20;

pub(super) fn execute(invocation: &Invocation, arguments: &ReloadArgs) -> Result<ExitCode> {
    let limits = Deadline::start(arguments.timeout)?;
    let target = ReloadTarget::choose(invocation, arguments)?;
    let mut story = ReloadStory::of(target.service.name.as_str());
    let ended = target.reload(invocation, arguments, &limits, &mut story);
    if arguments.json {
        let failure = ended.as_ref().err();
        let problem = failure.and_then(|failure| failure.problems.first());
        deliver(&story.object(problem.map(Problem::message))?)?;
    }
    ended?;
    warn_of_replicas(&target.service);
    Ok(ExitCode::SUCCESS)
}

/// Tries in a fresh process whether the code of the first service of `plan` can be loaded.
///
/// # Errors
/// When it cannot, with what was found.
pub(super) fn try_code(
    invocation: &Invocation,
    plan: &Plan,
    limits: &Deadline,
) -> Result<(), Failure> {
    let service = &plan.services[0];
    if service.systems.is_empty() && service.load.is_empty() {
        return Ok(());
    }
    let target = ReloadTarget::new(plan, &[], Path::new(&service.identity.folder))?;
    let code = Code {
        service: &target.service,
    };
    let mut story = ReloadStory::of(service.name.as_str());
    target.compile(&code, &[], invocation, true, limits, &mut story)
}

/// What is to be reloaded.
struct ReloadTarget {
    /// The service with the systems and files that are to be loaded, and no others.
    service: Service,
    /// The service as it is started.
    whole: Service,
    /// The systems that a person has typed.
    typed: Vec<String>,
    /// The systems of the service.
    known: Vec<String>,
    templates: Templates,
    names: FileNames,
}

impl ReloadTarget {
    fn choose(invocation: &Invocation, arguments: &ReloadArgs) -> Result<Self, Failure> {
        let project = invocation.project()?;
        let words = (arguments.words.as_slice(), &arguments.service);
        let (plan, systems) =
            invocation.plan_for(&project, words, &(0..=usize::MAX), invocation.orders(&[])?)?;
        ReloadTarget::new(&plan, systems, Path::new(&project.folder))
    }

    fn new(plan: &Plan, systems: &[String], folder: &Path) -> Result<Self, Failure> {
        let mut service = plan.services[0].clone();
        let known = service.systems.clone();
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
        Ok(ReloadTarget {
            typed: systems.to_vec(),
            known,
            templates: super::templates(plan)?,
            names: FileNames::new(folder),
            whole: plan.services[0].clone(),
            service,
        })
    }

    fn reload(
        &self,
        invocation: &Invocation,
        arguments: &ReloadArgs,
        limits: &Deadline,
        story: &mut ReloadStory,
    ) -> Result<(), Failure> {
        let overrides = invocation.overrides(&arguments.connection)?;
        let running = Running::new(self.service.clone(), &overrides, &invocation.host)?;
        // Asked before anything is compiled: without a service to load it that would be wasted.
        let mut client = connect(&running, Timeouts::default())?;
        let code = Code {
            service: &self.service,
        };
        let changed = self.prepare(&code, &mut client, limits)?;
        let allowed = arguments.allow_warnings;
        self.compile(&code, &changed, invocation, allowed, limits, story)?;
        self.load(&code, arguments.force, &mut client, limits, story)?;
        self.finish(arguments.json, &mut client, limits, story)?;
        self.judge_image(invocation)
    }

    /// Asks the service which files differ from what it has loaded.
    fn prepare(
        &self,
        code: &Code<'_>,
        client: &mut Client,
        limits: &Deadline,
    ) -> Result<Vec<String>, Failure> {
        let doing = "preparing the reload";
        let call = code.prepare_reload();
        let answer = self.ask(client, &call, &mut HeldOutput::default(), limits, doing)?;
        let memory = Memory::from_answer(&answer).ok_or_else(|| self.misunderstood(doing))?;
        if memory.incomplete {
            let definitions = runtime::system_definitions();
            self.ask(
                client,
                &definitions,
                &mut HeldOutput::default(),
                limits,
                doing,
            )?;
        }
        Ok(memory.changed)
    }

    /// Tries the code in a fresh process.
    fn compile(
        &self,
        code: &Code<'_>,
        changed: &[String],
        invocation: &Invocation,
        allow_warnings: bool,
        limits: &Deadline,
        story: &mut ReloadStory,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        let obstacles = launch::obstacles(&self.service, &invocation.host);
        if !obstacles.is_empty() {
            return Err(Failure::failed(obstacles));
        }
        let folder = output::temporary_folder().map_err(|problem| Failure::failed([problem]))?;
        let place = Workplace(folder.path());
        place
            .install()
            .map_err(|error| Failure::failed([Problem::cannot("try the code", &error)]))?;
        let trial = code.trial(place, &self.typed, changed);
        let argv = trial_argv(&self.service, &trial, &self.templates)?;
        let command = launch::command(&self.service, &argv, &invocation.host)
            .map_err(|problem| Failure::failed([problem]))?;
        let Tried { report, refusal } = fresh::compile(command, place, limits, allow_warnings);
        self.show_diagnostics(&report);
        let refusal = refusal.map(|reason| self.refused(&report, reason));
        story.compiled = report.sources;
        story.diagnostics = report.diagnostics;
        if let Some(failure) = refusal {
            return Err(failure);
        }
        info(&format!(
            "compiled {} in {}",
            self.names.list(&story.compiled),
            elapsed(started)
        ));
        Ok(())
    }

    fn show_diagnostics(&self, found: &LoadReport) {
        let shown = found.diagnostics.iter().take(MOST_DIAGNOSTICS);
        let problems: Vec<Problem> = shown
            .map(|said| said.problem(&self.names.of(&said.file)))
            .collect();
        report(&problems);
        let more = found.diagnostics.len() - problems.len();
        if more > 0 {
            info(&format!("and {more} more"));
        }
    }

    fn load(
        &self,
        code: &Code<'_>,
        again: bool,
        client: &mut Client,
        limits: &Deadline,
        story: &mut ReloadStory,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        let doing = "loading the code";
        let mut output = HeldOutput::default();
        let call = code.load_changed(again);
        let answer = evaluate(client, &call, Some(PACKAGE), &mut output, limits)
            .map_err(|error| self.unanswered(doing, &error))?;
        if let Some(said) = self.signalled(&answer) {
            info(output.text());
            return Err(Failure::failed([Problem::error(format!(
                "the service `{}` could not load the code: {said}",
                self.service.name
            ))
            .help("it may have loaded some of it: fix the code and reload again")
            .help(
                "what was compiled stays: once restarted, the service would load all of it",
            )]));
        }
        let done = Loaded::from_answer(&answer).ok_or_else(|| self.misunderstood(doing))?;
        self.warn(&done);
        match done.loaded.as_slice() {
            [] if done.unremembered.is_empty() => {
                info("nothing has changed since the service loaded it");
            }
            files => info(&format!(
                "loaded {} in {}",
                self.names.list(files),
                elapsed(started)
            )),
        }
        story.loaded = done.loaded;
        Ok(())
    }

    /// The service runs as another user or on another machine, or it was started without the
    /// runtime.
    fn warn(&self, done: &Loaded) {
        let name = &self.service.name;
        let compiled = (!done.compiled.is_empty()).then(|| {
            Problem::warning(format!(
                "the service `{name}` had to compile {} itself: it keeps compiled files elsewhere",
                counted(done.compiled.len())
            ))
            .help("reload as the service's user, on its machine, with its environment")
        });
        let unremembered = (!done.unremembered.is_empty()).then(|| {
            Problem::warning(format!(
                "the service `{name}` does not remember from which text it loaded {}",
                counted(done.unremembered.len())
            ))
            .note("by their time stamps, in whole seconds, they have not changed")
            .help(match self.service.runtime {
                Some(_) => "`--force` loads them again; once restarted, the service remembers",
                None => "`--force` loads them again; with `runtime: true` the service remembers",
            })
        });
        let problems: Vec<Problem> = compiled.into_iter().chain(unremembered).collect();
        report(&problems);
    }

    /// Evaluates the forms of `after-reload`.
    fn finish(
        &self,
        quiet: bool,
        client: &mut Client,
        limits: &Deadline,
        story: &mut ReloadStory,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        let forms = self.service.after_reload.iter();
        let forms: Vec<String> = forms.map(|form| form.word.resolved()).collect();
        if forms.is_empty() {
            return Ok(());
        }
        let package = self.service.package.as_deref();
        let mut kept = HeldOutput::default();
        let output: &mut dyn EvaluationOutput = if quiet { &mut kept } else { &mut HandedOn };
        let answer = evaluate(client, &forms.join("\n"), package, output, limits);
        kept.text().clone_into(&mut story.output);
        let answer = answer.map_err(|error| self.unanswered("`after-reload`", &error))?;
        if let Some(said) = self.signalled(&answer) {
            return Err(Failure::failed([Problem::error(format!(
                "`after-reload` failed: {said}"
            ))
            .help("the code has been loaded: fix the form and reload again")]));
        }
        info(&format!("ran `after-reload` in {}", elapsed(started)));
        Ok(())
    }

    /// Reports that the service would not start with this code from its saved image.
    fn judge_image(&self, invocation: &Invocation) -> Result<(), Failure> {
        let judged = images::judge(&self.whole, &self.templates, &invocation.host)?;
        if let Some(Freshness::Stale(why)) = judged {
            let name = &self.service.name;
            info(&format!(
                "the saved image of `{name}` is stale: {why}; `lisplaunch build {name}` rebuilds it"
            ));
        }
        Ok(())
    }

    /// Evaluates a call that a sound image cannot fail.
    fn ask(
        &self,
        client: &mut Client,
        call: &str,
        output: &mut dyn EvaluationOutput,
        limits: &Deadline,
        doing: &str,
    ) -> Result<Answer, Failure> {
        let answer = evaluate(client, call, Some(PACKAGE), output, limits)
            .map_err(|error| self.unanswered(doing, &error))?;
        match self.signalled(&answer) {
            None => Ok(answer),
            Some(said) => Err(Failure::failed([Problem::error(format!(
                "the service `{}`, {doing}: {said}",
                self.service.name
            ))])),
        }
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

    fn misunderstood(&self, doing: &str) -> Failure {
        Failure::failed([Problem::error(format!(
            "the service `{}`, {doing}: its answer is not understood",
            self.service.name
        ))
        .help("was it started by another release of lisplaunch? restart it")])
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
            _ => {
                Failure::unanswered(problem.help("`lisplaunch status` shows whether it still runs"))
            }
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
            Problem::error(format!("`{}` is not a valid system", system.escape_debug()))
                .help(format!("expected {expected}"))
        })?;
    }
    Ok(())
}

fn elapsed(since: Instant) -> String {
    format!("{:.2} s", since.elapsed().as_secs_f64())
}
