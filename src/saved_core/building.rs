//! The process that saves an image, beside whatever runs.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::manifest::{Image, head};
use crate::argv::{Saving, saving_argv};
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

/// An image that is being made.
pub struct Build<'a> {
    core: &'a Core,
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

impl<'a> Build<'a> {
    /// What makes the image of a service.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn new(
        service: &Service,
        core: &'a Core,
        templates: &Templates,
        host: &Host,
    ) -> Result<Self, Problem> {
        let file = PathBuf::from(core.file.resolved());
        let beside = file.parent().unwrap_or(Path::new("/"));
        let folder = TemporaryFolder::below(beside)?;
        let word = |name: &str| Word::from(folder.path().join(name).to_string_lossy().into_owned());
        let saving = Saving {
            core,
            file: word("core"),
            manifest: Some(word("manifest")),
        };
        let argv = saving_argv(service, &saving, templates)?;
        let mut command = launch::command(service, &argv, host)?;
        command.stdin(Stdio::null()).process_group(0);
        Ok(Build {
            core,
            folder,
            command,
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
        let place = PathBuf::from(self.core.file.resolved());
        let placed = self.place(&place);
        Ok(placed.map_err(|error| Problem::io("write", &place, &error))?)
    }

    fn place(&self, place: &Path) -> io::Result<u64> {
        let image = self.folder.path().join("core");
        let mode = if self.core.executable {
            PRIVATE_PROGRAM
        } else {
            PRIVATE
        };
        fs::set_permissions(&image, Permissions::from_mode(mode))?;
        let metadata = image.metadata()?;
        let manifest = self.manifest(Image::of(&metadata))?;
        let manifest_place = PathBuf::from(self.core.manifest());
        keep(&manifest_place)?;
        keep(place)?;
        // The manifest first: an image with another's manifest counts as stale.
        fs::rename(manifest, manifest_place)?;
        fs::rename(image, place)?;
        Ok(metadata.len())
    }

    /// The manifest, complete.
    fn manifest(&self, image: Image) -> io::Result<PathBuf> {
        let path = self.folder.path().join("manifest");
        let inputs = fs::read_to_string(&path)?;
        fs::write(&path, head(image) + &inputs)?;
        Ok(path)
    }
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
