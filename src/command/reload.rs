//! `lisplaunch reload`.

use std::process::ExitCode;

use anyhow::Result;

use super::Session;
use crate::cli::live::Reload;

pub(super) fn execute(_session: &Session, _arguments: &Reload) -> Result<ExitCode> {
    todo!()
}
