//! From a service to the words that sbcl is started with, through `templates/sbcl/argv`.

mod keywords;
mod rendered;
mod saving;
mod values;

use crate::dialect::marked::CommandLine;
use crate::lisp::Form;
use crate::lisp::print::{string, system_designator};
use crate::plan::core::Core;
use crate::plan::heap;
use crate::plan::ready::{self, Ready, ReadyCheck};
use crate::plan::service::{Sbcl, Secret, Service, Swank};
use crate::plan::stopping;
use crate::problem::{Problem, shown};
use crate::project::keys;
use crate::render::{Template, TemplateValue, TemplateValues, Templates};
use crate::word::{Argv, LONGEST, Line, Piece, Word};
use keywords::{Keywords, in_list};
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
    let process = match &service.core {
        Some(core) if core.standalone => return Ok(standalone_argv(core, arguments)),
        Some(core) => Purpose::Core(core),
        None => Purpose::Source,
    };
    render(service, process, arguments, templates)
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
    let mut options = argv
        .words()
        .map(Word::resolved)
        .take_while(|word| word != END_OF_OPTIONS);
    if options.any(|option| option == DISABLE_DEBUGGER) {
        return Err(Problem::error(format!(
            "a template of your own always gives `{DISABLE_DEBUGGER}`"
        ))
        .help(format!(
            "write `{{% if not debugs %}}{DISABLE_DEBUGGER}{{% endif %}}` in it; `lisplaunch templates` shows where it is"
        )));
    }
    Ok(argv)
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

/// What a command line is for.
#[derive(Clone, Copy, Debug)]
enum Purpose<'a> {
    /// The service, from its sources.
    Source,
    /// The same with the debugger.
    Debug,
    /// The service, from its saved image.
    Core(&'a Core),
    /// What comes before its start from the sources.
    Loading,
    /// What loads its libraries.
    Libraries,
    /// What makes the saved image.
    Saving(&'a Saving<'a>),
    /// What tries changed code.
    Trial(&'a Trial),
}

impl Purpose<'_> {
    /// Whether the service itself runs in it.
    fn serves(self) -> bool {
        matches!(self, Purpose::Source | Purpose::Debug | Purpose::Core(_))
    }

    /// The function of the runtime that begins it.
    fn beginning(self) -> Option<&'static str> {
        match self {
            Purpose::Source | Purpose::Debug | Purpose::Loading => Some("boot"),
            Purpose::Saving(_) | Purpose::Libraries => Some("prepare-core"),
            Purpose::Core(_) | Purpose::Trial(_) => None,
        }
    }
}

fn render(
    service: &Service,
    process: Purpose<'_>,
    arguments: &[String],
    templates: &Templates,
) -> Result<Argv, Problem> {
    let runtime = match process {
        Purpose::Trial(trial) => Some(&trial.runtime),
        _ => service.runtime.as_ref(),
    };
    let mut context = sbcl_context(service, process, arguments);
    context.extend(loading_context(service, process));
    context.extend(starting_context(service));
    let template = match runtime {
        Some(runtime) => {
            context.push(("runtime", word(runtime)));
            context.extend(runtime_context(service, process));
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

/// sbcl itself, and what it leaves to the program.
fn sbcl_context(service: &Service, process: Purpose<'_>, arguments: &[String]) -> TemplateValues {
    let in_a_row = |options: &[Vec<Word>]| words(options.iter().flatten().cloned());
    let sbcl = &service.sbcl;
    let (program, runtime, toplevel) = match process {
        Purpose::Core(core) => (
            started(core, sbcl),
            without(&["--core"], &sbcl.runtime_options),
            without_init_files(sbcl),
        ),
        _ => (
            vec![sbcl.program.clone()],
            sbcl.runtime_options.clone(),
            sbcl.toplevel_options.clone(),
        ),
    };
    // What follows must not be read as options of the runtime.
    let given = arguments.iter().map(|text| Word::from(text.as_str()));
    let own = match process {
        // They come after the forms that start the service.
        Purpose::Loading => [].as_slice(),
        _ => &service.arguments,
    };
    let arguments: Vec<Word> = own.iter().cloned().chain(given).collect();
    let end = (!arguments.is_empty()).then(|| "--end-runtime-options".into());
    vec![
        ("program", words(program)),
        ("runtime_options", in_a_row(&runtime)),
        ("end_runtime_options", words(end)),
        (
            "debugs",
            TemplateValue::flag(matches!(process, Purpose::Debug)),
        ),
        ("toplevel_options", in_a_row(&toplevel)),
        ("arguments", some_words(arguments)),
    ]
}

/// The program with its image.
fn started(core: &Core, sbcl: &Sbcl) -> Vec<Word> {
    if core.executable {
        vec![core.file.clone()]
    } else {
        vec![sbcl.program.clone(), "--core".into(), core.file.clone()]
    }
}

/// The options of the toplevel for an image that has been saved after the files were loaded which
/// SBCL loads first.
fn without_init_files(sbcl: &Sbcl) -> Vec<Vec<Word>> {
    let init = ["--sysinit", "--no-sysinit", "--userinit", "--no-userinit"];
    let kept = without(&init, &sbcl.toplevel_options);
    let none = ["--no-sysinit", "--no-userinit"].map(|option| vec![option.into()]);
    none.into_iter().chain(kept).collect()
}

/// Options without those of these names.
fn without(names: &[&str], options: &[Vec<Word>]) -> Vec<Vec<Word>> {
    let is_named = |option: &&Vec<Word>| {
        let name = option.first().map(Word::resolved);
        name.is_some_and(|name| names.contains(&name.as_str()))
    };
    let kept = options.iter().filter(|option| !is_named(option));
    kept.cloned().collect()
}

/// What is loaded.
fn loading_context(service: &Service, process: Purpose<'_>) -> TemplateValues {
    let mut before: Vec<&Word> = service.before_load.iter().map(|form| &form.word).collect();
    let mut load = service.load.as_slice();
    let mut systems = loading_forms(service);
    match process {
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

/// The options of the runtime's functions. They are written where they differ from the default.
fn runtime_context(service: &Service, process: Purpose<'_>) -> TemplateValues {
    let saving = match process {
        Purpose::Saving(saving) => Some(TemplateValue::map([
            ("warm", list(&saving.core.warm, |form| word(&form.word))),
            ("function", bare(saving.function())),
            (
                "options",
                words(saving.options(cl(service), service.swank.is_some())),
            ),
        ])),
        _ => None,
    };
    vec![
        ("serves", TemplateValue::flag(process.serves())),
        (
            "resumes",
            TemplateValue::flag(matches!(process, Purpose::Core(_))),
        ),
        ("boot", TemplateValue::option(process.beginning().map(bare))),
        ("save", TemplateValue::option(saving)),
        ("libraries", libraries_context(service, process)),
        ("identity", words(identity(service, ""))),
        (
            "swank",
            TemplateValue::option(service.swank.as_ref().map(|swank| {
                let mut options = server(swank);
                options.option(":secret", secret(swank));
                let close = format!("{}nil", cl(service));
                options.option(":dont-close", (!swank.dont_close).then(|| close.into()));
                words(options.0)
            })),
        ),
        (
            "ready",
            TemplateValue::option(service.ready.as_ref().map(ready_context)),
        ),
    ]
}

/// The function that loads libraries, and the systems that need them.
fn libraries_context(service: &Service, process: Purpose<'_>) -> TemplateValue {
    let load_system = service.loader.load_function();
    let load_system = load_system.filter(|_| matches!(process, Purpose::Libraries));
    TemplateValue::option(load_system.map(|load_system| {
        let swank = service.swank.as_ref().map(|_| "swank");
        let systems = service.systems.iter().map(String::as_str).chain(swank);
        let names = systems.map(|name| system_designator(name).into());
        TemplateValue::map([
            ("function", word(&format!("#'{load_system}").into())),
            ("names", words(names)),
        ])
    }))
}

/// What the image knows of itself.
fn identity(service: &Service, cl: &str) -> Vec<Word> {
    let identity = &service.identity;
    let text = |text: &str| string(&text.into());
    let profiles: Vec<Word> = identity.profiles.iter().map(|name| text(name)).collect();
    let folders = service.registry.iter().map(as_folder);
    let folders: Vec<Word> = folders
        .map(|folder| string(&relative(&folder, &identity.folder)))
        .collect();
    let mut words = Keywords(vec![text(identity.project.as_str())]);
    let service_name = identity.service.as_ref().map(|name| text(name.as_str()));
    words.option(":service", service_name);
    words.option(":profiles", in_list(cl, &profiles));
    words.option(":file", identity.file.as_deref().map(text));
    words.option(":registry", in_list(cl, &folders));
    words.option(":stop-timeout", stop_timeout(service));
    words.option(":verbose", service.verbose.then(|| format!("{cl}t").into()));
    words.0
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

fn secret(swank: &Swank) -> Option<Word> {
    match &swank.secret {
        Secret::Slime => None,
        Secret::None => Some("cl:nil".into()),
        Secret::Auto(_) => Some(":auto".into()),
        Secret::File(file) => Some(string(file)),
    }
}

fn ready_context(ready: &Ready) -> TemplateValue {
    let (kind, what) = match &ready.check {
        ReadyCheck::Form(form) => ("", form.word.clone()),
        ReadyCheck::Http(url) => ("-http", string(url)),
    };
    let usual = ready.timeout == ready::default_timeout();
    let timeout = ready.timeout.0.to_string();
    let mut what = Keywords(vec![what]);
    what.option(":timeout", (!usual).then(|| timeout.into()));
    TemplateValue::map([("kind", bare(kind)), ("what", words(what.0))])
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
