//! From a service to the words that sbcl is started with, through `templates/sbcl/`.

use std::sync::Arc;

use crate::dialect::Printed;
use crate::dialect::marked::{CommandLine, Lisp, Run, runs};
use crate::lisp::print::system_designator;
use crate::lisp::reader::read_forms;
use crate::lisp::{Form, Origin, Part};
use crate::plan::loader::Loader;
use crate::plan::service::{Secret, Service, Swank};
use crate::problem::{Place, Problem, Source};
use crate::render::{Template, Templates, Variable};
use crate::word::{self, Argv, Piece, Word};

/// The longest word that Linux hands to a program, in bytes.
const MAX_WORD_LENGTH: usize = 131_071;

const ARGV: Template = Template {
    name: "sbcl/argv",
    text: include_str!("../templates/sbcl/argv"),
    dialect: &CommandLine,
};

/// The command line of the process that tries changed code.
const COMPILE: Template = Template {
    name: "sbcl/compile",
    text: include_str!("../templates/sbcl/compile"),
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

/// A template of Lisp forms.
struct Forms {
    /// What `sbcl/argv` calls the forms that it renders to.
    key: &'static str,
    template: Template,
    /// Whether a service has such forms.
    needed: fn(&Service) -> bool,
}

const FORMS: [Forms; 10] = [
    Forms {
        key: "exit",
        template: lisp_template!("exit"),
        needed: |_| true,
    },
    Forms {
        key: "sigterm",
        template: lisp_template!("sigterm"),
        needed: |_| true,
    },
    Forms {
        key: "exit_timeout",
        template: lisp_template!("exit-timeout"),
        needed: |service| service.stop_timeout.is_some(),
    },
    Forms {
        key: "asdf",
        template: lisp_template!("asdf"),
        needed: |service| service.loader.needs_asdf(),
    },
    Forms {
        key: "registry",
        template: lisp_template!("registry"),
        needed: |service| !service.registry.is_empty(),
    },
    Forms {
        key: SYSTEMS,
        template: lisp_template!("systems"),
        needed: |service| {
            service.loader != Loader::None
                && (!service.systems.is_empty() || service.swank.is_some())
        },
    },
    Forms {
        key: "swank",
        template: lisp_template!("swank"),
        needed: |service| service.swank.is_some(),
    },
    Forms {
        key: "package",
        template: lisp_template!("package"),
        needed: |service| service.package.is_some(),
    },
    Forms {
        key: "stop",
        template: lisp_template!("stop"),
        needed: |service| !service.stop.is_empty(),
    },
    Forms {
        key: "stay",
        template: lisp_template!("stay"),
        needed: |_| true,
    },
];

/// The forms that only the process that tries changed code evaluates.
const COMPILE_FORMS: [Forms; 4] = [
    Forms {
        key: "leave",
        template: lisp_template!("leave"),
        needed: |_| true,
    },
    Forms {
        key: "watch",
        template: lisp_template!("watch"),
        needed: |service| service.loader != Loader::None,
    },
    Forms {
        key: "compile_files",
        template: lisp_template!("compile-files"),
        needed: |service| !service.load.is_empty(),
    },
    Forms {
        key: "done",
        template: lisp_template!("done"),
        needed: |_| true,
    },
];

const SYSTEMS: &str = "systems";

/// What a running image evaluates to load changed code.
const RELOAD: Template = lisp_template!("reload");

/// The templates of the command lines, and of what a running image evaluates.
pub fn templates() -> impl Iterator<Item = Template> {
    [ARGV, COMPILE]
        .into_iter()
        .chain(FORMS.map(|forms| forms.template))
        .chain(COMPILE_FORMS.map(|forms| forms.template))
        .chain([RELOAD])
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
    let forms = rendered_forms(&FORMS, service, lisp_context(service), templates)?;
    render_argv(&ARGV, service, arguments, forms, templates)
}

/// Where the process that tries changed code writes.
#[derive(Clone, Copy, Debug)]
pub struct Scratch<'a> {
    /// What it compiles, told as `templates/sbcl/watch.lisp` does.
    pub report: &'a str,
    /// A compiled file that nobody loads.
    pub output: &'a str,
}

/// The command line of a process that compiles and loads the code of `service` and leaves.
///
/// # Errors
/// As for [`argv`].
pub fn compile_argv(
    service: &Service,
    scratch: Scratch<'_>,
    templates: &Templates,
) -> Result<Argv, Problem> {
    let mut context = lisp_context(service);
    context.push(("report", words(&[&scratch.report.into()])));
    context.push(("output", words(&[&scratch.output.into()])));
    let forms = FORMS.iter().chain(&COMPILE_FORMS);
    let forms = rendered_forms(forms, service, context, templates)?;
    render_argv(&COMPILE, service, &[], forms, templates)
}

/// What the running image of `service` evaluates to load its code again. Its values are the
/// numbers of files that are loaded, and of those that the image has to compile itself.
///
/// # Errors
/// When a template of the user's own is wrong.
pub fn reload_forms(service: &Service, templates: &Templates) -> Result<Vec<Form>, Problem> {
    let systems = FORMS.iter().filter(|forms| forms.key == SYSTEMS);
    let mut loading = Vec::new();
    for forms in systems.filter(|forms| (forms.needed)(service)) {
        let context = Variable::map(lisp_context(service));
        loading.extend(lisp_forms(forms.template.name, &context, templates)?);
    }
    let mut context = lisp_context(service);
    let loading = loading.iter().map(|form| lisp(&form.word));
    context.push(("loading", Variable::list(loading)));
    lisp_forms(RELOAD.name, &Variable::map(context), templates)
}

/// The forms of those templates that the service needs, by the names that command lines know
/// them by.
fn rendered_forms<'a>(
    forms: impl IntoIterator<Item = &'a Forms>,
    service: &Service,
    context: Vec<(&'static str, Variable)>,
    templates: &Templates,
) -> Result<Vec<(&'static str, Variable)>, Problem> {
    let context = Variable::map(context);
    forms
        .into_iter()
        .map(|forms| {
            let rendered = if (forms.needed)(service) {
                lisp_forms(forms.template.name, &context, templates)?
            } else {
                Vec::new()
            };
            let rendered = rendered.iter().map(|form| words(&[&form.word]));
            Ok((forms.key, Variable::list(rendered)))
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
        ("before_load", form_words(&service.before_load)),
        ("load", word_list(&service.load)),
        ("start", form_words(&service.start)),
        ("arguments", word_list(&arguments)),
        ("forms", Variable::map(forms)),
    ])
}

/// What the templates of Lisp forms know.
fn lisp_context(service: &Service) -> Vec<(&'static str, Variable)> {
    let load_system = service.loader.load_function();
    let swank = service.swank.as_ref().map(swank_context);
    let designator = |name: &String| bare(system_designator(name));
    let folders: Vec<Word> = service.registry.iter().map(as_folder).collect();
    vec![
        (
            "load_system",
            Variable::option(load_system.map(|name| bare(name.to_owned()))),
        ),
        ("load", word_list(&service.load)),
        ("registry", word_list(&folders)),
        (
            "systems",
            Variable::list(service.systems.iter().map(designator)),
        ),
        ("swank", Variable::option(swank)),
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
                service
                    .stop_timeout
                    .map(|seconds| bare(seconds.0.to_string())),
            ),
        ),
    ]
}

fn swank_context(swank: &Swank) -> Variable {
    let (kind, file) = match &swank.secret {
        Secret::Slime => ("slime", None),
        Secret::None => ("none", None),
        Secret::Auto(file) => ("auto", Some(file)),
        Secret::File(file) => ("file", Some(file)),
    };
    let word = |word: Word| words(&[&word]);
    Variable::map([
        ("port", lisp(swank.port.word())),
        ("interface", words(&[&swank.interface])),
        (
            "dont_close",
            Variable::option(swank.dont_close.then(|| Variable::choice("dont-close"))),
        ),
        ("secret", Variable::choice(kind)),
        ("secret_file", Variable::option(file.cloned().map(word))),
        (
            "secret_folder",
            Variable::option(file.map(|file| word(folder_of(file)))),
        ),
    ])
}

/// The folder that an absolute path lies in.
fn folder_of(file: &Word) -> Word {
    let file = file.resolved();
    let (folder, _) = file.rsplit_once('/').unwrap_or_default();
    as_folder(&folder.into())
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
        let problem = Problem::error(fault.message)
            .at(Place {
                source,
                range: fault.at,
            })
            .label(fault.label);
        match fault.help {
            Some(help) => problem.help(help),
            None => problem,
        }
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
        .find(|word| word.resolved().len() > MAX_WORD_LENGTH)
    {
        None => Ok(()),
        Some(word) => Err(Problem::error(format!(
            "the service `{}` has an argument of {} bytes: `{}…`",
            service.name,
            word.resolved().len(),
            word.resolved().chars().take(40).collect::<String>()
        ))
        .help(format!(
            "the system hands at most {MAX_WORD_LENGTH} bytes in one argument: move code into a file and list it below `load:`"
        ))),
    }
}
