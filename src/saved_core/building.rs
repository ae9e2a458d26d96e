//! The process that saves an image, beside whatever runs.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::manifest::{Image, head};
use crate::argv::{Program, Saving, saving_argv};
use crate::host::Host;
use crate::launch;
use crate::output::TemporaryFolder;
use crate::plan::core::Core;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::render::Templates;
use crate::word::Word;

/// Only the user of the service may read an image: it holds what was read from the environment.
const PRIVATE: u32 = 0o600;
const PRIVATE_PROGRAM: u32 = 0o700;

/// What the file is called while it is made.
const FILE: &str = "core";
const MANIFEST: &str = "manifest";

/// A file that is being made.
pub struct Build {
    /// Where it is put.
    place: PathBuf,
    /// Where the file is put that says what it was made from.
    manifest: Option<PathBuf>,
    mode: u32,
    folder: TemporaryFolder,
    command: Command,
}

/// Why there is no image.
#[derive(Debug)]
pub enum Failed {
    /// sbcl could not load the code or save it, and wrote this.
    Ended(String),
    /// The system did not do something.
    Problem(Problem),
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Failed::Problem(problem)
    }
}

/// The file that the image before lies in: `web.core.1` beside `web.core`.
pub fn previous(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".1");
    name.into()
}

impl Build {
    /// What makes the image that a service starts from.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn core(
        service: &Service,
        core: &Core,
        templates: &Templates,
        host: &Host,
    ) -> Result<Self, Problem> {
        let place = PathBuf::from(core.file.resolved());
        let folder = folder_beside(&place)?;
        let saving = Saving {
            core,
            file: word_in(&folder, FILE),
            manifest: Some(word_in(&folder, MANIFEST)),
            program: None,
        };
        Ok(Build {
            command: command(service, &saving, templates, host)?,
            manifest: Some(core.manifest().into()),
            mode: if core.executable {
                PRIVATE_PROGRAM
            } else {
                PRIVATE
            },
            place,
            folder,
        })
    }

    /// What makes a program of its own of a service, at `place`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn program(
        service: &Service,
        core: &Core,
        program: Program,
        place: &Path,
        templates: &Templates,
        host: &Host,
    ) -> Result<Self, Problem> {
        let folder = folder_beside(place)?;
        let saving = Saving {
            core,
            file: word_in(&folder, FILE),
            manifest: None,
            program: Some(program),
        };
        Ok(Build {
            command: command(service, &saving, templates, host)?,
            manifest: None,
            mode: PRIVATE_PROGRAM,
            place: place.to_owned(),
            folder,
        })
    }

    /// Runs it to its end and puts the image in its place. The one before is kept.
    ///
    /// # Errors
    /// When there is no image; the one before is left as it was.
    pub fn run(mut self) -> Result<u64, Failed> {
        let messages = self.folder.path().join("messages");
        let log =
            File::create(&messages).map_err(|error| Problem::io("make", &messages, &error))?;
        let errors = log.try_clone();
        let errors = errors.map_err(|error| Problem::io("open", &messages, &error))?;
        self.command.stdout(log).stderr(errors);
        let status = self.command.status();
        let status = status.map_err(|error| launch::not_started(&self.command, &error))?;
        if !status.success() {
            let text = fs::read(&messages).unwrap_or_default();
            return Err(Failed::Ended(String::from_utf8_lossy(&text).into_owned()));
        }
        let placed = self.put_in_place();
        Ok(placed.map_err(|error| Problem::io("write", &self.place, &error))?)
    }

    fn put_in_place(&self) -> io::Result<u64> {
        let file = self.folder.path().join(FILE);
        fs::set_permissions(&file, Permissions::from_mode(self.mode))?;
        let metadata = file.metadata()?;
        if let Some(place) = &self.manifest {
            let manifest = self.finished_manifest(Image::of(&metadata))?;
            keep(place)?;
            keep(&self.place)?;
            // The manifest first: an image with another's manifest counts as stale.
            fs::rename(manifest, place)?;
        }
        fs::rename(file, &self.place)?;
        Ok(metadata.len())
    }

    /// The manifest, complete.
    fn finished_manifest(&self, image: Image) -> io::Result<PathBuf> {
        let path = self.folder.path().join(MANIFEST);
        let inputs = fs::read_to_string(&path)?;
        fs::write(&path, head(image) + &inputs)?;
        Ok(path)
    }
}

/// What a file is made in, so that it appears whole.
fn folder_beside(place: &Path) -> Result<TemporaryFolder, Problem> {
    let beside = place.parent().filter(|parent| *parent != Path::new(""));
    TemporaryFolder::below(beside.unwrap_or(Path::new(".")))
}

fn word_in(folder: &TemporaryFolder, name: &str) -> Word {
    let path = std::path::absolute(folder.path().join(name));
    let path = path.unwrap_or_else(|_| folder.path().join(name));
    Word::from(path.to_string_lossy().into_owned())
}

fn command(
    service: &Service,
    saving: &Saving<'_>,
    templates: &Templates,
    host: &Host,
) -> Result<Command, Problem> {
    let argv = saving_argv(service, saving, templates)?;
    let mut command = launch::command(service, &argv, host)?;
    command.stdin(Stdio::null()).process_group(0);
    Ok(command)
}

/// Keeps a file that is about to be replaced.
fn keep(file: &Path) -> io::Result<()> {
    let kept = previous(file);
    match fs::remove_file(&kept) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    match fs::hard_link(file, &kept) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
