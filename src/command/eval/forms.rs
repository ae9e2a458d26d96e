//! The forms to evaluate: from the command line, a file or standard input, each read to its
//! end before any of it is sent.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::host::{read_text, read_text_from};
use crate::lisp::Part;
use crate::lisp::reader::read_forms;
use crate::problem::{Location, Problem, Source};

/// The text of all forms, in the order in which they were given.
pub(in crate::command) fn read(words: &[String], file: Option<&Path>) -> Result<String, Problem> {
    let mut texts: Vec<Arc<Source>> = Vec::new();
    for word in words {
        texts.push(Arc::new(match word.as_str() {
            "-" => standard_input()?,
            _ => Source {
                name: "command line".to_owned(),
                text: word.clone(),
            },
        }));
    }
    texts.extend(file.map(from_file).transpose()?.map(Arc::new));
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
        Err(error) => Err(Problem::io("read the forms in", file, &error)),
    }
}

fn standard_input() -> Result<Source, Problem> {
    match read_text_from(&mut io::stdin().lock()) {
        Ok(text) => Ok(Source {
            name: "standard input".to_owned(),
            text,
        }),
        Err(error) => Err(Problem::cannot("read forms from standard input", &error)),
    }
}

/// How many forms there are, if all of them are well formed.
fn check(source: &Arc<Source>) -> Result<usize, Problem> {
    read_forms(&[Part::written(&source.text)])
        .map(|forms| forms.len())
        .map_err(|fault| {
            fault.error(Location {
                source: Arc::clone(source),
                range: fault.at.clone(),
            })
        })
}
