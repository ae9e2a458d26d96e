//! From a service to the words that sbcl is started with, through `templates/sbcl/argv`.

mod keywords;
mod purpose;
mod rendered;
mod runtime;
mod saving;
mod sbcl;
mod values;

use crate::dialect::marked::CommandLine;
use crate::lisp::Form;
use crate::lisp::print::{string, system_designator};
use crate::plan::core::Core;
use crate::plan::heap;
use crate::plan::service::{Service, Swank};
use crate::plan::stopping;
use crate::problem::{Problem, shown};
use crate::project::keys;
use crate::render::{Template, TemplateValue, TemplateValues, Templates};
use crate::word::{Argv, LONGEST, Line, Word};
use keywords::Keywords;
use purpose::Purpose;
use runtime::{identity, runtime_context};
use sbcl::sbcl_context;
use values::{bare, list, some_words, word, words};

pub use saving::{SavedProgram, Saving};

/// The template of the command line.
const ARGV: Template = Template {
    name: "sbcl/argv",
    text: include_str!("../templates/sbcl/argv"),
    dialect: &CommandLine,
};

/// That of a command line without the runtime.
const PLAIN: Template = Template {
    name: "sbcl/plain",
    text: include_str!("../templates/sbcl/plain"),
    dialect: &CommandLine,
};

/// The option without which an error opens the debugger.
const DISABLE_DEBUGGER: &str = "--disable-debugger";

/// What the words for the program itself come after.
const END_OF_OPTIONS: &str = "--end-toplevel-options";

/// The templates of command lines.
pub const TEMPLATES: [Template; 2] = [ARGV, PLAIN];

/// The command line of `service`, with its own arguments for the program and then
/// these in it: from its saved image, if it has one.
///
/// # Errors
/// When a template of the user's own is wrong, or a word is too long for the system.
pub fn argv(
    service: &Service,
    arguments: &[String],
    templates: &Templates,
) -> Result<Argv, Problem> {
    let purpose = match &service.core {
        Some(core) if core.standalone => return Ok(standalone_argv(core, arguments)),
        Some(core) => Purpose::Core(core),
        None => Purpose::Source,
    };
    render(service, purpose, arguments, templates)
}

/// The command line of a program of its own.
fn standalone_argv(core: &Core, arguments: &[String]) -> Argv {
    let mut words = vec![core.file.clone()];
    words.extend(arguments.iter().map(|text| Word::from(text.as_str())));
    Argv(vec![Line {
        words,
        remark: None,
    }])
}

/// The same from the sources of its code.
///
/// # Errors
/// As for [`argv`].
pub fn source_argv(
    service: &Service,
    arguments: &[String],
    templates: &Templates,
) -> Result<Argv, Problem> {
    render(service, Purpose::Source, arguments, templates)
}

/// What `service` does as a program of its own, which has its code: `core` says where it lies. Of
/// the variables of the service it brings those that `keeps` takes.
///
/// # Errors
/// As for [`written_argv`].
pub fn program(
    service: &Service,
    core: &Core,
    keeps: impl Fn(&str) -> bool,
    templates: &Templates,
) -> Result<SavedProgram, Problem> {
    heap::check_known(service)?;
    let argv = render(service, Purpose::Core(core), &[], templates)?;
    let words: Vec<Word> = argv.words().cloned().collect();
    let is = |word: &Word, text: &str| word.resolved() == text;
    let begin = words
        .iter()
        .position(|word| is(word, "(lisplaunch:resume)"));
    let start = words.into_iter().skip(begin.map_or(0, |begin| begin + 1));
    let environment = service.env.iter().filter(|(name, _)| keeps(name));
    Ok(SavedProgram {
        identity: identity(service, cl(service)),
        start: start.take_while(|word| !is(word, END_OF_OPTIONS)).collect(),
        arguments: service.arguments.clone(),
        environment: environment.cloned().collect(),
        env_file: None,
        umask: service.umask,
    })
}

/// What starts `service` from its sources with the debugger on: an error waits for a person, and all
/// messages of the compiler are printed.
///
/// # Errors
/// As for [`argv`], and when a template of the user's own has no command line without
/// `--disable-debugger`.
pub fn debug_argv(
    service: &Service,
    arguments: &[String],
    templates: &Templates,
) -> Result<Argv, Problem> {
    let service = Service {
        verbose: true,
        ..service.clone()
    };
    let argv = render(&service, Purpose::Debug, arguments, templates)?;
    if disables_debugger(&argv) {
        return Err(Problem::error(format!(
            "a template of your own always gives `{DISABLE_DEBUGGER}`"
        ))
        .help(format!(
            "write `{{% if not debugs %}}{DISABLE_DEBUGGER}{{% endif %}}` in it; `lisplaunch templates` shows where it is"
        )));
    }
    Ok(argv)
}

fn disables_debugger(argv: &Argv) -> bool {
    let words = argv.words().map(Word::resolved);
    let mut options = words.take_while(|word| word != END_OF_OPTIONS);
    options.any(|option| option == DISABLE_DEBUGGER)
}

/// The words that come before the forms which start `service` from its sources: the first line
/// starts sbcl, the others load.
///
/// # Errors
/// As for [`argv`].
pub fn loading_argv(service: &Service, templates: &Templates) -> Result<Argv, Problem> {
    render(service, Purpose::Loading, &[], templates)
}

/// The command line of a process that loads the code of `service` and saves it as `core` says.
///
/// # Errors
/// As for [`argv`].
pub fn saving_argv(
    service: &Service,
    saving: &Saving<'_>,
    templates: &Templates,
) -> Result<Argv, Problem> {
    render(service, Purpose::Saving(saving), &[], templates)
}

/// The command line of a process that loads the libraries of `service`, of whose own files only the
/// definitions of systems need be there; none where it has no systems.
///
/// # Errors
/// As for [`argv`].
pub fn libraries_argv(service: &Service, templates: &Templates) -> Result<Option<Argv>, Problem> {
    let has_systems = !service.systems.is_empty() || service.swank.is_some();
    if !has_systems || service.loader.load_function().is_none() {
        return Ok(None);
    }
    render(service, Purpose::Libraries, &[], templates).map(Some)
}

/// The command line of `service` for a file, which may be read on another machine.
///
/// # Errors
/// As for [`argv`], and where only the machine that starts the service can know it.
pub fn written_argv(service: &Service, templates: &Templates) -> Result<Argv, Problem> {
    heap::check_known(service)?;
    argv(service, &[], templates)
}

/// What is in a command line for what starts a service.
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
    render(service, Purpose::Trial(trial), &[], templates)
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

fn render(
    service: &Service,
    purpose: Purpose<'_>,
    arguments: &[String],
    templates: &Templates,
) -> Result<Argv, Problem> {
    let runtime = match purpose {
        Purpose::Trial(trial) => Some(&trial.runtime),
        _ => service.runtime.as_ref(),
    };
    let mut context = sbcl_context(service, purpose, arguments);
    context.extend(loading_context(service, purpose));
    context.extend(starting_context(service));
    let template = match runtime {
        Some(runtime) => {
            context.push(("runtime", word(runtime)));
            context.extend(runtime_context(service, purpose));
            ARGV
        }
        None => {
            context.extend(plain_context(service));
            PLAIN
        }
    };
    let text = templates.render(template.name, &TemplateValue::map(context))?;
    let argv = rendered::lines(template.name, &text)?;
    check_lengths(&argv, service)?;
    Ok(argv)
}

/// What is loaded.
fn loading_context(service: &Service, purpose: Purpose<'_>) -> TemplateValues {
    let mut before: Vec<&Word> = service.before_load.iter().map(|form| &form.word).collect();
    let mut load = service.load.as_slice();
    let mut systems = loading_forms(service);
    match purpose {
        Purpose::Trial(trial) => {
            before.splice(0..0, &trial.begin);
            before.push(&trial.load);
            systems.clear();
            load = &[];
        }
        Purpose::Libraries => {
            before.clear();
            systems.clear();
            load = &[];
        }
        _ => {
            let swank = service.swank.as_ref().and(service.loader.load_function());
            systems.extend(swank.map(|load_system| format!("({load_system} :swank)")));
        }
    }
    vec![
        (
            "require_asdf",
            TemplateValue::flag(service.loader.needs_asdf()),
        ),
        (
            "setup",
            TemplateValue::option(service.setup.as_ref().map(word)),
        ),
        ("before_load", list(before, word)),
        ("systems", some_words(systems.into_iter().map(Word::from))),
        ("load", list(load, word)),
    ]
}

/// The forms that start the service.
fn starting_context(service: &Service) -> TemplateValues {
    let package = service.package.as_deref();
    let package = package.map(|name| bare(system_designator(name)));
    let form = |form: &Form| word(&form.word);
    let (first, further) = match service.start.split_first() {
        Some((first, further)) => (Some(first.word.clone()), further),
        None => (None, [].as_slice()),
    };
    vec![
        ("package", TemplateValue::option(package)),
        ("cl", bare(cl(service))),
        ("stop", list(&service.stop, form)),
        ("starts", TemplateValue::flag(first.is_some())),
        ("first", words(first)),
        ("further", list(further, form)),
    ]
}

/// In a package of the service's own the symbols of CL need not be known.
fn cl(service: &Service) -> &'static str {
    service.package.as_ref().map_or("", |_| "cl:")
}

fn stop_timeout(service: &Service) -> Option<Word> {
    let usual = stopping::default_timeout(service.runtime.is_some());
    (service.stop_timeout != usual).then(|| service.stop_timeout.0.to_string().into())
}

/// Where swank's server listens.
fn server(swank: &Swank) -> Keywords {
    let usual = swank.interface.resolved() == keys::default("swank.interface");
    let mut options = Keywords(Vec::new());
    options.option(":port", Some(swank.port.word().clone()));
    options.option(":interface", (!usual).then(|| string(&swank.interface)));
    options
}

/// What SBCL, ASDF and swank themselves are given.
fn plain_context(service: &Service) -> TemplateValues {
    let folders = service.registry.iter().map(as_folder);
    let swank = service.swank.as_ref().map(|swank| {
        let mut options = server(swank);
        options.option(":style", Some(":spawn".into()));
        let close = format!("{}t", cl(service));
        options.option(":dont-close", swank.dont_close.then(|| close.into()));
        words(options.0)
    });
    vec![
        ("registry", list(folders, |folder| word(&string(&folder)))),
        ("stop_timeout", some_words(stop_timeout(service))),
        ("swank", TemplateValue::option(swank)),
    ]
}

/// Lisp takes a path for a folder only if it ends in a slash.
fn as_folder(path: &Word) -> Word {
    let mut folder = path.clone();
    if !path.resolved().ends_with('/') {
        folder.push_text("/");
    }
    folder
}

fn check_lengths(argv: &Argv, service: &Service) -> Result<(), Problem> {
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
