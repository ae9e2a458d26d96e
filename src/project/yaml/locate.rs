//! From the bytes of a value to the place where they were written.
//!
//! Folding, chomping and indentation change white space only. So the n-th visible character of a
//! value is the n-th visible character, or escape of one, in what was written.

use std::ops::Range;

use super::Scalar;
use crate::problem::Location;

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Without marks around it.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// Below `|` or `>`.
    Block,
}

/// The place of `range` of the text of the scalar at `place`.
pub(super) fn part(location: &Location, scalar: &Scalar, range: Range<usize>) -> Location {
    let span = visible(&scalar.text, &range);
    let start = location.range.start;
    let mut glyphs = glyphs(scalar.style, &location.source.text[location.range.clone()])
        .map(|glyph| start + glyph.start..start + glyph.end);
    let range = if span.is_empty() {
        let at = if span.start > 0 && !starts_visible(&scalar.text, range.start) {
            glyphs.nth(span.start - 1).map(|glyph| glyph.end)
        } else {
            glyphs.nth(span.start).map(|glyph| glyph.start)
        };
        let at = at.unwrap_or(start);
        at..at
    } else {
        // Both exist for what the parser has read; the whole value is correct if they do not.
        let first = glyphs.nth(span.start).map(|glyph| glyph.start..glyph.end);
        let last = match span.len() {
            1 => first.clone(),
            more => glyphs.nth(more - 2),
        };
        match (first, last) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => location.range.clone(),
        }
    };
    Location {
        source: location.source.clone(),
        range,
    }
}

/// Which visible characters of `text` touch `range`, by their number.
fn visible(text: &str, range: &Range<usize>) -> Range<usize> {
    let mut before = 0;
    let mut through = 0;
    for (at, c) in text.char_indices().filter(|&(_, c)| !is_blank(c)) {
        before += usize::from(at + c.len_utf8() <= range.start);
        through += usize::from(at < range.end);
    }
    before..through.max(before)
}

fn starts_visible(text: &str, at: usize) -> bool {
    text.get(at..)
        .and_then(|rest| rest.chars().next())
        .is_some_and(|c| !is_blank(c))
}

/// The characters that folding may add, drop or replace.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// The places in `written` of what becomes one visible character of the value.
fn glyphs(style: Style, written: &str) -> Box<dyn Iterator<Item = Range<usize>> + '_> {
    match style {
        Style::Plain => Box::new(plain(written)),
        Style::Block => Box::new(
            written
                .char_indices()
                .filter(|&(_, c)| !is_blank(c))
                .map(|(at, c)| at..at + c.len_utf8()),
        ),
        Style::Single => Box::new(quoted(written, single)),
        Style::Double => Box::new(quoted(written, double)),
    }
}

/// The visible characters without quotes. A `#` after a blank is never one of them: the parser
/// passes over comments on lines that a tab indents.
fn plain(written: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut after_blank = false;
    let mut comment = false;
    written.char_indices().filter_map(move |(at, c)| {
        comment = match c {
            '\n' | '\r' => false,
            '#' if after_blank => true,
            _ => comment,
        };
        after_blank = is_blank(c);
        (!comment && !after_blank).then(|| at..at + c.len_utf8())
    })
}

/// The visible characters between quotes; `unit` reads one character or escape.
fn quoted(
    written: &str,
    unit: fn(&str) -> Option<WrittenChar>,
) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 1;
    std::iter::from_fn(move || {
        loop {
            let found = unit(written.get(at..)?)?;
            let start = at;
            at += found.length;
            if found.visible {
                return Some(start..at);
            }
        }
    })
}

/// One character as it was written.
struct WrittenChar {
    /// In bytes.
    length: usize,
    /// Whether it stands for a visible character.
    visible: bool,
}

impl WrittenChar {
    fn plain(c: char) -> Self {
        WrittenChar {
            length: c.len_utf8(),
            visible: !is_blank(c),
        }
    }
}

/// The next character in single quotes, or nothing at the closing one.
fn single(rest: &str) -> Option<WrittenChar> {
    match rest.chars().next()? {
        '\'' if rest.starts_with("''") => Some(WrittenChar {
            length: 2,
            visible: true,
        }),
        '\'' => None,
        c => Some(WrittenChar::plain(c)),
    }
}

/// The next character in double quotes, or nothing at the closing one.
fn double(rest: &str) -> Option<WrittenChar> {
    match rest.chars().next()? {
        '"' => None,
        '\\' => Some(escape(rest)),
        c => Some(WrittenChar::plain(c)),
    }
}

/// The escape that `rest` starts with.
fn escape(rest: &str) -> WrittenChar {
    let Some(c) = rest[1..].chars().next() else {
        return WrittenChar {
            length: 1,
            visible: true,
        };
    };
    let digits = match c {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    let visible = match rest.get(2..2 + digits) {
        Some(code) if digits > 0 => !matches!(u32::from_str_radix(code, 16), Ok(9 | 10 | 13 | 32)),
        _ => !matches!(c, ' ' | '\t' | '\n' | '\r' | 't' | 'n' | 'r'),
    };
    WrittenChar {
        length: 1 + c.len_utf8() + digits,
        visible,
    }
}

/// Where the quoted text that `written` starts with ends, after the closing quote.
pub(super) fn quoted_end(style: Style, written: &str) -> usize {
    let unit = if style == Style::Single {
        single
    } else {
        double
    };
    let mut at = 1;
    while let Some(found) = written.get(at..).and_then(unit) {
        at += found.length;
    }
    (at + 1).min(written.len())
}

/// The first escape in the double-quoted text that `written` starts with that YAML does not know.
pub(super) fn broken_escape(written: &str) -> Option<Range<usize>> {
    let mut at = 1;
    while let Some(unit) = written.get(at..).and_then(double) {
        let rest = &written[at..];
        if let Some(c) = rest.strip_prefix('\\').and_then(|rest| rest.chars().next())
            && !is_escape(c, rest)
        {
            return Some(at..at + 1 + c.len_utf8());
        }
        at += unit.length;
    }
    None
}

fn is_escape(c: char, rest: &str) -> bool {
    let hex = |digits: usize| {
        let code = rest.get(2..2 + digits).unwrap_or_default();
        code.bytes().all(|byte| byte.is_ascii_hexdigit())
            && u32::from_str_radix(code, 16).is_ok_and(|code| char::from_u32(code).is_some())
    };
    match c {
        'x' => hex(2),
        'u' => hex(4),
        'U' => hex(8),
        _ => "0abt\tnvfre \"/\\N_LP\n\r".contains(c),
    }
}
