//! The calls of the runtime that compile and load the code of a service.

use std::path::{Path, PathBuf};

use super::fresh::Workplace;
use crate::argv::{Trial, loading_forms};
use crate::lisp::print::{string, system_designator};
use crate::plan::service::Service;
use crate::word::Word;

/// The code of a service, and what loads it.
#[derive(Debug)]
pub struct Code<'a> {
    /// The service, with the systems and files that are to be loaded.
    pub service: &'a Service,
}

impl Code<'_> {
    /// Asks the service what it remembers, and lets it remember from now on.
    pub fn prepare_reload(&self) -> String {
        format!(
            "(lisplaunch::prepare-reload :folders {} :files {})",
            list(self.folders()),
            list(self.files())
        )
    }

    /// Lets the service load what differs from what it has loaded, or all of it.
    pub fn load_changed(&self, again: bool) -> String {
        format!(
            "(lisplaunch::load-changed {} :files {}{})",
            self.loading(),
            list(self.files()),
            if again { " :again t" } else { "" }
        )
    }

    /// What the fresh process evaluates for the sake of changed code. It works in `place`. `typed` are names of systems that
    /// a person has typed, `changed` the files that differ from what the service has loaded.
    pub fn trial(&self, place: Workplace<'_>, typed: &[String], changed: &[String]) -> Trial {
        let load = format!(
            "(lisplaunch::try-code {} :systems {} :files {} :changed {} :output {})",
            self.loading(),
            list(typed.iter().cloned()),
            list(self.files()),
            list(changed.iter().cloned()),
            quoted(&place.output().to_string_lossy())
        );
        Trial {
            runtime: runtime(place),
            begin: self.prepare_trial(place),
            load: load.as_str().into(),
        }
    }

    /// What the fresh process evaluates to check all of the code and `forms`, files with a form
    /// each. It works in `place`.
    pub fn check(&self, place: Workplace<'_>, forms: &[PathBuf]) -> Trial {
        let mut begin = self.prepare_trial(place);
        let prepare = format!(
            "(lisplaunch::prepare-check {})",
            quoted(&place.compiled().to_string_lossy())
        );
        begin.extend([
            "(lisplaunch::load-part \"check\")".into(),
            prepare.as_str().into(),
        ]);
        let service = self.service;
        let systems = service.systems.iter().zip(loading_forms(service));
        let systems =
            systems.map(|(name, load)| format!("(cons {} (lambda () {load}))", quoted(name)));
        let systems: Vec<String> = systems.collect();
        let swank = service.swank.iter().map(|_| "swank".to_owned());
        let package = service.package.as_deref();
        let package = package.map_or("nil".to_owned(), system_designator);
        let forms = forms.iter().map(|file| file.to_string_lossy().into_owned());
        let load = format!(
            "(lisplaunch::check-code :systems (list {}) :needed {} :files {} :package {} :forms {})",
            systems.join(" "),
            list(swank),
            list(self.files()),
            package,
            list(forms)
        );
        Trial {
            runtime: runtime(place),
            begin,
            load: load.as_str().into(),
        }
    }

    /// What it evaluates before the form of this number below `before-load`, which `file` holds.
    pub fn check_before_load(number: usize, file: &Path) -> String {
        let file = quoted(&file.to_string_lossy());
        format!("(lisplaunch::check-before-load {number} {file})")
    }

    fn prepare_trial(&self, place: Workplace<'_>) -> Vec<Word> {
        let registry = self.service.registry.iter().map(Word::resolved);
        let prepare = format!(
            "(lisplaunch::prepare-trial {} :folder {} :registry {})",
            quoted(&place.report().to_string_lossy()),
            quoted(&in_slash(&self.service.identity.folder)),
            list(registry.map(|folder| in_slash(&folder)))
        );
        vec![
            "(lisplaunch::load-part \"trial\")".into(),
            prepare.as_str().into(),
        ]
    }

    /// The files that it loads after the systems.
    fn files(&self) -> impl Iterator<Item = String> {
        self.service.load.iter().map(Word::resolved)
    }

    /// The folders of the project's own code.
    fn folders(&self) -> impl Iterator<Item = String> {
        let registry = self.service.registry.iter().map(Word::resolved);
        std::iter::once(self.service.identity.folder.clone()).chain(registry)
    }

    fn loading(&self) -> String {
        format!("(lambda () {})", loading_forms(self.service).join(" "))
    }
}

fn runtime(place: Workplace<'_>) -> Word {
    place.runtime().to_string_lossy().as_ref().into()
}

fn list(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.map(|text| quoted(&text)).collect();
    format!("(list {})", texts.join(" "))
}

fn quoted(text: &str) -> String {
    string(&text.into()).resolved()
}

/// Lisp takes a path for a folder only if it ends in a slash.
fn in_slash(folder: &str) -> String {
    format!("{}/", folder.trim_end_matches('/'))
}
