//! `lisplaunch emacs`: what connects Emacs to services.

use std::process::ExitCode;

use anyhow::Result;

use super::deliver;

const LISP: &str = include_str!("../../templates/emacs/lisplaunch.el");

pub(super) fn execute() -> Result<ExitCode> {
    deliver(LISP)?;
    Ok(ExitCode::SUCCESS)
}
