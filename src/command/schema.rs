//! `lisplaunch schema`: what a project file may hold, for editors.

use std::process::ExitCode;

use anyhow::Result;

use super::deliver;
use crate::format;
use crate::project::schema::schema;

/// Its name beside the runtime, where `init` and `build` write it.
pub(super) const FILE: &str = "schema.json";

pub(super) fn execute() -> Result<ExitCode> {
    deliver(&text())?;
    Ok(ExitCode::SUCCESS)
}

/// The schema as it is written into a file.
pub(super) fn text() -> String {
    let formats = format::ALL.iter();
    let formats: Vec<_> = formats
        .map(|format| (format.name, format.summary))
        .collect();
    format!("{:#}\n", schema(&formats))
}
