//! What a Dockerfile says of its service.

use crate::argv::{Saving, saving_argv};
use crate::dialect::Printed;
use crate::dialect::dockerfile::{copied, packages};
use crate::format::{Emission, Owner, container, unsaid};
use crate::plan::service::Service;
use crate::plan::{ready, stopping};
use crate::problem::Problem;
use crate::render::{TemplateValue, TemplateValues};
use crate::word::{Argv, Word};

/// How long Docker waits before it kills, in seconds.
const DOCKER_PATIENCE: u64 = 10;

/// What the template knows of a service.
pub(super) fn of(emission: &Emission<'_>, service: &Service) -> Result<TemplateValues, Problem> {
    container::check_secrets(service)?;
    let owner = Owner::of(service);
    let environment = container::plain_variables(service);
    let patience = stopping::patience(service.stop_timeout).0;
    let core = service.core.as_ref();
    let core = core.expect("what is self-contained has a saved image");
    let saving = Saving {
        core,
        file: core.file.clone(),
        manifest: None,
        program: None,
    };
    let build = saving_argv(service, &saving, emission.templates)?;
    // Everything lies where it is built.
    let path = |path: &Word| owner.own(copied, [path, path]);
    Ok(vec![
        ("name", owner.bare(&service.name)),
        ("image", owner.setting(container::image(service))),
        ("description", owner.comment(service.description.as_ref())),
        (
            "unsaid",
            unsaid::comments(&owner, unsaid::by_image(service)),
        ),
        ("environment", variables(&owner, &environment)),
        ("build", lines(&owner, &build)),
        (
            "packages",
            list_of_packages(&owner, &service.container.packages),
        ),
        (
            "files",
            TemplateValue::list(files(service).iter().map(path)),
        ),
        ("writable", writable(&owner, service)),
        ("program", path(&core.file)),
        ("directory", owner.setting(service.directory.clone())),
        (
            "port",
            owner.optional(service.http.as_ref().map(|http| http.port.number())),
        ),
        (
            "health",
            TemplateValue::option(container::health(service).map(|words| owner.words(&words))),
        ),
        (
            "ready_timeout",
            owner.bare(ready::patience(service.ready.as_ref()).0),
        ),
        (
            "stop_timeout",
            owner.optional((patience > DOCKER_PATIENCE).then_some(patience)),
        ),
        ("start", lines(&owner, &emission.command(service)?)),
    ])
}

/// A command line in the exec form: its first line, and the others.
pub(super) fn lines(owner: &Owner, argv: &Argv) -> TemplateValue {
    let mut lines = argv.0.iter().map(|line| owner.words(&line.words));
    TemplateValue::map([
        ("first", TemplateValue::option(lines.next())),
        ("further", TemplateValue::list(lines)),
    ])
}

/// Packages in a row; nothing for none.
pub(super) fn list_of_packages<'a>(
    owner: &Owner,
    names: impl IntoIterator<Item = &'a String>,
) -> TemplateValue {
    let words: Vec<Word> = names.into_iter().map(|name| name.as_str().into()).collect();
    TemplateValue::option((!words.is_empty()).then(|| owner.own(packages, &words)))
}

fn variables(owner: &Owner, variables: &[(String, Word)]) -> TemplateValue {
    let variables = variables.iter();
    TemplateValue::list(
        variables.map(|variable| owner.print(Printed::Environment(vec![variable.clone()]))),
    )
}

/// What its image holds beside the program.
fn files(service: &Service) -> Vec<Word> {
    let http = service.http.as_ref();
    let statics = http.and_then(|http| http.static_folder.clone());
    let mut files = service.container.files.clone();
    files.extend(statics.filter(|folder| {
        let below = format!("{}/", container::FOLDER);
        folder.resolved().starts_with(&below) && !files.contains(folder)
    }));
    files
}

/// The command that makes the folders which belong to its user; nothing for none.
fn writable(owner: &Owner, service: &Service) -> TemplateValue {
    let user = container::USER;
    let options = [format!("--owner={user}"), format!("--group={user}")];
    let command = ["install", "--directory"].map(Word::from);
    let command = command.into_iter().chain(options.map(Word::from));
    let words: Vec<Word> = command.chain(service.writable.iter().cloned()).collect();
    TemplateValue::option((!service.writable.is_empty()).then(|| owner.words(&words)))
}
