//! What is refused before the parser sees it.

use std::sync::Arc;

use super::limit;
use crate::problem::{Location, Problem, Source};

/// The smallest project, for a file that has nothing to start from.
pub(super) const MINIMAL: &str =
    "a small project file is:\n  systems: [my-app]\n  start: my-app:main";

/// Whether the text is one that YAML can be read from.
pub(super) fn check(source: &Arc<Source>) -> Result<(), Problem> {
    printable(source)?;
    directives(source)?;
    separators(source)
}

pub(super) fn empty(source: &Arc<Source>) -> Problem {
    Problem::error("the file is empty")
        .at(Location {
            source: Arc::clone(source),
            range: 0..0,
        })
        .help(MINIMAL)
}

fn printable(source: &Arc<Source>) -> Result<(), Problem> {
    let found = source.text.char_indices().find(|&(_, c)| is_forbidden(c));
    let Some((at, c)) = found else { return Ok(()) };
    let name = format!("U+{:04X}", u32::from(c));
    let problem = if c == '\0' {
        Problem::error("the file is not text: it contains a NUL byte")
            .help("name a file of YAML, saved as UTF-8")
    } else {
        Problem::error(format!("the file contains the control character {name}")).help(format!(
            "remove it, or write it as an escape in double quotes: `\"{}\"`",
            escape(c)
        ))
    };
    Err(problem.at(Location {
        source: Arc::clone(source),
        range: at..at + c.len_utf8(),
    }))
}

/// YAML 1.2, 5.1: all but the printable characters.
fn is_forbidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}'))
        || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

fn escape(c: char) -> String {
    match u32::from(c) {
        code @ ..=0xFF => format!("\\x{code:02X}"),
        code => format!("\\u{code:04X}"),
    }
}

/// Only `%YAML` may be before the document: the others declare tags, which are not supported, or
/// nothing that is known.
fn directives(source: &Arc<Source>) -> Result<(), Problem> {
    let mut at = 0;
    for line in source.text.split_inclusive(['\n', '\r']) {
        let written = line.trim_start_matches('\u{FEFF}');
        if written.starts_with('%') && !written.starts_with("%YAML ") {
            let start = at + line.len() - written.len();
            return Err(Problem::error("directives are not supported")
                .at(Location {
                    source: Arc::clone(source),
                    range: start..start + written.trim_end().len(),
                })
                .help("remove the line; a key that starts with `%` needs quotes"));
        }
        if !written.starts_with(['%', '#']) && !written.trim().is_empty() {
            break;
        }
        at += line.len();
    }
    Ok(())
}

/// The parser keeps everything between a bracket and its end before it hands out the first value,
/// so the limit on values would come too late for brackets.
fn separators(source: &Arc<Source>) -> Result<(), Problem> {
    let count = source
        .text
        .bytes()
        .filter(|byte| matches!(byte, b',' | b'[' | b'{'))
        .count();
    if count > limit::VALUES {
        return Err(limit::too_many());
    }
    Ok(())
}
