//! From a service to the words that sbcl is started with, through `templates/sbcl/argv`.

use std::fmt::Display;
use std::sync::Arc;

use crate::dialect::Printed;
use crate::dialect::marked::{CommandLine, Run, runs};
use crate::lisp::print::{string, system_designator};
use crate::lisp::reader::read_form;
use crate::lisp::{Form, Origin, Part};
use crate::plan::core::Core;
use crate::plan::heap;
use crate::plan::ready::{self, Check, Ready};
use crate::plan::service::{Sbcl, Secret, Service, Swank};
use crate::plan::stopping;
use crate::problem::{Place, Problem, Source, shown};
use crate::project::keys;
use crate::render::{Template, Templates, Variable};
use crate::word::{self, Argv, LONGEST, Line, Piece, Word};

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
        Some(core) => Process::Core(core),
        None => Process::Source,
    };
    render(service, process, arguments, templates)
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
    render(service, Process::Source, arguments, templates)
}

/// The words that come before the forms which start `service` from its sources: the first line
/// starts sbcl, the others load.
///
/// # Errors
/// As for [`argv`].
pub fn loading_argv(service: &Service, templates: &Templates) -> Result<Argv, Problem> {
    render(service, Process::Loading, &[], templates)
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
    render(service, Process::Saving(saving), &[], templates)
}

/// The command line of `service` for a file, which may be read on another machine.
///
/// # Errors
/// As for [`argv`], and where only the machine that starts the service can know it.
pub fn written_argv(service: &Service, templates: &Templates) -> Result<Argv, Problem> {
    heap::check_known(service)?;
    argv(service, &[], templates)
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

/// Where and how an image is saved.
#[derive(Clone, Debug)]
pub struct Saving<'a> {
    /// What is asked of the image.
    pub core: &'a Core,
    /// The file that is written.
    pub file: Word,
    /// The file that is to say what the image was made from; none for an image that goes where its
    /// sources do not.
    pub manifest: Option<Word>,
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
    /// The service, from its sources.
    Source,
    /// The service, from its saved image.
    Core(&'a Core),
    /// What comes before its start from the sources.
    Loading,
    /// What makes the saved image.
    Saving(&'a Saving<'a>),
    /// What tries changed code.
    Trial(&'a Trial),
}

impl Process<'_> {
    /// Whether the service itself runs in it.
    fn serves(self) -> bool {
        matches!(self, Process::Source | Process::Core(_))
    }

    /// The function of the runtime that begins it.
    fn beginning(self) -> Option<&'static str> {
        match self {
            Process::Source | Process::Loading => Some("boot"),
            Process::Saving(_) => Some("prepare-core"),
            Process::Core(_) | Process::Trial(_) => None,
        }
    }
}

fn render(
    service: &Service,
    process: Process<'_>,
    arguments: &[String],
    templates: &Templates,
) -> Result<Argv, Problem> {
    let runtime = match process {
        Process::Trial(trial) => Some(&trial.runtime),
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
    let text = templates.render(template.name, &Variable::map(context))?;
    let argv = lines(template.name, &text)?;
    check_lengths(&argv, service)?;
    Ok(argv)
}

type Context = Vec<(&'static str, Variable)>;

/// sbcl itself, and what it leaves to the program.
fn sbcl_context(service: &Service, process: Process<'_>, arguments: &[String]) -> Context {
    let in_a_row = |options: &[Vec<Word>]| words(options.iter().flatten().cloned());
    let sbcl = &service.sbcl;
    let (program, toplevel) = match process {
        Process::Core(core) => (started(core, sbcl), without_init_files(sbcl)),
        _ => (vec![sbcl.program.clone()], sbcl.toplevel_options.clone()),
    };
    // What follows must not be read as options of the runtime.
    let given = arguments.iter().map(|text| Word::from(text.as_str()));
    let arguments: Vec<Word> = service.arguments.iter().cloned().chain(given).collect();
    let end = (!arguments.is_empty()).then(|| "--end-runtime-options".into());
    vec![
        ("program", words(program)),
        ("runtime_options", in_a_row(&sbcl.runtime_options)),
        ("end_runtime_options", words(end)),
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
    let is_init = |option: &&Vec<Word>| {
        let name = option.first().map(Word::resolved);
        name.is_some_and(|name| init.contains(&name.as_str()))
    };
    let kept = sbcl
        .toplevel_options
        .iter()
        .filter(|option| !is_init(option));
    let none = ["--no-sysinit", "--no-userinit"].map(|option| vec![option.into()]);
    none.into_iter().chain(kept.cloned()).collect()
}

/// What is loaded.
fn loading_context(service: &Service, process: Process<'_>) -> Context {
    let mut before: Vec<&Word> = service.before_load.iter().map(|form| &form.word).collect();
    let mut load = service.load.as_slice();
    let mut systems = loading_forms(service);
    match process {
        Process::Trial(trial) => {
            before.splice(0..0, &trial.begin);
            before.push(&trial.load);
            systems.clear();
            load = &[];
        }
        _ => {
            let swank = service.swank.as_ref().and(service.loader.load_function());
            systems.extend(swank.map(|load_system| format!("({load_system} :swank)")));
        }
    }
    vec![
        ("require_asdf", Variable::flag(service.loader.needs_asdf())),
        ("setup", Variable::option(service.setup.as_ref().map(word))),
        ("before_load", list(before, word)),
        ("systems", some_words(systems.into_iter().map(Word::from))),
        ("load", list(load, word)),
    ]
}

/// The forms that start the service.
fn starting_context(service: &Service) -> Context {
    let package = service.package.as_deref();
    let package = package.map(|name| bare(system_designator(name)));
    let form = |form: &Form| word(&form.word);
    let (first, further) = match service.start.split_first() {
        Some((first, further)) => (Some(first.word.clone()), further),
        None => (None, [].as_slice()),
    };
    vec![
        ("package", Variable::option(package)),
        ("cl", bare(cl(service))),
        ("stop", list(&service.stop, form)),
        ("starts", Variable::flag(first.is_some())),
        ("first", words(first)),
        ("further", list(further, form)),
    ]
}

/// In a package of the service's own the symbols of CL need not be known.
fn cl(service: &Service) -> &'static str {
    service.package.as_ref().map_or("", |_| "cl:")
}

/// The options of the runtime's functions. They stand where they differ from what holds without them.
fn runtime_context(service: &Service, process: Process<'_>) -> Context {
    let saving = match process {
        Process::Saving(saving) => Some(Variable::map([
            ("warm", list(&saving.core.warm, |form| word(&form.word))),
            ("options", words(saving_options(service, saving))),
        ])),
        _ => None,
    };
    vec![
        ("serves", Variable::flag(process.serves())),
        (
            "resumes",
            Variable::flag(matches!(process, Process::Core(_))),
        ),
        ("boot", Variable::option(process.beginning().map(bare))),
        ("save", Variable::option(saving)),
        ("identity", words(identity(service))),
        (
            "swank",
            Variable::option(service.swank.as_ref().map(|swank| {
                let mut options = server(swank);
                options.option(":secret", secret(swank));
                let close = format!("{}nil", cl(service));
                options.option(":dont-close", (!swank.dont_close).then(|| close.into()));
                words(options.0)
            })),
        ),
        (
            "ready",
            Variable::option(service.ready.as_ref().map(ready_context)),
        ),
    ]
}

/// How the image is saved.
fn saving_options(service: &Service, saving: &Saving<'_>) -> Vec<Word> {
    let core = saving.core;
    let cl = cl(service);
    let mut options = Keywords(vec![string(&saving.file)]);
    options.option(":manifest", saving.manifest.as_ref().map(string));
    let depends: Vec<Word> = core.depends.iter().map(string).collect();
    options.option(":depends", in_list(cl, &depends));
    let level = core.compression.map(|level| level.to_string().into());
    options.option(":compression", level);
    options.option(
        ":executable",
        core.executable.then(|| format!("{cl}t").into()),
    );
    options.0
}

/// What the image knows of itself.
fn identity(service: &Service) -> Vec<Word> {
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
    words.option(":profiles", in_list("", &profiles));
    words.option(":file", identity.file.as_deref().map(text));
    words.option(":registry", in_list("", &folders));
    words.option(":stop-timeout", stop_timeout(service));
    words.option(":verbose", service.verbose.then(|| "t".into()));
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

fn ready_context(ready: &Ready) -> Variable {
    let (kind, what) = match &ready.check {
        Check::Form(form) => ("", form.word.clone()),
        Check::Http(url) => ("-http", string(url)),
    };
    let usual = ready.timeout == ready::default_timeout();
    let timeout = ready.timeout.0.to_string();
    let mut what = Keywords(vec![what]);
    what.option(":timeout", (!usual).then(|| timeout.into()));
    Variable::map([("kind", bare(kind)), ("what", words(what.0))])
}

/// What SBCL, ASDF and swank themselves are given.
fn plain_context(service: &Service) -> Context {
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
        ("swank", Variable::option(swank)),
    ]
}

/// Arguments of a form, some of them behind a keyword.
struct Keywords(Vec<Word>);

impl Keywords {
    fn option(&mut self, name: &str, value: Option<Word>) {
        if let Some(value) = value {
            self.0.extend([name.into(), value]);
        }
    }
}

/// A form that makes a list; nothing for no items.
fn in_list(cl: &str, items: &[Word]) -> Option<Word> {
    let mut list = Word::from(format!("({cl}list"));
    for item in items {
        list.push_text(" ");
        list.extend(item.pieces().iter().cloned());
    }
    list.push_text(")");
    (!items.is_empty()).then_some(list)
}

/// Arguments, or the texts of forms.
fn words(words: impl IntoIterator<Item = Word>) -> Variable {
    Variable::printed(Printed::Words(words.into_iter().collect()), "sbcl")
}

/// The same, unless there are none.
fn some_words(some: impl IntoIterator<Item = Word>) -> Variable {
    let mut some = some.into_iter().peekable();
    let any = some.peek().is_some();
    Variable::option(any.then(|| words(some)))
}

fn word(word: &Word) -> Variable {
    words([word.clone()])
}

fn bare(text: impl Display) -> Variable {
    Variable::printed(Printed::Bare(text.to_string()), "sbcl")
}

fn list<T>(items: impl IntoIterator<Item = T>, print: impl Fn(T) -> Variable) -> Variable {
    Variable::list(items.into_iter().map(print))
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
fn lines(template: &str, text: &str) -> Result<Argv, Problem> {
    let mut lines: Vec<Line> = Vec::new();
    let mut remark = None;
    for runs in lines_of_runs(text) {
        match runs.as_slice() {
            [Run::Template(text)] if text.starts_with('#') => {
                remark = Some(text[1..].trim().to_owned());
            }
            runs => {
                let words = line_words(template, runs)?;
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
fn line_words(template: &str, runs: &[Run<'_>]) -> Result<Vec<Word>, Problem> {
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
                            let rest = std::iter::once(&first).chain(&runs[index + 1..]);
                            words.push(form(template, rest)?);
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
fn form<'a>(template: &str, runs: impl Iterator<Item = &'a Run<'a>>) -> Result<Word, Problem> {
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
            name: format!("the text that the template `{template}` renders to"),
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
