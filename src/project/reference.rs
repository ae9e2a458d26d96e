//! The syntax of `${NAME}`, `${NAME:-default}`, `${NAME:?message}` and `$$` in a value.

use std::ops::Range;

/// A stretch of a value: literal text, or a reference to a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What it is.
    pub kind: SegmentKind,
    /// The bytes of the value that it was written in.
    pub at: Range<usize>,
}

/// What a segment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// Text to be taken as it is.
    Literal(String),
    /// A variable to be looked up.
    Reference(Reference),
}

/// A mention of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its name.
    pub name: String,
    /// What to do where it is not set.
    pub fallback: Fallback,
}

/// What happens where a variable is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// `${NAME}`: an error.
    None,
    /// `${NAME:-default}`: these segments, also where it is set but empty.
    Default(Vec<Segment>),
    /// `${NAME:?message}`: an error with this message, also where it is set but empty.
    Message(String),
}

/// A `$` that is neither a reference nor a dollar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// The bytes of the value.
    pub at: Range<usize>,
}

/// Defaults inside defaults, further down than anybody writes.
const MAX_DEPTH: usize = 8;

/// Finds the references in a value.
///
/// A `$` before anything but a name, `{` or `$` is a dollar: Lisp has `~$` in format
/// strings. `$NAME` is an error, since shells and compose files would expand it.
pub fn parse(text: &str) -> Result<Vec<Segment>, SyntaxError> {
    let mut parser = Parser { text, position: 0 };
    parser.segments(0, false)
}

/// Whether `name` may be the name of a variable of the environment.
pub fn is_variable_name(name: &str) -> bool {
    name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && name.bytes().all(is_name_byte)
}

/// Whether a name of a variable may hold this, if not as its first byte.
pub fn is_name_byte(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
}

impl Parser<'_> {
    /// Reads up to the end, or up to the `}` that closes a default.
    fn segments(&mut self, depth: usize, in_default: bool) -> Result<Vec<Segment>, SyntaxError> {
        let mut segments = Vec::new();
        loop {
            let start = self.position;
            let rest = &self.text[start..];
            let stop = rest
                .find(|c| c == '$' || (in_default && c == '}'))
                .unwrap_or(rest.len());
            self.position += stop;
            push_literal(&mut segments, &rest[..stop], start..self.position);
            let rest = &rest[stop..];
            if !rest.starts_with('$') {
                return Ok(segments);
            }
            segments.push(self.dollar(rest, depth)?);
        }
    }

    /// Reads what begins with the `$` at the front of `rest`.
    fn dollar(&mut self, rest: &str, depth: usize) -> Result<Segment, SyntaxError> {
        let start = self.position;
        let literal = |parser: &mut Self, length| {
            parser.position = start + length;
            Ok(Segment {
                kind: SegmentKind::Literal("$".to_owned()),
                at: start..parser.position,
            })
        };
        match rest.as_bytes().get(1) {
            Some(b'$') => literal(self, 2),
            Some(b'{') => self.reference(depth),
            Some(&byte) if byte == b'_' || byte.is_ascii_alphabetic() => {
                let name = name_at(&rest[1..]);
                Err(SyntaxError {
                    message: format!("`${name}` is not how a variable is written"),
                    help: format!("write `${{{name}}}` for the variable, `$${name}` for a dollar"),
                    at: start..start + 1 + name.len(),
                })
            }
            _ => literal(self, 1),
        }
    }

    /// Reads a `${…}`.
    fn reference(&mut self, depth: usize) -> Result<Segment, SyntaxError> {
        let start = self.position;
        if depth == MAX_DEPTH {
            return Err(SyntaxError {
                message: "these variables are nested too deeply".to_owned(),
                help: format!("at most {MAX_DEPTH} defaults can be nested"),
                at: start..start + 2,
            });
        }
        self.position += 2;
        let name = name_at(&self.text[self.position..]).to_owned();
        if !is_variable_name(&name) {
            return Err(SyntaxError {
                message: "no name of a variable after `${`".to_owned(),
                help: "write `${NAME}` for a variable, `$${` for a dollar and a brace".to_owned(),
                at: start..self.position,
            });
        }
        self.position += name.len();
        let fallback = self.fallback(start, &name, depth)?;
        if !self.text[self.position..].starts_with('}') {
            return Err(unclosed(&name, start..self.position));
        }
        self.position += 1;
        Ok(Segment {
            kind: SegmentKind::Reference(Reference { name, fallback }),
            at: start..self.position,
        })
    }

    fn fallback(
        &mut self,
        start: usize,
        name: &str,
        depth: usize,
    ) -> Result<Fallback, SyntaxError> {
        let rest = &self.text[self.position..];
        if rest.starts_with('}') {
            Ok(Fallback::None)
        } else if rest.starts_with(":-") {
            self.position += 2;
            self.segments(depth + 1, true).map(Fallback::Default)
        } else if let Some(message) = rest.strip_prefix(":?") {
            let length = message
                .find('}')
                .ok_or_else(|| unclosed(name, start..self.position))?;
            self.position += 2 + length;
            Ok(Fallback::Message(message[..length].to_owned()))
        } else if rest.is_empty() {
            Err(unclosed(name, start..self.position))
        } else {
            let next = rest.chars().next().map_or(0, char::len_utf8);
            Err(SyntaxError {
                message: format!("this is not a way to use the variable `{name}`"),
                help: format!(
                    "write `${{{name}}}`, `${{{name}:-default}}` or `${{{name}:?message}}`"
                ),
                at: start..self.position + next,
            })
        }
    }
}

fn unclosed(name: &str, at: Range<usize>) -> SyntaxError {
    SyntaxError {
        message: format!("`${{{name}` is not closed"),
        help: "end the variable with `}`".to_owned(),
        at,
    }
}

fn name_at(text: &str) -> &str {
    let end = text.bytes().position(|byte| !is_name_byte(byte));
    &text[..end.unwrap_or(text.len())]
}

fn push_literal(segments: &mut Vec<Segment>, text: &str, at: Range<usize>) {
    if !text.is_empty() {
        segments.push(Segment {
            kind: SegmentKind::Literal(text.to_owned()),
            at,
        });
    }
}
