//! `lisplaunch check`: everything that can be known without starting.

mod seen;

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use self::seen::Seen;
use super::{FAILURE, Failure, Session, print, report};
use crate::argv::argv;
use crate::cli;
use crate::dialect::sh::Sh;
use crate::dialect::{Dialect, Printed};
use crate::format::{self, Choice, Origin};
use crate::host::Host;
use crate::install::Site;
use crate::launch;
use crate::plan::outputs::Output;
use crate::plan::service::Service;
use crate::plan::{self, Choices, Plan};
use crate::problem::{Problem, Problems};
use crate::project::Project;
use crate::project::find::find;
use crate::render::Templates;

pub(super) fn execute(session: &Session, arguments: &cli::Check) -> Result<ExitCode> {
    let found = find(&session.wanted()).map_err(Failure::from)?;
    let name = found.source.name.clone();
    let project = match Project::read(found) {
        Ok(project) => project,
        Err(problem) => return Ok(wrong(&name, &[problem], 1)),
    };
    let mut check = Check::new(session, arguments, &project).map_err(Failure::from)?;
    for profiles in variants(session, &project) {
        check.variant(profiles);
    }
    let Check {
        problems, services, ..
    } = check;
    let errors = problems.errors();
    let problems = problems.into_vec();
    if errors > 0 {
        return Ok(wrong(&name, &problems, errors));
    }
    report(&problems);
    print(&format!(
        "{name}: {} and {}, all well\n",
        counted(services, "service"),
        counted(project.profile_names().len(), "profile")
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Says what is wrong with a project file, as many things as that.
fn wrong(name: &str, problems: &[Problem], errors: usize) -> ExitCode {
    report(problems);
    super::tell(&format!("{name}: {}", counted(errors, "problem")));
    FAILURE.into()
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// The profiles to check: those that were chosen, or else none and each one alone.
fn variants(session: &Session, project: &Project) -> Vec<Vec<String>> {
    if !session.profiles().is_empty() {
        return vec![session.profiles().to_vec()];
    }
    let each = project.profile_names().into_iter();
    std::iter::once(Vec::new())
        .chain(each.map(|name| vec![name.to_owned()]))
        .collect()
}

/// A check of one project.
struct Check<'a> {
    session: &'a Session,
    arguments: &'a cli::Check,
    project: &'a Project,
    choices: Choices,
    /// Whether services that differ in digits alone may differ in what is wrong with them.
    digits_count: bool,
    /// Most are in all profiles alike.
    problems: Problems,
    /// The most services that there are with a profile.
    services: usize,
    files: Seen,
    texts: Seen,
}

impl<'a> Check<'a> {
    fn new(
        session: &'a Session,
        arguments: &'a cli::Check,
        project: &'a Project,
    ) -> Result<Self, Problem> {
        // Whoever starts it may be its own user.
        let owners = session.owners()?.or_service_user();
        Ok(Check {
            session,
            arguments,
            project,
            choices: Choices {
                owners: Some(owners),
                ..session.choices(&[])
            },
            digits_count: project.has_value(tells_digits_apart),
            problems: Problems::default(),
            services: 0,
            files: Seen::default(),
            texts: Seen::default(),
        })
    }

    /// Checks the project with these profiles laid over it.
    fn variant(&mut self, profiles: Vec<String>) {
        self.choices.profiles = profiles;
        let host = &self.session.host;
        let Some(plan) = plan::attempt(self.project, &self.choices, host, &mut self.problems)
        else {
            return;
        };
        self.services = self.services.max(plan.services.len());
        for service in &plan.services {
            self.check_files(service);
        }
        let site = Site::of(&plan);
        self.problems
            .extend(site.and_then(|site| site.check().err()));
        self.problems.extend(missing_templates(&plan));
        match super::templates(&plan) {
            Ok(templates) => {
                self.problems
                    .extend(templates.strays().iter().map(|file| stray(file)));
                self.check_texts(plan, &templates);
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    fn check_files(&mut self, service: &Service) {
        let files = self.files.hash(seen::files(service));
        self.files.is_right(files, || {
            let mut found = launch::obstacles(service, &self.session.host);
            found.extend(missing_log_folder(service));
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
                // Alone, since a format tells only the first thing that it cannot hold.
                plan.services = vec![service.clone()];
                let found: Vec<Problem> = unwritable(
                    &plan,
                    &self.arguments.formats,
                    templates,
                    &self.session.host,
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
                &self.session.host,
            ));
        }
    }
}

/// Whether digits may tell the labels of forms apart.
fn tells_digits_apart(value: &str) -> bool {
    let mut pairs = value.as_bytes().windows(2);
    pairs.any(|pair| pair[0] == b'#' && pair[1].is_ascii_digit())
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
            .emit(plan, &Origin::default(), templates, host)
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
    let origin = Origin {
        selection: Some(Vec::new()),
        indirect: choice.indirect,
        personal: choice.personal,
        ..Origin::default()
    };
    let files = choice.format.emit(plan, &origin, templates, host);
    files
        .map(|_| ())
        .map_err(|problem| problem.or_at(&output.place))
}
