//! `lisplaunch init`: a project file for the code in a folder, or a new project.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;

use super::{Failure, Invocation, check, info, schema};
use crate::cli::beginning::InitArgs;
use crate::cli::selection::Selection;
use crate::format::File;
use crate::host::Host;
use crate::init::template::{self, ProjectTemplate};
use crate::init::{self, Answers, Guesses};
use crate::live::port::Holder;
use crate::live::state_file;
use crate::live::swank::Address;
use crate::output;
use crate::problem::Problem;
use crate::project::find::FILE_NAMES;
use crate::runtime;

/// The port that SLIME tries first, and the last one that is looked at.
const SWANK_PORTS: std::ops::RangeInclusive<u16> = 4005..=4999;

pub(super) fn execute(invocation: &Invocation, arguments: &InitArgs) -> Result<ExitCode> {
    let folder = folder(invocation, arguments.folder.as_deref()).map_err(Failure::from)?;
    refuse_existing(&folder, FILE_NAMES).map_err(Failure::from)?;
    let port = free_port(&invocation.host);
    let files = match &arguments.template {
        Some(name) => from_template(name, &folder, port, &invocation.host),
        None => from_folder(&folder, port, &invocation.host),
    };
    write(invocation, &folder, files.map_err(Failure::from)?)?;
    let checked = Invocation {
        selection: Selection {
            file: Some(folder.join(FILE_NAMES[0])),
            ..Selection::default()
        },
        host: invocation.host.clone(),
    };
    let code = check::execute(&checked, &crate::cli::CheckArgs::default())?;
    let there = match arguments.folder.as_deref().map(Path::display) {
        Some(folder) => format!("cd {folder} && "),
        None => String::new(),
    };
    info(&format!("next: {there}lisplaunch run"));
    Ok(code)
}

fn folder(invocation: &Invocation, given: Option<&Path>) -> Result<PathBuf, Problem> {
    let start = invocation
        .selection
        .directory
        .as_deref()
        .unwrap_or(Path::new("."));
    let folder = start.join(given.unwrap_or(Path::new("")));
    let absolute = std::path::absolute(&folder);
    let absolute = absolute.map_err(|error| Problem::io("find", &folder, &error))?;
    Ok(absolute.components().collect())
}

/// Nothing is replaced.
fn refuse_existing<'n>(
    folder: &Path,
    names: impl IntoIterator<Item = &'n str>,
) -> Result<(), Problem> {
    let mut names = names.into_iter();
    // A link that leads nowhere is something as well.
    let found = names.find(|name| folder.join(name).symlink_metadata().is_ok());
    match found {
        None => Ok(()),
        Some(name) => Err(
            Problem::error(format!("`{name}` is already in `{}`", folder.display()))
                .help("`init` replaces nothing: remove it, or name another folder"),
        ),
    }
}

/// A port that no service of this user has, and that nothing listens on.
fn free_port(host: &Host) -> u16 {
    let taken = state_file::ports(host);
    let first = *SWANK_PORTS.start();
    let is_free = |port: &u16| {
        let address = Address {
            host: "127.0.0.1".to_owned(),
            port: *port,
        };
        !taken.contains(port) && Holder::of(&address).is_none()
    };
    SWANK_PORTS.clone().find(is_free).unwrap_or(first)
}

fn from_template(
    name: &str,
    folder: &Path,
    port: u16,
    host: &Host,
) -> Result<Vec<(String, String)>, Problem> {
    let template = template::ALL
        .into_iter()
        .find(|template| template.name == name);
    let template: ProjectTemplate = template.expect("clap takes no other names");
    let own = folder
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    if !template::is_name(own) {
        return Err(Problem::error(format!(
            "`{own}` cannot be the name of a system and its package"
        ))
        .help("name a folder with small letters, digits and `-`: `lisplaunch init --template hunchentoot my-app`"));
    }
    let loader = init::loader(folder, host.home.as_deref());
    let files = template.files(own, loader.value, port);
    refuse_existing(folder, files.iter().map(|(path, _)| path.as_str()))?;
    if template.needs_quicklisp && loader.value == "asdf" {
        info(&format!(
            "the libraries of `{name}` come with Quicklisp, qlot or ocicl, none of which is here"
        ));
    }
    Ok(files)
}

fn from_folder(folder: &Path, port: u16, host: &Host) -> Result<Vec<(String, String)>, Problem> {
    let guesses = init::guess(folder, host.home.as_deref(), port)?;
    let answers = if io::stdin().is_terminal() && io::stderr().is_terminal() {
        ask(&guesses).map_err(|error| Problem::cannot("read the answer", &error))?
    } else {
        Answers::default()
    };
    let text = init::text(&guesses, &answers);
    Ok(vec![(FILE_NAMES[0].to_owned(), text)])
}

/// Asks a person for what is guessed; an empty answer takes the guess.
fn ask(guesses: &Guesses) -> io::Result<Answers> {
    let start = guesses.start();
    Ok(Answers {
        system: answer("system", Some(&guesses.system.value))?,
        start: answer("form that starts it", start.as_ref())?,
        swank: answer("port for SLIME", Some(&guesses.swank.value))?,
    })
}

fn answer(question: &str, guess: Option<&String>) -> io::Result<Option<String>> {
    let shown = guess.map_or(String::new(), |guess| format!(" [{guess}]"));
    write!(io::stderr(), "{question}{shown}: ")?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let line = line.trim();
    Ok((!line.is_empty()).then(|| line.to_owned()))
}

fn write(
    invocation: &Invocation,
    folder: &Path,
    files: Vec<(String, String)>,
) -> Result<(), Failure> {
    let owners = invocation.owners()?;
    let below = folder.join("");
    let names: Vec<String> = files.iter().map(|(path, _)| path.clone()).collect();
    let files = files.into_iter().map(|(path, text)| plain(path, text));
    output::write(&output::targets(&below, files.collect())?, false, &owners)?;
    // These are lisplaunch's own.
    let own = [
        (schema::FILE, schema::text()),
        (runtime::IGNORED.path, runtime::IGNORED.text()),
    ];
    let own = own.map(|(name, text)| plain(format!("{}/{name}", runtime::FOLDER), text));
    output::write(&output::targets(&below, own.into())?, true, &owners)?;
    for name in names {
        info(&format!("wrote {name}"));
    }
    Ok(())
}

fn plain(path: String, text: String) -> File {
    File {
        path,
        text,
        executable: false,
        private: false,
    }
}
