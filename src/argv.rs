//! From a service to the words that sbcl is started with, through `templates/sbcl/argv`.

use std::fmt::Display;
use std::sync::Arc;

use crate::dialect::Printed;
use crate::dialect::marked::{CommandLine, Run, runs};
use crate::lisp::print::system_designator;
use crate::lisp::reader::read_form;
use crate::lisp::{Form, Origin, Part};
use crate::plan::ready::{self, Check, Ready};
use crate::plan::service::{Secret, Service, Swank};
use crate::plan::stopping;
use crate::problem::{Place, Problem, Source, shown};
use crate::project::keys;
use crate::render::{Template, Templates, Variable};
use crate::word::{self, Argv, LONGEST, Line, Piece, Word};

/// The template of the command line.
pub const TEMPLATE: Template = Template {
    name: "sbcl/argv",
    text: include_str!("../templates/sbcl/argv"),
    dialect: &CommandLine,
};

/// The command line of `service`, with `arguments` for the program in it.
///
/// # Errors
/// When a template of the user's own is wrong, or a word is too long for the system.
pub fn argv(
    service: &Service,
    arguments: &[String],
    templates: &Templates,
) -> Result<Argv, Problem> {
    render(service, Process::Service, arguments, templates)
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
    render(service, Process::Trial(trial), &[], templates)
}

/// What loads the systems of `service`, without its swank server.
pub fn loading_forms(service: &Service) -> Vec<String> {
    let Some(load_system) = service.loader.load_function() else {
        return Vec::new();
    };
    let systems = service.systems.iter();
    systems
        .map(|name| format!("({load_system} {})", system_designator(name)))
        .collect()
}

/// What a command line is for.
#[derive(Clone, Copy, Debug)]
enum Process<'a> {
    Service,
    Trial(&'a Trial),
}

fn render(
    service: &Service,
    process: Process<'_>,
    arguments: &[String],
    templates: &Templates,
) -> Result<Argv, Problem> {
    let context = Variable::map(context(service, process, arguments));
    let argv = lines(&templates.render(TEMPLATE.name, &context)?)?;
    check_lengths(&argv, service)?;
    Ok(argv)
}

/// What the template knows.
fn context(
    service: &Service,
    process: Process<'_>,
    arguments: &[String],
) -> Vec<(&'static str, Variable)> {
    let mut context = sbcl_context(service, arguments);
    context.extend(loading_context(service, process));
    context.extend(starting_context(service, process));
    context
}

/// sbcl itself, and what it leaves to the program.
fn sbcl_context(service: &Service, arguments: &[String]) -> Vec<(&'static str, Variable)> {
    let options =
        |options: &[Vec<Word>]| Variable::list(options.iter().map(|option| words(option)));
    let arguments: Vec<Word> = arguments.iter().map(|text| text.as_str().into()).collect();
    vec![
        ("program", word(&service.sbcl.program)),
        ("runtime_options", options(&service.sbcl.runtime_options)),
        ("toplevel_options", options(&service.sbcl.toplevel_options)),
        ("arguments", list(&arguments, word)),
    ]
}

/// What comes before the forms that start the service.
fn loading_context(service: &Service, process: Process<'_>) -> Vec<(&'static str, Variable)> {
    let mut before: Vec<&Word> = service.before_load.iter().map(|form| &form.word).collect();
    let mut runtime = service.runtime.as_ref();
    let mut swank = service.swank.is_some();
    let mut systems = service.systems.as_slice();
    let mut load = service.load.as_slice();
    if let Process::Trial(trial) = process {
        before.splice(0..0, &trial.begin);
        before.push(&trial.load);
        runtime = Some(&trial.runtime);
        swank = false;
        (systems, load) = (&[], &[]);
    }
    let load_system = service.loader.load_function();
    let folders: Vec<Word> = service.registry.iter().map(as_folder).collect();
    let project_folder = service.identity.folder.as_str();
    let below_project: Vec<Word> = folders
        .iter()
        .map(|folder| relative(folder, project_folder))
        .collect();
    vec![
        ("require_asdf", flag(service.loader.needs_asdf())),
        ("setup", Variable::option(service.setup.as_ref().map(word))),
        ("runtime", Variable::option(runtime.map(word))),
        ("registry", list(&folders, string)),
        ("project_registry", list(&below_project, string)),
        ("before_load", list(before, word)),
        (
            "load_systems",
            flag(load_system.is_some() && (swank || !systems.is_empty())),
        ),
        ("load_system", bare(load_system.unwrap_or_default())),
        ("systems", list(systems, |name| designator(name))),
        ("load", list(load, word)),
    ]
}

/// What the image is, and the forms that start the service.
fn starting_context(service: &Service, process: Process<'_>) -> Vec<(&'static str, Variable)> {
    let identity = &service.identity;
    let text = |text: &str| string(&text.into());
    let form = |form: &Form| word(&form.word);
    let mut start = service.start.iter().map(form);
    let usual_timeout = stopping::default_timeout(service.runtime.is_some());
    let timeout = (service.stop_timeout != usual_timeout).then_some(service.stop_timeout.0);
    // In a package of the service's own the symbols of CL need not be known.
    let cl = if service.package.is_some() { "cl:" } else { "" };
    vec![
        ("serves", flag(matches!(process, Process::Service))),
        ("project", text(identity.project.as_str())),
        (
            "service",
            Variable::option(identity.service.as_ref().map(|name| text(name.as_str()))),
        ),
        ("profiles", list(&identity.profiles, |name| text(name))),
        ("file", Variable::option(identity.file.as_deref().map(text))),
        ("stop_timeout", Variable::option(timeout.map(bare))),
        ("verbose", flag(service.verbose)),
        (
            "package",
            Variable::option(service.package.as_deref().map(designator)),
        ),
        ("cl", bare(cl)),
        ("stop", list(&service.stop, form)),
        (
            "swank",
            Variable::option(service.swank.as_ref().map(swank_context)),
        ),
        (
            "ready",
            Variable::option(service.ready.as_ref().map(ready_context)),
        ),
        ("first", Variable::option(start.next())),
        ("further", Variable::list(start)),
    ]
}

/// Arguments, or the text of a form.
fn words(words: &[Word]) -> Variable {
    Variable::printed(Printed::Words(words.to_vec()), "sbcl")
}

fn word(word: &Word) -> Variable {
    words(std::slice::from_ref(word))
}

/// A string within a form.
fn string(text: &Word) -> Variable {
    Variable::printed(Printed::LispString(text.clone()), "sbcl")
}

fn bare(text: impl Display) -> Variable {
    Variable::printed(Printed::Bare(text.to_string()), "sbcl")
}

fn designator(name: &str) -> Variable {
    bare(system_designator(name))
}

fn list<T>(items: impl IntoIterator<Item = T>, print: impl Fn(T) -> Variable) -> Variable {
    Variable::list(items.into_iter().map(print))
}

/// Something that holds or not.
fn flag(holds: bool) -> Variable {
    Variable::option(holds.then(|| Variable::choice("true")))
}

/// What differs from what `start-swank` does without options.
fn swank_context(swank: &Swank) -> Variable {
    let secret = match &swank.secret {
        Secret::Slime => None,
        Secret::None => Some(bare("cl:nil")),
        Secret::Auto(_) => Some(bare(":auto")),
        Secret::File(file) => Some(string(file)),
    };
    let interface = &swank.interface;
    let usual = interface.resolved() == keys::default("swank.interface");
    Variable::map([
        ("port", word(swank.port.word())),
        (
            "interface",
            Variable::option((!usual).then(|| string(interface))),
        ),
        ("secret", Variable::option(secret)),
        ("dont_close", flag(swank.dont_close)),
    ])
}

/// What differs from what `ready-when` does without options.
fn ready_context(ready: &Ready) -> Variable {
    let (form, url) = match &ready.check {
        Check::Form(form) => (Some(word(&form.word)), None),
        Check::Http(url) => (None, Some(string(url))),
    };
    Variable::map([
        ("form", Variable::option(form)),
        ("url", Variable::option(url)),
        (
            "timeout",
            Variable::option(
                (ready.timeout != ready::default_timeout()).then(|| bare(ready.timeout.0)),
            ),
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

/// Takes the rendered template apart.
///
/// Line ends and blanks of the template separate lines and words; those inside a value do not.
fn lines(text: &str) -> Result<Argv, Problem> {
    let mut lines: Vec<Line> = Vec::new();
    let mut remark = None;
    for runs in lines_of_runs(text) {
        match runs.as_slice() {
            [Run::Template(text)] if text.starts_with('#') => {
                remark = Some(text[1..].trim().to_owned());
            }
            runs => {
                let words = line_words(runs)?;
                if !words.is_empty() {
                    let remark = remark.take();
                    lines.push(Line { words, remark });
                }
            }
        }
    }
    Ok(Argv(lines))
}

/// The lines, each with those that are indented below it.
fn lines_of_runs(text: &str) -> Vec<Vec<Run<'_>>> {
    let mut lines = Vec::new();
    let mut fresh = true;
    for run in runs(text) {
        let pieces: Vec<Run<'_>> = match run {
            Run::Template(text) => text.split_inclusive('\n').map(Run::Template).collect(),
            piece @ Run::Piece(_) => vec![piece],
        };
        for piece in pieces {
            let goes_on = matches!(&piece, Run::Template(text) if text.starts_with(BLANKS));
            if lines.is_empty() || fresh && !goes_on {
                lines.push(Vec::new());
            }
            fresh = matches!(&piece, Run::Template(text) if text.ends_with('\n'));
            lines.last_mut().expect("there is a line now").push(piece);
        }
    }
    lines
}

const BLANKS: [char; 3] = [' ', '\t', '\n'];

/// The words of a line: the last one is a form where it begins with `(`.
fn line_words(runs: &[Run<'_>]) -> Result<Vec<Word>, Problem> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    for (index, run) in runs.iter().enumerate() {
        match run {
            Run::Piece(piece) => word.get_or_insert_default().push(piece.clone()),
            Run::Template(text) => {
                for (at, character) in text.char_indices() {
                    match character {
                        '(' if word.is_none() => {
                            let first = Run::Template(&text[at..]);
                            words.push(form(std::iter::once(&first).chain(&runs[index + 1..]))?);
                            return Ok(words);
                        }
                        blank if BLANKS.contains(&blank) => words.extend(word.take()),
                        _ => word
                            .get_or_insert_default()
                            .push_text(character.encode_utf8(&mut [0; 4])),
                    }
                }
            }
        }
    }
    words.extend(word);
    Ok(words)
}

/// Reads the form that stands in the template.
fn form<'a>(runs: impl Iterator<Item = &'a Run<'a>>) -> Result<Word, Problem> {
    let mut shown = String::new();
    let parts: Vec<Part<'_>> = runs
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
    let form = read_form(&parts).map_err(|fault| {
        let source = Arc::new(Source {
            name: format!("the text that the template `{}` renders to", TEMPLATE.name),
            text: shown,
        });
        fault.error(Place {
            source,
            range: fault.at.clone(),
        })
    })?;
    Ok(form.word)
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
