//! The units among the files of a project.

use std::path::{Path, PathBuf};

use crate::output::Comparison;
use crate::service_manager::Placed;

/// A unit, with the file of variables that it may have.
#[derive(Debug)]
pub(super) struct InstalledUnit {
    pub(super) name: String,
    /// Whether it says what it is to be started with.
    pub(super) installs: bool,
    /// Whether there is a file of it already.
    pub(super) exists: bool,
    /// Whether one of its files has to be written.
    pub(super) differs: bool,
    /// Its files.
    pub(super) paths: Vec<PathBuf>,
}

impl InstalledUnit {
    /// Whether it starts again where its files have changed: a group of services does not.
    pub(super) fn starts_again(&self) -> bool {
        !self.name.ends_with(".target")
    }
}

/// The units; other files belong to the service of their name.
pub(super) fn units(files: &[Placed]) -> Vec<InstalledUnit> {
    let path = |placed: &Placed| placed.target.path.clone();
    let is_unit = |path: &Path| {
        path.extension()
            .is_some_and(|end| end == "service" || end == "socket" || end == "target")
    };
    let (units, others): (Vec<_>, Vec<_>) = files
        .iter()
        .partition(|placed| is_unit(&placed.target.path));
    let units = units.into_iter().filter_map(|placed| {
        let service = path(placed);
        let own = others
            .iter()
            .filter(|other| path(other).with_extension("service") == service);
        let own: Vec<&Placed> = own.copied().chain([placed]).collect();
        Some(InstalledUnit {
            name: service.file_name()?.to_str()?.to_owned(),
            installs: placed.target.file.text.contains("\n[Install]\n"),
            exists: placed.found != Comparison::Missing,
            differs: own.iter().any(|placed| placed.differs()),
            paths: own.into_iter().map(path).collect(),
        })
    });
    units.collect()
}
