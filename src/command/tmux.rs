//! `lisplaunch tmux`.

use std::process::ExitCode;

use anyhow::Result;

use super::Session;
use crate::cli::live::Tmux;

pub(super) fn execute(_session: &Session, _arguments: &Tmux) -> Result<ExitCode> {
    todo!()
}
