//! How a service is loaded from its sources, as Lisp data that an image reads.

use crate::argv::loading_argv;
use crate::lisp::print::string;
use crate::plan::core::Core;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::render::Templates;
use crate::word::{Line, Word};

/// The text of the recipe of a service with an image.
///
/// # Errors
/// When the command line cannot be rendered.
pub fn text(service: &Service, core: &Core, templates: &Templates) -> Result<String, Problem> {
    let argv = loading_argv(service, templates)?;
    let words = |lines: &[Line]| {
        let words = lines.iter().flat_map(|line| &line.words);
        words.map(Word::resolved).collect::<Vec<_>>()
    };
    let (sbcl, loading) = argv.0.split_at(argv.0.len().min(1));
    Ok(format!(
        ";;;; How `{}` is loaded from its sources; lisplaunch wrote this.\n\
         (:stale :{}\n :sbcl {}\n :load {})\n",
        service.name,
        core.stale.name(),
        list(&words(sbcl)),
        list(&words(loading))
    ))
}

/// Strings, each in a line of its own.
fn list(words: &[String]) -> String {
    let strings: Vec<String> = words
        .iter()
        .map(|word| string(&word.as_str().into()).resolved())
        .collect();
    format!("({})", strings.join("\n        "))
}
