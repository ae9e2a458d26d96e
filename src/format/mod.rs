//! The files that lisplaunch writes for other tools: one file here a format, listed in [`ALL`].

mod makefile;
mod supervisor;

use std::fmt::Display;

use crate::argv::argv;
use crate::dialect::{Dialect, Printed, sh::Sh};
use crate::plan::Plan;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::render::{Template, Templates, Variable};
use crate::word::{Argv, Line, Word};

/// Every format.
pub const ALL: &[Format] = &[makefile::FORMAT, supervisor::FORMAT];

/// What every first line says, so that a file of ours is known again.
pub const MARK: &str = "Written by `lisplaunch emit ";

/// A kind of file for another tool.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is for, in a line.
    pub summary: &'static str,
    /// What the file is called in a folder.
    pub file_name: &'static str,
    /// Whether the tool starts services as their `user`, so that `~` is that user's home.
    pub as_user: bool,
    /// Whether it can start `lisplaunch run` instead of sbcl.
    pub indirect: bool,
    template: Template,
    context: fn(&Emission<'_>) -> Result<Context, Problem>,
}

type Context = Vec<(&'static str, Variable)>;

/// Where an emitted file comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The project file, or `standard input`.
    pub file: String,
    /// The command that writes it, up to the name of the output.
    pub command: Vec<String>,
    /// What starts a service by way of the project file, up to the service's name; none
    /// if sbcl itself shall be started.
    pub indirect: Option<Vec<String>>,
}

/// What a format makes its file from.
struct Emission<'a> {
    plan: &'a Plan,
    origin: &'a Origin,
    /// The services with what starts them.
    services: Vec<(&'a Service, Argv)>,
}

/// The templates of all formats.
pub fn templates() -> impl Iterator<Item = Template> {
    ALL.iter().map(|format| format.template)
}

/// The format of this name.
pub fn find(name: &str) -> Option<&'static Format> {
    ALL.iter().find(|format| format.name == name)
}

impl Format {
    /// The text of the file.
    ///
    /// # Errors
    /// When the format cannot hold something that the plan asks for.
    pub fn emit(
        &self,
        plan: &Plan,
        origin: &Origin,
        templates: &Templates,
    ) -> Result<String, Problem> {
        let services = plan
            .services
            .iter()
            .map(|service| Ok((service, command(service, plan, origin, templates)?)))
            .collect::<Result<_, Problem>>()?;
        let emission = Emission {
            plan,
            origin,
            services,
        };
        let mut context = (self.context)(&emission)?;
        context.push(("header", header(self.name, origin)?));
        templates.render(self.template.name, &Variable::map(context))
    }
}

fn command(
    service: &Service,
    plan: &Plan,
    origin: &Origin,
    templates: &Templates,
) -> Result<Argv, Problem> {
    let Some(indirect) = &origin.indirect else {
        return argv(service, &[], templates);
    };
    let mut words: Vec<Word> = indirect.iter().map(|word| word.as_str().into()).collect();
    if plan.several {
        words.push(service.name.as_str().into());
    }
    Ok(Argv(vec![Line {
        words,
        remark: None,
    }]))
}

fn header(format: &str, origin: &Origin) -> Result<Variable, Problem> {
    let command: Vec<Word> = origin
        .command
        .iter()
        .map(|word| word.as_str().into())
        .collect();
    let command = Sh.spell(&Printed::Words(command))?;
    let lines = [
        format!("{MARK}{format}` from {}.", origin.file),
        "Change that file instead of this one, then write this one again:".to_owned(),
        format!("  {command} -o FILE"),
    ];
    Ok(Variable::list(lines.into_iter().map(|line| {
        Variable::printed(Printed::Comment(line), "the header")
    })))
}

/// Values of one service, named in errors.
struct Owner(String);

impl Owner {
    fn of(service: &Service) -> Self {
        Owner(format!("the service `{}`", service.name))
    }

    fn print(&self, printed: Printed) -> Variable {
        Variable::printed(printed, &self.0)
    }

    fn words<'a>(&self, words: impl IntoIterator<Item = &'a Word>) -> Variable {
        self.print(Printed::Words(words.into_iter().cloned().collect()))
    }

    fn bare(&self, text: impl Display) -> Variable {
        self.print(Printed::Bare(text.to_string()))
    }

    fn comment(&self, text: Option<&String>) -> Variable {
        Variable::option(text.map(|text| self.print(Printed::Comment(text.clone()))))
    }

    /// The variables to be set by `env` before `argv`.
    ///
    /// # Errors
    /// When `env` would take the program itself for a variable.
    fn variables_before<'a>(
        &self,
        variables: &'a [(String, Word)],
        argv: &Argv,
    ) -> Result<&'a [(String, Word)], Problem> {
        check_env(&self.0, variables, argv).map(|()| variables)
    }
}

/// Whether `env` can set these variables before `argv`.
///
/// # Errors
/// When `env` would take the program itself for a variable.
pub fn check_env(owner: &str, variables: &[(String, Word)], argv: &Argv) -> Result<(), Problem> {
    let program = argv.words().next().map(Word::resolved).unwrap_or_default();
    if variables.is_empty() || !program.contains('=') {
        return Ok(());
    }
    Err(Problem::error(format!(
        "{owner}: the program `{program}` has a `=` in its path, and `env` would set a variable"
    ))
    .help("give `sbcl.program` a path without `=`, or leave out `env`"))
}
