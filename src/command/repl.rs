//! `lisplaunch repl`.

use std::process::ExitCode;

use anyhow::Result;

use super::Session;
use crate::cli::live::Repl;

pub(super) fn execute(_session: &Session, _arguments: &Repl) -> Result<ExitCode> {
    todo!()
}
