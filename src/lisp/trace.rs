//! The way back from the text of a form to the text that it was read from.

use std::ops::Range;

/// Where the tokens of a form are in its text, and where they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Trace(Vec<Mark>);

/// Where a token begins, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    /// In the text of the form.
    here: usize,
    /// In the text that was read.
    there: usize,
}

impl Trace {
    /// Adds a token that is behind all others.
    pub(super) fn push(&mut self, here: usize, there: usize) {
        self.0.push(Mark { here, there });
    }

    /// The same where so many bytes are put before the form; `written` gives the positions in the
    /// text that was read.
    pub(super) fn moved(self, bytes: usize, written: impl Fn(usize) -> usize) -> Self {
        let marks = self.0.into_iter();
        let moved = marks.map(|mark| Mark {
            here: mark.here + bytes,
            there: written(mark.there),
        });
        Trace(moved.collect())
    }

    /// Where a range of the form's text was written.
    pub(super) fn back(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.back_from(range.start);
        let last = range.end.saturating_sub(1).max(range.start);
        let end = self.back_from(last) + usize::from(!range.is_empty());
        start..end.max(start)
    }

    fn back_from(&self, at: usize) -> usize {
        let after = self.0.partition_point(|mark| mark.here <= at);
        match self.0[..after].last().or(self.0.first()) {
            Some(mark) => mark.there + at.saturating_sub(mark.here),
            None => at,
        }
    }
}
