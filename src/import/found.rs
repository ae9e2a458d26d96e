//! A command that was found in a file, and what the file says of it: who runs it, where, how.

use super::note::Note;

/// More variables than a service has that a person wrote.
const MOST: usize = 500;

/// A command that starts Lisp, or may do so.
#[derive(Clone, Debug, Default)]
pub struct FoundCommand {
    /// What the file calls it.
    pub name: Option<String>,
    /// What it is in its file: "target `start`".
    pub place: String,
    /// Where its command begins.
    pub line: usize,
    /// The words of the command, its wrappers taken off.
    pub words: Vec<String>,
    /// What it is given on standard input: a here-document.
    pub input: Option<String>,
    /// How it is run.
    pub settings: Settings,
    /// What could not be taken over so far.
    pub notes: Vec<Note>,
}

/// How a command is run.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// A line about it.
    pub description: Option<String>,
    /// Its working directory.
    pub directory: Option<String>,
    /// The user that it runs as.
    pub user: Option<String>,
    /// Variables of its environment.
    pub env: Vec<(String, String)>,
    /// Files with further ones, and whether they may be missing.
    pub env_files: Vec<(String, bool)>,
    /// The file that takes its output.
    pub log: Option<String>,
    /// The size at which a new one is begun, and how many are kept.
    pub log_rotation: (Option<String>, Option<String>),
    /// `always`, `on-failure` or `never`.
    pub restart: Option<&'static str>,
    /// How long it must stay up.
    pub start_timeout: Option<String>,
    /// How long it may take to stop.
    pub stop_timeout: Option<String>,
    /// The bits that new files lack.
    pub umask: Option<String>,
    /// Its place in the order of starts.
    pub priority: Option<String>,
    /// What is started before it.
    pub after: Vec<String>,
    /// How many there are of it.
    pub replicas: Option<String>,
    /// Keys below `limits`.
    pub limits: Vec<(&'static str, String)>,
}

impl Settings {
    /// Sets a variable, in place of an earlier value.
    pub fn set_env(&mut self, name: &str, value: &str) {
        if self.env.len() == MOST {
            return;
        }
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Begins in a folder, from which it may have gone to another one.
    pub fn begin_in(&mut self, folder: &str) {
        let then = self.directory.replace(folder.to_owned());
        if let Some(then) = then {
            self.change_directory(&then);
        }
    }

    /// Goes to another folder from where it is.
    pub fn change_directory(&mut self, folder: &str) {
        let absolute = folder.starts_with(['/', '~']);
        let folder = folder.trim_start_matches("./");
        self.directory = match (self.directory.as_deref(), folder) {
            (former, "" | ".") => former.map(str::to_owned),
            (Some(former), relative) if !absolute => {
                Some(format!("{}/{relative}", former.trim_end_matches('/')))
            }
            (_, folder) => Some(folder.to_owned()),
        };
    }
}
