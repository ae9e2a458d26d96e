//! `lisplaunch stop`.

use std::process::ExitCode;

use anyhow::Result;

use super::Session;
use crate::cli::live::Stop;

pub(super) fn execute(_session: &Session, _arguments: &Stop) -> Result<ExitCode> {
    todo!()
}
