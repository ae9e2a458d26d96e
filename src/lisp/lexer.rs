//! Cuts the text of a form into tokens, as SBCL's reader does with the standard
//! readtable.
//!
//! What a token means may depend on where it is, so the reader says so with each step.

mod dispatch;
mod value;

use std::ops::Range;

use super::Fault;
use super::faults::Wrong;
use super::output::{Gap, VariableContext};
use super::source::{Cursor, FormText, TextUnit};
use super::token::{self, Number};

/// Where the next token is.
#[derive(Clone, Copy, Debug)]
pub(super) struct LexerState {
    /// Whether a feature hides it.
    pub(super) suppressed: bool,
    /// How many backquotes more than commas are around it.
    pub(super) backquotes: usize,
    /// Whether it belongs to a feature expression.
    pub(super) feature: bool,
    /// Whether it is data, which nothing evaluates.
    pub(super) quoted: bool,
    /// The base in which numbers are read.
    pub(super) radix: u32,
}

impl Default for LexerState {
    fn default() -> Self {
        LexerState {
            suppressed: false,
            backquotes: 0,
            feature: false,
            quoted: false,
            radix: 10,
        }
    }
}

impl LexerState {
    /// Whether the first datum of such a list names what is called or made.
    pub(super) fn names_operators(self, opener: Opener) -> bool {
        let code = !self.quoted && self.backquotes == 0 && !self.feature;
        !self.suppressed && (opener == Opener::Structure || opener == Opener::List && code)
    }
}

/// A token and what is before it.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// The blanks and comments before it.
    pub(super) gap: Gap,
    /// Where it is in the text.
    pub(super) range: Range<usize>,
    /// What it is.
    pub(super) lexeme: Lexeme,
}

impl Token {
    /// Whether it is a symbol and no keyword.
    pub(super) fn lexeme_is_symbol(&self) -> bool {
        matches!(self.lexeme, Lexeme::Atom(Atom::Symbol(_)))
    }
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lexeme {
    /// Begins a list.
    Open(Opener),
    /// Ends it.
    Close,
    /// A dot.
    Dot,
    /// Takes the next datum.
    Prefix(Prefix),
    /// A datum.
    Atom(Atom),
    /// Is skipped: a hidden `#1=`.
    Nothing,
    /// A dispatch macro that the standard lacks; whether it seems to take the next datum.
    Unknown(bool),
    /// The end of the text.
    End,
}

/// What begins a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opener {
    /// `(`
    List,
    /// `#(`, with its length.
    Vector(Option<usize>),
    /// `#s(`
    Structure,
}

/// What takes the next datum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    /// `'`
    Quote,
    /// `#'`
    Function,
    /// A backquote.
    Backquote,
    /// `,`
    Comma,
    /// `,@` or `,.`
    Splice,
    /// `#.`
    Eval,
    /// `#p`
    Path,
    /// `#c`
    Complex,
    /// `#b`, `#o`, `#x`, `#8r`
    Radix(u32),
    /// `#a`, and whether with its dimensions.
    Array(bool),
    /// `#1=`
    Label(u64),
    /// `#+` or `#-`, and whether the feature must be there.
    Feature(bool),
    /// `package::`
    Package,
    /// A hidden `#s`, or a macro that the standard lacks.
    Any,
}

/// A datum of one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Atom {
    /// A symbol; whether it is without escapes and package.
    Symbol(bool),
    /// A keyword.
    Keyword,
    /// A number.
    Number,
    /// A string.
    String,
    /// A character.
    Character,
    /// `#:x`
    Uninterned,
    /// `#1#`
    Reference(u64),
    /// Anything else.
    Other,
}

/// The token that has just been passed.
#[derive(Debug)]
struct Scan {
    start: usize,
    escaped: bool,
    variables: bool,
    colons: Colons,
}

/// Unescaped package markers.
#[derive(Debug, Default)]
struct Colons {
    count: usize,
    first: usize,
    last: usize,
}

/// The text and how far it has been cut.
#[derive(Debug)]
pub(super) struct Lexer<'s, 'a> {
    source: &'s FormText<'a>,
    cursor: Cursor,
    contexts: Vec<VariableContext>,
    warnings: Vec<Fault>,
    in_comment: bool,
}

impl<'s, 'a> Lexer<'s, 'a> {
    /// At the beginning of the text.
    pub(super) fn new(source: &'s FormText<'a>) -> Self {
        Lexer {
            source,
            cursor: Cursor::default(),
            contexts: vec![VariableContext::default(); source.hole_count()],
            warnings: Vec::new(),
            in_comment: false,
        }
    }

    /// In what each variable is, as far as it has been passed.
    pub(super) fn contexts(&self) -> &[VariableContext] {
        &self.contexts
    }

    /// How many bytes have been passed.
    pub(super) fn position(&self) -> usize {
        self.cursor.pos
    }

    /// How many variables have been passed.
    pub(super) fn variables_passed(&self) -> usize {
        self.cursor.hole
    }

    /// Whether a comment that nothing closes ended the reading.
    pub(super) fn in_open_comment(&self) -> bool {
        self.in_comment
    }

    /// The warnings since they were last taken.
    pub(super) fn take_warnings(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.warnings)
    }

    /// The next token.
    pub(super) fn next(&mut self, state: LexerState) -> Result<Token, Fault> {
        let gap = self.gap()?;
        let start = self.cursor.pos;
        let lexeme = self.lexeme(state)?;
        Ok(Token {
            gap,
            range: start..self.cursor.pos,
            lexeme,
        })
    }

    fn lexeme(&mut self, state: LexerState) -> Result<Lexeme, Fault> {
        let start = self.cursor.pos;
        match self.peek() {
            TextUnit::End => Ok(Lexeme::End),
            TextUnit::Hole(number) if self.stands_alone() => self.variable(number),
            TextUnit::Char('(') => Ok(self.take(Lexeme::Open(Opener::List))),
            TextUnit::Char(')') => Ok(self.take(Lexeme::Close)),
            TextUnit::Char('\'') => Ok(self.take(Lexeme::Prefix(Prefix::Quote))),
            TextUnit::Char('`') => Ok(self.take(Lexeme::Prefix(Prefix::Backquote))),
            TextUnit::Char('"') => self.string(),
            TextUnit::Char(',') => self.comma(state),
            TextUnit::Char('#') => self.dispatch(start, state),
            TextUnit::Char(_) | TextUnit::Hole(_) => self.symbol(state),
        }
    }

    // Moving.

    fn peek(&self) -> TextUnit {
        self.source.peek(self.cursor)
    }

    fn bump(&mut self) {
        self.cursor = self.source.after(self.cursor);
    }

    fn take(&mut self, lexeme: Lexeme) -> Lexeme {
        self.bump();
        lexeme
    }

    /// Passes a variable, which is in `setting`.
    fn pass(&mut self, hole: usize, context: VariableContext) {
        self.contexts[hole] = context;
        self.bump();
    }

    fn since(&self, start: usize) -> &'s str {
        &self.source.text()[start..self.cursor.pos]
    }

    fn fault<'t>(&self, start: usize, wrong: impl FnOnce(&'s str) -> Wrong<'t>) -> Fault
    where
        's: 't,
    {
        self.source
            .fault(start..self.cursor.pos, wrong(self.since(start)))
    }

    // Blanks and comments.

    fn gap(&mut self) -> Result<Gap, Fault> {
        let mut gap = Gap::default();
        let start = self.cursor.pos;
        loop {
            match self.peek() {
                TextUnit::Char(c) if token::is_blank(c) => {
                    gap.folds |= matches!(c, '\n' | '\r');
                    self.bump();
                }
                TextUnit::Char(';') => {
                    gap.open = self.line_comment();
                    gap.comments = true;
                }
                TextUnit::Char('#') if self.at_block_comment() => {
                    self.block_comment()?;
                    gap.comments = true;
                }
                _ => break,
            }
        }
        gap.folds |= gap.comments;
        gap.range = start..self.cursor.pos;
        Ok(gap)
    }

    /// Whether it was ended by the text, not by its line.
    fn line_comment(&mut self) -> bool {
        loop {
            match self.peek() {
                TextUnit::End => return true,
                TextUnit::Char('\n') => return false,
                TextUnit::Char(_) => self.bump(),
                TextUnit::Hole(number) => self.pass(number, VariableContext::Comment),
            }
        }
    }

    fn at_block_comment(&self) -> bool {
        let mut ahead = self.source.after(self.cursor);
        while matches!(self.source.peek(ahead), TextUnit::Char('0'..='9')) {
            ahead = self.source.after(ahead);
        }
        self.source.peek(ahead) == TextUnit::Char('|')
    }

    fn block_comment(&mut self) -> Result<(), Fault> {
        let start = self.cursor.pos;
        while self.peek() != TextUnit::Char('|') {
            self.bump();
        }
        self.bump();
        let opened = start..self.cursor.pos;
        let mut level = 1;
        let mut before = TextUnit::End;
        self.in_comment = true;
        while level > 0 {
            let unit = self.peek();
            match unit {
                TextUnit::End => return Err(self.source.fault(opened, Wrong::OpenComment)),
                TextUnit::Hole(number) => self.pass(number, VariableContext::Comment),
                TextUnit::Char(_) => self.bump(),
            }
            let (change, ends_pair) = match (before, unit) {
                (TextUnit::Char('|'), TextUnit::Char('#')) => (-1, true),
                (TextUnit::Char('#'), TextUnit::Char('|')) => (1, true),
                _ => (0, false),
            };
            level += change;
            before = if ends_pair { TextUnit::End } else { unit };
        }
        self.in_comment = false;
        Ok(())
    }

    // Strings, commas, symbols and numbers.

    fn string(&mut self) -> Result<Lexeme, Fault> {
        let start = self.cursor.pos;
        self.bump();
        let opened = start..self.cursor.pos;
        loop {
            match self.peek() {
                TextUnit::End => return Err(self.source.fault(opened, Wrong::OpenString)),
                TextUnit::Char('"') => return Ok(self.take(Lexeme::Atom(Atom::String))),
                TextUnit::Char('\\') => {
                    self.bump();
                    self.escaped(&opened, Wrong::OpenString)?;
                }
                TextUnit::Char(_) => self.bump(),
                TextUnit::Hole(number) => self.pass(number, VariableContext::String),
            }
        }
    }

    /// Passes the character after a `\`; `open` is reported at `opened` if there is none.
    fn escaped(&mut self, opened: &Range<usize>, open: Wrong<'_>) -> Result<(), Fault> {
        match self.peek() {
            TextUnit::End => Err(self.source.fault(opened.clone(), open)),
            TextUnit::Hole(number) => Err(self.variable_after(number, "`\\`")),
            TextUnit::Char(_) => {
                self.bump();
                Ok(())
            }
        }
    }

    fn comma(&mut self, state: LexerState) -> Result<Lexeme, Fault> {
        let start = self.cursor.pos;
        self.bump();
        if state.backquotes == 0 {
            return if state.suppressed {
                Ok(Lexeme::Atom(Atom::Other))
            } else {
                Err(self.fault(start, Wrong::CommaOutside))
            };
        }
        match self.peek() {
            TextUnit::Char('@' | '.') => Ok(self.take(Lexeme::Prefix(Prefix::Splice))),
            TextUnit::Hole(number) if self.source.value(number).starts_with(['@', '.']) => {
                Err(self.variable_after(number, "`,`"))
            }
            _ => Ok(Lexeme::Prefix(Prefix::Comma)),
        }
    }

    fn symbol(&mut self, state: LexerState) -> Result<Lexeme, Fault> {
        let start = self.cursor.pos;
        let scan = self.scan(!state.suppressed)?;
        if state.suppressed {
            return Ok(Lexeme::Atom(Atom::Other));
        }
        if scan.colons.count > 0 {
            return self.qualified(&scan);
        }
        let text = self.since(start);
        if scan.escaped {
            return Ok(Lexeme::Atom(Atom::Symbol(false)));
        }
        if text.bytes().all(|byte| byte == b'.') {
            return if text.len() == 1 {
                Ok(Lexeme::Dot)
            } else {
                Err(self.fault(start, Wrong::ManyDots))
            };
        }
        match token::number(text, state.radix) {
            Some(Number::Real) => Ok(Lexeme::Atom(Atom::Number)),
            Some(Number::DividedByZero) => Err(self.fault(start, Wrong::DividedByZero)),
            None => Ok(Lexeme::Atom(Atom::Symbol(true))),
        }
    }

    fn qualified(&mut self, scan: &Scan) -> Result<Lexeme, Fault> {
        let colons = &scan.colons;
        if colons.last + 1 < self.cursor.pos {
            let keyword = colons.first == scan.start;
            return Ok(Lexeme::Atom(if keyword {
                Atom::Keyword
            } else {
                Atom::Symbol(false)
            }));
        }
        match self.peek() {
            TextUnit::End => Err(self.fault(scan.start, Wrong::EndAfterColon)),
            _ if colons.count == 1 || scan.variables => {
                Err(self.fault(scan.start, Wrong::ColonAtEnd))
            }
            _ => Ok(Lexeme::Prefix(Prefix::Package)),
        }
    }

    /// Passes the rest of a token. If it is `checked`, it must be one that makes a symbol.
    fn scan(&mut self, checked: bool) -> Result<Scan, Fault> {
        let mut scan = Scan {
            start: self.cursor.pos,
            escaped: false,
            variables: false,
            colons: Colons::default(),
        };
        loop {
            match self.peek() {
                TextUnit::Char('\\') => {
                    let opened = self.cursor.pos..self.cursor.pos + 1;
                    scan.escaped = true;
                    self.bump();
                    self.escaped(&opened, Wrong::TrailingEscape)?;
                }
                TextUnit::Char('|') => {
                    scan.escaped = true;
                    self.bars()?;
                }
                TextUnit::Char(c) if !token::is_delimiter(c) => {
                    self.constituent(&mut scan, c, self.cursor.pos, checked)?;
                    self.bump();
                }
                TextUnit::Hole(number) => {
                    scan.variables = true;
                    self.glued(number)?;
                    let from = self.cursor.pos;
                    self.pass(number, VariableContext::Token);
                    for (offset, c) in self.since(from).char_indices() {
                        self.constituent(&mut scan, c, from + offset, checked)?;
                    }
                }
                TextUnit::Char(_) | TextUnit::End => return Ok(scan),
            }
        }
    }

    fn bars(&mut self) -> Result<(), Fault> {
        let opened = self.cursor.pos..self.cursor.pos + 1;
        self.bump();
        loop {
            match self.peek() {
                TextUnit::End => return Err(self.source.fault(opened, Wrong::OpenBars)),
                TextUnit::Char('|') => {
                    self.bump();
                    return Ok(());
                }
                TextUnit::Char('\\') => {
                    self.bump();
                    self.escaped(&opened, Wrong::OpenBars)?;
                }
                TextUnit::Char(_) => self.bump(),
                TextUnit::Hole(number) => self.pass(number, VariableContext::Bars),
            }
        }
    }

    /// Takes note of one unescaped character of a token, at `pos`.
    fn constituent(
        &self,
        scan: &mut Scan,
        c: char,
        pos: usize,
        checked: bool,
    ) -> Result<(), Fault> {
        if c == ':' {
            let colons = &mut scan.colons;
            let adjoins = colons.count == 1 && colons.last + 1 == pos;
            if checked && colons.count > 0 && !adjoins {
                return Err(self.too_many_colons(scan.start, pos + 1));
            }
            if colons.count == 0 {
                colons.first = pos;
            }
            colons.count += 1;
            colons.last = pos;
        } else if checked && token::is_invalid(c) {
            let text = &self.source.text()[pos..=pos];
            return Err(self
                .source
                .fault(pos..pos + 1, Wrong::InvalidCharacter(text)));
        }
        Ok(())
    }

    fn too_many_colons(&self, start: usize, end: usize) -> Fault {
        let rest = &self.source.text()[end..];
        let more = rest
            .find(|c| token::is_delimiter(c) || c == '|' || c == '\\')
            .unwrap_or(rest.len());
        let range = start..end + more;
        let text = &self.source.text()[range.clone()];
        self.source.fault(range, Wrong::TooManyColons(text))
    }
}
