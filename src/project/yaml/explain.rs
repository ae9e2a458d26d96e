//! What the parser did not like, in plain words and with the way out.

use std::ops::Range;
use std::sync::Arc;

use super::{limit, locate};
use crate::problem::{Location, Problem, Source};

/// Where and why the parser gave up.
pub(super) struct ParserError<'a> {
    /// The text.
    pub(super) source: &'a Arc<Source>,
    /// What it says.
    pub(super) message: &'a str,
    /// The byte that it points at.
    pub(super) at: usize,
    /// The innermost bracket that is open there.
    pub(super) bracket: Option<usize>,
}

/// A part of the parser's message, what it means, and what to do.
type Row = (&'static str, &'static str, &'static str);

const QUOTE: &str = "quote the value if it is text";

/// The first row that fits is taken.
const ROWS: &[Row] = &[
    (
        "valid YAML whitespace",
        "expected a blank, found a tab",
        "write a blank after `:` and `-`",
    ),
    (
        "expected whitespace",
        "a blank is missing after `?`",
        "write a blank after it, or quote a key that starts with `?`",
    ),
    (
        "comments must be separated",
        "found text after the end of the value",
        "write a blank before the `#` of a comment, or quote all of the value",
    ),
    (
        "flow sequence",
        "a list in brackets is not closed, or misses a comma",
        "write `[a, b]`, or quote a value that is text and starts with `[`",
    ),
    (
        "flow mapping, did not",
        "a map in braces is not closed, or misses a comma",
        "write `{a: 1, b: 2}`, or quote a value that is text and starts with `{`",
    ),
    (
        "any of `[{`",
        "a blank is missing after `:`",
        "write `key: value`",
    ),
    (
        "illegal placement",
        "a key in brackets must be on the line of its `:`",
        "close the brackets, or quote a value that is text and starts with `[` or `{`",
    ),
    (
        "misplaced bracket",
        "a bracket is closed that was not opened",
        QUOTE,
    ),
    (
        "only valid inside a block",
        "an item in brackets cannot start with `- `",
        "separate the items by commas, and close the brackets",
    ),
    (
        "followed by ,[]{}",
        "an item in brackets cannot start with `-`",
        QUOTE,
    ),
    (
        "quoted scalar, found unexpected",
        "the quote is not closed",
        "close it, or use the other kind of quote if it is part of the text",
    ),
    (
        "indentation in quoted scalar",
        "the lines of a quoted value must be indented",
        "indent them, or close the quote on its first line",
    ),
    (
        "trailing content after double-quoted",
        "found text after the closing quote",
        "quote all of the value, or write it as a block after `|`",
    ),
    (
        "indentation indicator equal to 0",
        "a block cannot be indented by 0",
        "leave out the number after `|` or `>`",
    ),
    (
        "block scalar, did not find",
        "found text on the line where a block starts",
        "start the text of a block on the next line, or quote a value that starts with `|` or `>`",
    ),
    (
        "line in block scalar",
        "a line of the block is not indented like its first line",
        "indent all lines of the block at least like the first",
    ),
    (
        "scanning an anchor",
        "a name is missing after `&` or `*`",
        "quote a value that is text and starts with `&` or `*`",
    ),
    ("handle wasn't declared", TAGS, TAGS_HELP),
    ("a tag", TAGS, TAGS_HELP),
    (
        "directive",
        "directives are not supported",
        "quote a value that starts with `%`",
    ),
    (
        "block sequence entries",
        "a list cannot start on the line of its key",
        "start the list on the next line, or quote the value if it is text",
    ),
    (
        "mapping keys are not allowed",
        "a key cannot start here",
        "quote the value if it is text that starts with `? `",
    ),
    (
        "comment intercepting",
        "a comment cannot be inside a value",
        "move the comment above the value, or start the next key in the column of the others",
    ),
    (
        "byte order mark",
        "found a byte order mark inside the text",
        "remove the invisible character U+FEFF",
    ),
    (
        "<document start>",
        "found more after the end of the value",
        "start all keys in the same column, as `key: value`",
    ),
    (
        "document end marker",
        "found more after the end of the document",
        "remove all from the line `...` on",
    ),
    (
        "expected key",
        "this line does not fit the indentation above",
        "start all keys of a map in the same column; indent a block like its first line",
    ),
    (
        "expected '-'",
        "this line does not fit the indentation above",
        "start all items of a list in the same column, with `- `",
    ),
    (
        "invalid indentation",
        "this line does not fit the indentation above",
        "start all keys of a map in the same column, and close all quotes and brackets",
    ),
    (
        "node content",
        "expected a value",
        "write the value, or quote it",
    ),
    (
        "end of plain scalar",
        "expected a value",
        "write the value, or quote it",
    ),
];

const BLANKS: &str = "YAML indents by blanks: replace the tab by blanks";
const TAGS: &str = "tags are not supported";
const TAGS_HELP: &str = "quote a value that is text and starts with `!`";

/// A tag that means nothing here.
pub(super) fn tags() -> Problem {
    Problem::error(TAGS).help(TAGS_HELP)
}

impl ParserError<'_> {
    pub(super) fn explain(&self) -> Problem {
        let problem = self.special().unwrap_or_else(|| self.row());
        if self.indent().contains('\t') && !self.message.contains("tab") {
            problem.help(BLANKS)
        } else {
            problem
        }
    }

    /// What needs a look at the source.
    fn special(&self) -> Option<Problem> {
        let has = |part| self.message.contains(part);
        let misfit = has("did not find expected key") || has("did not find expected '-'");
        if has("mapping values are not allowed") {
            Some(self.colon())
        } else if has("unexpected character") {
            Some(self.reserved())
        } else if has("unknown anchor") {
            Some(self.anchor())
        } else if has("simple key expect") {
            Some(self.no_colon())
        } else if has("parsing a quoted scalar") {
            Some(self.escape())
        } else if misfit && self.follows_value() {
            Some(self.trailing())
        } else if has("tab") && !has("valid YAML whitespace") {
            Some(self.tab())
        } else if has("recursion limit") {
            Some(limit::too_deep().at(self.location(self.at..self.at)))
        } else {
            None
        }
    }

    fn row(&self) -> Problem {
        let at = self.location(self.start());
        match ROWS.iter().find(|(part, ..)| self.message.contains(part)) {
            Some((_, message, help)) => Problem::error(*message).at(at).help(*help),
            None => Problem::error(format!("this is not YAML: {}", self.message)).at(at),
        }
    }

    /// A bracket that was opened on an earlier line says more than the line on which the parser
    /// noticed.
    fn start(&self) -> Range<usize> {
        match self.bracket {
            Some(bracket) if self.source.text[bracket..self.at.max(bracket)].contains('\n') => {
                bracket..bracket + 1
            }
            _ => self.at..self.at,
        }
    }

    fn colon(&self) -> Problem {
        let at = self.location(
            self.at
                ..self.text()[self.at..]
                    .chars()
                    .next()
                    .map_or(self.at, |c| self.at + c.len_utf8()),
        );
        let before = self.text()[self.line().start..self.at].trim_start();
        if before.contains(": ") || before.starts_with(['-', '?']) {
            Problem::error("a value without quotes cannot contain `: `")
                .at(at)
                .help("quote the value, or write it as a block after `|`")
        } else {
            Problem::error("a key cannot start here").at(at).help(
                "start all keys of a map in the same column, each with `: `; quote a value that contains it",
            )
        }
    }

    fn reserved(&self) -> Problem {
        let c = self.text()[self.at..].chars().next().unwrap_or(' ');
        let name = if c == '`' {
            "a backtick".to_owned()
        } else {
            format!("`{c}`")
        };
        Problem::error(format!("a value without quotes cannot start with {name}"))
            .at(self.location(self.at..self.at + c.len_utf8().min(self.text().len() - self.at)))
            .help("quote the value, or write it as a block after `|`")
    }

    fn anchor(&self) -> Problem {
        let rest = &self.text()[self.at..];
        let word = rest
            .split(|c| locate::is_blank(c) || "[]{},".contains(c))
            .next()
            .unwrap_or(rest);
        Problem::error(format!(
            "no value is named `&{}`",
            word.trim_start_matches('*')
        ))
        .at(self.location(self.at..self.at + word.len()))
        .help("quote a value that is text and starts with `*`")
    }

    /// The parser notices on the line after.
    fn no_colon(&self) -> Problem {
        let before = self.text()[..self.at].trim_end();
        let start = before.rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
        let line = &before[start..];
        let start = start + line.len() - line.trim_start().len();
        Problem::error("expected `key: value`")
            .at(self.location(start..before.len().max(start)))
            .help("add `:` and a blank after the key, or indent the line if it continues the value above")
    }

    fn escape(&self) -> Problem {
        let quoted = &self.text()[self.at..];
        let range = locate::broken_escape(quoted).unwrap_or(0..0);
        Problem::error(format!(
            "unknown escape `{}` in double quotes",
            &quoted[range.clone()]
        ))
        .at(self.location(self.at + range.start..self.at + range.end))
        .help(r"write `\\` for a backslash, or use single quotes")
    }

    /// A value in brackets that goes on after them.
    fn trailing(&self) -> Problem {
        Problem::error("found text after the end of the value")
            .at(self.location(self.at..self.at))
            .help("quote all of the value, or write it as a block after `|`")
    }

    /// Whether there is more than a `- ` before the place on its line.
    fn follows_value(&self) -> bool {
        let before = &self.text()[self.line().start..self.at];
        before.contains(|c| c != '-' && !locate::is_blank(c))
    }

    /// The parser may point at the value that the tab comes after.
    fn tab(&self) -> Problem {
        let text = self.text();
        let start = self.line().start;
        let indented = |line: &str| line.trim_start_matches(' ').starts_with('\t');
        let mut at = start;
        let found = text[start..]
            .split_inclusive(['\n', '\r'])
            .find_map(|line| {
                at += line.len();
                indented(line).then(|| at - line.trim_start_matches(' ').len())
            });
        let at = found.unwrap_or(self.at);
        Problem::error("a tab cannot indent")
            .at(self.location(at..at))
            .help(BLANKS)
    }

    /// The white space that the line starts with, where a tab is easily overlooked.
    fn indent(&self) -> &str {
        let line = &self.text()[self.line()];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    fn line(&self) -> Range<usize> {
        let text = self.text();
        let start = text[..self.at]
            .rfind(['\n', '\r'])
            .map_or(0, |newline| newline + 1);
        let length = text[start..]
            .find(['\n', '\r'])
            .unwrap_or(text.len() - start);
        start..start + length
    }

    fn text(&self) -> &str {
        &self.source.text
    }

    fn location(&self, range: Range<usize>) -> Location {
        Location {
            source: Arc::clone(self.source),
            range,
        }
    }
}
