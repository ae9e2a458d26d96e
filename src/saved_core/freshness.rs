//! Whether an image is what its sources would make now.

use std::fmt;
use std::path::{Path, PathBuf};

use super::manifest::{Image, Manifest};
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
    /// Whether the image can be started all the same.
    pub fn is_startable(&self) -> bool {
        !matches!(self, Staleness::Missing(_) | Staleness::OtherSbcl)
    }
}

impl fmt::Display for Staleness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Staleness::Missing(file) => write!(f, "there is no file `{}`", file.display()),
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
    if !core.executable && !can_start(service, &file, host)? {
        return Ok(Some(Staleness::OtherSbcl));
    }
    if previous::is_put_back(core) {
        return Ok(None);
    }
    let manifest = PathBuf::from(core.manifest());
    let read = Manifest::read(&manifest);
    let read = read.map_err(|error| Problem::io("read", &manifest, &error))?;
    let Some(manifest) = read.filter(|manifest| manifest.image == Image::of(&image)) else {
        return Ok(Some(Staleness::Unknown));
    };
    if manifest.recipe != fingerprint::of_bytes(recipe.as_bytes()) {
        return Ok(Some(Staleness::OtherPlan));
    }
    let changed = manifest.inputs.into_iter().find(|input| !input.is_same());
    Ok(changed.map(|input| Staleness::Changed(input.path)))
}

/// Whether the sbcl of the service starts images such as this.
fn can_start(service: &Service, image: &Path, host: &Host) -> Result<bool, Problem> {
    let program = program::find(service, host)?;
    let build_id = header::build_id(image).map_err(|error| Problem::io("read", image, &error))?;
    let Some(build_id) = build_id else {
        return Ok(false);
    };
    header::is_of(&program, &build_id).map_err(|error| Problem::io("read", &program, &error))
}
