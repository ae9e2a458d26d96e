//! The text of a form as it goes into a word: gaps folded, variables spelt for the
//! place in which they stand.

use std::ops::Range;

use super::Origin;
use super::print;
use super::source::Source;
use crate::word::{Piece, Word};

/// In what a variable stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Setting {
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

/// What stands between two tokens.
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

/// The word of one form in the making.
#[derive(Debug, Default)]
pub(super) struct Output {
    word: Word,
    range: Option<Range<usize>>,
    after_open: bool,
    hole: usize,
}

impl Output {
    /// Where its tokens stand, from the first to the last.
    pub(super) fn range(&self) -> Option<&Range<usize>> {
        self.range.as_ref()
    }

    /// Appends a token and the gap before it.
    pub(super) fn token(
        &mut self,
        source: &Source<'_>,
        settings: &[Setting],
        gap: &Gap,
        token: &Range<usize>,
    ) {
        let text = &source.text()[token.clone()];
        match &mut self.range {
            None => self.range = Some(token.clone()),
            Some(range) => {
                range.end = token.end;
                if !gap.folds {
                    self.word.push_text(&source.text()[gap.range.clone()]);
                } else if !self.after_open && text != ")" {
                    self.word.push_text(" ");
                }
            }
        }
        self.hole = spell(&mut self.word, source, settings, token, self.hole);
        self.after_open = text == "(";
    }

    /// The word.
    pub(super) fn into_word(self) -> Word {
        self.word
    }
}

/// The text as it was written, but for its variables; `open` if it may end in a comment.
pub(super) fn verbatim(
    source: &Source<'_>,
    settings: &[Setting],
    range: &Range<usize>,
    open: bool,
) -> Word {
    let mut word = Word::default();
    spell(&mut word, source, settings, range, 0);
    if open {
        word.push_text("\n");
    }
    word
}

/// Appends a range; begins to look for variables at `hole` and returns the next.
fn spell(
    word: &mut Word,
    source: &Source<'_>,
    settings: &[Setting],
    range: &Range<usize>,
    mut hole: usize,
) -> usize {
    let mut from = range.start;
    while hole < source.hole_count() && source.hole(hole).range.start < range.end {
        let found = &source.hole(hole).range;
        if found.start >= range.start {
            word.push_text(&source.text()[from..found.start]);
            spell_variable(
                word,
                source,
                hole,
                settings.get(hole).copied().unwrap_or_default(),
            );
            from = found.end;
        }
        hole += 1;
    }
    word.push_text(&source.text()[from..range.end]);
    hole
}

fn spell_variable(word: &mut Word, source: &Source<'_>, hole: usize, setting: Setting) {
    let value = source.value(hole);
    match (&source.hole(hole).origin, setting) {
        (_, Setting::Comment) => word.push_text(" "),
        (Origin::Kept(variable), _) => word.push(Piece::Variable((*variable).clone())),
        (_, Setting::Token) => word.push_text(value),
        (_, Setting::String) => word.push_text(&print::in_string(value)),
        (_, Setting::Bars) => word.push_text(&print::in_bars(value)),
    }
}
