//! The forms to evaluate: from the command line, a file or standard input, each read to its
//! end before any of it is sent.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::host::{read_text, read_text_from};
use crate::lisp::reader::read_forms;
use crate::lisp::{Fault, Origin, Part};
use crate::problem::{Place, Problem, Source};
use crate::project::find::reason;

/// The text of all forms, in the order in which they were given.
pub(super) fn read(words: &[String], file: Option<&Path>) -> Result<String, Problem> {
    let mut texts = Vec::new();
    for word in words {
        texts.push(match word.as_str() {
            "-" => standard_input()?,
            _ => Source {
                name: "command line".to_owned(),
                text: word.clone(),
            },
        });
    }
    texts.extend(file.map(from_file).transpose()?);
    let mut count = 0;
    for text in &texts {
        count += check(text)?;
    }
    if count == 0 {
        return Err(Problem::error("there is no form to evaluate")
            .help("name one such as '(+ 1 2)', `-` for standard input, or `--file FILE`"));
    }
    let texts: Vec<&str> = texts.iter().map(|source| source.text.as_str()).collect();
    // What ends in a comment must not swallow the next one.
    Ok(texts.join("\n"))
}

fn from_file(file: &Path) -> Result<Source, Problem> {
    if file.as_os_str() == "-" {
        return standard_input();
    }
    let name = file.display().to_string();
    match read_text(file) {
        Ok(text) => Ok(Source { name, text }),
        Err(error) => Err(Problem::error(format!(
            "cannot read the forms in `{name}`: {}",
            reason(&error)
        ))),
    }
}

fn standard_input() -> Result<Source, Problem> {
    match read_text_from(&mut io::stdin().lock()) {
        Ok(text) => Ok(Source {
            name: "standard input".to_owned(),
            text,
        }),
        Err(error) => Err(Problem::error(format!(
            "cannot read forms from standard input: {}",
            reason(&error)
        ))),
    }
}

/// How many forms there are, if all of them are well formed.
fn check(source: &Source) -> Result<usize, Problem> {
    let part = Part {
        text: &source.text,
        at: 0..source.text.len(),
        origin: Origin::Written,
    };
    match read_forms(&[part]) {
        Ok(forms) => Ok(forms.len()),
        Err(fault) => Err(problem(source, fault)),
    }
}

fn problem(source: &Source, fault: Fault) -> Problem {
    let source = Arc::new(Source {
        name: source.name.clone(),
        text: source.text.clone(),
    });
    let place = Place {
        source,
        range: fault.at,
    };
    let problem = Problem::error(fault.message).at(place).label(fault.label);
    match fault.help {
        Some(help) => problem.help(help),
        None => problem,
    }
}
