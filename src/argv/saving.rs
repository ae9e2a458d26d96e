//! How an image is saved: the arguments of the runtime's function that does it.

use super::keywords::{Keywords, in_list};
use crate::lisp::print::string;
use crate::plan::core::Core;
use crate::plan::quantity::Umask;
use crate::word::{Piece, Word};

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
    /// What the file does when it is started as a program of its own; none where a command line
    /// says that.
    pub program: Option<SavedProgram>,
}

/// A program that needs neither sbcl nor a command line.
#[derive(Clone, Debug)]
pub struct SavedProgram {
    /// What the image knows of itself.
    pub identity: Vec<Word>,
    /// The options `--eval` and `--load` that start the service, each with its value.
    pub start: Vec<Word>,
    /// Words for the service itself, before those that the program is given.
    pub arguments: Vec<Word>,
    /// Variables for an environment that does not have them.
    pub environment: Vec<(String, Word)>,
    /// The absolute path of a file of more, which need not be there.
    pub env_file: Option<String>,
    /// Permissions that new files lack.
    pub umask: Option<Umask>,
}

impl Saving<'_> {
    /// The function that saves.
    pub(super) fn function(&self) -> &'static str {
        match self.program {
            Some(_) => "save-program",
            None => "save-core",
        }
    }

    /// Its arguments, where `cl` is the prefix of the symbols of CL; `swank` says whether the image
    /// will start its server.
    pub(super) fn options(&self, cl: &str, swank: bool) -> Vec<Word> {
        let core = self.core;
        let mut options = Keywords(vec![string(&self.file)]);
        options.option(":manifest", self.manifest.as_ref().map(string));
        let depends: Vec<Word> = core.depends.iter().map(string).collect();
        options.option(":depends", in_list(cl, &depends));
        let level = core.compression.map(|level| level.to_string().into());
        options.option(":compression", level);
        options.option(":swank", swank.then(|| format!("{cl}t").into()));
        match &self.program {
            Some(program) => program.add_to(&mut options, cl),
            None => {
                let executable = core.executable.then(|| format!("{cl}t").into());
                options.option(":executable", executable);
            }
        }
        options.0
    }
}

impl SavedProgram {
    fn add_to(&self, options: &mut Keywords, cl: &str) {
        options.option(":identity", in_list(cl, &self.identity));
        options.option(":start", quoted(self.start.iter().map(parts)));
        options.option(":arguments", quoted(self.arguments.iter().map(parts)));
        let variables = self.environment.iter();
        let variables = variables.map(|(name, value)| pair(name, &value.resolved()));
        options.option(":environment", quoted(variables));
        let env_file = self.env_file.as_deref();
        options.option(":env-file", env_file.map(|file| literal(file).into()));
        let umask = self.umask.map(|umask| format!("#o{umask}").into());
        options.option(":umask", umask);
    }
}

/// A quoted list; nothing for no items.
fn quoted(items: impl Iterator<Item = String>) -> Option<Word> {
    let items: Vec<String> = items.collect();
    (!items.is_empty()).then(|| format!("'({})", items.join(" ")).into())
}

/// A word whose variables are looked up where the program starts: a list of strings and, for each
/// variable, `(NAME . VALUE)`.
fn parts(word: &Word) -> String {
    let pieces = word.pieces().iter().map(|piece| match piece {
        Piece::Text(text) => literal(text),
        Piece::Variable(kept) => pair(&kept.name, &kept.value),
    });
    let pieces: Vec<String> = pieces.collect();
    format!("({})", pieces.join(" "))
}

fn pair(name: &str, value: &str) -> String {
    format!("({} . {})", literal(name), literal(value))
}

fn literal(text: &str) -> String {
    string(&text.into()).resolved()
}
