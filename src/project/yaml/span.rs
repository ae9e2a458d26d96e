//! Where a node was written, when the parser's mark says only roughly so.

use std::ops::Range;

use super::locate::{self, Style};

/// The text of a file. `properties` counts the `&anchor` and the `!tag` that a node begins with.
#[derive(Clone, Copy)]
pub(super) struct Spans<'a> {
    pub(super) text: &'a str,
}

impl Spans<'_> {
    /// What was written of a scalar: the parser counts properties and what follows a quote as
    /// parts of it, and leaves out where a block begins.
    pub(super) fn written(
        &self,
        value: &str,
        style: Style,
        properties: usize,
        range: Range<usize>,
    ) -> Range<usize> {
        let text = self.text;
        let start = self
            .after_properties(properties, range.start)
            .min(range.end);
        match style {
            Style::Single | Style::Double => {
                start..start + locate::quoted_end(style, &text[start..])
            }
            Style::Plain if value.is_empty() && properties == 0 => self.nothing(range.start),
            Style::Plain if value.is_empty() => self.first_line(range),
            Style::Plain => start..range.end,
            Style::Block if value.chars().all(locate::is_blank) => self.header(start),
            Style::Block => self.block(start..range.end, properties),
        }
    }

    /// Where a value is missing: the parser points at the indicator or after it.
    fn nothing(&self, at: usize) -> Range<usize> {
        let rest = &self.text[at..];
        if rest.starts_with(':') {
            return at..at + 1;
        }
        // Only the end of a line is worth the way back to its start: in brackets a line may be
        // long and lack many values.
        if rest.is_empty() || rest.starts_with(['\n', '\r']) {
            let before = self.line_before(at);
            if self.text[before.clone()].ends_with('-') {
                return before.end - 1..before.end;
            }
        }
        at..at
    }

    /// The `|` of a block without visible text.
    fn header(&self, at: usize) -> Range<usize> {
        let text = self.text;
        if text[at..].starts_with(['|', '>']) {
            return at..at + 1;
        }
        let line = self.line_before(text[..at].trim_end_matches(locate::is_blank).len());
        match text[line.clone()].rfind(['|', '>']) {
            Some(found) => line.start + found..line.start + found + 1,
            None => at..at,
        }
    }

    /// The visible text of a block, without its header.
    fn block(&self, range: Range<usize>, properties: usize) -> Range<usize> {
        let text = &self.text[range.clone()];
        let header = if properties == 0 {
            0
        } else {
            text.find(['\n', '\r']).unwrap_or(text.len())
        };
        let content = text[header..].trim_start_matches(locate::is_blank);
        let start = range.end - content.len();
        start..start + content.trim_end_matches(locate::is_blank).len()
    }

    /// Where the node begins whose `&anchor` and `!tag` begin at `start`.
    pub(super) fn after_properties(&self, properties: usize, start: usize) -> usize {
        let text = self.text;
        let mut rest = &text[start..];
        for _ in 0..properties {
            rest = rest.trim_start_matches(|c| !locate::is_blank(c));
            rest = after_comments(rest);
        }
        text.len() - rest.len()
    }

    /// The `-` of the first item, where the parser points behind it.
    pub(super) fn dash(&self, at: usize) -> usize {
        let text = self.text;
        if text[at..]
            .strip_prefix('-')
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(locate::is_blank))
        {
            return at;
        }
        let line = text[..at]
            .rfind(['\n', '\r'])
            .map_or(0, |newline| newline + 1);
        let blanks = text[line..at].len() - text[line..at].trim_start_matches(' ').len();
        if text[line + blanks..].starts_with('-') {
            line + blanks
        } else {
            at
        }
    }

    /// The line up to `at`, without a comment.
    fn line_before(&self, at: usize) -> Range<usize> {
        let text = self.text;
        let start = text[..at]
            .rfind(['\n', '\r'])
            .map_or(0, |newline| newline + 1);
        let line = &text[start..at];
        let line = line.find(" #").map_or(line, |comment| &line[..comment]);
        start..start + line.trim_end_matches(locate::is_blank).len()
    }

    pub(super) fn first_line(&self, range: Range<usize>) -> Range<usize> {
        let text = &self.text[range.clone()];
        let line = text.split(['\n', '\r']).next().unwrap_or(text);
        range.start..range.start + line.trim_end_matches(locate::is_blank).len()
    }
}

/// `rest` without the blanks, line breaks and comments that it starts with.
fn after_comments(mut rest: &str) -> &str {
    loop {
        rest = rest.trim_start_matches(locate::is_blank);
        if !rest.starts_with('#') {
            return rest;
        }
        rest = rest.trim_start_matches(|c| !matches!(c, '\n' | '\r'));
    }
}
