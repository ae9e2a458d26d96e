//! From a service to the words that sbcl is started with, through `templates/sbcl/`.

use std::sync::Arc;

use crate::dialect::Printed;
use crate::dialect::marked::{CommandLine, Lisp, Run, runs};
use crate::lisp::print::system_designator;
use crate::lisp::reader::read_forms;
use crate::lisp::{Form, Origin, Part};
use crate::plan::service::{Loader, Service};
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

const FORMS: [Forms; 9] = [
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
        needed: |service| matches!(service.loader, Loader::Asdf | Loader::Ocicl),
    },
    Forms {
        key: "registry",
        template: lisp_template!("registry"),
        needed: |service| !service.registry.is_empty(),
    },
    Forms {
        key: "systems",
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

/// The templates of the command line.
pub fn templates() -> impl Iterator<Item = Template> {
    std::iter::once(ARGV).chain(FORMS.map(|forms| forms.template))
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
    let context = lisp_context(service);
    let forms = FORMS
        .iter()
        .map(
            |Forms {
                 key,
                 template,
                 needed,
             }| {
                let forms = if needed(service) {
                    lisp_forms(template.name, &context, templates)?
                } else {
                    Vec::new()
                };
                Ok((
                    *key,
                    Variable::list(forms.iter().map(|form| words(&[&form.word]))),
                ))
            },
        )
        .collect::<Result<Vec<_>, Problem>>()?;
    let text = templates.render(ARGV.name, &command_line(service, arguments, forms))?;
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
fn lisp_context(service: &Service) -> Variable {
    let loader = Loader::ALL
        .iter()
        .find(|(_, loader)| *loader == service.loader)
        .map_or("", |(name, _)| name);
    let swank = service.swank.as_ref().map(|swank| {
        Variable::map([
            ("port", lisp(&swank.port)),
            ("interface", words(&[&swank.interface])),
            ("style", bare(format!(":{}", swank.style))),
            ("dont_close", bare(lisp_boolean(swank.dont_close))),
        ])
    });
    let designator = |name: &String| bare(system_designator(name));
    let folders: Vec<Word> = service.registry.iter().map(as_folder).collect();
    Variable::map([
        ("loader", Variable::choice(loader)),
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
    ])
}

fn lisp_boolean(value: bool) -> String {
    if value { "t" } else { "nil" }.to_owned()
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
