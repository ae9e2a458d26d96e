//! From the text that the template of a command line renders to, to its words.

use std::sync::Arc;

use crate::dialect::marked::{MarkedSpan, runs};
use crate::lisp::reader::read_form;
use crate::lisp::{Part, PartOrigin};
use crate::problem::{Location, Problem, Source};
use crate::word::{Argv, Line, Piece, Word};

/// Takes the rendered template apart.
///
/// Line ends and blanks of the template separate lines and words; those inside a value do not.
pub(super) fn lines(template: &str, text: &str) -> Result<Argv, Problem> {
    let mut lines: Vec<Line> = Vec::new();
    let mut remark = None;
    for runs in lines_of_runs(text) {
        match runs.as_slice() {
            [MarkedSpan::Template(text)] if text.starts_with('#') => {
                remark = Some(text[1..].trim().to_owned());
            }
            runs => {
                let words = line_words(template, runs)?;
                if !words.is_empty() {
                    let remark = remark.take();
                    lines.push(Line { words, remark });
                }
            }
        }
    }
    Ok(Argv(lines))
}

/// The lines, each with those that are indented below it.
fn lines_of_runs(text: &str) -> Vec<Vec<MarkedSpan<'_>>> {
    let mut lines = Vec::new();
    let mut fresh = true;
    for run in runs(text) {
        let pieces: Vec<MarkedSpan<'_>> = match run {
            MarkedSpan::Template(text) => text
                .split_inclusive('\n')
                .map(MarkedSpan::Template)
                .collect(),
            piece @ MarkedSpan::Piece(_) => vec![piece],
        };
        for piece in pieces {
            let goes_on = matches!(&piece, MarkedSpan::Template(text) if text.starts_with(BLANKS));
            if lines.is_empty() || fresh && !goes_on {
                lines.push(Vec::new());
            }
            fresh = matches!(&piece, MarkedSpan::Template(text) if text.ends_with('\n'));
            lines.last_mut().expect("there is a line now").push(piece);
        }
    }
    lines
}

const BLANKS: [char; 3] = [' ', '\t', '\n'];

/// The words of a line: the last one is a form where it begins with `(`.
fn line_words(template: &str, runs: &[MarkedSpan<'_>]) -> Result<Vec<Word>, Problem> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    for (index, run) in runs.iter().enumerate() {
        match run {
            MarkedSpan::Piece(piece) => word.get_or_insert_default().push(piece.clone()),
            MarkedSpan::Template(text) => {
                for (at, character) in text.char_indices() {
                    match character {
                        '(' if word.is_none() => {
                            let first = MarkedSpan::Template(&text[at..]);
                            let rest = std::iter::once(&first).chain(&runs[index + 1..]);
                            words.push(form(template, rest)?);
                            return Ok(words);
                        }
                        blank if BLANKS.contains(&blank) => words.extend(word.take()),
                        _ => word
                            .get_or_insert_default()
                            .push_text(character.encode_utf8(&mut [0; 4])),
                    }
                }
            }
        }
    }
    words.extend(word);
    Ok(words)
}

/// Reads the form that is in the template.
fn form<'a>(
    template: &str,
    runs: impl Iterator<Item = &'a MarkedSpan<'a>>,
) -> Result<Word, Problem> {
    let mut shown = String::new();
    let parts: Vec<Part<'_>> = runs
        .map(|run| {
            let (text, origin) = match run {
                MarkedSpan::Template(text) => (*text, PartOrigin::Written),
                MarkedSpan::Piece(Piece::Text(text)) => (text.as_str(), PartOrigin::Written),
                MarkedSpan::Piece(Piece::Variable(kept)) => {
                    (kept.value.as_str(), PartOrigin::Kept(kept))
                }
            };
            let start = shown.len();
            shown.push_str(text);
            let at = start..shown.len();
            Part { text, at, origin }
        })
        .collect();
    let form = read_form(&parts).map_err(|fault| {
        let source = Arc::new(Source {
            name: format!("the text that the template `{template}` renders to"),
            text: shown,
        });
        fault.error(Location {
            source,
            range: fault.at.clone(),
        })
    })?;
    Ok(form.word)
}
