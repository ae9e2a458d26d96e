//! `lisplaunch eval`.

use std::process::ExitCode;

use anyhow::Result;

use super::Session;
use crate::cli::live::Eval;

pub(super) fn execute(_session: &Session, _arguments: &Eval) -> Result<ExitCode> {
    todo!()
}
