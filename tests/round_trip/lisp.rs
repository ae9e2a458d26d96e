//! As much of Lisp's surface as a command line of ours shows beside the person's own forms:
//! lists, strings, symbols and numbers.

use super::text::in_string;

/// What a text reads as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// A form of the person's own, to the letter.
    Given(String),
    List(Vec<Datum>),
    Text(String),
    /// A symbol or a number, as it is written.
    Symbol(String),
}

/// The data in a text, in which these forms are whole.
pub fn read(text: &str, given: &[String]) -> Result<Vec<Datum>, String> {
    let mut reading = Reading { rest: text, given };
    let data = reading.data();
    match reading.rest {
        "" => Ok(data),
        rest => Err(format!("`{text}` cannot be read from `{rest}` on")),
    }
}

struct Reading<'a> {
    rest: &'a str,
    given: &'a [String],
}

impl<'a> Reading<'a> {
    /// All that follow, up to a parenthesis that closes nothing here, or to what cannot be read.
    fn data(&mut self) -> Vec<Datum> {
        std::iter::from_fn(|| self.datum()).collect()
    }

    fn datum(&mut self) -> Option<Datum> {
        self.rest = self.rest.trim_ascii_start();
        if let Some(form) = self.form() {
            self.rest = &self.rest[form.len()..];
            return Some(Datum::Given(form));
        }
        let (datum, rest) = match self.rest.chars().next()? {
            '(' => self.list()?,
            ')' => return None,
            '"' => string(&self.rest[1..])?,
            _ => symbol(self.rest),
        };
        self.rest = rest;
        Some(datum)
    }

    fn list(&self) -> Option<(Datum, &'a str)> {
        let mut inside = Reading {
            rest: &self.rest[1..],
            given: self.given,
        };
        let items = inside.data();
        Some((Datum::List(items), inside.rest.strip_prefix(')')?))
    }

    /// The longest form of the person's own that is here.
    fn form(&self) -> Option<String> {
        let here = |form: &&String| {
            self.rest
                .strip_prefix(form.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n', ')']))
        };
        let forms = self.given.iter().filter(here);
        forms.max_by_key(|form| form.len()).cloned()
    }
}

fn symbol(text: &str) -> (Datum, &str) {
    let end = text.find(|c: char| c.is_whitespace() || "()\"".contains(c));
    let (symbol, rest) = text.split_at(end.unwrap_or(text.len()));
    (Datum::Symbol(symbol.to_owned()), rest)
}

/// The text of a string, its opening quote read, and what comes after it.
fn string(mut rest: &str) -> Option<(Datum, &str)> {
    let mut text = String::new();
    loop {
        let end = rest.find(['"', '\\'])?;
        text += &rest[..end];
        let mut after = rest[end..].chars();
        match after.next()? {
            '\\' => text.push(after.next()?),
            _ => return Some((Datum::Text(text), after.as_str())),
        }
        rest = after.as_str();
    }
}

impl Datum {
    /// The operator, by the name that it has in CL, and the operands.
    pub fn call(&self) -> Option<(&str, &[Datum])> {
        match self {
            Datum::List(items) => {
                let (operator, operands) = items.split_first()?;
                Some((operator.symbol()?, operands))
            }
            _ => None,
        }
    }

    /// A symbol, without the package of CL.
    pub fn symbol(&self) -> Option<&str> {
        match self {
            Datum::Symbol(symbol) => Some(symbol.strip_prefix("cl:").unwrap_or(symbol)),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<String> {
        match self {
            Datum::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    pub fn given(&self) -> Option<String> {
        match self {
            Datum::Given(form) => Some(form.clone()),
            _ => None,
        }
    }

    /// A string or a symbol that names something, as it is written.
    pub fn designator(&self) -> Option<String> {
        match self {
            Datum::Text(text) => Some(format!("\"{}\"", in_string(text))),
            _ => self.symbol().map(str::to_owned),
        }
    }

    /// All symbols in it.
    pub fn symbols(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Datum::Symbol(symbol) => Box::new(std::iter::once(symbol.as_str())),
            Datum::List(items) => Box::new(items.iter().flat_map(Datum::symbols)),
            Datum::Given(_) | Datum::Text(_) => Box::new(std::iter::empty()),
        }
    }
}
