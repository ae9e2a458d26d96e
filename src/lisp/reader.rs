//! Reads forms: which data are in a text, and what is wrong with them.
//!
//! It follows SBCL's reader with the standard readtable, but on a stack of its own,
//! so that no nesting can overflow it.

use std::collections::HashSet;
use std::ops::Range;

use super::faults::Wrong;
use super::features::{self, Truth};
use super::lexer::{Atom, Lexeme, Lexer, LexerState, Opener, Prefix, Token};
use super::output::{self, Gap, WordOutput};
use super::shape::{Counted, Datum, Dot, Listing, Shape};
use super::source::FormText;
use super::token::{self, Number};
use super::trace::Trace;
use super::{Fault, Form, Part};
use crate::word::Word;

/// SBCL's default control stack holds less than a fifth of it.
const DEEPEST: usize = 100_000;

/// Reads exactly one form. A text that begins with a symbol is a call without its
/// parentheses: `start :port 80` is `(start :port 80)`.
///
/// # Errors
/// When the text is not one form, or a form that does nothing.
pub fn read_form(parts: &[Part<'_>]) -> Result<Form, Fault> {
    let source = FormText::new(parts)?;
    let mut reader = Reader::new(&source, Count::One);
    let mut forms = reader.read()?;
    forms.pop().ok_or_else(|| reader.nothing())
}

/// Reads any number of forms, each as it is.
///
/// # Errors
/// When one of them is not well formed. A text without any is not an error.
pub fn read_forms(parts: &[Part<'_>]) -> Result<Vec<Form>, Fault> {
    let source = FormText::new(parts)?;
    Reader::new(&source, Count::Any).read()
}

/// How many forms are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    /// One, or a call.
    One,
    /// Any number.
    Any,
}

/// Something that is open.
#[derive(Debug)]
struct Frame {
    /// What opened it.
    opened: Range<usize>,
    /// Where it is.
    outside: LexerState,
    kind: FrameKind,
}

#[derive(Debug)]
enum FrameKind {
    /// A list that waits for its `)`.
    List(Opener, Listing),
    /// A prefix that waits for its datum.
    Prefix(Prefix),
    /// A feature that was found and waits for the datum that it shows or hides.
    Guard(bool),
}

/// The first dispatch macro that the standard lacks.
#[derive(Clone, Copy, Debug)]
struct UnknownDispatch {
    /// How many forms came before the one that it is in.
    form: usize,
    /// Where that form begins.
    start: usize,
    /// How many variables came before it.
    variables: usize,
}

struct Reader<'s, 'a> {
    source: &'s FormText<'a>,
    lexer: Lexer<'s, 'a>,
    count: Count,
    stack: Vec<Frame>,
    state: LexerState,
    labels: HashSet<u64>,
    output: WordOutput,
    forms: Vec<Form>,
    /// How many data the form has so far; one is a form unless it is a call.
    data: usize,
    call: bool,
    unknown: Option<UnknownDispatch>,
    hidden: Option<Range<usize>>,
}

impl<'s, 'a> Reader<'s, 'a> {
    fn new(source: &'s FormText<'a>, count: Count) -> Self {
        Reader {
            source,
            lexer: Lexer::new(source),
            count,
            stack: Vec::new(),
            state: LexerState::default(),
            labels: HashSet::new(),
            output: WordOutput::default(),
            forms: Vec::new(),
            data: 0,
            call: false,
            unknown: None,
            hidden: None,
        }
    }

    fn read(&mut self) -> Result<Vec<Form>, Fault> {
        if let Err(fault) = self.read_to_end() {
            self.believe(fault)?;
        }
        Ok(std::mem::take(&mut self.forms))
    }

    fn read_to_end(&mut self) -> Result<(), Fault> {
        loop {
            let token = self.lexer.next(self.state)?;
            if token.lexeme == Lexeme::End {
                self.end()?;
                self.check_variables()?;
                self.finish(&token.gap);
                return Ok(());
            }
            if self.stack.is_empty() && self.count == Count::Any && self.data == 1 {
                self.finish(&token.gap);
            }
            self.step(&token)?;
        }
    }

    /// A macro that the standard lacks may take the text after it apart in a way of its
    /// own: a value there could become code. Our own templates put integers only there.
    fn check_variables(&self) -> Result<(), Fault> {
        match self.unknown {
            Some(unknown)
                if self.count == Count::One && unknown.variables < self.source.hole_count() =>
            {
                let variable = self.source.hole(unknown.variables);
                Err(self
                    .source
                    .fault(variable.range.clone(), Wrong::VariableAfterMacro))
            }
            _ => Ok(()),
        }
    }

    fn step(&mut self, token: &Token) -> Result<(), Fault> {
        if self.output.range().is_none() && token.lexeme_is_symbol() {
            self.call = self.count == Count::One;
        }
        self.output
            .token(self.source, self.lexer.contexts(), &token.gap, &token.range);
        let range = token.range.clone();
        match token.lexeme {
            Lexeme::Open(opener) => self.open(opener, range),
            Lexeme::Close => self.close(range),
            Lexeme::Dot => self.dot(range),
            Lexeme::Prefix(prefix) => self.prefix(prefix, range),
            Lexeme::Atom(atom) => self.atom(atom, range),
            Lexeme::Unknown(takes_datum) => self.unknown(takes_datum, range),
            Lexeme::Nothing | Lexeme::End => Ok(()),
        }
    }

    // What opens.

    fn push(
        &mut self,
        opened: Range<usize>,
        kind: FrameKind,
        inside: LexerState,
    ) -> Result<(), Fault> {
        if self.stack.len() == DEEPEST {
            return Err(self.source.fault(opened, Wrong::TooDeep(DEEPEST)));
        }
        let outside = std::mem::replace(&mut self.state, inside);
        self.stack.push(Frame {
            opened,
            outside,
            kind,
        });
        Ok(())
    }

    fn open(&mut self, opener: Opener, at: Range<usize>) -> Result<(), Fault> {
        let mut inside = self.state;
        if opener == Opener::Structure {
            inside.backquotes = 0;
        }
        inside.quoted |= opener != Opener::List;
        self.push(at, FrameKind::List(opener, Listing::default()), inside)
    }

    fn prefix(&mut self, prefix: Prefix, opened: Range<usize>) -> Result<(), Fault> {
        let mut inside = self.state;
        match prefix {
            Prefix::Backquote => inside.backquotes += 1,
            Prefix::Comma | Prefix::Splice => {
                inside.backquotes -= 1;
                inside.quoted = false;
            }
            Prefix::Eval => {
                inside.backquotes = 0;
                inside.quoted = false;
            }
            Prefix::Quote | Prefix::Complex => inside.quoted = true,
            Prefix::Array(_) if !inside.suppressed => {
                inside.backquotes = 0;
                inside.quoted = true;
            }
            Prefix::Feature(_) => {
                inside.suppressed = false;
                inside.feature = true;
            }
            Prefix::Radix(radix) => inside.radix = radix,
            Prefix::Label(label) if !self.labels.insert(label) => {
                let text = self.text(&opened);
                return Err(self.source.fault(opened, Wrong::LabelTwice(text)));
            }
            _ => {}
        }
        self.push(opened, FrameKind::Prefix(prefix), inside)
    }

    fn unknown(&mut self, takes_datum: bool, opened: Range<usize>) -> Result<(), Fault> {
        let form = self
            .output
            .range()
            .map_or(opened.start, |range| range.start);
        self.unknown.get_or_insert(UnknownDispatch {
            form: self.forms.len(),
            start: form,
            variables: self.lexer.variables_passed(),
        });
        if self.state.suppressed {
            Ok(())
        } else if takes_datum {
            self.prefix(Prefix::Any, opened)
        } else {
            self.complete(Datum::new(Shape::Unknown, opened))
        }
    }

    // What closes.

    fn close(&mut self, closed: Range<usize>) -> Result<(), Fault> {
        let Some(frame) = self.stack.pop() else {
            return Err(self.source.fault(closed, Wrong::UnmatchedClose));
        };
        let range = frame.opened.start..closed.end;
        match frame.kind {
            FrameKind::List(opener, list) => {
                let truth = list.gathered.close(list.dot != Dot::None);
                self.state = frame.outside;
                let shape = if self.state.suppressed {
                    Shape::Other
                } else {
                    self.closed(opener, &list, &frame.opened, closed)?
                };
                let truth = if opener == Opener::List {
                    truth
                } else {
                    Truth::NOT_A_FEATURE
                };
                self.complete(Datum {
                    truth,
                    ..Datum::new(shape, range)
                })
            }
            FrameKind::Prefix(_) | FrameKind::Guard(_) => {
                let text = self.text(&frame.opened);
                Err(self.source.fault(frame.opened, Wrong::CloseAfter(text)))
            }
        }
    }

    fn closed(
        &self,
        opener: Opener,
        list: &Listing,
        from: &Range<usize>,
        to: Range<usize>,
    ) -> Result<Shape, Fault> {
        if list.dot == Dot::Waiting {
            return Err(self.source.fault(to, Wrong::DotLast));
        }
        let counted = list.so_far;
        let range = from.start..to.end;
        match opener {
            Opener::List => Ok(Shape::List(counted)),
            Opener::Structure if !counted.is_named() => {
                Err(self.source.fault(range, Wrong::NotAStructure))
            }
            Opener::Vector(_) if counted.dotted => {
                Err(self.source.fault(range, Wrong::DottedVector))
            }
            Opener::Vector(Some(length)) if !counted.uncertain && !counted.fills(length) => {
                let text = self.text(from);
                Err(self.source.fault(range, Wrong::VectorLength(text)))
            }
            Opener::Vector(_) | Opener::Structure => Ok(Shape::Other),
        }
    }

    fn dot(&mut self, at: Range<usize>) -> Result<(), Fault> {
        let Some(Frame {
            kind: FrameKind::List(_, list),
            ..
        }) = self.stack.last_mut()
        else {
            return Err(self.source.fault(at, Wrong::LoneDot));
        };
        let at_end = at.end == self.source.text().len();
        let wrong = match list.dot {
            // More text may make it the dot of a number; that the list is open is the fault.
            Dot::None if at_end => return Ok(()),
            Dot::None if list.so_far.count == 0 => Wrong::DotFirst,
            Dot::None => {
                list.dot = Dot::Waiting;
                return Ok(());
            }
            Dot::Waiting => Wrong::LoneDot,
            Dot::Done => Wrong::AfterDot,
        };
        Err(self.source.fault(at, wrong))
    }

    fn end(&self) -> Result<(), Fault> {
        let Some(frame) = self.stack.last() else {
            return Ok(());
        };
        let open = |frame: &&Frame| matches!(frame.kind, FrameKind::List(..));
        let wrong = match frame.kind {
            FrameKind::List(..) => Wrong::OpenList(self.stack.iter().filter(open).count()),
            FrameKind::Prefix(_) | FrameKind::Guard(_) => Wrong::EndAfter(self.text(&frame.opened)),
        };
        Err(self.source.fault(frame.opened.clone(), wrong))
    }

    // Data.

    fn atom(&mut self, atom: Atom, range: Range<usize>) -> Result<(), Fault> {
        let shape = match atom {
            Atom::Symbol(plain) => Shape::Symbol { plain },
            Atom::Keyword => Shape::Keyword,
            Atom::Number => Shape::Number,
            Atom::String => Shape::String,
            Atom::Character => Shape::Character,
            Atom::Reference(label) if self.labels.contains(&label) => Shape::Reference(label),
            Atom::Reference(_) => {
                let text = self.text(&range);
                return Err(self.source.fault(range, Wrong::UndefinedLabel(text)));
            }
            Atom::Uninterned | Atom::Other => Shape::Other,
        };
        let mut datum = Datum::new(shape, range);
        if self.state.feature && datum.is_symbol() {
            datum.truth = features::of_symbol(self.text(&datum.token));
        } else if atom == Atom::Uninterned {
            datum.truth = Truth::No;
        }
        self.complete(datum)
    }

    /// Hands a datum to what waits for it.
    fn complete(&mut self, mut datum: Datum) -> Result<(), Fault> {
        loop {
            match self.stack.last_mut().map(|frame| &mut frame.kind) {
                None => return self.top_level(&datum),
                Some(FrameKind::List(opener, list)) => {
                    let first = list.so_far.count == 0 && list.dot == Dot::None;
                    if first && self.state.names_operators(*opener) {
                        check_operator(self.source, &datum)?;
                    }
                    return element(self.source, list, self.state, &datum);
                }
                Some(FrameKind::Prefix(_) | FrameKind::Guard(_)) => {
                    let Some(outer) = self.reduce(datum)? else {
                        return Ok(());
                    };
                    datum = outer;
                }
            }
        }
    }

    /// What the innermost prefix makes of its datum.
    fn reduce(&mut self, datum: Datum) -> Result<Option<Datum>, Fault> {
        let Some(frame) = self.stack.pop() else {
            return Ok(Some(datum));
        };
        self.state = frame.outside;
        let range = frame.opened.start..datum.range.end;
        match frame.kind {
            FrameKind::Prefix(Prefix::Feature(wanted)) => {
                self.guard(frame.opened, wanted, &datum)?;
                Ok(None)
            }
            FrameKind::Guard(false) => {
                if self.stack.is_empty() {
                    self.hidden.get_or_insert(range);
                }
                Ok(None)
            }
            FrameKind::Prefix(prefix) if !self.state.suppressed => {
                let shape = self.prefixed(prefix, &frame.opened, &datum)?;
                let passes = matches!(prefix, Prefix::Label(_) | Prefix::Package);
                let truth = match prefix {
                    _ if passes => datum.truth,
                    Prefix::Eval => Truth::Yes,
                    _ => Truth::NOT_A_FEATURE,
                };
                Ok(Some(Datum {
                    shape,
                    truth,
                    range,
                    token: datum.token,
                }))
            }
            _ => Ok(Some(Datum { range, ..datum })),
        }
    }

    /// Decides whether a feature shows the next datum.
    fn guard(
        &mut self,
        opened: Range<usize>,
        wanted: bool,
        expression: &Datum,
    ) -> Result<(), Fault> {
        let present = match expression.truth {
            Truth::Yes => true,
            Truth::No => false,
            Truth::Bad(why) => {
                let text = self.text(&expression.range);
                return Err(self
                    .source
                    .fault(expression.range.clone(), Wrong::BadFeature(text, why)));
            }
        };
        let shown = present == wanted;
        let mut inside = self.state;
        inside.suppressed |= !shown;
        let guard = opened.start..expression.range.end;
        self.push(guard, FrameKind::Guard(shown), inside)
    }

    /// The shape of a datum with its prefix.
    fn prefixed(
        &self,
        prefix: Prefix,
        opened: &Range<usize>,
        datum: &Datum,
    ) -> Result<Shape, Fault> {
        let wrong = |wrong| Err(self.source.fault(opened.start..datum.range.end, wrong));
        let shape = datum.shape;
        let known = !shape.is_unknown();
        match prefix {
            Prefix::Backquote if shape == Shape::Splice => wrong(Wrong::SpliceAtTop),
            Prefix::Function | Prefix::Eval => {
                check_operator(self.source, datum)?;
                Ok(match prefix {
                    Prefix::Function => Shape::List(Counted::quoting()),
                    _ => Shape::Unknown,
                })
            }
            Prefix::Quote | Prefix::Backquote => Ok(Shape::List(Counted::quoting())),
            Prefix::Splice => Ok(Shape::Splice),
            Prefix::Any => Ok(Shape::Unknown),
            Prefix::Path if known && !matches!(shape, Shape::String | Shape::Path) => {
                wrong(Wrong::NotAPath(self.text(opened)))
            }
            Prefix::Path => Ok(Shape::Path),
            Prefix::Complex if known && !shape.is_pair_of_reals() => wrong(Wrong::NotComplex),
            Prefix::Radix(radix) => match self.rational(radix, datum) {
                Some(Number::Real) => Ok(Shape::Rational),
                Some(Number::DividedByZero) => wrong(Wrong::DividedByZero(self.text(&datum.range))),
                None => wrong(Wrong::NotRational(self.text(opened))),
            },
            Prefix::Array(false) if known && !shape.is_list_of_two() => wrong(Wrong::NotAnArray),
            Prefix::Label(label) if shape == Shape::Reference(label) => {
                wrong(Wrong::LabelsItself(self.text(opened)))
            }
            Prefix::Label(_) | Prefix::Package => Ok(shape),
            Prefix::Comma | Prefix::Complex | Prefix::Array(_) | Prefix::Feature(_) => {
                Ok(Shape::Other)
            }
        }
    }

    fn rational(&self, radix: u32, datum: &Datum) -> Option<Number> {
        match datum.shape {
            Shape::Number | Shape::Symbol { plain: true } => {
                token::rational(self.text(&datum.token), radix)
            }
            Shape::Rational | Shape::Unknown | Shape::Reference(_) => Some(Number::Real),
            _ => None,
        }
    }

    // Forms.

    fn top_level(&mut self, datum: &Datum) -> Result<(), Fault> {
        self.data += 1;
        if self.count == Count::One && self.data == 1 {
            check_operator(self.source, datum)?;
        }
        if self.call {
            return Ok(());
        }
        self.labels.clear();
        if self.count == Count::One && self.data == 2 {
            return Err(self.source.fault(datum.range.clone(), Wrong::SecondForm));
        }
        if let (Count::One, Some(kind)) = (self.count, datum.idle()) {
            let text = self.text(&datum.range);
            return Err(self
                .source
                .fault(datum.range.clone(), Wrong::NotACall(text, kind)));
        }
        Ok(())
    }

    /// Makes a form of what has been read; `gap` comes after it.
    fn finish(&mut self, gap: &Gap) {
        let output = std::mem::take(&mut self.output);
        let Some(range) = output.range().cloned() else {
            return;
        };
        let warnings = self.lexer.take_warnings();
        if self.data == 0 {
            if let Some(last) = self.forms.last_mut() {
                last.word.push_text(" ");
                let (word, _) = output.into_parts();
                last.word.extend(word.pieces().iter().cloned());
                last.warnings.extend(warnings);
            }
            return;
        }
        self.data = 0;
        let here = self.forms.len();
        let (word, trace) = if self.unknown.is_some_and(|unknown| unknown.form == here) {
            let kept = if gap.comments {
                self.trimmed(range.start..gap.range.end)
            } else {
                range
            };
            self.verbatim(&kept, gap.open)
        } else {
            output.into_parts()
        };
        self.push_form(word, trace, warnings);
    }

    fn push_form(&mut self, word: Word, trace: Trace, warnings: Vec<Fault>) {
        let trace = trace.moved(usize::from(self.call), |at| {
            self.source.place(&(at..at)).start
        });
        let word = if self.call {
            parenthesized(&word)
        } else {
            word
        };
        self.forms.push(Form {
            word,
            warnings,
            trace,
        });
    }

    /// After a macro that the standard lacks, what looks wrong may be its business: takes
    /// the rest as it is, unless a variable is in it or it would swallow what is put
    /// after it.
    fn believe(&mut self, fault: Fault) -> Result<(), Fault> {
        let Some(unknown) = self.unknown else {
            return Err(fault);
        };
        let swallows = self.lexer.in_open_comment() || self.source.text().ends_with('\\');
        if swallows || unknown.variables < self.source.hole_count() {
            return Err(fault);
        }
        let range = self.trimmed(unknown.start..self.source.text().len());
        let last_line = self.text(&range).rsplit('\n').next().unwrap_or_default();
        let (word, trace) = self.verbatim(&range, last_line.contains(';'));
        let mut warnings = self.lexer.take_warnings();
        for form in self.forms.drain(unknown.form..) {
            warnings.extend(form.warnings);
        }
        warnings.push(fault);
        self.push_form(word, trace, warnings);
        Ok(())
    }

    fn nothing(&self) -> Fault {
        if let Some(range) = &self.hidden {
            let text = self.text(range);
            self.source.fault(range.clone(), Wrong::Hidden(text))
        } else {
            self.source.fault(0..self.source.text().len(), Wrong::Empty)
        }
    }

    // Texts.

    fn text(&self, range: &Range<usize>) -> &'s str {
        &self.source.text()[range.clone()]
    }

    fn verbatim(&self, range: &Range<usize>, open: bool) -> (Word, Trace) {
        output::verbatim(self.source, self.lexer.contexts(), range, open)
    }

    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let text = self.text(&range).trim_end_matches(token::is_blank);
        range.start..range.start + text.len()
    }
}

/// A variable stands for data: its value may not say what is called.
fn check_operator(source: &FormText<'_>, datum: &Datum) -> Result<(), Fault> {
    let names = datum.is_symbol() || datum.shape == Shape::Number;
    match source.hole_in(&datum.token) {
        Some(hole) if names => Err(source.fault(hole.range.clone(), Wrong::Operator(hole.name()))),
        _ => Ok(()),
    }
}

/// Takes a datum into the list that it is in.
fn element(
    source: &FormText<'_>,
    list: &mut Listing,
    state: LexerState,
    datum: &Datum,
) -> Result<(), Fault> {
    if state.suppressed {
        return Ok(());
    }
    if state.feature && list.dot == Dot::None {
        let symbol = datum
            .is_symbol()
            .then(|| &source.text()[datum.token.clone()]);
        list.gathered.add(symbol, datum.truth);
    }
    match list.dot {
        Dot::None => list.push(datum.shape),
        Dot::Waiting if datum.shape == Shape::Splice => {
            return Err(source.fault(datum.range.clone(), Wrong::SpliceAfterDot));
        }
        Dot::Waiting => list.end(datum.shape),
        Dot::Done => return Err(source.fault(datum.range.clone(), Wrong::AfterDot)),
    }
    Ok(())
}

fn parenthesized(inner: &Word) -> Word {
    let mut word = Word::from("(");
    word.extend(inner.pieces().iter().cloned());
    word.push_text(")");
    word
}
