//! The text of a form as it goes into a word: gaps folded, variables spelt for the place
//! in which they are.

use std::ops::Range;

use super::PartOrigin;
use super::print;
use super::source::FormText;
use super::trace::Trace;
use crate::word::{Piece, Variable, Word};

/// In what a variable is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum VariableContext {
    /// In no token yet, or as one, or in one.
    #[default]
    Token,
    /// In a string.
    String,
    /// Between bars.
    Bars,
    /// In a comment.
    Comment,
}

/// What is between two tokens.
#[derive(Clone, Debug, Default)]
pub(super) struct Gap {
    /// Where.
    pub(super) range: Range<usize>,
    /// Whether it holds a line break or a comment.
    pub(super) folds: bool,
    /// Whether it holds a comment.
    pub(super) comments: bool,
    /// Whether it ends within a `;` comment, at the end of the text.
    pub(super) open: bool,
}

/// The word of one form, as far as it has been read.
#[derive(Debug, Default)]
pub(super) struct WordOutput {
    text: WordText,
    trace: Trace,
    range: Option<Range<usize>>,
    after_open: bool,
    hole: usize,
}

impl WordOutput {
    /// Where its tokens are, from the first to the last.
    pub(super) fn range(&self) -> Option<&Range<usize>> {
        self.range.as_ref()
    }

    /// Appends a token and the gap before it.
    pub(super) fn token(
        &mut self,
        source: &FormText<'_>,
        contexts: &[VariableContext],
        gap: &Gap,
        token: &Range<usize>,
    ) {
        let text = &source.text()[token.clone()];
        match &mut self.range {
            None => self.range = Some(token.clone()),
            Some(range) => {
                range.end = token.end;
                if !gap.folds {
                    self.text.push(&source.text()[gap.range.clone()]);
                } else if !self.after_open && text != ")" {
                    self.text.push(" ");
                }
            }
        }
        self.trace.push(self.text.length, token.start);
        self.hole = spell(&mut self.text, source, contexts, token, self.hole);
        self.after_open = text == "(";
    }

    /// The word, and where its tokens are in the text of the source.
    pub(super) fn into_parts(self) -> (Word, Trace) {
        (self.text.word, self.trace)
    }
}

/// A word that is being built, and how long its text is.
#[derive(Debug, Default)]
struct WordText {
    word: Word,
    length: usize,
}

impl WordText {
    fn push(&mut self, text: &str) {
        self.length += text.len();
        self.word.push_text(text);
    }

    fn push_variable(&mut self, variable: &Variable) {
        self.length += variable.value.len();
        self.word.push(Piece::Variable(variable.clone()));
    }
}

/// The text as it was written, but for its variables; `open` if it may end in a comment.
pub(super) fn verbatim(
    source: &FormText<'_>,
    contexts: &[VariableContext],
    range: &Range<usize>,
    open: bool,
) -> (Word, Trace) {
    let mut text = WordText::default();
    let mut trace = Trace::default();
    trace.push(0, range.start);
    spell(&mut text, source, contexts, range, 0);
    if open {
        text.push("\n");
    }
    (text.word, trace)
}

/// Appends a range; begins to look for variables at `hole` and returns the next.
fn spell(
    text: &mut WordText,
    source: &FormText<'_>,
    contexts: &[VariableContext],
    range: &Range<usize>,
    mut hole: usize,
) -> usize {
    let mut from = range.start;
    while hole < source.hole_count() && source.hole(hole).range.start < range.end {
        let found = &source.hole(hole).range;
        if found.start >= range.start {
            text.push(&source.text()[from..found.start]);
            spell_variable(
                text,
                source,
                hole,
                contexts.get(hole).copied().unwrap_or_default(),
            );
            from = found.end;
        }
        hole += 1;
    }
    text.push(&source.text()[from..range.end]);
    hole
}

fn spell_variable(
    text: &mut WordText,
    source: &FormText<'_>,
    hole: usize,
    context: VariableContext,
) {
    let value = source.value(hole);
    match (&source.hole(hole).origin, context) {
        (_, VariableContext::Comment) => text.push(" "),
        (PartOrigin::Kept(variable), _) => text.push_variable(variable),
        (_, VariableContext::Token) => text.push(value),
        (_, VariableContext::String) => text.push(&print::in_string(value)),
        (_, VariableContext::Bars) => text.push(&print::in_bars(value)),
    }
}
