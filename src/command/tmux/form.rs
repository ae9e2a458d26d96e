//! The forms that are sent.

use std::sync::Arc;

use anyhow::Result;

use super::{cannot_write, private_folder, utf8};
use crate::command::{Failure, report};
use crate::lisp::reader::read_forms;
use crate::lisp::{Fault, Form, Part};
use crate::problem::{Location, Problem, Source};
use crate::tmux::typing;

/// The forms in a text, which is refused if one of them is not whole.
pub(super) fn read(text: &str) -> Result<Vec<Form>, Failure> {
    let forms =
        read_forms(&[Part::written(text)]).map_err(|fault| fault.error(location(text, &fault)))?;
    if forms.is_empty() {
        return Err(Problem::error("there is no form in it")
            .help("`lisplaunch tmux send '(room)'` types one")
            .into());
    }
    let warnings = forms.iter().flat_map(|form| &form.warnings);
    let warnings: Vec<Problem> = warnings
        .map(|fault| fault.warning(location(text, fault)))
        .collect();
    report(&warnings);
    Ok(forms)
}

/// Where in the text the fault is.
fn location(text: &str, fault: &Fault) -> Location {
    let source = Arc::new(Source {
        name: "the form".to_owned(),
        text: text.to_owned(),
    });
    let range = fault.at.clone();
    Location { source, range }
}

/// What the terminal is given for the REPL to read these forms.
pub(super) fn typed(text: &str, forms: &[Form]) -> Result<String> {
    if typing::is_typeable(text) {
        return Ok(format!("{text}\n"));
    }
    let folder = private_folder();
    let mut lines = String::new();
    for text in typing::file_texts(text, forms) {
        let file = typing::leave(&folder, &text).map_err(|error| cannot_write(&folder, &error))?;
        lines += &typing::reading_line(utf8(&file)?);
    }
    Ok(lines)
}
