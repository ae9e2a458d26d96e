//! `lisplaunch man`: the manual.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::{Failure, Invocation, deliver};
use crate::cli::editor::ManArgs;
use crate::cli::manual::{self, Page};
use crate::format::File;
use crate::output;
use crate::project;

pub(super) fn execute(invocation: &Invocation, arguments: &ManArgs) -> Result<ExitCode> {
    let pages = manual::pages().context("cannot make the pages of the manual")?;
    match &arguments.folder {
        Some(folder) => write(invocation, folder, pages)?,
        None => deliver(&pages[0].text)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes all pages where `man` looks for them below a folder.
fn write(invocation: &Invocation, folder: &Path, pages: Vec<Page>) -> Result<(), Failure> {
    let commands = pages
        .into_iter()
        .map(|page| File::new(format!("man1/{}", page.name), page.text));
    let file = File::new("man5/lisplaunch.yaml.5", project::manual::page());
    let files = commands.chain([file]).collect();
    // It is a folder, whether it is there or not.
    let targets = output::targets(&folder.join(""), files)?;
    output::write(&targets, true, &invocation.owners()?)
        .map_err(|problem| Failure::failed([problem]))
}
