//! What a deployment did, as one JSON object.

use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;

/// What has happened so far.
#[derive(Clone, Debug)]
pub(super) struct Story {
    begun: Instant,
    service: String,
    /// The processes that were started with the new code, and are ready.
    pub(super) started: Vec<String>,
    /// The processes that were stopped for good.
    pub(super) stopped: Vec<String>,
    /// The steps that were done.
    pub(super) steps: Vec<String>,
}

#[derive(Serialize)]
struct Object<'a> {
    ok: bool,
    service: &'a str,
    started: &'a [String],
    stopped: &'a [String],
    steps: &'a [String],
    seconds: f64,
    error: Option<&'a str>,
}

impl Story {
    /// Of a deployment that begins now.
    pub(super) fn of(service: &str) -> Self {
        Story {
            begun: Instant::now(),
            service: service.to_owned(),
            started: Vec::new(),
            stopped: Vec::new(),
            steps: Vec::new(),
        }
    }

    pub(super) fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// All of it; `error` is what ended it, if anything did.
    pub(super) fn object(&self, error: Option<&str>) -> Result<String> {
        let object = Object {
            ok: error.is_none(),
            service: &self.service,
            started: &self.started,
            stopped: &self.stopped,
            steps: &self.steps,
            seconds: self.seconds(),
            error,
        };
        Ok(serde_json::to_string(&object).context("cannot write the result as JSON")? + "\n")
    }
}
