//! The forms of a service as files that a fresh process compiles, and the way back from these.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::lisp::Form;
use crate::live::reload::diagnostic::{Bounds, token};
use crate::live::reload::fresh::Workplace;
use crate::plan::ready::ReadyCheck;
use crate::plan::service::Service;

/// What is in a file before and after its form.
const AROUND: [&str; 2] = [
    "(cl:setq lisplaunch::*tried-form* (cl:lambda () (lisplaunch::checked ",
    "\n)))\n",
];

/// All forms of a service.
pub(super) struct ServiceForms<'a>(Vec<WrittenForm<'a>>);

/// A form in a file of its own.
pub(super) struct WrittenForm<'a> {
    /// Its key in the project file.
    pub(super) key: &'static str,
    /// Its number below that key.
    pub(super) number: usize,
    form: &'a Form,
    file: PathBuf,
}

impl<'a> ServiceForms<'a> {
    /// Those of `service`, in the order in which they are evaluated.
    pub(super) fn of(service: &'a Service, place: Workplace<'_>) -> Self {
        let ready = service.ready.iter().filter_map(|ready| match &ready.check {
            ReadyCheck::Form(form) => Some(form),
            ReadyCheck::Http(_) => None,
        });
        let core = service.core.iter();
        let commands = service.commands.iter();
        let keys: [(&str, Vec<&Form>); 7] = [
            ("before-load", service.before_load.iter().collect()),
            ("core.warm", core.flat_map(|core| &core.warm).collect()),
            ("start", service.start.iter().collect()),
            ("ready", ready.collect()),
            ("stop", service.stop.iter().collect()),
            ("after-reload", service.after_reload.iter().collect()),
            ("commands", commands.map(|command| &command.form).collect()),
        ];
        let all = keys.into_iter().flat_map(|(key, forms)| {
            let forms = forms.into_iter().enumerate();
            forms.map(move |(number, form)| (key, number, form))
        });
        let written = all
            .enumerate()
            .map(|(index, (key, number, form))| WrittenForm {
                key,
                number,
                form,
                file: place.form(index),
            });
        ServiceForms(written.collect())
    }

    /// Writes the files.
    pub(super) fn write(&self) -> io::Result<()> {
        let [before, after] = AROUND;
        self.0.iter().try_for_each(|written| {
            let form = written.form.text();
            fs::write(&written.file, format!("{before}{form}{after}"))
        })
    }

    /// The file of a form below `before-load`.
    pub(super) fn before_load(&self, number: usize) -> PathBuf {
        // They are the first.
        self.0[number].file.clone()
    }

    /// The files of the other forms.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let others = self.0.iter().filter(|written| !written.is_before_load());
        others.map(|written| written.file.clone()).collect()
    }

    /// The form that a file holds.
    pub(super) fn in_file(&self, file: &Path) -> Option<&WrittenForm<'a>> {
        self.0.iter().find(|written| written.file == file)
    }
}

impl WrittenForm<'_> {
    pub(super) fn is_before_load(&self) -> bool {
        self.key == "before-load"
    }

    /// The bytes of the value in the project file, as it is written there, that are at these
    /// characters of the file.
    pub(super) fn written(&self, bounds: &Bounds) -> Range<usize> {
        let text = self.form.text();
        let before = AROUND[0].len();
        let byte = |character: usize| {
            let character = character.saturating_sub(before);
            let at = text.char_indices().nth(character).map(|(at, _)| at);
            at.unwrap_or(text.len())
        };
        let range = byte(bounds.start)..byte(bounds.end);
        let range = if text[range.clone()].starts_with('(') {
            range
        } else {
            token(&text, range.start)
        };
        self.form.written(&range)
    }
}
