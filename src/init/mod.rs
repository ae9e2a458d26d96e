//! From a folder with code to a project file: what loads it and what starts it is guessed from its
//! files, which are read and never run; each guess is said in a comment.
//!
//! `asd` reads the definitions of systems, `package` what the project's packages export,
//! `guess` chooses; `template` holds the small projects that `init --template` makes.

mod asd;
mod choice;
mod guess;
mod package;
mod sources;
pub mod template;

use std::path::Path;

use crate::import::draft::Draft;
use crate::import::marks::VariableMarks;
use crate::import::yaml::Writer;
use crate::problem::Problem;

pub use choice::{Guess, Guesses};

/// The line by which an editor finds what a project file may hold.
pub const SCHEMA_LINE: &str = "# yaml-language-server: $schema=.lisplaunch/schema.json";

/// What a person may say instead of what is guessed.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// The system.
    pub system: Option<String>,
    /// The form that starts the service.
    pub start: Option<String>,
    /// The port of swank.
    pub swank: Option<String>,
}

/// What is guessed of a folder.
///
/// # Errors
/// When it holds no definition of a system.
pub fn guess(folder: &Path, home: Option<&Path>, port: u16) -> Result<Guesses, Problem> {
    guess::guess(folder, home, port)
}

/// What loads systems in a folder.
pub fn loader(folder: &Path, home: Option<&Path>) -> Guess<&'static str> {
    guess::loader(folder, home)
}

/// The project file for what was guessed, and said instead.
pub fn text(guesses: &Guesses, answers: &Answers) -> String {
    let marks = VariableMarks::default();
    let mut writer = Writer::new(&marks);
    let mut draft = Draft {
        loader: Some(guesses.loader.value),
        registry: guesses.registry.clone(),
        systems: vec![
            answers
                .system
                .clone()
                .unwrap_or(guesses.system.value.clone()),
        ],
        ..Draft::default()
    };
    draft
        .start
        .extend(answers.start.clone().or(guesses.start()));
    draft
        .stop
        .extend(guesses.stop.iter().map(|stop| stop.value.clone()));
    let mut text = format!("{SCHEMA_LINE}\n");
    writer.value("name", &guesses.name);
    writer.comment(&guesses.loader.why);
    writer.written("loader", guesses.loader.value);
    writer.names("registry", &draft.registry);
    writer.comment(&guesses.system.why);
    writer.names("systems", &draft.systems);
    match (&guesses.start, draft.start.first()) {
        (_, Some(start)) if answers.start.is_some() => writer.written("start", start),
        (Some(guess), Some(start)) => {
            writer.comment(&guess.why);
            writer.written("start", start);
        }
        _ => {
            writer.comment("nothing that starts it was found: name the function here");
            writer.comment(&format!("start: {}:main", draft.systems[0]));
        }
    }
    if let Some(stop) = &guesses.stop {
        writer.comment(&stop.why);
        writer.written("stop", &stop.value);
    }
    writer.comment(&guesses.swank.why);
    let port = answers.swank.as_ref().unwrap_or(&guesses.swank.value);
    writer.written("swank", &format!("${{SWANK_PORT:-{port}}}"));
    text += &writer.text();
    text
}
