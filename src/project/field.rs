//! Reading values out of the file with errors that know their place.
//!
//! Reading goes on after an error, so that `check` can report them all: what cannot be
//! read is reported to the [`FieldReader`] and left out.

use std::cell::RefCell;
use std::ops::Range;

use super::keys::{self, Holds, Level};
use super::value::{Unresolved, Value};
use super::variables::Variables;
use super::yaml::{Node, NodeKind, Scalar};
use crate::lisp::reader::read_form;
use crate::lisp::{Fault, FaultKind, Form};
use crate::problem::{Location, Problem, Severity, shown};
use crate::suggest;
use crate::word::Word;

/// What reading needs beside the file: variables, and somewhere to put problems.
#[derive(Debug)]
pub struct FieldReader {
    /// The values of variables.
    pub variables: Variables,
    problems: RefCell<Vec<Problem>>,
}

impl FieldReader {
    /// A reader without problems.
    pub fn new(variables: Variables) -> Self {
        FieldReader {
            variables,
            problems: RefCell::default(),
        }
    }

    /// Keeps a problem for later.
    pub fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Whether nothing is wrong so far; there may be warnings.
    pub fn is_right(&self) -> bool {
        let problems = self.problems.borrow();
        problems
            .iter()
            .all(|problem| problem.severity() == Severity::Warning)
    }

    /// The problems so far, in the order of reading.
    pub fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

/// A map of the file, read key by key.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    reader: &'a FieldReader,
    /// The path of the map, empty for a whole service.
    path: String,
    entries: Vec<(&'a str, &'a Node)>,
}

impl<'a> Fields<'a> {
    /// The keys of a service or of the whole file; unknown keys are reported.
    pub fn of_service(node: &'a Node, level: Level, reader: &'a FieldReader) -> Self {
        Self::new(node, String::new(), level, reader)
    }

    fn new(node: &'a Node, path: String, level: Level, reader: &'a FieldReader) -> Self {
        let mut entries = Vec::new();
        if let NodeKind::Map(pairs) = &node.kind {
            let known: Vec<&str> = keys::below(keys::plain(&path), level).collect();
            for (key, value) in pairs {
                if known.contains(&key.text.as_str()) {
                    entries.push((key.text.as_str(), value));
                } else if !key.text.starts_with("x-") {
                    reader.report(unknown_key(&path, level, &key.text).at(key.location.clone()));
                }
            }
        }
        Fields {
            reader,
            path,
            entries,
        }
    }

    /// The same map, read by another reader.
    pub fn with_reader<'b>(&self, reader: &'b FieldReader) -> Fields<'b>
    where
        'a: 'b,
    {
        Fields {
            reader,
            path: self.path.clone(),
            entries: self.entries.clone(),
        }
    }

    /// The value of `key`, if the file gives one.
    pub fn get(&self, key: &str) -> Option<Field<'a>> {
        debug_assert!(
            keys::is_known(&key_of(&self.path, key)),
            "`{key}` below `{}` is missing from the table of keys",
            self.path
        );
        let (_, node) = self.entries.iter().find(|(known, _)| *known == key)?;
        let field = Field {
            node,
            path: path_of(&self.path, key),
            reader: self.reader,
        };
        field.is_given().then_some(field)
    }

    /// What `parse` makes of the value of `key`, or of its default where the file gives none.
    ///
    /// A value that is wrong is reported, and the default read in its place.
    ///
    /// # Panics
    /// As [`Fields::read_word`].
    pub fn read<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> T {
        self.read_word(key, |word| parse(&word.resolved()))
    }

    /// The same of the value as a word, integer variables kept.
    ///
    /// # Panics
    /// If the table of keys has no default for it, or one that `parse` refuses.
    pub fn read_word<T>(&self, key: &str, parse: impl Fn(&Word) -> Result<T, String>) -> T {
        let written = self.get(key).and_then(|field| field.parse_word(&parse));
        written.unwrap_or_else(|| {
            let default = keys::default(&key_of(&self.path, key));
            parse(&default.into()).expect("the table of keys has valid defaults")
        })
    }

    /// The one of `choices` that the value of `key`, or its default, names.
    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> T {
        debug_assert!(
            matches!(
                keys::find(&key_of(&self.path, key)).map(|key| key.holds),
                Some(Holds::Choice(names)) if names.iter().eq(choices.iter().map(|(name, _)| name))
            ),
            "the table of keys has other choices for `{key}`"
        );
        self.read(key, |text| choice(text, choices))
    }

    /// Whether `key`, or its default, is `true`.
    pub fn flag(&self, key: &str) -> bool {
        self.read(key, flag)
    }

    /// The map at `key`; empty where the file gives none.
    pub fn map(&self, key: &str) -> Fields<'a> {
        match self.get(key) {
            Some(field) => field.fields(),
            None => Fields {
                reader: self.reader,
                path: path_of(&self.path, key),
                entries: Vec::new(),
            },
        }
    }
}

fn flag(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("`true` or `false`".to_owned()),
    }
}

/// The one of `choices` that `text` names.
fn choice<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    choices
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, choice)| *choice)
        .ok_or_else(|| match suggest::closest(text, names.iter().copied()) {
            Some(name) => format!("one of {} (did you mean `{name}`?)", suggest::list(&names)),
            None => format!("one of {}", suggest::list(&names)),
        })
}

fn path_of(parent: &str, key: &str) -> String {
    match parent {
        "" => key.to_owned(),
        _ => format!("{parent}.{key}"),
    }
}

/// The path in the table of keys.
fn key_of(parent: &str, key: &str) -> String {
    path_of(keys::plain(parent), key)
}

fn unknown_key(parent: &str, level: Level, key: &str) -> Problem {
    let problem = match parent {
        "" => Problem::error(format!("unknown key `{key}`")),
        _ => Problem::error(format!("unknown key `{key}` in `{parent}`")),
    };
    if let Some(help) = keys::former(&key_of(parent, key)) {
        return problem.help(help);
    }
    let known: Vec<&str> = keys::below(keys::plain(parent), level).collect();
    if level == Level::Service && keys::below(parent, Level::Project).any(|known| known == key) {
        return problem.help("it belongs at the top of the file, not in a service");
    }
    let name = key.replace('_', "-");
    problem.help(match elsewhere(&name).as_slice() {
        maps @ [_, ..] if !maps.contains(&keys::plain(parent)) => {
            format!("`{name}` belongs below {}", one_of(maps))
        }
        [] if is_outside(parent, key) => format!("`{key}` belongs beside `{parent}:`, not below"),
        _ => suggest::help(key, known),
    })
}

/// The maps that have a key of exactly this name.
fn elsewhere(key: &str) -> Vec<&'static str> {
    let inner = keys::KEYS.iter().filter_map(|key| key.path.split_once('.'));
    let maps = inner.filter(|(_, name)| *name == key);
    maps.map(|(map, _)| map).collect()
}

fn one_of(maps: &[&str]) -> String {
    let maps: Vec<String> = maps.iter().map(|map| format!("`{map}:`")).collect();
    maps.join(" or ")
}

/// Whether `key` is one of those that `parent` itself is among.
fn is_outside(parent: &str, key: &str) -> bool {
    !parent.is_empty() && keys::below("", Level::Project).any(|known| known == key)
}

/// One value of the file.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    node: &'a Node,
    path: String,
    reader: &'a FieldReader,
}

impl<'a> Field<'a> {
    /// The value of a key of a service, read before the others.
    pub fn new(node: &'a Node, key: &str, reader: &'a FieldReader) -> Self {
        Field {
            node,
            path: key.to_owned(),
            reader,
        }
    }

    /// Its place in the file.
    pub fn location(&self) -> Location {
        self.node.location.clone()
    }

    /// The path of its key, `swank.port`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Reports something that is wrong with the whole value.
    pub fn report(&self, problem: Problem) {
        self.reader.report(problem.at(self.location()));
    }

    /// The map that it is, or that its short form stands for.
    pub fn fields(&self) -> Fields<'a> {
        if !self.is_map() {
            self.report(
                Problem::error(format!("`{}` must be a map", self.path))
                    .label(format!("this is {}", self.node.kind.name())),
            );
        }
        Fields::new(self.node, self.path.clone(), Level::Project, self.reader)
    }

    /// Every key and value of a map with names of the user's own.
    pub fn entries(&self) -> Vec<(&'a super::yaml::NodeKey, Field<'a>)> {
        let NodeKind::Map(pairs) = &self.node.kind else {
            self.report(
                Problem::error(format!("`{}` must be a map", self.path))
                    .label(format!("this is {}", self.node.kind.name())),
            );
            return Vec::new();
        };
        pairs
            .iter()
            .map(|(key, node)| {
                let path = format!("{}.{}", self.path, key.text);
                let reader = self.reader;
                (key, Field { node, path, reader })
            })
            .collect()
    }

    /// The items of a list; a single value is a list of one.
    pub fn items(&self) -> Vec<Field<'a>> {
        match &self.node.kind {
            NodeKind::List(nodes) => nodes
                .iter()
                .enumerate()
                .map(|(index, node)| Field {
                    node,
                    path: format!("{}[{index}]", self.path),
                    reader: self.reader,
                })
                .collect(),
            _ => vec![self.clone()],
        }
    }

    /// Whether it is a map.
    pub fn is_map(&self) -> bool {
        matches!(self.node.kind, NodeKind::Map(_))
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.node.kind, NodeKind::List(_))
    }

    /// Whether nothing is written there.
    pub fn is_null(&self) -> bool {
        self.node.kind == NodeKind::Null
    }

    /// Whether it is switched off with `false`.
    pub fn is_false(&self) -> bool {
        self.is_text("false")
    }

    /// Whether it is switched on with `true`.
    pub fn is_true(&self) -> bool {
        self.is_text("true")
    }

    fn is_text(&self, text: &str) -> bool {
        matches!(&self.node.kind, NodeKind::Scalar(scalar) if scalar.text == text)
    }

    /// The text of a leaf, its variables resolved.
    pub fn value(&self) -> Option<Value> {
        let scalar = self.scalar()?;
        if self.reader.variables.allowance.is_exceeded() {
            return None;
        }
        match Value::resolve(&scalar.text, &self.reader.variables) {
            Ok(value) if value.text().contains('\0') => {
                self.report(
                    Problem::error(format!("`{}` contains a NUL character", self.path))
                        .help("an argument or a variable cannot hold one"),
                );
                None
            }
            Ok(value) => Some(value),
            Err(unresolved) => {
                for (index, Unresolved { problem, at }) in unresolved.into_iter().enumerate() {
                    // To find a place takes as long as the value is.
                    let location = match index {
                        ..MOST_LOCATIONS => self.node.location_of(at),
                        _ => self.location(),
                    };
                    self.reader.report(problem.at(location));
                }
                None
            }
        }
    }

    /// The text of a leaf that `parse` understands; it says what it expected.
    pub fn parse<T>(&self, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        self.parse_word(|word| parse(&word.resolved()))
    }

    /// The same of the leaf as a word, integer variables kept.
    pub fn parse_word<T>(&self, parse: impl FnOnce(&Word) -> Result<T, String>) -> Option<T> {
        let value = self.value()?;
        let parsed = parse(&value.word());
        if let Err(expected) = &parsed
            && !self.holds_unset(&value)
        {
            self.report(self.unexpected(&value, expected));
        }
        parsed.ok()
    }

    /// Whether its value is not known, and that is not an error.
    pub fn is_unset(&self) -> bool {
        let NodeKind::Scalar(scalar) = &self.node.kind else {
            return false;
        };
        let variables = &self.reader.variables;
        variables.unset.is_accepted()
            && Value::resolve(&scalar.text, variables).is_ok_and(|value| self.holds_unset(&value))
    }

    fn holds_unset(&self, value: &Value) -> bool {
        let unset = &self.reader.variables.unset;
        value.variables().any(|variable| unset.has(&variable.name))
    }

    /// A leaf that is `true` or `false`.
    pub fn flag(&self) -> Option<bool> {
        self.parse(flag)
    }

    /// A Lisp form.
    pub fn form(&self) -> Option<Form> {
        let value = self.value()?;
        match read_form(&value.lisp_parts()) {
            Ok(form) => {
                for warning in &form.warnings {
                    self.reader
                        .report(warning.warning(self.location_of(warning)));
                }
                Some(form)
            }
            Err(fault) => {
                let problem = fault.error(self.location_of(&fault));
                self.reader.report(match self.comment_trap(&fault) {
                    Some(trap) => problem.help(trap),
                    None => problem,
                });
                None
            }
        }
    }

    fn location_of(&self, fault: &Fault) -> Location {
        self.node.location_of(fault.at.clone())
    }

    /// Says so where YAML took the rest of a form for a comment.
    fn comment_trap(&self, fault: &Fault) -> Option<String> {
        let plain = matches!(&self.node.kind, NodeKind::Scalar(scalar) if scalar.plain);
        (plain && fault.kind != FaultKind::Invalid && self.comment_follows())
            .then(|| COMMENT_TRAP.to_owned())
    }

    /// Whether the line goes on with a comment after this value.
    fn comment_follows(&self) -> bool {
        let Location { source, range } = &self.node.location;
        let Range { end, .. } = range.clone();
        source.text[end..]
            .trim_start_matches([' ', '\t'])
            .starts_with('#')
    }

    /// Whether there is a value, or a form that YAML took for a comment.
    fn is_given(&self) -> bool {
        !self.is_null() || self.is_trapped()
    }

    /// Whether YAML took a form for a comment: `start: #'main`.
    fn is_trapped(&self) -> bool {
        let holds = keys::find(&self.path).map(|key| key.holds);
        self.is_null() && holds.is_some_and(Holds::is_lisp) && self.comment_follows()
    }

    /// Reports that nothing is written here.
    pub fn report_null(&self) {
        let help = if self.is_trapped() {
            COMMENT_TRAP
        } else {
            "fill in the item, or remove it"
        };
        self.report(Problem::error(format!("`{}` has no value", self.path)).help(help));
    }

    fn scalar(&self) -> Option<&'a Scalar> {
        if let NodeKind::Scalar(scalar) = &self.node.kind {
            return Some(scalar);
        }
        let problem = Problem::error(format!("`{}` must be a single value", self.path))
            .label(format!("this is {}", self.node.kind.name()));
        self.report(match self.node.kind {
            NodeKind::Map(_) => problem.help(
                "YAML takes `: ` for the end of a key: put the value into quotes, or below a `|`",
            ),
            _ => problem,
        });
        None
    }

    fn unexpected(&self, value: &Value, expected: &str) -> Problem {
        let found = match shown(&value.text()).as_str() {
            "" => "empty".to_owned(),
            found => format!("`{found}`"),
        };
        let problem = Problem::error(format!("`{}` is {found}: expected {expected}", self.path));
        let variables: Vec<String> = value
            .variables()
            .map(|variable| format!("`{}` is `{}`", variable.name, shown(&variable.value)))
            .collect();
        problem.label(variables.join(", "))
    }
}

/// For how many of the problems of one value their places within it are found.
const MOST_LOCATIONS: usize = 100;

const COMMENT_TRAP: &str =
    "YAML takes ` #` for the start of a comment: put the value into quotes, or below a `|`";
