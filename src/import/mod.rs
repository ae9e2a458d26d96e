//! From what people have to a project file: Makefiles, stanzas, units, scripts are read, never run.
//!
//! Each kind of file has a reader of its own, which yields the commands that it found, with
//! all that the file says of them. `shell` and `wrapper` take a command out of what is around it,
//! `command`, `sbcl`, `roswell` and `clackup` know what its words mean, `forms` what the Lisp in
//! it is for. That makes a `draft`, which `yaml` writes. On the whole way a variable is one
//! character (`marks`).

mod clackup;
mod command;
pub mod comparison;
mod compose;
mod dockerfile;
pub mod draft;
mod forms;
pub mod found;
mod kind;
mod lisp_file;
mod makefile;
pub mod marks;
pub mod note;
mod path;
mod procfile;
mod program;
mod roswell;
mod sbcl;
mod shell;
mod supervisord;
mod systemd;
mod wrapper;
pub mod yaml;

use std::sync::Arc;

use crate::plan::name::Name;
use crate::problem::{Problem, Source};
use draft::Draft;
use kind::InputKind;
use marks::{VariableMarks, clean};
use note::Note;
use shell::Scripted;
use yaml::Writer;

/// More services than a file has that a person wrote.
const MOST: usize = 200;

/// Names that say nothing of a project.
const GENERIC: [&str; 17] = [
    "start",
    "run",
    "serve",
    "server",
    "web",
    "app",
    "main",
    "dev",
    "up",
    "all",
    "default",
    "lisp",
    "prod",
    "production",
    "service",
    "start-server",
    "repl",
];

/// A project file that was made.
#[derive(Debug)]
pub struct Imported {
    /// Its text.
    pub text: String,
    /// Its services.
    pub services: Vec<Draft>,
    /// What else there is to know, below the name of its file.
    pub notes: Vec<(String, Note)>,
    /// The variables in it.
    pub marks: VariableMarks,
}

/// Makes a project file of these files.
///
/// # Errors
/// When one is of no known kind, or none of them starts SBCL.
pub fn import(files: &[Source]) -> Result<Imported, Problem> {
    let mut marks = VariableMarks::default();
    let mut services = Vec::new();
    let mut notes = Vec::new();
    for file in files {
        let (drafts, more) = read(file, &mut marks)?;
        services.extend(drafts);
        notes.extend(more.into_iter().map(|note| (file.name.clone(), note)));
    }
    let (services, others): (Vec<Draft>, Vec<Draft>) = services.into_iter().partition(Draft::runs);
    for draft in others {
        let file = draft
            .place
            .split(": ")
            .next()
            .unwrap_or_default()
            .to_owned();
        notes.extend(draft.notes.into_iter().map(|note| (file.clone(), note)));
    }
    if services.is_empty() {
        return Err(nothing(files, &notes));
    }
    let mut services = services;
    let project = name(&mut services);
    let text = write(&services, project.as_deref(), &notes, &marks);
    Ok(Imported {
        text,
        services,
        notes,
        marks,
    })
}

fn nothing(files: &[Source], notes: &[(String, Note)]) -> Problem {
    let names: Vec<String> = files
        .iter()
        .map(|file| format!("`{}`", file.name))
        .collect();
    let problem = Problem::error(format!("nothing in {} starts SBCL", names.join(" and ")))
        .help("name the file that holds the command line of sbcl, or write one from the folder's `.asd` files: `lisplaunch init`");
    notes
        .iter()
        .take(10)
        .fold(problem, |problem, (file, note)| {
            problem.note(format!("{file}:{}: {}", note.line, note.text))
        })
}

/// The services of a file, and what else there is to know of it.
fn read(file: &Source, marks: &mut VariableMarks) -> Result<(Vec<Draft>, Vec<Note>), Problem> {
    let Some(kind) = InputKind::of(&file.name, &file.text) else {
        return Err(Problem::error(format!(
            "it is not known what kind of file `{}` is",
            file.name
        ))
        .help("Makefiles, stanzas of supervisord, units of systemd, shell scripts, Procfiles, compose files, Dockerfiles, `.ros` and `.lisp` scripts can be imported: give it the usual name"));
    };
    let text = clean(&file.text);
    let folder = file
        .name
        .rsplit_once('/')
        .map(|(folder, _)| path::folder(folder, marks));
    marks.here = folder.clone().unwrap_or(".".to_owned());
    let base = file.name.rsplit('/').next().unwrap_or(&file.name);
    let scripted = match kind {
        InputKind::Makefile => makefile::read(&text, marks),
        InputKind::Supervisord => supervisord::read(&text, marks),
        InputKind::Systemd => systemd::read(&text, base.strip_suffix(".service"), marks),
        InputKind::Procfile => procfile::read(&text, marks),
        InputKind::Dockerfile => dockerfile::read(&text, marks),
        InputKind::Shell => shell::read(&text, 1, found::Settings::default(), marks),
        InputKind::Compose => {
            let name = file.name.clone();
            compose::read(&Arc::new(Source { name, text }), marks)?
        }
        InputKind::Roswell | InputKind::Lisp => {
            let mut draft = match kind {
                InputKind::Roswell => roswell::read(&text, marks),
                _ => lisp_file::read(&text, &file.name, marks),
            };
            draft.place = format!("{}: the script", file.name);
            return Ok((vec![draft], Vec::new()));
        }
    };
    let Scripted {
        mut found,
        mut notes,
    } = scripted;
    if let Some(first) = found.get(MOST) {
        let text = format!("the commands after the first {MOST}");
        notes.push(Note::not_taken(first.line, text));
        found.truncate(MOST);
    }
    let in_its_folder =
        [InputKind::Makefile, InputKind::Procfile, InputKind::Compose].contains(&kind);
    let drafts = found.into_iter().map(|mut found| {
        if let Some(folder) = folder.as_ref().filter(|_| in_its_folder) {
            found.settings.begin_in(folder);
        }
        let mut draft = command::draft(found, marks);
        let place = match draft.place.as_str() {
            "" => "the command",
            place => place,
        };
        draft.place = format!("{}: {place}", file.name);
        draft
    });
    Ok((drafts.collect(), notes))
}

/// Gives each of several services a name, and the project one.
fn name(services: &mut [Draft]) -> Option<String> {
    let of_system = |draft: &Draft| {
        let tool = |name: &String| ["clack", "swank", "slynk"].contains(&name.as_str());
        let system = draft.systems.iter().find(|name| !tool(name));
        system.and_then(|name| usable(name.split('/').next().unwrap_or(name)))
    };
    if let [service] = services {
        let own = service.name.as_deref().and_then(usable);
        let own = own.filter(|name| !GENERIC.contains(&name.as_str()));
        return own.or_else(|| of_system(service));
    }
    let mut taken: Vec<String> = Vec::new();
    for service in services.iter_mut() {
        let own = service.name.as_deref().and_then(usable);
        let own = own
            .or_else(|| of_system(service))
            .unwrap_or("service".to_owned());
        let numbered = (2..).map(|number| format!("{own}-{number}"));
        let free = std::iter::once(own.clone())
            .chain(numbered)
            .find(|name| !taken.contains(name));
        let free = free.unwrap_or(own);
        taken.push(free.clone());
        service.name = Some(free);
    }
    None
}

/// The name, or what is most like it among the names that there may be.
fn usable(name: &str) -> Option<String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let name: String = name
        .chars()
        .map(|c| if legal(c) { c } else { '-' })
        .collect();
    let name = name.trim_matches(['-', '.']).to_owned();
    Name::parse(&name).ok().map(|_| name)
}

fn write(
    services: &[Draft],
    project: Option<&str>,
    notes: &[(String, Note)],
    marks: &VariableMarks,
) -> String {
    let mut writer = Writer::new(marks);
    if let [service] = services {
        writer.comment(&made_from(service));
        if let Some(name) = project {
            writer.value("name", name);
        }
        writer.service(service);
    } else {
        writer.below("services", |writer| {
            for service in services {
                writer.below(service.name.as_deref().unwrap_or_default(), |writer| {
                    writer.comment(&made_from(service));
                    writer.service(service);
                });
            }
        });
    }
    for (file, note) in notes {
        let text = format!("{file}: {}", note.text);
        writer.note(&Note {
            text,
            ..note.clone()
        });
    }
    writer.text()
}

fn made_from(service: &Draft) -> String {
    let place = service.place.split_once(": ");
    let (file, place) = place.unwrap_or((&service.place, "the command"));
    format!("{file}, line {}: {place}", service.line)
}
