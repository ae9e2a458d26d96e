//! Finding the project file.

use std::io;
use std::path::{Path, PathBuf};

use crate::host;
use crate::problem::{Problem, Source};
use crate::trust::Standing;

/// The names of a project file, the usual one first.
pub const FILE_NAMES: [&str; 2] = ["lisplaunch.yaml", "lisplaunch.yml"];

/// Where a person says the project file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectSearch {
    /// In this folder or the nearest one above it.
    Above(PathBuf),
    /// This file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

/// A project file that has been read.
#[derive(Debug)]
pub struct FoundProject {
    /// Its text, under the name to show.
    pub source: Source,
    /// Its absolute path; none for standard input.
    pub file: Option<String>,
    /// The absolute folder to which its paths are relative.
    pub folder: String,
    /// Who could have written it, or files that it names.
    pub standing: Standing,
    /// Whether it was found above the folder where the search began.
    pub above: bool,
}

/// Finds and reads the project file.
pub fn find(wanted: &ProjectSearch) -> Result<FoundProject, Problem> {
    match wanted {
        ProjectSearch::Above(folder) => {
            let folder = absolute(folder)?;
            let found = open(&search(&folder)?)?;
            let above = folder.to_str() != Some(&found.folder);
            Ok(FoundProject { above, ..found })
        }
        ProjectSearch::File(file) => open(&absolute(file)?),
        ProjectSearch::Stdin => from_stdin(),
    }
}

fn from_stdin() -> Result<FoundProject, Problem> {
    let text = host::read_text_from(&mut io::stdin().lock())
        .map_err(|error| Problem::cannot("read standard input", &error))?;
    handed_over("standard input".to_owned(), text)
}

/// What was given to this process open is relative to the current folder, as a form typed there.
fn handed_over(name: String, text: String) -> Result<FoundProject, Problem> {
    Ok(FoundProject {
        source: Source { name, text },
        file: None,
        folder: utf8(&absolute(Path::new("."))?)?,
        standing: Standing::default(),
        above: false,
    })
}

fn open(file: &Path) -> Result<FoundProject, Problem> {
    let (text, standing) = read(file).map_err(|error| unreadable(file, &error))?;
    if host::is_descriptor(file) {
        return handed_over(shown(file), text);
    }
    let folder = file.parent().unwrap_or(Path::new("/"));
    Ok(FoundProject {
        source: Source {
            name: shown(file),
            text,
        },
        file: Some(utf8(file)?),
        folder: utf8(folder)?,
        standing,
        above: false,
    })
}

fn read(file: &Path) -> io::Result<(String, Standing)> {
    let mut open = host::open_text(file)?;
    let text = host::read_text_from(&mut open)?;
    // What is in the folder is acted on as well: the paths in the file are relative to it.
    let folder = Standing::of_folder(file.parent().unwrap_or(Path::new("/")))?;
    let way = Standing::of_links(file)?;
    Ok((text, Standing::of_file(file, &open)?.and(folder).and(way)))
}

fn unreadable(file: &Path, error: &io::Error) -> Problem {
    let problem = Problem::io("read", file, error);
    match error.kind() {
        io::ErrorKind::IsADirectory => {
            problem.help("name the file in it: `-f FOLDER/lisplaunch.yaml`, or use `-C FOLDER`")
        }
        io::ErrorKind::NotFound => problem
            .help("name the project file with `-f FILE`; `lisplaunch help` shows how to write one"),
        io::ErrorKind::InvalidData | io::ErrorKind::FileTooLarge => {
            problem.help("a project file is YAML text of a few lines")
        }
        io::ErrorKind::InvalidInput => {
            problem.help("`-f -` reads the project file from standard input, which may be anything")
        }
        _ => problem,
    }
}

fn search(start: &Path) -> Result<PathBuf, Problem> {
    if !start.is_dir() {
        return Err(
            Problem::error(format!("there is no folder `{}`", start.display()))
                .help("`-C` names the folder to start in, `-f` a file"),
        );
    }
    start
        .ancestors()
        .find_map(in_folder)
        .unwrap_or_else(|| Err(Problem::error(format!(
                "no `{}` in `{}` or a folder above it",
                FILE_NAMES[0],
                start.display()
            ))
            .help("write one (`lisplaunch help` shows how), name one with `-f FILE`, or start elsewhere with `-C FOLDER`")))
}

fn in_folder(folder: &Path) -> Option<Result<PathBuf, Problem>> {
    let mut files = FILE_NAMES
        .iter()
        .map(|name| folder.join(name))
        .filter(|file| file.exists());
    let first = files.next()?;
    Some(match files.next() {
        None => Ok(first),
        Some(_) => Err(Problem::error(format!(
            "both `{}` and `{}` are in `{}`",
            FILE_NAMES[0],
            FILE_NAMES[1],
            folder.display()
        ))
        .help("remove one of them, or name one with `-f FILE`")),
    })
}

fn absolute(path: &Path) -> Result<PathBuf, Problem> {
    std::path::absolute(path)
        .map(|path| without_dots(&path))
        .map_err(|error| Problem::cannot("find the current folder", &error))
}

/// The path without `.` parts, which would be written into every emitted file.
fn without_dots(path: &Path) -> PathBuf {
    path.components().collect()
}

fn utf8(path: &Path) -> Result<String, Problem> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        Problem::error(format!("the path `{}` is not UTF-8", path.display()))
            .help("sbcl gives up on a command line that is not UTF-8: rename the folder")
    })
}

/// The path as a person in the current folder would name it.
fn shown(file: &Path) -> String {
    std::env::current_dir()
        .ok()
        .and_then(|folder| file.strip_prefix(folder).ok())
        .unwrap_or(file)
        .display()
        .to_string()
}
