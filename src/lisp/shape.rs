//! What is remembered of a datum that has been read, and of a list that is being read.
//!
//! No objects are built: only as much is kept as the datum around it asks for.

use std::ops::Range;

use super::features::{Gathered, Truth};

/// A datum that has been read.
#[derive(Clone, Debug)]
pub(super) struct Datum {
    /// What it is.
    pub(super) shape: Shape,
    /// What it says, if it was read as a feature expression.
    pub(super) truth: Truth,
    /// Where it is in the text, prefixes included.
    pub(super) range: Range<usize>,
    /// Where its token is, if it is one, without what only names or shows it.
    pub(super) token: Range<usize>,
}

impl Datum {
    /// A datum that is not a feature expression.
    pub(super) fn new(shape: Shape, range: Range<usize>) -> Self {
        Datum {
            shape,
            truth: Truth::NOT_A_FEATURE,
            token: range.clone(),
            range,
        }
    }

    /// Whether it is a symbol or a keyword.
    pub(super) fn is_symbol(&self) -> bool {
        matches!(self.shape, Shape::Symbol { .. } | Shape::Keyword)
    }

    /// What it is called, if it is something that does nothing.
    pub(super) fn idle(&self) -> Option<&'static str> {
        match self.shape {
            Shape::Keyword => Some("a keyword"),
            Shape::Number | Shape::Rational => Some("a number"),
            Shape::String => Some("a string"),
            Shape::Character => Some("a character"),
            _ => None,
        }
    }
}

/// What a datum is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A symbol; `plain` if nothing in it is escaped or qualified.
    Symbol {
        /// Whether it could be a number in another base.
        plain: bool,
    },
    /// A keyword.
    Keyword,
    /// A number as a token.
    Number,
    /// A number with its base.
    Rational,
    /// A string.
    String,
    /// A character.
    Character,
    /// A path.
    Path,
    /// `,@` or `,.` and its datum.
    Splice,
    /// A list.
    List(Counted),
    /// `#1#`.
    Reference(u64),
    /// What only the evaluation finds out.
    Unknown,
    /// Anything else.
    Other,
}

impl Shape {
    /// Whether only the evaluation finds out what it is.
    pub(super) fn is_unknown(self) -> bool {
        matches!(self, Shape::Unknown | Shape::Reference(_))
    }

    /// Whether it may be a list of two real numbers.
    pub(super) fn is_pair_of_reals(self) -> bool {
        matches!(self, Shape::List(list) if list.uncertain || (list.count == 2 && list.reals && !list.dotted))
    }

    /// Whether it may be a list of two or more.
    pub(super) fn is_list_of_two(self) -> bool {
        matches!(self, Shape::List(list) if list.uncertain || list.count >= 2)
    }
}

/// What a list begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ListHead {
    /// Nothing: it is empty.
    #[default]
    Missing,
    /// What is or may be a symbol.
    Name,
    /// Something else.
    Other,
}

/// A list that has been closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    /// How many elements it has, the datum after a dot not counted.
    pub(super) count: usize,
    /// Whether it may have more or fewer.
    pub(super) uncertain: bool,
    /// Whether all of them may be real numbers.
    pub(super) reals: bool,
    /// What it begins with.
    pub(super) head: ListHead,
    /// Whether it ends in something else than a list.
    pub(super) dotted: bool,
}

impl Counted {
    /// Whether it begins with a symbol.
    pub(super) fn is_named(self) -> bool {
        self.head == ListHead::Name
    }

    /// Whether its elements fill a vector of this length; the last one repeats.
    pub(super) fn fills(self, length: usize) -> bool {
        self.count <= length && (self.count > 0 || length == 0)
    }

    /// A list that has been built around one datum: `'x` is `(quote x)`.
    pub(super) fn quoting() -> Self {
        Counted {
            count: 2,
            head: ListHead::Name,
            ..Counted::default()
        }
    }
}

/// How far a list is behind its dot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Dot {
    /// There was none.
    #[default]
    None,
    /// It waits for its datum.
    Waiting,
    /// It has it.
    Done,
}

/// A list that is being read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Listing {
    /// What has been read.
    pub(super) so_far: Counted,
    /// Whether a dot has been read.
    pub(super) dot: Dot,
    /// What it says as a feature expression.
    pub(super) gathered: Gathered,
}

impl Listing {
    /// Takes an element that comes before any dot.
    pub(super) fn push(&mut self, shape: Shape) {
        let name = matches!(
            shape,
            Shape::Symbol { .. } | Shape::Keyword | Shape::Unknown | Shape::Reference(_)
        );
        let real = matches!(
            shape,
            Shape::Number | Shape::Rational | Shape::Reference(_) | Shape::Unknown
        );
        let list = &mut self.so_far;
        if list.count == 0 {
            list.head = if name {
                ListHead::Name
            } else {
                ListHead::Other
            };
        }
        list.reals = real && (list.reals || list.count == 0);
        list.uncertain |= shape == Shape::Unknown;
        list.count += 1;
    }

    /// Takes the datum after the dot.
    pub(super) fn end(&mut self, shape: Shape) {
        self.dot = Dot::Done;
        match shape {
            Shape::List(tail) => {
                self.so_far.count += tail.count;
                self.so_far.uncertain |= tail.uncertain;
                self.so_far.dotted = tail.dotted;
            }
            Shape::Unknown | Shape::Reference(_) => self.so_far.uncertain = true,
            _ => self.so_far.dotted = true,
        }
    }
}
