//! Reads what swank prints: `prin1` with the standard syntax in a package that has no symbols.
//!
//! No crate fits. `lexpr` reads Scheme and Emacs Lisp: it refuses ratios, `|…|`, `#:g1`, `#C(…)`,
//! `#P"…"` and lists deeper than 128, and turns a big integer into a float. `lispexp` knows
//! Common Lisp but splits `package::|a b|`, `#P"…"` and `#<…>` into several data without an
//! error, keeps one error for each stray parenthesis (a gigabyte for 16 MB of them) and overflows
//! the stack on a long run of quotes.
//!
//! This reader has a stack of its own, takes time proportional to the text, and refuses what is
//! nested too deeply or has too many elements. It understands no numbers and no symbols.

use std::fmt;

use crate::live::swank::sexp::Sexp;

/// How deeply lists and prefixes may be nested.
pub const DEEPEST: usize = 500;

/// How many elements an s-expression may have in all.
pub const MOST_ELEMENTS: usize = 1 << 20;

/// Why a text is not an s-expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// What is wrong.
    pub kind: ReadErrorKind,
    /// Where, in bytes of the text.
    pub at: usize,
}

/// What can be wrong with an s-expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadErrorKind {
    /// It ends too early.
    Incomplete,
    /// A character that cannot be there.
    Unexpected,
    /// Something follows it.
    Trailing,
    /// It is nested more than [`DEEPEST`] levels.
    TooDeep,
    /// It has more than [`MOST_ELEMENTS`] elements.
    TooMany,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ReadErrorKind::Incomplete => "an s-expression ends too early",
            ReadErrorKind::Unexpected => "an s-expression has a misplaced character",
            ReadErrorKind::Trailing => "something follows the s-expression",
            ReadErrorKind::TooDeep => "an s-expression is nested too deeply",
            ReadErrorKind::TooMany => "an s-expression has too many elements",
        };
        write!(f, "{what}, at byte {}", self.at)
    }
}

impl std::error::Error for ReadError {}

/// Reads the one s-expression of a text.
///
/// # Errors
/// If the text is none, more than one, or one beyond the limits.
pub fn read(text: &str) -> Result<Sexp, ReadError> {
    let mut reader = SexpReader {
        text,
        at: 0,
        open: Vec::new(),
        elements: 0,
    };
    let sexp = reader.read()?;
    reader.skip_blanks();
    if reader.at < text.len() {
        return Err(reader.error(ReadErrorKind::Trailing));
    }
    Ok(sexp)
}

/// What waits for its next part.
enum OpenSexp {
    List(Vec<Sexp>),
    /// After the dot, and what followed it.
    Tail(Vec<Sexp>, Option<Sexp>),
    Prefix(String),
}

struct SexpReader<'a> {
    text: &'a str,
    at: usize,
    open: Vec<OpenSexp>,
    elements: usize,
}

impl SexpReader<'_> {
    fn read(&mut self) -> Result<Sexp, ReadError> {
        loop {
            self.skip_blanks();
            let Some(complete) = self.step()? else {
                continue;
            };
            if let Some(whole) = self.place(complete)? {
                return Ok(whole);
            }
        }
    }

    /// Reads an atom or a string, or opens or closes something.
    fn step(&mut self) -> Result<Option<Sexp>, ReadError> {
        match self.peek() {
            None => Err(self.error(ReadErrorKind::Incomplete)),
            Some(b'(') => {
                self.at += 1;
                self.open(OpenSexp::List(Vec::new())).map(|()| None)
            }
            Some(b')') => self.close().map(Some),
            Some(b'"') => self.string().map(Some),
            Some(b'\'') => {
                self.at += 1;
                self.open(OpenSexp::Prefix("'".to_owned())).map(|()| None)
            }
            Some(b'#') => self.dispatch(),
            Some(b';' | b'`' | b',') => Err(self.error(ReadErrorKind::Unexpected)),
            Some(_) => self.token(),
        }
    }

    fn open(&mut self, open: OpenSexp) -> Result<(), ReadError> {
        if self.open.len() == DEEPEST {
            return Err(self.error(ReadErrorKind::TooDeep));
        }
        self.open.push(open);
        Ok(())
    }

    fn close(&mut self) -> Result<Sexp, ReadError> {
        let list = match self.open.pop() {
            Some(OpenSexp::List(elements)) => Sexp::List(elements),
            Some(OpenSexp::Tail(elements, Some(tail))) => Sexp::Dotted(elements, Box::new(tail)),
            _ => return Err(self.error(ReadErrorKind::Unexpected)),
        };
        self.at += 1;
        Ok(list)
    }

    /// Puts a complete s-expression into what waits for it; the outermost is returned.
    fn place(&mut self, mut sexp: Sexp) -> Result<Option<Sexp>, ReadError> {
        self.elements += 1;
        if self.elements > MOST_ELEMENTS {
            return Err(self.error(ReadErrorKind::TooMany));
        }
        loop {
            match self.open.last_mut() {
                None => return Ok(Some(sexp)),
                Some(OpenSexp::List(elements)) => elements.push(sexp),
                Some(OpenSexp::Tail(_, tail @ None)) => *tail = Some(sexp),
                Some(OpenSexp::Tail(..)) => return Err(self.error(ReadErrorKind::Unexpected)),
                Some(OpenSexp::Prefix(prefix)) => {
                    sexp = Sexp::Prefixed(std::mem::take(prefix), Box::new(sexp));
                    self.open.pop();
                    continue;
                }
            }
            return Ok(None);
        }
    }

    fn string(&mut self) -> Result<Sexp, ReadError> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(length) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\')) else {
                return Err(self.incomplete());
            };
            string.push_str(&rest[..length]);
            self.at += length;
            if self.peek() == Some(b'"') {
                self.at += 1;
                return Ok(Sexp::String(string));
            }
            self.at += 1;
            string.push(self.character()?);
        }
    }

    /// What begins with `#`.
    fn dispatch(&mut self) -> Result<Option<Sexp>, ReadError> {
        let start = self.at;
        self.at += 1;
        match self.peek() {
            Some(b'<') => {
                self.unreadable()?;
                return Ok(Some(Sexp::Atom(self.text[start..self.at].to_owned())));
            }
            Some(b'\\') => {
                self.at += 1;
                // This one may be a parenthesis or a blank.
                self.character()?;
            }
            Some(b'\'') => self.at += 1,
            _ => {}
        }
        self.skip_token()?;
        let written = self.text[start..self.at].to_owned();
        let character = written.starts_with("#\\");
        match self.peek() {
            Some(b'(' | b'"') if !character => self.open(OpenSexp::Prefix(written)).map(|()| None),
            _ if written == "#" => Err(self.error(ReadErrorKind::Unexpected)),
            _ => Ok(Some(Sexp::Atom(written))),
        }
    }

    /// `#<…>`, in which strings and others of its kind may be.
    fn unreadable(&mut self) -> Result<(), ReadError> {
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'<' if bytes[self.at - 1] == b'#' => depth += 1,
                b'>' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
        Err(self.incomplete())
    }

    fn token(&mut self) -> Result<Option<Sexp>, ReadError> {
        let start = self.at;
        self.skip_token()?;
        let written = &self.text[start..self.at];
        if written != "." {
            return Ok(Some(Sexp::Atom(written.to_owned())));
        }
        match self.open.pop() {
            Some(OpenSexp::List(elements)) if !elements.is_empty() => {
                self.open.push(OpenSexp::Tail(elements, None));
                Ok(None)
            }
            _ => Err(self.error(ReadErrorKind::Unexpected)),
        }
    }

    /// Moves to the end of a token, over `|…|` and what a backslash escapes.
    fn skip_token(&mut self) -> Result<(), ReadError> {
        let mut bars = false;
        loop {
            match self.peek() {
                None if bars => return Err(self.incomplete()),
                None => return Ok(()),
                Some(b'\\') => {
                    self.at += 1;
                    self.character()?;
                }
                Some(b'|') => {
                    bars = !bars;
                    self.at += 1;
                }
                Some(byte) if !bars && ends_token(byte) => return Ok(()),
                Some(_) => self.at += 1,
            }
        }
    }

    /// Takes the next character, whatever it is.
    fn character(&mut self) -> Result<char, ReadError> {
        let character = self.text[self.at..]
            .chars()
            .next()
            .ok_or_else(|| self.incomplete())?;
        self.at += character.len_utf8();
        Ok(character)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(is_blank) {
            self.at += 1;
        }
    }

    fn incomplete(&self) -> ReadError {
        ReadError {
            kind: ReadErrorKind::Incomplete,
            at: self.text.len(),
        }
    }

    fn error(&self, kind: ReadErrorKind) -> ReadError {
        ReadError { kind, at: self.at }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r' | b'\x0c')
}

fn ends_token(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b'(' | b')' | b'"' | b'\'' | b';' | b'`' | b',')
}
