//! A service as it is going to be in the project file.

use super::found::Settings;
use super::note::Note;

/// More notes than a person reads.
const MOST_NOTES: usize = 100;

/// A server for SLIME.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftSwank {
    /// Its port.
    pub port: Option<String>,
    /// The address that it listens on.
    pub interface: Option<String>,
}

/// A service.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// What its file calls it.
    pub name: Option<String>,
    /// What it is in its file.
    pub place: String,
    /// Where its command begins.
    pub line: usize,
    /// How it is run.
    pub settings: Settings,
    /// What loads its systems, where the command says it.
    pub loader: Option<&'static str>,
    /// The setup file, where it is not the loader's own.
    pub setup: Option<String>,
    /// Folders with `.asd` files.
    pub registry: Vec<String>,
    /// Forms before the systems.
    pub before_load: Vec<String>,
    /// Systems.
    pub systems: Vec<String>,
    /// Files after the systems.
    pub load: Vec<String>,
    /// The package of the forms that start the service.
    pub package: Option<String>,
    /// Forms that start the service.
    pub start: Vec<String>,
    /// Forms that stop it.
    pub stop: Vec<String>,
    /// The server for SLIME.
    pub swank: Option<DraftSwank>,
    /// Keys below `sbcl` that hold one value.
    pub sbcl: Vec<(&'static str, String)>,
    /// Other options of the runtime.
    pub runtime_options: Vec<String>,
    /// Other options of the toplevel.
    pub toplevel_options: Vec<String>,
    /// Words for the program itself.
    pub arguments: Vec<String>,
    /// What to know of it.
    pub notes: Vec<Note>,
}

impl Draft {
    /// Whether there is anything to run.
    pub fn runs(&self) -> bool {
        !(self.systems.is_empty() && self.load.is_empty() && self.start.is_empty())
    }

    /// Adds a note that is not there yet.
    pub fn note(&mut self, note: Note) {
        if self.notes.len() < MOST_NOTES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Sets a key below `sbcl`.
    pub fn set_sbcl(&mut self, key: &'static str, value: impl Into<String>) {
        self.sbcl.retain(|(known, _)| *known != key);
        self.sbcl.push((key, value.into()));
    }
}
