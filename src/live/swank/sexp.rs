//! S-expressions as a swank server prints them, and the spelling of strings in requests.

/// One s-expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sexp {
    /// A string, without its quotes and escapes.
    String(String),
    /// A number, symbol, keyword, character or unreadable object, as it was written.
    Atom(String),
    /// A list; an empty one may also be written `nil`, which is an atom.
    List(Vec<Sexp>),
    /// A list whose last pair does not end in `nil`: its elements and what it ends in.
    Dotted(Vec<Sexp>, Box<Sexp>),
    /// A form after a prefix such as `'`, `#`, `#C` or `#P`, which is given as written.
    Prefixed(String, Box<Sexp>),
}

impl Sexp {
    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Sexp::String(text) => Some(text),
            _ => None,
        }
    }

    /// An atom as it was written.
    pub fn as_atom(&self) -> Option<&str> {
        match self {
            Sexp::Atom(text) => Some(text),
            _ => None,
        }
    }

    /// An integer that is not negative.
    pub fn as_number<T: std::str::FromStr>(&self) -> Option<T> {
        self.as_atom()?.parse().ok()
    }

    /// The elements of a list that ends in `nil`.
    pub fn as_list(&self) -> Option<&[Sexp]> {
        match self {
            Sexp::List(elements) => Some(elements),
            _ if self.is_nil() => Some(&[]),
            _ => None,
        }
    }

    /// Whether it is `nil`.
    pub fn is_nil(&self) -> bool {
        match self {
            Sexp::Atom(text) => text.eq_ignore_ascii_case("nil"),
            Sexp::List(elements) => elements.is_empty(),
            _ => false,
        }
    }

    /// Whether it is this symbol, whatever the case of its letters.
    pub fn is_symbol(&self, name: &str) -> bool {
        self.as_atom()
            .is_some_and(|text| text.eq_ignore_ascii_case(name))
    }

    /// The value of a key in a property list.
    pub fn property(&self, key: &str) -> Option<&Sexp> {
        self.as_list()?
            .chunks_exact(2)
            .find(|pair| pair[0].is_symbol(key))
            .map(|pair| &pair[1])
    }
}

/// A string as Lisp reads it.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}
