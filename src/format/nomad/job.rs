//! The job of a service.

use std::{iter, slice};

use crate::dialect::nomad;
use crate::format::{Emission, Owner, kept, label, unsaid};
use crate::plan::http::Http;
use crate::plan::limits::Cpus;
use crate::plan::probes;
use crate::plan::quantity::{Bytes, MEGABYTE, Seconds};
use crate::plan::service::{Log, RestartPolicy, Service};
use crate::plan::{heap, ready, stopping};
use crate::problem::Problem;
use crate::render::{TemplateValue, TemplateValues};
use crate::word::Word;

/// How long Nomad waits for all of a new version by default (`progress_deadline`).
const PROGRESS: u64 = 600;

/// What a process with SBCL's usual heap of 1 GB needs, for a limit that there always is.
const USUAL_MEMORY: Bytes = Bytes(1366 * MEGABYTE);

/// What the template knows of a service, whose secrets are elsewhere.
pub(super) fn job(
    emission: &Emission<'_>,
    service: &Service,
    secrets: bool,
) -> Result<TemplateValues, Problem> {
    let owner = Owner::of(service);
    let name = service.identity.unique_name();
    let secrets = secrets.then(|| {
        let path = Word::from(format!("nomad/jobs/{name}"));
        owner.own(nomad::items, [&path])
    });
    let started = ready::patience(service.ready.as_ref()).0 + service.start_timeout.0;
    let progress = Some(started + 60).filter(|needed| *needed > PROGRESS);
    let memory = heap::memory(service).unwrap_or(USUAL_MEMORY);
    let http = service.http.as_ref();
    let mut context = vec![
        ("description", owner.comment(service.description.as_ref())),
        (
            "unsaid",
            unsaid::comments(&owner, unsaid::by_nomad(service)),
        ),
        ("name", owner.bare(&name)),
        ("job", owner.setting(name.as_str())),
        ("group", owner.setting(service.name.as_str())),
        (
            "count",
            owner.optional(Some(service.copies).filter(|copies| *copies > 1)),
        ),
        ("secrets", TemplateValue::option(secrets)),
        (
            "http",
            TemplateValue::option(http.map(|http| of_http(service, http))),
        ),
        (
            "label",
            TemplateValue::option(
                http.map(|_| label::of(service))
                    .transpose()?
                    .map(|label| owner.setting(label)),
            ),
        ),
        ("lasting", seconds(&owner, service.start_timeout)),
        ("deadline", seconds(&owner, Seconds(started))),
        (
            "progress",
            TemplateValue::option(progress.map(|progress| seconds(&owner, Seconds(progress)))),
        ),
        (
            "once",
            TemplateValue::flag(service.restart == RestartPolicy::Never),
        ),
        (
            "user",
            TemplateValue::option(service.user.as_deref().map(|user| owner.setting(user))),
        ),
        (
            "patience",
            seconds(&owner, stopping::patience(service.stop_timeout)),
        ),
        ("volumes", volumes(emission, service)?),
        (
            "cores",
            owner.optional(service.limits.cpus.and_then(Cpus::whole)),
        ),
        ("memory", owner.bare(memory.0.div_ceil(MEGABYTE))),
        (
            "logs",
            TemplateValue::option(service.log.as_ref().and_then(|log| logs(&owner, log))),
        ),
    ];
    context.extend(command(emission, service)?);
    Ok(context)
}

/// What is started, and where.
fn command(emission: &Emission<'_>, service: &Service) -> Result<TemplateValues, Problem> {
    let owner = Owner::of(service);
    let argv = emission.command(service)?;
    let mut lines = argv.0.iter().map(|line| line.words.as_slice());
    let first = lines.next().unwrap_or_default();
    let (program, rest) = first.split_at(first.len().min(1));
    let lines = iter::once(rest).chain(lines);
    let lines = lines.filter(|words| !words.is_empty());
    let value = |words: &[Word]| owner.own(nomad::configuration, words);
    Ok(vec![
        ("directory", value(slice::from_ref(&service.directory))),
        ("program", value(program)),
        ("arguments", TemplateValue::list(lines.map(value))),
    ])
}

fn of_http(service: &Service, http: &Http) -> TemplateValue {
    let owner = Owner::of(service);
    let (start, ready, alive) = (
        probes::start(service),
        probes::ready(),
        probes::alive(service),
    );
    TemplateValue::map([
        ("port", owner.bare(http.port.number())),
        (
            "path",
            TemplateValue::option(http.path.as_deref().map(|path| owner.setting(path))),
        ),
        ("interval", seconds(&owner, Seconds(ready.period))),
        ("timeout", seconds(&owner, Seconds(ready.timeout))),
        (
            "silent",
            owner.bare((alive.period * alive.failures).div_ceil(ready.period)),
        ),
        (
            "grace",
            seconds(&owner, Seconds(start.period * start.failures)),
        ),
        ("drain", seconds(&owner, stopping::DRAIN)),
    ])
}

fn seconds(owner: &Owner, time: Seconds) -> TemplateValue {
    owner.setting(format!("{}s", time.0))
}

/// How much of the output is kept; nothing where the files are never full.
fn logs(owner: &Owner, log: &Log) -> Option<TemplateValue> {
    (log.max_size.0 > 0).then(|| {
        TemplateValue::map([
            ("files", owner.bare(log.backups + 1)),
            ("size", owner.bare(log.max_size.0.div_ceil(MEGABYTE))),
        ])
    })
}

/// The folder of the project, and those elsewhere that it writes to.
fn volumes(emission: &Emission<'_>, service: &Service) -> Result<TemplateValue, Problem> {
    let owner = Owner::of(service);
    let names = kept::names(emission.plan)?;
    let project = service.identity.folder.as_str();
    let inside = |folder: &str| kept::is_below(folder, project);
    let writable: Vec<String> = service.writable.iter().map(Word::resolved).collect();
    let reads = !writable.iter().any(|folder| inside(folder));
    let mut volumes = vec![(
        label::nearest(emission.plan.project.as_str()),
        project,
        reads,
    )];
    for folder in writable.iter().filter(|folder| !inside(folder)) {
        volumes.push((names[folder].clone(), folder, false));
    }
    volumes.dedup();
    Ok(TemplateValue::list(volumes.into_iter().map(
        |(name, folder, reads)| {
            TemplateValue::map([
                ("name", owner.setting(name)),
                ("folder", owner.setting(folder)),
                ("read_only", TemplateValue::flag(reads)),
            ])
        },
    )))
}
