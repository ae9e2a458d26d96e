//! The parser's events written down as steps, within limits. The only file that names the parser.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};

use super::locate::{self, Style};
use super::marks::Marks;
use super::{check, explain, limit};
use crate::problem::{Place, Problem, Source};

/// One document: a node is a step, and a list or map is followed by what it holds and an end.
pub(super) struct Step {
    /// Where it stands, in bytes.
    pub(super) range: Range<usize>,
    /// What it is.
    pub(super) kind: StepKind,
}

/// What a step is.
pub(super) enum StepKind {
    /// No value.
    Null,
    /// A leaf.
    Scalar {
        /// Its text.
        text: String,
        /// Whether it may be read as a number or a boolean.
        plain: bool,
        /// How it was written.
        style: Style,
    },
    /// A list begins.
    List,
    /// A map begins: keys and values take turns.
    Map,
    /// The innermost list or map ends.
    End,
    /// What starts at that earlier step stands here again.
    Alias(usize),
}

/// Runs the parser over the source.
pub(super) fn record(source: &Arc<Source>) -> Result<Vec<Step>, Problem> {
    let mut recorder = Recorder {
        source,
        marks: Marks::new(&source.text),
        steps: Vec::new(),
        open: Vec::new(),
        anchors: HashMap::new(),
        documents: 0,
    };
    for event in Parser::new_from_str(&source.text) {
        match event {
            Ok((event, span)) => recorder.event(event, span)?,
            Err(error) => return Err(recorder.explain(&error)),
        }
    }
    if recorder.documents == 0 {
        return Err(check::empty(source));
    }
    Ok(recorder.steps)
}

struct Recorder<'a> {
    source: &'a Arc<Source>,
    marks: Marks<'a>,
    steps: Vec<Step>,
    open: Vec<Open>,
    /// The step of every anchor, by the parser's number.
    anchors: HashMap<usize, usize>,
    documents: usize,
}

/// A list or map that has not ended.
struct Open {
    step: usize,
    /// Whether it stands in brackets.
    flow: bool,
}

/// What may stand before a node: `&anchor` and `!tag`.
struct Properties<'e> {
    anchor: usize,
    tag: Option<&'e Tag>,
}

impl Recorder<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(_) => self.document(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                let before = Properties {
                    anchor,
                    tag: tag.as_deref(),
                };
                self.scalar(text.into_owned(), style, &before, span)
            }
            Event::SequenceStart(anchor, tag) => {
                let before = Properties {
                    anchor,
                    tag: tag.as_deref(),
                };
                self.open(StepKind::List, &before, span)
            }
            Event::MappingStart(anchor, tag) => {
                let before = Properties {
                    anchor,
                    tag: tag.as_deref(),
                };
                self.open(StepKind::Map, &before, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn document(&mut self, span: Span) -> Result<(), Problem> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        Err(Problem::error("the file holds more than one document")
            .at(self.place(self.bytes(span)))
            .help("keep one document, and remove the others with their `---`"))
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Problem> {
        let range = self.bytes(span);
        let target = self.anchors.get(&anchor).copied();
        match target {
            Some(step) if self.open.iter().all(|open| open.step != step) => {
                self.push(range, StepKind::Alias(step))
            }
            _ => Err(
                Problem::error("an alias stands inside the value that it names")
                    .at(self.place(range))
                    .help("a value cannot contain itself: write out what is meant"),
            ),
        }
    }

    fn scalar(
        &mut self,
        text: String,
        style: ScalarStyle,
        before: &Properties<'_>,
        span: Span,
    ) -> Result<(), Problem> {
        let range = self.bytes(span);
        self.tag(before, &range)?;
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        };
        let plain = style == Style::Plain && before.tag.is_none_or(|tag| tag.suffix != "str");
        let null = plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL");
        let range = self.written(&text, style, before, range);
        self.anchor(before);
        self.push(
            range,
            if null {
                StepKind::Null
            } else {
                StepKind::Scalar { text, plain, style }
            },
        )
    }

    fn open(&mut self, kind: StepKind, before: &Properties<'_>, span: Span) -> Result<(), Problem> {
        let range = self.bytes(span);
        self.tag(before, &range)?;
        let mut start = self.after_properties(before, range.start);
        let flow = self.source.text[start..].starts_with(['[', '{']);
        if matches!(kind, StepKind::List) && !flow {
            start = self.dash(start);
        }
        if self.open.len() == limit::DEPTH {
            return Err(limit::too_deep().at(self.place(start..start)));
        }
        self.anchor(before);
        self.open.push(Open {
            step: self.steps.len(),
            flow,
        });
        self.push(start..start, kind)
    }

    /// A block is pointed at by its first key or item, brackets by all of their first line.
    fn close(&mut self, span: Span) -> Result<(), Problem> {
        let end = self.bytes(span).start;
        if let Some(open) = self.open.pop() {
            let start = self.steps[open.step].range.start;
            let end = if open.flow {
                end + usize::from(self.source.text[end..].starts_with([']', '}']))
            } else {
                self.steps
                    .get(open.step + 1)
                    .map_or(start, |first| first.range.end)
            };
            self.steps[open.step].range = self.first_line(start..end.max(start));
        }
        self.push(end..end, StepKind::End)
    }

    fn push(&mut self, range: Range<usize>, kind: StepKind) -> Result<(), Problem> {
        // A list or map takes two steps.
        if self.steps.len() == 2 * limit::VALUES {
            return Err(limit::too_many().at(self.place(range)));
        }
        self.steps.push(Step { range, kind });
        Ok(())
    }

    fn anchor(&mut self, before: &Properties<'_>) {
        if before.anchor > 0 {
            self.anchors.insert(before.anchor, self.steps.len());
        }
    }

    fn tag(&self, before: &Properties<'_>, range: &Range<usize>) -> Result<(), Problem> {
        const CORE: [&str; 7] = ["str", "int", "float", "bool", "null", "seq", "map"];
        let known = |tag: &Tag| tag.is_yaml_core_schema() && CORE.contains(&tag.suffix.as_str());
        if before.tag.is_none_or(known) {
            return Ok(());
        }
        let text = &self.source.text;
        let start = text[range.start..]
            .find('!')
            .map_or(range.start, |at| range.start + at);
        let rest = &text[start..];
        let tag = rest
            .split(|c| locate::is_blank(c) || "[]{},".contains(c))
            .next()
            .unwrap_or(rest);
        Err(explain::tags().at(self.place(start..start + tag.len())))
    }

    /// What was written of a scalar: the parser counts properties and what follows a quote as
    /// parts of it, and leaves out where a block begins.
    fn written(
        &self,
        value: &str,
        style: Style,
        before: &Properties<'_>,
        range: Range<usize>,
    ) -> Range<usize> {
        let text = &self.source.text;
        let start = self.after_properties(before, range.start).min(range.end);
        match style {
            Style::Single | Style::Double => {
                start..start + locate::quoted_end(style, &text[start..])
            }
            Style::Plain if value.is_empty() && before.is_none() => self.nothing(range.start),
            Style::Plain if value.is_empty() => self.first_line(range),
            Style::Plain => start..range.end,
            Style::Block if value.chars().all(locate::is_blank) => self.header(start),
            Style::Block => self.block(start..range.end, before),
        }
    }

    /// Where a value is missing: the parser points at the indicator or after it.
    fn nothing(&self, at: usize) -> Range<usize> {
        let text = &self.source.text;
        let before = self.line_before(at);
        if text[at..].starts_with(':') {
            at..at + 1
        } else if text[before.clone()].ends_with('-') {
            before.end - 1..before.end
        } else {
            at..at
        }
    }

    /// The `|` of a block without visible text.
    fn header(&self, at: usize) -> Range<usize> {
        let text = &self.source.text;
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
    fn block(&self, range: Range<usize>, before: &Properties<'_>) -> Range<usize> {
        let text = &self.source.text[range.clone()];
        let header = if before.is_none() {
            0
        } else {
            text.find(['\n', '\r']).unwrap_or(text.len())
        };
        let content = text[header..].trim_start_matches(locate::is_blank);
        let start = range.end - content.len();
        start..start + content.trim_end_matches(locate::is_blank).len()
    }

    /// Where the node begins whose `&anchor` and `!tag` begin at `start`.
    fn after_properties(&self, before: &Properties<'_>, start: usize) -> usize {
        let text = &self.source.text;
        let count = usize::from(before.anchor > 0) + usize::from(before.tag.is_some());
        let mut rest = &text[start..];
        for _ in 0..count {
            rest = rest.trim_start_matches(|c| !locate::is_blank(c));
            rest = after_comments(rest);
        }
        text.len() - rest.len()
    }

    /// The `-` of the first item, where the parser points behind it.
    fn dash(&self, at: usize) -> usize {
        let text = &self.source.text;
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
        let text = &self.source.text;
        let start = text[..at]
            .rfind(['\n', '\r'])
            .map_or(0, |newline| newline + 1);
        let line = &text[start..at];
        let line = line.find(" #").map_or(line, |comment| &line[..comment]);
        start..start + line.trim_end_matches(locate::is_blank).len()
    }

    fn first_line(&self, range: Range<usize>) -> Range<usize> {
        let text = &self.source.text[range.clone()];
        let line = text.split(['\n', '\r']).next().unwrap_or(text);
        range.start..range.start + line.trim_end_matches(locate::is_blank).len()
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let start = self.marks.byte(span.start.index());
        start..self.marks.byte(span.end.index()).max(start)
    }

    fn place(&self, range: Range<usize>) -> Place {
        Place {
            source: Arc::clone(self.source),
            range,
        }
    }

    fn explain(&self, error: &ScanError) -> Problem {
        let bracket = self.open.last().filter(|open| open.flow);
        explain::Failure {
            source: self.source,
            message: error.info(),
            at: self.marks.byte(error.marker().index()),
            bracket: bracket.map(|open| self.steps[open.step].range.start),
        }
        .explain()
    }
}

impl Properties<'_> {
    fn is_none(&self) -> bool {
        self.anchor == 0 && self.tag.is_none()
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
