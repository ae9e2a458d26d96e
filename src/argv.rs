//! From a service to the words that sbcl is started with, through `templates/sbcl/`.

use std::sync::Arc;

use crate::dialect::Printed;
use crate::dialect::marked::{CommandLine, Lisp, Run, runs};
use crate::lisp::print::system_designator;
use crate::lisp::reader::read_forms;
use crate::lisp::{Form, Origin, Part};
use crate::plan::ready::{self, Check, Ready};
use crate::plan::service::{Secret, Service, Swank};
use crate::plan::stopping;
use crate::problem::{Place, Problem, Source, shown};
use crate::project::keys;
use crate::render::{Template, Templates, Variable};
use crate::word::{self, Argv, LONGEST, Piece, Word};

const ARGV: Template = Template {
    name: "sbcl/argv",
    text: include_str!("../templates/sbcl/argv"),
    dialect: &CommandLine,
};

macro_rules! lisp_template {
    ($name:literal) => {
        Template {
            name: concat!("sbcl/", $name, ".lisp"),
            text: include_str!(concat!("../templates/sbcl/", $name, ".lisp")),
            dialect: &Lisp,
        }
    };
}

/// A template of Lisp forms, with what command lines call the forms that it renders to.
type Forms = (&'static str, Template);

/// What a template finds no reason to write is no form.
const FORMS: [Forms; 7] = [
    ASDF,
    ("boot", lisp_template!("boot")),
    SYSTEMS,
    ("package", lisp_template!("package")),
    ("stop", lisp_template!("stop")),
    ("start", lisp_template!("start")),
    ("stay", lisp_template!("stay")),
];

const ASDF: Forms = ("asdf", lisp_template!("asdf"));

const SYSTEMS: Forms = ("systems", lisp_template!("systems"));

/// The templates of the command lines.
pub fn templates() -> impl Iterator<Item = Template> {
    [ARGV]
        .into_iter()
        .chain(FORMS.map(|(_, template)| template))
}

/// The command line of `service`, with `arguments` for the program in it.
///
/// # Errors
/// When a template of the user's own is wrong, or a word is too long for the system.
pub fn argv(
    service: &Service,
    arguments: &[String],
    templates: &Templates,
) -> Result<Argv, Problem> {
    let forms = rendered_forms(&FORMS, lisp_context(service), templates)?;
    render_argv(&ARGV, service, arguments, forms, templates)
}

/// What stands in a command line for what starts a service.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The file that loads lisplaunch's own code.
    pub runtime: Word,
    /// Forms evaluated before anything is loaded.
    pub begin: Vec<Word>,
    /// The form that loads the systems and files of the service, and leaves.
    pub load: Word,
}

/// The command line of a process that loads the code of `service` and does not start it.
///
/// # Errors
/// As for [`argv`].
pub fn trial_argv(
    service: &Service,
    trial: &Trial,
    templates: &Templates,
) -> Result<Argv, Problem> {
    let service = Service {
        runtime: Some(trial.runtime.clone()),
        load: Vec::new(),
        ..service.clone()
    };
    let mut forms = rendered_forms(&[ASDF], lisp_context(&service), templates)?;
    forms.push(("boot", word_list(&trial.begin)));
    forms.push(("systems", word_list([&trial.load])));
    let others = ["package", "stop", "start", "stay"];
    forms.extend(others.map(|name| (name, word_list([]))));
    render_argv(&ARGV, &service, &[], forms, templates)
}

/// What loads the systems of `service`, without its swank server.
///
/// # Errors
/// When a template of the user's own is wrong.
pub fn loading_forms(service: &Service, templates: &Templates) -> Result<Vec<Form>, Problem> {
    let service = Service {
        swank: None,
        ..service.clone()
    };
    lisp_forms(
        SYSTEMS.1.name,
        &Variable::map(lisp_context(&service)),
        templates,
    )
}

/// The forms of these templates, by the names that command lines know them by.
fn rendered_forms<'a>(
    forms: impl IntoIterator<Item = &'a Forms>,
    context: Vec<(&'static str, Variable)>,
    templates: &Templates,
) -> Result<Vec<(&'static str, Variable)>, Problem> {
    let context = Variable::map(context);
    forms
        .into_iter()
        .map(|(key, template)| {
            let rendered = lisp_forms(template.name, &context, templates)?;
            let rendered = rendered.iter().map(|form| words(&[&form.word]));
            Ok((*key, Variable::list(rendered)))
        })
        .collect()
}

fn render_argv(
    template: &Template,
    service: &Service,
    arguments: &[String],
    forms: Vec<(&'static str, Variable)>,
    templates: &Templates,
) -> Result<Argv, Problem> {
    let text = templates.render(template.name, &command_line(service, arguments, forms))?;
    let argv = lines(&text);
    check_lengths(&argv, service)?;
    Ok(argv)
}

fn words(words: &[&Word]) -> Variable {
    let words = words.iter().map(|&word| word.clone()).collect();
    Variable::printed(Printed::Words(words), "sbcl")
}

fn word_list<'a>(list: impl IntoIterator<Item = &'a Word>) -> Variable {
    Variable::list(list.into_iter().map(|word| words(&[word])))
}

fn bare(text: String) -> Variable {
    Variable::printed(Printed::Bare(text), "sbcl")
}

fn lisp(text: &Word) -> Variable {
    Variable::printed(Printed::Lisp(text.clone()), "sbcl")
}

/// What `sbcl/argv` knows.
fn command_line(
    service: &Service,
    arguments: &[String],
    forms: Vec<(&'static str, Variable)>,
) -> Variable {
    let options = |options: &[Vec<Word>]| {
        Variable::list(
            options
                .iter()
                .map(|option| words(&option.iter().collect::<Vec<_>>())),
        )
    };
    let form_words = |forms: &[Form]| word_list(forms.iter().map(|form| &form.word));
    let arguments: Vec<Word> = arguments.iter().map(|text| text.as_str().into()).collect();
    Variable::map([
        ("program", words(&[&service.sbcl.program])),
        ("runtime_options", options(&service.sbcl.runtime_options)),
        ("toplevel_options", options(&service.sbcl.toplevel_options)),
        (
            "setup",
            Variable::option(service.setup.as_ref().map(|setup| words(&[setup]))),
        ),
        (
            "runtime",
            Variable::option(service.runtime.as_ref().map(|runtime| words(&[runtime]))),
        ),
        ("before_load", form_words(&service.before_load)),
        ("load", word_list(&service.load)),
        ("arguments", word_list(&arguments)),
        ("forms", Variable::map(forms)),
    ])
}

/// What the templates of Lisp forms know.
fn lisp_context(service: &Service) -> Vec<(&'static str, Variable)> {
    let load_system = service.loader.load_function();
    let runtime = service.runtime.is_some();
    let swank = service.swank.as_ref();
    let designator = |name: &String| bare(system_designator(name));
    let folders: Vec<Word> = service.registry.iter().map(as_folder).collect();
    let project_folder = service.identity.folder.as_str();
    let below_project: Vec<Word> = folders
        .iter()
        .map(|folder| relative(folder, project_folder))
        .collect();
    let mut start = service.start.iter().map(|form| lisp(&form.word));
    let identity = &service.identity;
    let text = |text: &str| words(&[&text.into()]);
    vec![
        ("runtime", flag(runtime)),
        (
            "load_system",
            Variable::option(load_system.map(|name| bare(name.to_owned()))),
        ),
        ("require_asdf", flag(service.loader.needs_asdf())),
        (
            "load_systems",
            flag(load_system.is_some() && (swank.is_some() || !service.systems.is_empty())),
        ),
        ("project", text(identity.project.as_str())),
        (
            "service",
            Variable::option(identity.service.as_ref().map(|name| text(name.as_str()))),
        ),
        (
            "profiles",
            Variable::list(identity.profiles.iter().map(|name| text(name))),
        ),
        ("file", Variable::option(identity.file.as_deref().map(text))),
        ("load", word_list(&service.load)),
        ("registry", word_list(&folders)),
        ("project_registry", word_list(&below_project)),
        (
            "systems",
            Variable::list(service.systems.iter().map(designator)),
        ),
        ("swank", Variable::option(swank.map(swank_context))),
        // In a package of the service's own the symbols of CL need not be known.
        (
            "cl",
            bare(if service.package.is_some() { "cl:" } else { "" }.to_owned()),
        ),
        (
            "package",
            Variable::option(service.package.as_ref().map(designator)),
        ),
        (
            "stop",
            Variable::list(service.stop.iter().map(|form| lisp(&form.word))),
        ),
        (
            "stop_timeout",
            Variable::option(
                (service.stop_timeout != stopping::default_timeout(runtime))
                    .then(|| bare(service.stop_timeout.0.to_string())),
            ),
        ),
        ("verbose", flag(service.verbose)),
        (
            "ready",
            Variable::option(service.ready.as_ref().map(ready_context)),
        ),
        ("before_start", flag(runtime || swank.is_some())),
        ("first", Variable::option(start.next())),
        ("further", Variable::list(start)),
    ]
}

/// Something that holds or not.
fn flag(holds: bool) -> Variable {
    Variable::option(holds.then(|| Variable::choice("true")))
}

/// What differs from what `start-swank` does without options.
fn swank_context(swank: &Swank) -> Variable {
    let secret = match &swank.secret {
        Secret::Slime => None,
        Secret::None => Some(bare("cl:nil".to_owned())),
        Secret::Auto(_) => Some(bare(":auto".to_owned())),
        Secret::File(file) => Some(words(&[file])),
    };
    let interface = &swank.interface;
    let usual = interface.resolved() == keys::default("swank.interface");
    Variable::map([
        ("port", lisp(swank.port.word())),
        (
            "interface",
            Variable::option((!usual).then(|| words(&[interface]))),
        ),
        ("secret", Variable::option(secret)),
        ("dont_close", flag(swank.dont_close)),
    ])
}

/// What differs from what `ready-when` does without options.
fn ready_context(ready: &Ready) -> Variable {
    let timeout = ready.timeout.0.to_string();
    let (form, url) = match &ready.check {
        Check::Form(form) => (Some(lisp(&form.word)), None),
        Check::Http(url) => (None, Some(words(&[url]))),
    };
    Variable::map([
        ("form", Variable::option(form)),
        ("url", Variable::option(url)),
        (
            "timeout",
            Variable::option((ready.timeout != ready::default_timeout()).then(|| bare(timeout))),
        ),
    ])
}

/// The path as it is seen from `folder`, where it begins there.
fn relative(path: &Word, folder: &str) -> Word {
    let mut pieces = path.pieces().iter().cloned();
    let rest = match pieces.next() {
        Some(Piece::Text(text)) => text
            .strip_prefix(folder.trim_end_matches('/'))
            .and_then(|rest| rest.strip_prefix('/'))
            .map(str::to_owned),
        _ => None,
    };
    match rest {
        Some(rest) if rest.is_empty() && path.pieces().len() == 1 => "./".into(),
        Some(rest) => std::iter::once(Piece::Text(rest)).chain(pieces).collect(),
        None => path.clone(),
    }
}

/// Lisp takes a path for a folder only if it ends in a slash.
fn as_folder(path: &Word) -> Word {
    let mut folder = path.clone();
    if !path.resolved().ends_with('/') {
        folder.push_text("/");
    }
    folder
}

/// Renders a template of Lisp text and reads the forms in it.
fn lisp_forms(
    name: &'static str,
    context: &Variable,
    templates: &Templates,
) -> Result<Vec<Form>, Problem> {
    let text = templates.render(name, context)?;
    let runs: Vec<Run<'_>> = runs(&text).collect();
    let mut shown = String::new();
    let parts: Vec<Part<'_>> = runs
        .iter()
        .map(|run| {
            let (text, origin) = match run {
                Run::Template(text) => (*text, Origin::Written),
                Run::Piece(Piece::Text(text)) => (text.as_str(), Origin::Written),
                Run::Piece(Piece::Variable(kept)) => (kept.value.as_str(), Origin::Kept(kept)),
            };
            let start = shown.len();
            shown.push_str(text);
            let at = start..shown.len();
            Part { text, at, origin }
        })
        .collect();
    read_forms(&parts).map_err(|fault| {
        let source = Arc::new(Source {
            name: format!("the text that the template `{name}` renders to"),
            text: shown,
        });
        fault.error(Place {
            source,
            range: fault.at.clone(),
        })
    })
}

/// Takes the rendered command line apart: blanks and line ends of the template separate
/// words, those inside a value do not.
fn lines(text: &str) -> Argv {
    let mut lines = vec![Vec::new()];
    let mut word: Option<Word> = None;
    for run in runs(text) {
        match run {
            Run::Piece(piece) => word.get_or_insert_default().push(piece),
            Run::Template(text) => {
                for character in text.chars() {
                    let line = lines.last_mut().expect("there is always a line");
                    match character {
                        ' ' | '\t' => line.extend(word.take()),
                        '\n' => {
                            line.extend(word.take());
                            lines.push(Vec::new());
                        }
                        _ => word
                            .get_or_insert_default()
                            .push_text(character.encode_utf8(&mut [0; 4])),
                    }
                }
            }
        }
    }
    lines
        .last_mut()
        .expect("there is always a line")
        .extend(word);
    lines.retain(|line: &Vec<Word>| !line.is_empty());
    Argv(lines)
}

fn check_lengths(argv: &word::Argv, service: &Service) -> Result<(), Problem> {
    match argv
        .words()
        .find(|word| word.resolved().len() > LONGEST)
    {
        None => Ok(()),
        Some(word) => Err(Problem::error(format!(
            "the service `{}` has an argument of {} bytes: `{}`",
            service.name,
            word.resolved().len(),
            shown(&word.resolved())
        ))
        .help(format!(
            "the system hands at most {LONGEST} bytes in one argument: move code into a file and list it below `load:`"
        ))),
    }
}
