//! Whether an image is what its sources would make now.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::manifest::{Fingerprint, Manifest};
use super::{fingerprint, header, previous};
use crate::host::Host;
use crate::plan::core::Core;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::program;

/// Whether an image is what its sources would make now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It is.
    Fresh,
    /// It is not.
    Stale(Staleness),
}

/// Why an image is not what its sources would make now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Staleness {
    /// There is none.
    Missing(PathBuf),
    /// This user may not read it.
    Unreadable(PathBuf),
    /// It was saved by another sbcl, which this one cannot start.
    OtherSbcl,
    /// The service is loaded in another way.
    OtherPlan,
    /// What it was made from is not known.
    Unknown,
    /// A file that it was made from has changed, appeared or gone.
    Changed(PathBuf),
}

impl Staleness {
    /// Whether the image can be started anyway.
    pub fn is_startable(&self) -> bool {
        !matches!(
            self,
            Staleness::Missing(_) | Staleness::Unreadable(_) | Staleness::OtherSbcl
        )
    }
}

impl fmt::Display for Staleness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Staleness::Missing(file) => write!(f, "there is no file `{}`", file.display()),
            Staleness::Unreadable(file) => {
                write!(f, "this user may not read `{}`", file.display())
            }
            Staleness::OtherSbcl => f.write_str("it was saved by another sbcl"),
            Staleness::OtherPlan => f.write_str("the project file asks for other code"),
            Staleness::Unknown => f.write_str("what it was made from is not known"),
            Staleness::Changed(file) => write!(f, "`{}` has changed", file.display()),
        }
    }
}

/// Judges the image of a service; `recipe` is the text of its recipe.
///
/// # Errors
/// When a file that it takes cannot be read.
pub fn judge(
    service: &Service,
    core: &Core,
    recipe: &str,
    host: &Host,
) -> Result<Freshness, Problem> {
    let stale = find_staleness(service, core, recipe, host)?;
    Ok(stale.map_or(Freshness::Fresh, Freshness::Stale))
}

fn find_staleness(
    service: &Service,
    core: &Core,
    recipe: &str,
    host: &Host,
) -> Result<Option<Staleness>, Problem> {
    let file = PathBuf::from(core.file.resolved());
    let Ok(image) = file.metadata() else {
        return Ok(Some(Staleness::Missing(file)));
    };
    let manifest = match read_both(&file, &PathBuf::from(core.manifest())) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Ok(Some(Staleness::Unreadable(file)));
        }
        read => read.map_err(|error| Problem::io("read", &file, &error))?,
    };
    let manifest = manifest.filter(|manifest| manifest.image == Fingerprint::of(&image));
    if !core.executable && !can_start(service, &file, manifest.as_ref(), host)? {
        return Ok(Some(Staleness::OtherSbcl));
    }
    if previous::is_put_back(core) {
        return Ok(None);
    }
    let Some(manifest) = manifest else {
        return Ok(Some(Staleness::Unknown));
    };
    if manifest.recipe != fingerprint::of_bytes(recipe.as_bytes()) {
        return Ok(Some(Staleness::OtherPlan));
    }
    let changed = manifest.inputs.into_iter().find(|input| !input.is_same());
    Ok(changed.map(|input| Staleness::Changed(input.path)))
}

/// The manifest of an image, if there is one, once it is known that the image can be read too.
fn read_both(image: &Path, manifest: &Path) -> io::Result<Option<Manifest>> {
    File::open(image)?;
    Manifest::read(manifest)
}

/// Whether the sbcl of the service starts the image: it is the one that saved it, or has the same
/// build id. What a script starts is not seen, and counts as the one that it started then.
fn can_start(
    service: &Service,
    image: &Path,
    manifest: Option<&Manifest>,
    host: &Host,
) -> Result<bool, Problem> {
    // Where there is none nothing can be started at all.
    let Ok(program) = program::find(service, host) else {
        return Ok(true);
    };
    let judged = match manifest {
        Some(manifest) if is_same_file(&program, &manifest.sbcl.path) => {
            Ok(manifest.sbcl.is_same())
        }
        _ => header::can_start(&program, image).map(|known| {
            known.unwrap_or_else(|| manifest.is_none_or(|manifest| manifest.sbcl.is_same()))
        }),
    };
    judged.map_err(|error| Problem::io("read", &program, &error))
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|one| one == other)
}
