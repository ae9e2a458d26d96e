//! What a reload did, as one JSON object.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::live::reload::diagnostic::{Diagnostic, DiagnosticKind};

/// What has happened so far.
#[derive(Debug)]
pub(super) struct ReloadStory {
    pub(super) started: Instant,
    pub(super) service: String,
    /// What the fresh process compiled.
    pub(super) compiled: Vec<PathBuf>,
    /// The compiler's messages about it.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What the service loaded.
    pub(super) loaded: Vec<PathBuf>,
    /// What `after-reload` printed.
    pub(super) output: String,
}

/// The object.
#[derive(Serialize)]
struct ReloadJson<'a> {
    ok: bool,
    service: &'a str,
    compiled: &'a [PathBuf],
    loaded: &'a [PathBuf],
    warnings: Vec<Warning<'a>>,
    output: &'a str,
    seconds: f64,
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct Warning<'a> {
    kind: DiagnosticKind,
    file: &'a Path,
    line: Option<usize>,
    column: Option<usize>,
    message: &'a str,
}

impl ReloadStory {
    /// Of a reload that begins now.
    pub(super) fn of(service: &str) -> Self {
        ReloadStory {
            started: Instant::now(),
            service: service.to_owned(),
            compiled: Vec::new(),
            diagnostics: Vec::new(),
            loaded: Vec::new(),
            output: String::new(),
        }
    }

    /// All of it; `error` is what ended it, if anything did.
    pub(super) fn object(&self, error: Option<&str>) -> Result<String> {
        let object = ReloadJson {
            ok: error.is_none(),
            service: &self.service,
            compiled: &self.compiled,
            loaded: &self.loaded,
            warnings: self.diagnostics.iter().map(warning).collect(),
            output: &self.output,
            seconds: self.started.elapsed().as_secs_f64(),
            error,
        };
        Ok(serde_json::to_string(&object).context("cannot write the result as JSON")? + "\n")
    }
}

fn warning(said: &Diagnostic) -> Warning<'_> {
    let position = said.position();
    Warning {
        kind: said.kind,
        file: &said.file,
        line: position.map(|(line, _)| line),
        column: position.map(|(_, column)| column),
        message: &said.message,
    }
}
