//! Templates: finding them, and rendering them so that nothing is printed unspelt.
//!
//! The only file that names the template engine. A template prints typed values
//! ([`Printed`]) and nothing else; the dialect of the template spells them. There are
//! no filters, so none can be forgotten and none can undo the spelling.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Object, ObjectRepr};
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};

use crate::dialect::{Dialect, Printed, Refusal};
use crate::host;
use crate::problem::{Location, Problem, Source};
use crate::trust::{Owners, Standing};

/// A template that is part of the program.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// Its path below a folder of templates.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
    /// How values are spelt in it.
    pub dialect: &'static dyn Dialect,
}

/// The templates in use: built-in ones, and files that replace them.
#[derive(Debug)]
pub struct Templates {
    built_in: Vec<Template>,
    folders: Folders,
    environment: Environment<'static>,
}

/// Where files lie that replace built-in templates.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    paths: Vec<PathBuf>,
    owners: Vec<Owners>,
}

impl Folders {
    /// Folders, the first to be searched first. Only what belongs to `owners`, to each of them,
    /// is taken; if there are none, because nothing is done that it says, whatever is there.
    ///
    /// # Errors
    /// When one is another user's, or everyone may write to it.
    pub fn new(paths: Vec<PathBuf>, owners: Vec<Owners>) -> Result<Self, Problem> {
        for path in paths.iter().filter(|path| path.is_dir()) {
            let standing =
                Standing::of_folder(path).map_err(|error| Problem::io("read", path, &error))?;
            owners
                .iter()
                .try_for_each(|owners| owners.check(&standing))?;
        }
        Ok(Folders { paths, owners })
    }

    fn find(&self, name: &str) -> Option<PathBuf> {
        let mut files = self.paths.iter().map(|folder| folder.join(name));
        files.find(|file| file.exists())
    }

    fn read(&self, file: &Path) -> Result<String, Problem> {
        let unreadable = |error| Problem::io("read", file, &error);
        let mut open = host::open_text(file).map_err(unreadable)?;
        let standing = Standing::of_file(file, &open).map_err(unreadable)?;
        let mut owners = self.owners.iter();
        owners.try_for_each(|owners| owners.check(&standing))?;
        let text = host::read_text_from(&mut open).map_err(unreadable)?;
        // It surrounds values where a template's language has no quotes.
        if text.contains('\0') {
            return Err(Problem::error(format!(
                "the template `{}` contains a NUL character",
                file.display()
            )));
        }
        Ok(text)
    }
}

/// The value of one name in a template.
#[derive(Clone, Debug)]
pub struct TemplateValue(Value);

/// All values of a template, by name.
pub type TemplateValues = Vec<(&'static str, TemplateValue)>;

impl Templates {
    /// The built-in templates, each replaced by the file of its name in the first of
    /// `folders` that has one.
    pub fn new(built_in: Vec<Template>, folders: Folders) -> Self {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(syntax());
        let known = built_in.clone();
        let searched = folders.clone();
        environment.set_loader(move |name| load(&known, &searched, name));
        let known = built_in.clone();
        environment.set_formatter(move |out, state, value| print(&known, out, state, value));
        Templates {
            built_in,
            folders,
            environment,
        }
    }

    /// The names of all templates, each with the file that replaces it.
    pub fn list(&self) -> impl Iterator<Item = (&'static str, Option<PathBuf>)> {
        self.built_in
            .iter()
            .map(|template| (template.name, self.folders.find(template.name)))
    }

    /// Files that lie where templates are looked for and replace none.
    pub fn strays(&self) -> Vec<PathBuf> {
        let names = || {
            self.built_in
                .iter()
                .map(|template| Path::new(template.name))
        };
        let below: BTreeSet<&Path> = names().filter_map(Path::parent).collect();
        let mut strays = Vec::new();
        for folder in &self.folders.paths {
            let files = below.iter().flat_map(|below| folder.join(below).read_dir());
            let files = files.flatten().flatten().map(|entry| entry.path());
            strays.extend(files.filter(|file| !names().any(|name| folder.join(name) == *file)));
        }
        strays.sort();
        strays
    }

    /// The text of a template as it is in use; none if there is no such template.
    pub fn source(&self, name: &str) -> Option<Result<String, Problem>> {
        self.built_in
            .iter()
            .any(|template| template.name == name)
            .then(|| {
                load(&self.built_in, &self.folders, name)
                    .map(Option::unwrap_or_default)
                    .map_err(|error| self.problem(&error))
            })
    }

    /// Renders a template with what it knows, a map.
    ///
    /// # Errors
    /// When a value cannot be spelt, or a template that replaces a built-in one is wrong.
    pub fn render(
        &self,
        name: &'static str,
        TemplateValue(context): &TemplateValue,
    ) -> Result<String, Problem> {
        self.environment
            .get_template(name)
            .and_then(|template| template.render(context))
            .map_err(|error| self.problem(&error))
    }

    /// The engine's error in our words; it must not show values, which may be secrets.
    fn problem(&self, error: &Error) -> Problem {
        if let Some(refused) = source_of::<Refused>(error) {
            return Problem::error(refused.to_string()).help(&refused.refusal.help);
        }
        if let Some(problem) = source_of::<Problem>(error) {
            return problem.clone();
        }
        let detail = error
            .detail()
            .map_or_else(|| error.kind().to_string(), str::to_owned);
        let Some(name) = error.name() else {
            return Problem::error(detail);
        };
        let problem = Problem::error(format!("in the template `{name}`: {detail}"))
            .help(format!("`lisplaunch templates show {name}` prints it"));
        match (load(&self.built_in, &self.folders, name), error.line()) {
            (Ok(Some(text)), Some(line)) => {
                let file = self.folders.find(name);
                let shown = file.map_or(name.to_owned(), |file| file.display().to_string());
                problem.at(line_of(&shown, text, line))
            }
            _ => problem,
        }
    }
}

impl TemplateValue {
    /// A value to be printed; `owner` is named where the template's language cannot hold it.
    pub fn printed(printed: Printed, owner: &str) -> Self {
        TemplateValue(Value::from_object(Slot {
            printed,
            owner: owner.to_owned(),
        }))
    }

    /// A name that a template may ask for but not print.
    pub fn choice(name: &str) -> Self {
        TemplateValue(Value::from(name))
    }

    /// Something that holds or not, which a template may ask for but not print.
    pub fn flag(holds: bool) -> Self {
        Self::option(holds.then(|| Self::choice("true")))
    }

    /// Something that may be missing.
    pub fn option(variable: Option<TemplateValue>) -> Self {
        TemplateValue(variable.map_or(Value::from(()), |TemplateValue(value)| value))
    }

    /// A list.
    pub fn list(variables: impl IntoIterator<Item = TemplateValue>) -> Self {
        let values = variables.into_iter().map(|TemplateValue(value)| value);
        TemplateValue(Value::from(values.collect::<Vec<_>>()))
    }

    /// Values by name.
    pub fn map(variables: impl IntoIterator<Item = (&'static str, TemplateValue)>) -> Self {
        let entries = variables
            .into_iter()
            .map(|(name, TemplateValue(value))| (name, value));
        TemplateValue(entries.collect::<std::collections::BTreeMap<_, _>>().into())
    }
}

/// A typed value on its way through the engine.
#[derive(Debug)]
struct Slot {
    printed: Printed,
    owner: String,
}

impl Object for Slot {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

/// A refusal on its way out of the engine.
#[derive(Debug)]
struct Refused {
    refusal: Refusal,
    owner: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.owner, self.refusal)
    }
}

impl std::error::Error for Refused {}

fn syntax() -> SyntaxConfig {
    SyntaxConfig::builder()
        .keep_trailing_newline(true)
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .expect("the engine's own delimiters are valid")
}

fn load(built_in: &[Template], folders: &Folders, name: &str) -> Result<Option<String>, Error> {
    let Some(template) = built_in.iter().find(|template| template.name == name) else {
        return Ok(None);
    };
    match folders.find(name) {
        Some(file) => folders.read(&file).map(Some).map_err(|problem| {
            Error::new(ErrorKind::TemplateNotFound, "cannot be read").with_source(problem)
        }),
        None => Ok(Some(template.text.to_owned())),
    }
}

fn print(
    built_in: &[Template],
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    let dialect = built_in
        .iter()
        .find(|template| template.name == state.name())
        .map(|template| template.dialect);
    let (Some(slot), Some(dialect)) = (value.downcast_object_ref::<Slot>(), dialect) else {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            format!(
                "a template prints only whole values of the plan, not a {}",
                value.kind()
            ),
        ));
    };
    let text = dialect.spell(&slot.printed).map_err(|refusal| {
        Error::new(ErrorKind::InvalidOperation, "cannot be written").with_source(Refused {
            refusal,
            owner: slot.owner.clone(),
        })
    })?;
    out.write_str(&text)
        .map_err(|_| Error::new(ErrorKind::WriteFailure, "the output is full"))
}

/// The error of ours that the engine's comes from.
fn source_of<T: std::error::Error + 'static>(error: &Error) -> Option<&T> {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(found) = cause.downcast_ref() {
            return Some(found);
        }
        source = cause.source();
    }
    None
}

fn line_of(name: &str, text: String, line: usize) -> Location {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let length = text[before..].lines().next().map_or(0, str::len);
    Location {
        source: Arc::new(Source {
            name: name.to_owned(),
            text,
        }),
        range: before..before + length,
    }
}
