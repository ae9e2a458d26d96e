//! Where emitted files come from, which the head of each says.

use super::{Format, Layout};
use crate::dialect::{Dialect, Printed, sh::Sh};
use crate::plan::Plan;
use crate::problem::Problem;
use crate::render::TemplateValue;
use crate::word::Word;

/// What the first comment of each file says, so that a file of ours is known again.
pub const MARK: &str = "Written by `lisplaunch emit ";

/// Where an emitted file comes from.
#[derive(Clone, Debug, Default)]
pub struct Provenance {
    /// The project file, or `standard input`.
    pub file: String,
    /// The command that writes it, up to the name of the output.
    pub command: Vec<String>,
    /// The absolute path of lisplaunch itself.
    pub program: String,
    /// The options that choose the same plan for another command; none for standard input,
    /// which cannot be read again.
    pub selection: Option<Vec<String>>,
    /// Who owns the project file, unless it is root: files of others are acted on only where that
    /// is set.
    pub owner: Option<String>,
    /// Whether `lisplaunch run` is started, and not sbcl itself.
    pub indirect: bool,
    /// Whether it is for the manager of a user's own session and not for the machine's.
    pub personal: bool,
    /// Whether it is written beside the project file.
    pub beside: bool,
}

impl Provenance {
    /// The same as it is seen from the folder of the project file.
    pub(super) fn seen_from_beside(&self) -> Self {
        let name = self.file.rsplit('/').next().unwrap_or_default().to_owned();
        let seen = |word: &String| if *word == self.file { &name } else { word }.clone();
        Provenance {
            command: self.command.iter().map(seen).collect(),
            file: name.clone(),
            ..self.clone()
        }
    }

    /// The lines of the first comment.
    pub(super) fn header(&self, format: &Format, plan: &Plan) -> Result<TemplateValue, Problem> {
        let command: Vec<Word> = self
            .command
            .iter()
            .map(|word| word.as_str().into())
            .collect();
        let command = Sh.spell(&Printed::Words(command))?;
        let place = match format.layout {
            Layout::One => "FILE",
            Layout::Each if plan.services.len() == 1 => "FILE",
            Layout::Each | Layout::Folders => "FOLDER/",
        };
        let lines = [
            self.mark(format),
            "Change that file instead of this one, then write this one again:".to_owned(),
            format!("  {command} -o {place}"),
        ];
        Ok(comment(lines))
    }

    /// The lines of the first comment of a file that another command writes afterwards.
    pub(super) fn header_of_state(&self, format: &Format, command: &str) -> TemplateValue {
        comment([
            self.mark(format),
            format!("`lisplaunch {command}` writes it again."),
        ])
    }

    fn mark(&self, format: &Format) -> String {
        format!("{MARK}{}` from {}.", format.name, self.file)
    }
}

fn comment(lines: impl IntoIterator<Item = String>) -> TemplateValue {
    TemplateValue::list(
        lines
            .into_iter()
            .map(|line| TemplateValue::printed(Printed::Comment(line), "the header")),
    )
}
