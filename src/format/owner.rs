//! Whose value a template prints, for errors.

use std::fmt::Display;

use crate::dialect::{Printed, Spelling};
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::render::TemplateValue;
use crate::word::{Argv, Word};

/// Values of one service or of the project, named in errors.
pub(super) struct Owner(pub(super) String);

impl Owner {
    pub(super) fn of(service: &Service) -> Self {
        Owner(format!("the service `{}`", service.name))
    }

    pub(super) fn project() -> Self {
        Owner("the project".to_owned())
    }

    pub(super) fn print(&self, printed: Printed) -> TemplateValue {
        TemplateValue::printed(printed, &self.0)
    }

    pub(super) fn words<'a>(&self, words: impl IntoIterator<Item = &'a Word>) -> TemplateValue {
        self.print(Printed::Words(words.into_iter().cloned().collect()))
    }

    /// Words in a place that one language alone has.
    pub(super) fn own<'a>(
        &self,
        spelling: Spelling,
        words: impl IntoIterator<Item = &'a Word>,
    ) -> TemplateValue {
        self.print(Printed::Own(spelling, words.into_iter().cloned().collect()))
    }

    pub(super) fn bare(&self, text: impl Display) -> TemplateValue {
        self.print(Printed::Bare(text.to_string()))
    }

    /// A word that may be missing.
    pub(super) fn optional_word(&self, word: Option<impl Into<Word>>) -> TemplateValue {
        TemplateValue::option(word.map(|word| self.words([&word.into()])))
    }

    /// A bare value that may be missing.
    pub(super) fn optional(&self, text: Option<impl Display>) -> TemplateValue {
        TemplateValue::option(text.map(|text| self.bare(text)))
    }

    pub(super) fn setting(&self, value: impl Into<Word>) -> TemplateValue {
        self.print(Printed::Setting(value.into()))
    }

    pub(super) fn comment(&self, text: Option<&String>) -> TemplateValue {
        TemplateValue::option(text.map(|text| self.print(Printed::Comment(text.clone()))))
    }

    /// A command line, a list of its lines.
    pub(super) fn lines(&self, argv: &Argv) -> TemplateValue {
        TemplateValue::list(argv.0.iter().map(|line| self.words(&line.words)))
    }

    /// The variables to be set by `env` before `argv`.
    ///
    /// # Errors
    /// When `env` would take the program itself for a variable.
    pub(super) fn variables_before<'a>(
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
    if variables.is_empty() {
        return Ok(());
    }
    check_program(owner, argv)
}

/// Whether `env` can start `argv`.
///
/// # Errors
/// When it would take the program for a variable.
pub(super) fn check_program(owner: &str, argv: &Argv) -> Result<(), Problem> {
    let program = argv.words().next().map(Word::resolved).unwrap_or_default();
    if !program.contains('=') {
        return Ok(());
    }
    Err(Problem::error(format!(
        "{owner}: the program `{program}` has a `=` in its path, and `env` would set a variable"
    ))
    .help("give `sbcl.program` a path without `=`, or leave out `env`"))
}
