//! `lisplaunch status`.

use std::process::ExitCode;

use anyhow::Result;

use super::Session;
use crate::cli::live::Status;

pub(super) fn execute(_session: &Session, _arguments: &Status) -> Result<ExitCode> {
    todo!()
}
