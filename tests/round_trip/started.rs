//! What a command line does, read back from its words: which options it gives, and which steps it
//! takes in which order.
//!
//! The reader knows the surface of Lisp and what each function is for, and neither the templates
//! nor the program under test. A form of the person's own is one only to the letter.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::{Cloned, Peekable};
use std::slice::Iter;

use super::lisp::Datum;

/// A command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    pub program: String,
    /// Options of sbcl, each with its value; their order among each other means nothing.
    pub options: BTreeSet<Vec<String>>,
    pub steps: Vec<Step>,
    /// What is for the program in Lisp.
    pub arguments: Vec<String>,
}

/// What sbcl reads at once: a form is in a step after the one that makes its package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Load(String),
    Eval(Vec<Act>),
}

/// What one form does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A form of the person's own.
    Given(String),
    RequireAsdf,
    /// Gives the image its identity: the project, and what else.
    Boot(String, Options),
    /// Puts folders before those that ASDF knows.
    Registry(Vec<String>),
    /// How long an exit may take.
    ExitTimeout(String),
    /// A function that loads a system.
    System(String, String),
    Package(String),
    OnStop(Vec<String>),
    /// Starts swank's server with a function, and how.
    Serve(String, Options),
    /// Ends loading without a server.
    Starting,
    /// Waits for a form of the person's own to be true.
    Ready(String),
    /// Keeps the process.
    Stay,
}

/// Keyword arguments.
pub type Options = BTreeMap<String, Vec<String>>;

/// Options by their names, and whether a value follows.
type Side = &'static [(&'static str, bool)];

type Words<'a> = Peekable<Cloned<Iter<'a, String>>>;

/// Options of the C runtime, from `sbcl --help`: fatal behind one of the Lisp side.
const RUNTIME: Side = &[
    ("--core", true),
    ("--dynamic-space-size", true),
    ("--debug-environment", false),
    ("--lose-on-corruption", false),
    ("--merge-core-pages", false),
    ("--no-merge-core-pages", false),
    ("--noinform", false),
    ("--end-runtime-options", false),
];

/// Options of the Lisp side.
const TOPLEVEL: Side = &[
    ("--no-sysinit", false),
    ("--no-userinit", false),
    ("--disable-debugger", false),
    ("--noprint", false),
];

impl Started {
    /// Adds an option of this side, with its value.
    fn option(&mut self, name: String, side: Side, words: &mut Words) -> Result<(), String> {
        let takes_value = known(side, &name).ok_or(format!("`{name}` means nothing here"))?;
        let value = takes_value.then(|| value(&name, words)).transpose()?;
        let option: Vec<String> = std::iter::once(name).chain(value).collect();
        let twice = format!("{option:?} is there twice");
        self.options.insert(option).then_some(()).ok_or(twice)
    }
}

/// Whether there is an option of this name, and whether it takes a value.
fn known(side: Side, name: &str) -> Option<bool> {
    let known = side.iter().find(|(known, _)| *known == name);
    known.map(|(_, takes_value)| *takes_value)
}

fn value(option: &str, words: &mut Words) -> Result<String, String> {
    words.next().ok_or(format!("`{option}` has no value"))
}

/// What a command line is read with.
pub struct Reader<'a> {
    /// The forms of the person's own.
    pub given: &'a [String],
    /// The folder that folders of systems are seen from.
    pub folder: &'a str,
}

impl Reader<'_> {
    /// What these words do, or which of them means nothing.
    pub fn read(&self, argv: &[String]) -> Result<Started, String> {
        let mut words = argv.iter().cloned();
        let mut started = Started {
            program: words.next().ok_or("there are no words")?,
            options: BTreeSet::new(),
            steps: Vec::new(),
            arguments: Vec::new(),
        };
        let mut words = words.peekable();
        while let Some(name) = words.next_if(|word| known(RUNTIME, word).is_some()) {
            let last = name == "--end-runtime-options";
            started.option(name, RUNTIME, &mut words)?;
            if last {
                break;
            }
        }
        let mut package = false;
        while let Some(word) = words.next() {
            match word.as_str() {
                "--eval" => {
                    let acts = self.acts(&value(&word, &mut words)?, package)?;
                    package |= acts.iter().any(|act| matches!(act, Act::Package(_)));
                    started.steps.push(Step::Eval(acts));
                }
                "--load" => started.steps.push(Step::Load(value(&word, &mut words)?)),
                "--end-toplevel-options" => started.arguments.extend(&mut words),
                _ => started.option(word, TOPLEVEL, &mut words)?,
            }
        }
        Ok(started)
    }

    fn acts(&self, text: &str, package: bool) -> Result<Vec<Act>, String> {
        let mut acts = Vec::new();
        for datum in super::lisp::read(text, self.given)? {
            if let Some(symbol) = datum
                .symbols()
                .find(|symbol| package && !names_its_package(symbol))
            {
                return Err(format!(
                    "`{symbol}` is not known in the service's package: `{text}`"
                ));
            }
            self.act(&datum, &mut acts)
                .ok_or_else(|| format!("`{text}` does nothing that is known"))?;
        }
        Ok(acts)
    }

    fn act(&self, datum: &Datum, acts: &mut Vec<Act>) -> Option<()> {
        if let Datum::Given(form) = datum {
            acts.push(Act::Given(form.clone()));
            return Some(());
        }
        let (operator, operands) = datum.call()?;
        acts.push(match (operator, operands) {
            ("progn", forms) => return forms.iter().try_for_each(|form| self.act(form, acts)),
            ("require", [name]) if name.symbol()? == ":asdf" => Act::RequireAsdf,
            ("lisplaunch:boot", [project, rest @ ..]) => {
                Act::Boot(project.text()?, self.options(rest)?)
            }
            ("setf", [place, value]) => set(place.symbol()?, value)?,
            ("ql:quickload" | "asdf:load-system", [name]) => {
                Act::System(operator.to_owned(), name.designator()?)
            }
            ("in-package", [name]) => Act::Package(name.designator()?),
            ("lisplaunch:on-stop", forms) => Act::OnStop(all(forms, Datum::given)?),
            ("lisplaunch:start-swank" | "swank:create-server", rest) => {
                Act::Serve(operator.to_owned(), self.options(rest)?)
            }
            ("lisplaunch:starting", []) => Act::Starting,
            ("lisplaunch:ready-when", [form]) => Act::Ready(form.given()?),
            ("lisplaunch:stay", []) => Act::Stay,
            // Without a terminal, sleeping without an end.
            ("unless", [terminal, forever]) => {
                let (asks, [_]) = terminal.call()? else {
                    return None;
                };
                let (repeats, [sleep]) = forever.call()? else {
                    return None;
                };
                let (sleeps, [_]) = sleep.call()? else {
                    return None;
                };
                ([asks, repeats, sleeps] == ["interactive-stream-p", "loop", "sleep"])
                    .then_some(Act::Stay)?
            }
            _ => return None,
        });
        Some(())
    }

    /// Keyword arguments, none of them twice.
    fn options(&self, rest: &[Datum]) -> Option<Options> {
        let mut options = Options::new();
        for pair in rest.chunks(2) {
            let [key, value] = pair else { return None };
            let key = key.symbol().filter(|key| key.starts_with(':'))?;
            let mut values = match value.call() {
                Some(("list", items)) => all(items, Datum::text)?,
                _ => vec![value.text().or_else(|| value.designator())?],
            };
            if key == ":registry" {
                for folder in values.iter_mut().filter(|folder| !folder.starts_with('/')) {
                    *folder = format!("{}/{folder}", self.folder);
                }
            }
            options
                .insert(key.to_owned(), values)
                .is_none()
                .then_some(())?;
        }
        Some(options)
    }
}

/// What is put before a list that there is already, or in the place of a number.
fn set(place: &str, value: &Datum) -> Option<Act> {
    if place == "sb-ext:*exit-timeout*" {
        return Some(Act::ExitTimeout(value.symbol()?.to_owned()));
    }
    let ("list*", [new @ .., old]) = value.call()? else {
        return None;
    };
    match place {
        _ if old.symbol()? != place => None,
        "asdf:*central-registry*" => {
            let folder = |datum: &Datum| match datum.call()? {
                ("sb-ext:native-pathname", [path]) => path.text(),
                _ => None,
            };
            Some(Act::Registry(all(new, folder)?))
        }
        "sb-ext:*exit-hooks*" => {
            let form = |datum: &Datum| match datum.call()? {
                ("lambda", [Datum::List(parameters), form]) if parameters.is_empty() => {
                    form.given()
                }
                _ => None,
            };
            Some(Act::OnStop(all(new, form)?))
        }
        _ => None,
    }
}

fn all<T>(data: &[Datum], read: impl Fn(&Datum) -> Option<T>) -> Option<Vec<T>> {
    data.iter().map(read).collect()
}

fn names_its_package(symbol: &str) -> bool {
    symbol.contains(':') || symbol.bytes().all(|byte| byte.is_ascii_digit())
}

impl Step {
    /// Every text of the case that it holds.
    pub fn texts(&self) -> Vec<&String> {
        match self {
            Step::Load(path) => vec![path],
            Step::Eval(acts) => acts.iter().flat_map(Act::texts).collect(),
        }
    }
}

impl Act {
    fn texts(&self) -> Vec<&String> {
        match self {
            Act::Given(text)
            | Act::Ready(text)
            | Act::ExitTimeout(text)
            | Act::System(_, text)
            | Act::Package(text) => {
                vec![text]
            }
            Act::Registry(texts) | Act::OnStop(texts) => texts.iter().collect(),
            Act::Boot(text, options) => std::iter::once(text)
                .chain(options.values().flatten())
                .collect(),
            Act::Serve(_, options) => options.values().flatten().collect(),
            Act::RequireAsdf | Act::Starting | Act::Stay => Vec::new(),
        }
    }
}
