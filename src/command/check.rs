//! `lisplaunch check`: everything that can be known without starting.

pub(super) mod account;
mod json;
mod load;
mod seen;

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use self::account::Cache;
use self::seen::Seen;
use super::{FAILURE, Failure, Invocation, images, print, report};
use crate::argv::argv;
use crate::cli;
use crate::dialect::sh::Sh;
use crate::dialect::{Dialect, Printed};
use crate::format::{self, Choice, Provenance};
use crate::host::Host;
use crate::host::account::Account;
use crate::install::RuntimeSite;
use crate::launch;
use crate::live::limits::Deadline;
use crate::plan::outputs::Output;
use crate::plan::service::Service;
use crate::plan::{self, Choices, Plan};
use crate::problem::{Problem, Problems};
use crate::project::Project;
use crate::project::find::find;
use crate::render::Templates;
use crate::word::Word;

pub(super) fn execute(invocation: &Invocation, arguments: &cli::CheckArgs) -> Result<ExitCode> {
    let found = find(&invocation.wanted()).map_err(Failure::from)?;
    let file = found.source.name.clone();
    let findings = match Project::read(found) {
        Ok(project) => check(invocation, arguments, &project)?,
        Err(problem) => Findings::of_broken_file(problem),
    };
    if arguments.json {
        print(&json::text(&file, &findings)?)?;
    } else if findings.errors > 0 {
        report(&findings.problems);
        super::info(&format!("{file}: {}", counted(findings.errors, "problem")));
    } else {
        report(&findings.problems);
        print(&format!(
            "{file}: {} and {}, {}all well\n",
            counted(findings.services.len(), "service"),
            counted(findings.profiles.len(), "profile"),
            if arguments.load { "loaded and " } else { "" }
        ))?;
    }
    Ok(match findings.errors {
        0 => ExitCode::SUCCESS,
        _ => FAILURE.into(),
    })
}

/// What a check found.
struct Findings {
    /// The names of the services, in one profile or another.
    services: Vec<String>,
    /// The names of the profiles that were checked.
    profiles: Vec<String>,
    problems: Vec<Problem>,
    /// How many problems stop the work, those too that are not kept.
    errors: usize,
}

impl Findings {
    fn of_broken_file(problem: Problem) -> Self {
        Findings {
            services: Vec::new(),
            profiles: Vec::new(),
            problems: vec![problem],
            errors: 1,
        }
    }
}

fn check(
    invocation: &Invocation,
    arguments: &cli::CheckArgs,
    project: &Project,
) -> Result<Findings> {
    let mut check = ProjectCheck::new(invocation, arguments, project).map_err(Failure::from)?;
    let variants = variants(invocation, arguments, project).map_err(Failure::from)?;
    for profiles in &variants {
        // A profile that was not chosen may be for users and folders of another machine.
        let asked_for = profiles.is_empty() || !invocation.profiles().is_empty();
        check.choices.as_user = asked_for;
        check.variant(profiles.clone());
    }
    if arguments.load {
        let limits = Deadline::start(arguments.timeout)?;
        load::problems(invocation, project, &limits, &mut check.problems)?;
    }
    Ok(Findings {
        services: check.services.names,
        profiles: variants.concat(),
        errors: check.problems.errors(),
        problems: check.problems.into_vec(),
    })
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// The profiles to check: those that were chosen, or else none and each one alone.
fn variants(
    invocation: &Invocation,
    arguments: &cli::CheckArgs,
    project: &Project,
) -> Result<Vec<Vec<String>>, Problem> {
    let chosen = invocation.profiles();
    match (arguments.no_profiles, chosen) {
        (true, [_, ..]) => Err(Problem::error(format!(
            "`--no-profiles`, and the profile `{}` is chosen",
            chosen.join(",")
        ))
        .help("leave out one of them: `-p` and `LISPLAUNCH_PROFILE` choose profiles")),
        (true, []) => Ok(vec![Vec::new()]),
        (false, [_, ..]) => Ok(vec![chosen.to_vec()]),
        (false, []) => {
            let each = project.profile_names().into_iter();
            let each = each.map(|name| vec![name.to_owned()]);
            Ok(std::iter::once(Vec::new()).chain(each).collect())
        }
    }
}

/// Names in the order in which they came, each once.
#[derive(Default)]
struct NameList {
    names: Vec<String>,
    known: HashSet<String>,
}

impl NameList {
    fn add(&mut self, name: &str) {
        if !self.known.contains(name) {
            self.known.insert(name.to_owned());
            self.names.push(name.to_owned());
        }
    }
}

/// A check of one project.
struct ProjectCheck<'a> {
    invocation: &'a Invocation,
    arguments: &'a cli::CheckArgs,
    project: &'a Project,
    choices: Choices,
    /// Whether services that differ in digits alone may differ in what is wrong with them.
    digits_count: bool,
    /// Most are in all profiles alike.
    problems: Problems,
    services: NameList,
    files: Seen,
    texts: Seen,
}

impl<'a> ProjectCheck<'a> {
    fn new(
        invocation: &'a Invocation,
        arguments: &'a cli::CheckArgs,
        project: &'a Project,
    ) -> Result<Self, Problem> {
        // The command that starts it may run as its own user.
        let owners = invocation.owners()?.or_service_user();
        Ok(ProjectCheck {
            invocation,
            arguments,
            project,
            choices: Choices {
                owners: Some(owners),
                allow_unset: arguments.allow_unset,
                unknown_as_self: true,
                ..invocation.choices(&[])
            },
            digits_count: project.has_value(distinguishes_digits),
            problems: Problems::default(),
            services: NameList::default(),
            files: Seen::default(),
            texts: Seen::default(),
        })
    }

    /// Checks the project with these profiles laid over it.
    fn variant(&mut self, profiles: Vec<String>) {
        self.choices.profiles = profiles;
        let host = &self.invocation.host;
        let Some(plan) = plan::attempt(self.project, &self.choices, host, &mut self.problems)
        else {
            return;
        };
        for service in &plan.services {
            self.services.add(service.name.as_str());
            self.check_files(service, Cache::of(&plan.outputs));
        }
        let site = RuntimeSite::of(&plan);
        self.problems
            .extend(site.and_then(|site| site.check().err()));
        self.problems.extend(missing_templates(&plan));
        match super::templates(&plan) {
            Ok(templates) => {
                self.problems
                    .extend(templates.strays().iter().map(|file| stray(file)));
                self.problems
                    .extend(images::warnings(&plan, &templates, &self.invocation.host));
                self.check_texts(plan, &templates);
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    fn check_files(&mut self, service: &Service, cache: Cache) {
        let files = self
            .files
            .hash((seen::files(service), cache, self.choices.as_user));
        self.files.is_right(files, || {
            let mut found = if self.choices.as_user {
                obstacles(service, cache, &self.invocation.host)
            } else {
                launch::obstacles(service, &self.invocation.host)
            };
            found.extend(missing_log_folder(service));
            found.extend(missing_folders(service));
            let right = found.is_empty();
            self.problems.extend(found);
            right
        });
    }

    /// What the templates and the formats cannot hold.
    fn check_texts(&mut self, mut plan: Plan, templates: &Templates) {
        let all = std::mem::take(&mut plan.services);
        let mut alike = HashSet::new();
        let mut different = Vec::new();
        let (mut right, mut fresh) = (true, false);
        for service in all {
            let texts = seen::texts(&service, &plan, self.digits_count);
            let texts = self.texts.hash(texts);
            right &= self.texts.is_right(texts, || {
                fresh = true;
                // Alone, since a format reports only the first thing that it cannot hold.
                plan.services = vec![service.clone()];
                let found: Vec<Problem> = unwritable(
                    &plan,
                    &self.arguments.formats,
                    templates,
                    &self.invocation.host,
                )
                .collect();
                let right = found.is_empty();
                self.problems.extend(found);
                right
            });
            if alike.insert(texts) {
                different.push(service);
            }
        }
        // There are things that services cannot share.
        if right && fresh {
            plan.services = different;
            self.problems.extend(unwritable(
                &plan,
                &self.arguments.formats,
                templates,
                &self.invocation.host,
            ));
        }
    }
}

/// Whether digits may distinguish the labels of forms.
fn distinguishes_digits(value: &str) -> bool {
    let mut pairs = value.as_bytes().windows(2);
    pairs.any(|pair| pair[0] == b'#' && pair[1].is_ascii_digit())
}

/// What keeps a service from being started, by its user where it has one.
pub(super) fn obstacles(service: &Service, cache: Cache, host: &Host) -> Vec<Problem> {
    let Some(user) = &service.user else {
        return launch::obstacles(service, host);
    };
    let Some(account) = Account::find(user) else {
        let mut found = launch::obstacles(service, host);
        found.push(account::unknown(service, user));
        return found;
    };
    let mut found = account::problems(service, &account, cache);
    found.extend(launch::program_obstacles(service, host));
    found
}

fn missing_folders(service: &Service) -> Vec<Problem> {
    let folders = service.writable.iter().map(Word::resolved);
    let missing = folders.filter(|folder| !Path::new(folder).is_dir());
    let owner = service.user.as_ref();
    let owner = owner.map(|user| format!(" -o {user}")).unwrap_or_default();
    let problem = |folder: String| {
        Problem::warning(format!("`writable`: there is no folder `{folder}`")).help(format!(
            "make it before the service starts: `install -d{owner} {folder}`"
        ))
    };
    missing.map(problem).collect()
}

fn missing_log_folder(service: &Service) -> Option<Problem> {
    let file = service.log.as_ref()?.file.resolved();
    let folder = Path::new(&file).parent()?;
    (!folder.is_dir()).then(|| {
        Problem::error(format!(
            "the service `{}`: there is no folder `{}` for its log",
            service.name,
            folder.display()
        ))
        .help("make the folder: supervisord does not")
    })
}

fn missing_templates(plan: &Plan) -> Option<Problem> {
    let folder = plan.templates.as_ref()?;
    (!Path::new(folder).is_dir()).then(|| {
        Problem::error(format!("`templates`: there is no folder `{folder}`"))
            .help("remove the key, or make the folder")
    })
}

/// A template of an earlier release would be left out without a word.
fn stray(file: &Path) -> Problem {
    Problem::warning(format!("`{}` replaces no template", file.display()))
        .help("`lisplaunch templates` lists those that there are: rename it, or remove it")
}

/// What `run`, or a format that the project wants to be written, cannot hold of a plan; and, as
/// warnings, what other `formats` cannot.
fn unwritable(
    plan: &Plan,
    formats: &[String],
    templates: &Templates,
    host: &Host,
) -> impl Iterator<Item = Problem> {
    let services = plan.services.iter();
    let run = services.filter_map(|service| unstartable(service, templates).err());
    let outputs = plan.outputs.iter();
    let outputs = outputs.filter_map(|output| unwritable_as(output, plan, templates, host).err());
    let formats = formats.iter().filter_map(|name| {
        let format = format::find(name).ok()?;
        let problem = format
            .emit(plan, &Provenance::default(), templates, host)
            .err()?;
        Some(problem.as_warning().note(format!(
            "so `lisplaunch emit {name}` is refused; nothing in the project file asks for it"
        )))
    });
    run.chain(outputs).chain(formats)
}

fn unstartable(service: &Service, templates: &Templates) -> Result<(), Problem> {
    let argv = argv(service, &[], templates)?;
    let variables = Printed::Environment(service.env.clone());
    for printed in [Printed::Words(argv.words().cloned().collect()), variables] {
        Sh.spell(&printed).map_err(|refusal| {
            Problem::error(format!("the service `{}`: {refusal}", service.name)).help(refusal.help)
        })?;
    }
    Ok(())
}

fn unwritable_as(
    output: &Output,
    plan: &Plan,
    templates: &Templates,
    host: &Host,
) -> Result<(), Problem> {
    let choice = Choice::of(output)?;
    let origin = Provenance {
        selection: Some(Vec::new()),
        indirect: choice.indirect,
        personal: choice.personal,
        ..Provenance::default()
    };
    let files = choice.format.emit(plan, &origin, templates, host);
    files
        .map(|_| ())
        .map_err(|problem| problem.or_at(&output.location))
}
