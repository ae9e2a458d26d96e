//! Where the output of a service is written: what the `log` key says, and one file for several.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::context::Context;
use super::name::Name;
use super::path;
use super::quantity::{self, Bytes};
use super::service::{Log, Service};
use crate::problem::Problem;
use crate::project::keys;
use crate::word::{Piece, Word};

/// What is in the path for the name of the service.
const SERVICE: &str = "{service}";

/// Reads the `log` key of a service; nothing where it has none.
pub(super) fn read(context: &Context<'_>, service: &Name) -> Option<Log> {
    let field = context.fields.get("log")?;
    if field.is_false() {
        return None;
    }
    let fields = field.fields();
    let Some(file) = fields.get("file") else {
        field.report(
            Problem::error("`log` names no file").help("add `file:`, or write `log: FILE`"),
        );
        return None;
    };
    if file.is_true() {
        file.report(
            Problem::error("`log` is `true`: expected a file")
                .help("name one: `log: log/my-app.log`"),
        );
    }
    if file.is_unset() {
        return None;
    }
    Some(Log {
        file: named_for(&path::read(&file, context.base)?, service),
        max_size: fields.read("max-size", Bytes::parse),
        backups: fields.read("backups", |text| {
            quantity::number(text, keys::range("log.backups"))
        }),
        location: Some(file.location()),
    })
}

fn named_for(path: &Word, service: &Name) -> Word {
    let pieces = path.pieces().iter().map(|piece| match piece {
        Piece::Text(text) => Piece::Text(text.replace(SERVICE, service.as_str())),
        Piece::Variable(_) => piece.clone(),
    });
    pieces.collect()
}

/// The files that several services would write and rotate, at each place that names one.
pub(super) fn clashes(services: &[Service]) -> Vec<Problem> {
    let mut files: BTreeMap<PathBuf, Vec<(&Service, &Log)>> = BTreeMap::new();
    for service in services {
        if let Some(log) = &service.log {
            let file = log.file.resolved();
            let file = Path::new(&file).components().collect();
            let writers: &mut Vec<_> = files.entry(file).or_default();
            writers.push((service, log));
        }
    }
    let shared = files.iter().filter(|(_, writers)| writers.len() > 1);
    shared
        .flat_map(|(file, writers)| {
            writers
                .iter()
                .map(move |(_, log)| clash(file, writers, log))
        })
        .collect()
}

fn clash(file: &Path, writers: &[(&Service, &Log)], log: &Log) -> Problem {
    let problem = Problem::error(format!(
        "{} have the same log `{}`",
        several(writers),
        file.display()
    ))
    .help("put the name of each into it: `log: log/{service}.log`");
    match &log.location {
        Some(location) => problem.at(location.clone()),
        None => problem,
    }
}

fn several(writers: &[(&Service, &Log)]) -> String {
    let name = |index: usize| format!("`{}`", writers[index].0.name);
    match writers.len() {
        2 => format!("the services {} and {}", name(0), name(1)),
        count => format!(
            "the services {}, {} and {} more",
            name(0),
            name(1),
            count - 2
        ),
    }
}
