//! Whether a text is finished, and which forms are in it.

use std::sync::Arc;

use crate::lisp::reader::read_forms;
use crate::lisp::{Fault, FaultKind, Part};
use crate::problem::{Location, Problem, Source};

/// The meaning of a text that was typed.
#[derive(Debug)]
pub(super) enum ReplInput {
    /// More of it must follow; and what to say when it does not.
    Incomplete(Problem),
    /// No form, whatever follows.
    Invalid(Problem),
    /// One text for each form.
    Forms(Vec<String>),
}

/// What a person types who wants to leave the prompt. As forms they would end the service.
const LEAVING: [&str; 6] = [
    "(quit)",
    "(exit)",
    "(sb-ext:quit)",
    "(sb-ext:exit)",
    ":q",
    ",q",
];

/// Whether a text says, and only says, that the person leaves.
pub(super) fn leaves(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    LEAVING.contains(&text.as_str())
}

/// Reads a text. `name` is what it is called, and `before` the number of lines before it.
pub(super) fn understand(text: &str, name: &str, before: usize) -> ReplInput {
    let forms = match read_forms(&[Part::written(text)]) {
        Ok(forms) => forms,
        Err(fault) => {
            let problem = fault.error(location(&fault, text, name, before));
            return match fault.kind {
                FaultKind::Incomplete => ReplInput::Incomplete(problem),
                FaultKind::Invalid | FaultKind::Empty => ReplInput::Invalid(problem),
            };
        }
    };
    ReplInput::Forms(match &forms[..] {
        [] if text.trim().is_empty() => Vec::new(),
        // As it was typed; and what is not a form for this reader may be one for the image, which
        // knows its own features.
        [] | [_] => vec![text.to_owned()],
        forms => forms.iter().map(crate::lisp::Form::text).collect(),
    })
}

fn location(fault: &Fault, text: &str, name: &str, before: usize) -> Location {
    let source = Source {
        name: name.to_owned(),
        text: "\n".repeat(before) + text,
    };
    Location {
        source: Arc::new(source),
        range: fault.at.start + before..fault.at.end + before,
    }
}
