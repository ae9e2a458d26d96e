//! `lisplaunch connect`.

use std::process::ExitCode;

use anyhow::Result;

use super::Session;
use crate::cli::live::Connect;

pub(super) fn execute(_session: &Session, _arguments: &Connect) -> Result<ExitCode> {
    todo!()
}
