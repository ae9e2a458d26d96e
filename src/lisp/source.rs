//! The text of a form as one string, with the variables in it and the way back to
//! where each byte was written.
//!
//! A variable is read as a unit of its own and never as text, so that its value
//! cannot become syntax; this is what [`FormText::peek`] keeps apart.

use std::ops::Range;

use super::faults::Wrong;
use super::{Fault, Part, PartOrigin};

/// All parts in a row.
#[derive(Debug)]
pub(super) struct FormText<'a> {
    text: String,
    segments: Vec<TextPart>,
    holes: Vec<Hole<'a>>,
}

/// One part within the text.
#[derive(Debug)]
struct TextPart {
    start: usize,
    at: Range<usize>,
    written: bool,
}

/// A variable within the text.
#[derive(Debug)]
pub(super) struct Hole<'a> {
    /// Where its value is in the text.
    pub(super) range: Range<usize>,
    /// Where it was written.
    pub(super) at: Range<usize>,
    /// Which variable it is; never [`PartOrigin::Written`].
    pub(super) origin: PartOrigin<'a>,
}

impl Hole<'_> {
    /// The variable's name.
    pub(super) fn name(&self) -> &str {
        match &self.origin {
            PartOrigin::Written => "",
            PartOrigin::Value(name) => name,
            PartOrigin::Kept(variable) => &variable.name,
        }
    }
}

/// A place to read at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cursor {
    /// The byte.
    pub(super) pos: usize,
    /// The next variable at or after it.
    pub(super) hole: usize,
}

/// What is at a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextUnit {
    /// A written character.
    Char(char),
    /// The variable of this number.
    Hole(usize),
    /// Nothing.
    End,
}

impl<'a> FormText<'a> {
    /// Joins the parts.
    ///
    /// # Errors
    /// When one holds NUL, which no command line can hold.
    pub(super) fn new(parts: &[Part<'a>]) -> Result<Self, Fault> {
        let mut source = FormText {
            text: String::with_capacity(parts.iter().map(|part| part.text.len()).sum()),
            segments: Vec::with_capacity(parts.len()),
            holes: Vec::new(),
        };
        for part in parts {
            source.append(part);
        }
        match source.text.find('\0') {
            Some(nul) => Err(source.fault(nul..nul + 1, Wrong::Nul)),
            None => Ok(source),
        }
    }

    fn append(&mut self, part: &Part<'a>) {
        let start = self.text.len();
        self.text.push_str(part.text);
        let written = matches!(part.origin, PartOrigin::Written);
        self.segments.push(TextPart {
            start,
            at: part.at.clone(),
            written,
        });
        if !written {
            self.holes.push(Hole {
                range: start..self.text.len(),
                at: part.at.clone(),
                origin: part.origin.clone(),
            });
        }
    }

    /// The text, values of variables in their places.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The variable of this number.
    pub(super) fn hole(&self, number: usize) -> &Hole<'a> {
        &self.holes[number]
    }

    /// The first variable in a token at this range, or in a part of it.
    pub(super) fn hole_in(&self, token: &Range<usize>) -> Option<&Hole<'a>> {
        let before = self
            .holes
            .partition_point(|hole| hole.range.end < token.start);
        let hole = self.holes.get(before)?;
        (hole.range.start <= token.end).then_some(hole)
    }

    /// The value of the variable of this number.
    pub(super) fn value(&self, number: usize) -> &str {
        &self.text[self.holes[number].range.clone()]
    }

    /// How many variables there are.
    pub(super) fn hole_count(&self) -> usize {
        self.holes.len()
    }

    /// What is at the cursor.
    pub(super) fn peek(&self, cursor: Cursor) -> TextUnit {
        match self.holes.get(cursor.hole) {
            Some(hole) if hole.range.start == cursor.pos => TextUnit::Hole(cursor.hole),
            _ => self
                .character(cursor.pos)
                .map_or(TextUnit::End, TextUnit::Char),
        }
    }

    /// The character at a position. Forms are ASCII for the most part, and decoding UTF-8
    /// would take most of the time of reading them.
    fn character(&self, pos: usize) -> Option<char> {
        match self.text.as_bytes().get(pos)? {
            byte if byte.is_ascii() => Some(char::from(*byte)),
            _ => self.text[pos..].chars().next(),
        }
    }

    /// The cursor after what is there.
    pub(super) fn after(&self, cursor: Cursor) -> Cursor {
        match self.peek(cursor) {
            TextUnit::Char(c) => Cursor {
                pos: cursor.pos + c.len_utf8(),
                hole: cursor.hole,
            },
            TextUnit::Hole(number) => Cursor {
                pos: self.holes[number].range.end,
                hole: number + 1,
            },
            TextUnit::End => cursor,
        }
    }

    /// Where a range of the text was written.
    pub(super) fn place(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.place_of_start(range.start);
        if range.is_empty() {
            return start..start;
        }
        let end = self.place_of_end(range.end).max(start);
        start..end
    }

    fn place_of_start(&self, pos: usize) -> usize {
        let after = self
            .segments
            .partition_point(|segment| segment.start <= pos);
        match after.checked_sub(1).map(|index| &self.segments[index]) {
            Some(segment) if segment.written => {
                (segment.at.start + (pos - segment.start)).min(segment.at.end)
            }
            Some(segment) if pos == self.text.len() => segment.at.end,
            Some(segment) => segment.at.start,
            None => 0,
        }
    }

    fn place_of_end(&self, pos: usize) -> usize {
        let after = self.segments.partition_point(|segment| segment.start < pos);
        match after.checked_sub(1).map(|index| &self.segments[index]) {
            Some(segment) if segment.written => {
                (segment.at.start + (pos - segment.start)).min(segment.at.end)
            }
            Some(segment) => segment.at.end,
            None => 0,
        }
    }

    /// What is wrong at a range of the text.
    pub(super) fn fault(&self, range: Range<usize>, wrong: Wrong<'_>) -> Fault {
        wrong.at(self.place(&range))
    }
}
