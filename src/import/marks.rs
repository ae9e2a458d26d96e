//! Variables in texts that are taken apart.
//!
//! Each variable is one character that is never typed, from a private area of Unicode, so that
//! every parser passes it like a letter; what it stands for is in a table beside the text.

use std::collections::BTreeMap;

use crate::project::reference::is_variable_name;

/// The first of the characters; as many as there may be variables follow.
const FIRST: u32 = 0xF_0000;

/// More variables than a file has that a person wrote.
const MOST: u32 = 0x1000;

/// As much as may be made of files all in all: bytes of text, and what costs as much time.
const MOST_WORK: usize = 8 << 20;

/// What stands for something that only a run would know: `$(hostname)`.
pub const UNKNOWN: char = '\u{10_0000}';

/// A variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EnvironmentVariable {
    /// Its name.
    pub name: String,
    /// What holds where it is not set.
    pub default: Option<String>,
}

/// The variables that have a character.
#[derive(Debug, Default)]
pub struct VariableMarks {
    variables: Vec<EnvironmentVariable>,
    known: BTreeMap<EnvironmentVariable, char>,
    spent: usize,
    /// The folder of the file that is read.
    pub here: String,
}

impl VariableMarks {
    /// The character of a variable, or what stands for one that cannot be.
    pub fn mark(&mut self, name: &str, default: Option<&str>) -> char {
        // A default ends at the first brace.
        let default = default.filter(|text| !text.contains(['}', UNKNOWN]));
        if !self.charge(default.map_or(0, str::len)) {
            return UNKNOWN;
        }
        let variable = EnvironmentVariable {
            name: name.to_owned(),
            default: default.map(|text| self.resolved(text)),
        };
        if let Some(mark) = self.known.get(&variable) {
            return *mark;
        }
        let number = u32::try_from(self.variables.len()).unwrap_or(MOST);
        let mark = char::from_u32(FIRST + number);
        let Some(mark) = mark.filter(|_| number < MOST && is_variable_name(name)) else {
            return UNKNOWN;
        };
        self.variables.push(variable.clone());
        self.known.insert(variable, mark);
        mark
    }

    /// The value of a variable that the file itself sets, unless there is too much of them.
    pub fn afford(&mut self, value: &str) -> String {
        if self.charge(value.len()) {
            value.to_owned()
        } else {
            UNKNOWN.to_string()
        }
    }

    /// Counts work that is going to be done; whether that is not too much.
    pub fn charge(&mut self, work: usize) -> bool {
        self.spent = self.spent.saturating_add(work);
        self.spent <= MOST_WORK
    }

    /// The variable of a character, if it is one.
    pub fn variable(&self, mark: char) -> Option<&EnvironmentVariable> {
        let number = u32::from(mark).checked_sub(FIRST)?;
        self.variables.get(usize::try_from(number).ok()?)
    }

    /// The names of those that have no default somewhere.
    pub fn without_default(&self) -> impl Iterator<Item = &str> {
        let unset = self
            .variables
            .iter()
            .filter(|variable| variable.default.is_none());
        unset.map(|variable| variable.name.as_str())
    }

    /// The text with the default of each variable in its place.
    pub fn resolved(&self, text: &str) -> String {
        let mut resolved = String::with_capacity(text.len());
        for c in text.chars() {
            match self.variable(c) {
                Some(variable) => resolved += variable.default.as_deref().unwrap_or_default(),
                None => resolved.push(c),
            }
        }
        resolved
    }

    /// The text as a value of a project file.
    pub fn value(&self, text: &str) -> String {
        self.written(text, |text, c| match c {
            '$' => text.push_str("$$"),
            c => text.push(c),
        })
    }

    /// The text as a person would see it in the file that it comes from.
    pub fn shown(&self, text: &str) -> String {
        self.written(text, |text, c| match c {
            UNKNOWN => text.push_str("$(…)"),
            c => text.push(c),
        })
    }

    fn written(&self, text: &str, other: impl Fn(&mut String, char)) -> String {
        let mut written = String::with_capacity(text.len());
        for c in text.chars() {
            match self.variable(c) {
                Some(EnvironmentVariable { name, default }) => {
                    let default = default.as_ref().map(|text| text.replace('$', "$$"));
                    let default = default.map(|text| format!(":-{text}"));
                    written += &format!("${{{name}{}}}", default.unwrap_or_default());
                }
                None => other(&mut written, c),
            }
        }
        written
    }
}

/// The text without characters that could be taken for variables.
pub fn clean(text: &str) -> String {
    let marks = FIRST..=FIRST + MOST;
    let foreign = |c: char| c == UNKNOWN || c == '\0' || marks.contains(&u32::from(c));
    text.replace(foreign, "\u{FFFD}")
}
