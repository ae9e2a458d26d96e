//! The parser's events written down as steps, within limits. The only file that names the parser.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};

use super::locate::{self, Style};
use super::marks::ByteOffsets;
use super::span::Spans;
use super::{check, explain, limit};
use crate::problem::{Location, Problem, Source};

/// One document: a node is a step, and a list or map is followed by what it holds and an end.
pub(super) struct TapeStep {
    /// Where it is, in bytes.
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
    /// What starts at that earlier step is here again.
    Alias(usize),
}

/// Runs the parser over the source.
pub(super) fn record(source: &Arc<Source>) -> Result<Vec<TapeStep>, Problem> {
    let mut recorder = Recorder {
        source,
        marks: ByteOffsets::new(&source.text),
        spans: Spans { text: &source.text },
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
    marks: ByteOffsets<'a>,
    spans: Spans<'a>,
    steps: Vec<TapeStep>,
    open: Vec<OpenNode>,
    /// The step of every anchor, by the parser's number.
    anchors: HashMap<usize, usize>,
    documents: usize,
}

/// A list or map that has not ended.
struct OpenNode {
    step: usize,
    /// Whether it is in brackets.
    flow: bool,
}

/// What may be before a node: `&anchor` and `!tag`.
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
            .at(self.location(self.bytes(span)))
            .help("keep one document, and remove the others with their `---`"))
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Problem> {
        let range = self.bytes(span);
        let target = self.anchors.get(&anchor).copied();
        match target {
            Some(step) if self.open.iter().all(|open| open.step != step) => {
                self.push(range, StepKind::Alias(step))
            }
            _ => Err(Problem::error("an alias is inside the value that it names")
                .at(self.location(range))
                .help("a value cannot contain itself: write out what is meant")),
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
        let range = self.spans.written(&text, style, before.count(), range);
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
        let mut start = self.spans.after_properties(before.count(), range.start);
        let flow = self.source.text[start..].starts_with(['[', '{']);
        if matches!(kind, StepKind::List) && !flow {
            start = self.spans.dash(start);
        }
        if self.open.len() == limit::DEPTH {
            return Err(limit::too_deep().at(self.location(start..start)));
        }
        self.anchor(before);
        self.open.push(OpenNode {
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
            self.steps[open.step].range = self.spans.first_line(start..end.max(start));
        }
        self.push(end..end, StepKind::End)
    }

    fn push(&mut self, range: Range<usize>, kind: StepKind) -> Result<(), Problem> {
        // A list or map takes two steps.
        if self.steps.len() == 2 * limit::VALUES {
            return Err(limit::too_many().at(self.location(range)));
        }
        self.steps.push(TapeStep { range, kind });
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
        Err(explain::tags().at(self.location(start..start + tag.len())))
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let start = self.marks.byte(span.start.index());
        start..self.marks.byte(span.end.index()).max(start)
    }

    fn location(&self, range: Range<usize>) -> Location {
        Location {
            source: Arc::clone(self.source),
            range,
        }
    }

    fn explain(&self, error: &ScanError) -> Problem {
        let bracket = self.open.last().filter(|open| open.flow);
        explain::ParserError {
            source: self.source,
            message: error.info(),
            at: self.marks.byte(error.marker().index()),
            bracket: bracket.map(|open| self.steps[open.step].range.start),
        }
        .explain()
    }
}

impl Properties<'_> {
    fn count(&self) -> usize {
        usize::from(self.anchor > 0) + usize::from(self.tag.is_some())
    }
}
