//! The process that saves an image, beside whatever runs.

use std::fs::{self, Permissions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use super::builder::Builder;
use super::manifest::{Fingerprint, head};
use crate::argv::{SavedProgram, Saving, saving_argv};
use crate::host::Host;
use crate::launch;
use crate::live::attended::{self, Unfinished};
use crate::live::limits::{Deadline, GivenUp};
use crate::output::TemporaryFolder;
use crate::plan::core::Core;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::render::Templates;
use crate::uninterrupted::uninterrupted;
use crate::word::Word;

/// Only the user of the service may read an image: it holds what was read from the environment.
const PRIVATE: u32 = 0o600;
const PRIVATE_PROGRAM: u32 = 0o700;

/// What the file is called while it is made.
const FILE: &str = "core";
const MANIFEST: &str = "manifest";

/// What the process prints.
const MESSAGES: &str = "messages";

/// A file that is being made.
pub struct Build {
    /// Where it is put.
    place: PathBuf,
    /// Where the file is put that says what it was made from.
    manifest: Option<PathBuf>,
    mode: u32,
    builder: Builder,
    folder: TemporaryFolder,
    command: Command,
}

/// Why there is no image.
#[derive(Debug)]
pub enum BuildError {
    /// sbcl could not load the code or save it, and printed this.
    Ended(ExitStatus, String),
    /// It was given up.
    Interrupted,
    /// The system did not do something.
    Problem(Problem),
}

impl From<Problem> for BuildError {
    fn from(problem: Problem) -> Self {
        BuildError::Problem(problem)
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
        let builder = Builder::of(service, host)?;
        let folder = folder_beside(&place)?;
        let saving = Saving {
            core,
            file: word_in(&folder, FILE),
            manifest: Some(word_in(&folder, MANIFEST)),
            program: None,
        };
        Ok(Build {
            command: command(service, &saving, &builder, templates, host)?,
            manifest: Some(core.manifest().into()),
            mode: if core.executable {
                PRIVATE_PROGRAM
            } else {
                PRIVATE
            },
            place,
            builder,
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
        program: SavedProgram,
        place: &Path,
        templates: &Templates,
        host: &Host,
    ) -> Result<Self, Problem> {
        let builder = Builder::of_program(host);
        let folder = folder_beside(place)?;
        let saving = Saving {
            core,
            file: word_in(&folder, FILE),
            manifest: None,
            program: Some(program),
        };
        Ok(Build {
            command: command(service, &saving, &builder, templates, host)?,
            manifest: None,
            mode: PRIVATE_PROGRAM,
            place: place.to_owned(),
            builder,
            folder,
        })
    }

    /// Runs it to its end and puts the image in its place. The one before is kept. `watch` is called
    /// again and again meanwhile.
    ///
    /// # Errors
    /// When there is no image; the one before is left as it was.
    pub fn run(self, limits: &Deadline, watch: impl FnMut() + Send) -> Result<u64, BuildError> {
        let Build {
            place,
            manifest,
            mode,
            builder,
            folder,
            command,
        } = self;
        let inside = |name| folder.path().join(name);
        let failed = |error: io::Error| Problem::io("write", &place, &error);
        builder.hand_over(folder.path()).map_err(failed)?;
        let messages = inside(MESSAGES);
        let ended = builder.act(|| attended::run(command, &messages, limits, watch));
        builder.take_back(folder.path()).map_err(failed)?;
        let ended = ended.map_err(failed)?;
        let status = ended.map_err(|unfinished| unfinished_as(unfinished, &place))?;
        if !status.success() {
            let messages = attended::messages(&inside(MESSAGES));
            return Err(BuildError::Ended(status, messages));
        }
        let made = Made {
            image: inside(FILE),
            manifest: inside(MANIFEST),
            builder: &builder,
        };
        let placed = uninterrupted(|| made.put_in_place(&place, manifest.as_deref(), mode));
        Ok(placed.map_err(failed)?)
    }
}

fn unfinished_as(unfinished: Unfinished, place: &Path) -> BuildError {
    match unfinished {
        Unfinished::GivenUp(GivenUp::Interrupted | GivenUp::TimedOut(_)) => BuildError::Interrupted,
        Unfinished::NotStarted(command, error) => launch::not_started(&command, &error).into(),
        Unfinished::Io(error) => Problem::io("write", place, &error).into(),
    }
}

/// What the process has made.
struct Made<'a> {
    image: PathBuf,
    manifest: PathBuf,
    builder: &'a Builder,
}

impl Made<'_> {
    fn put_in_place(&self, place: &Path, manifest: Option<&Path>, mode: u32) -> io::Result<u64> {
        let image = self.builder.open(&self.image)?;
        image.set_permissions(Permissions::from_mode(mode))?;
        // A name on the disk is worth nothing without what it names.
        image.sync_all()?;
        let metadata = image.metadata()?;
        if let Some(manifest) = manifest {
            self.finish_manifest(Fingerprint::of(&metadata))?;
            keep(manifest)?;
            keep(place)?;
            // The manifest first: an image with another's manifest counts as stale.
            fs::rename(&self.manifest, manifest)?;
        }
        fs::rename(&self.image, place)?;
        Ok(metadata.len())
    }

    /// Writes to the manifest which image it is of.
    fn finish_manifest(&self, image: Fingerprint) -> io::Result<()> {
        let mut file = self.builder.open(&self.manifest)?;
        let mut inputs = String::new();
        file.read_to_string(&mut inputs)?;
        file.rewind()?;
        file.write_all((head(image) + &inputs).as_bytes())?;
        file.sync_all()
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
    builder: &Builder,
    templates: &Templates,
    host: &Host,
) -> Result<Command, Problem> {
    let argv = saving_argv(service, saving, templates)?;
    let mut command = launch::command(service, &argv, host)?;
    builder.start_as(&mut command, service, host)?;
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
