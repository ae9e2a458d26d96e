//! Folders beside that of a project which hold systems of it too: an image is made from them as
//! well.

use super::FOLDER;
use crate::format::Owner;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::render::TemplateValue;

/// A folder outside of the project's that an image is made from too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::format) struct Outside {
    /// What a builder calls it.
    pub(in crate::format) name: String,
    /// Where it lies, seen from the folder of the project.
    pub(in crate::format) path: String,
    /// Where it lies in the image.
    place: String,
}

/// Those of these services.
///
/// # Errors
/// When the name of one is not a name for a builder.
pub(in crate::format) fn folders(services: &[Service]) -> Result<Vec<Outside>, Problem> {
    let mut found = Vec::new();
    for service in services {
        let folders = service.registry.iter().map(crate::word::Word::resolved);
        for folder in folders {
            // What is not below is of a package, or of an image that this one begins with.
            let path = seen_from_project(&folder).filter(|path| leads_out(path));
            let outside = path.map(|path| Outside::new(service, path)).transpose()?;
            found.extend(outside.filter(|outside| !found.contains(outside)));
        }
    }
    Ok(found)
}

/// The path as it is seen from the folder of the project, if it is relative to that.
pub(in crate::format) fn seen_from_project(path: &str) -> Option<&str> {
    match path.strip_prefix(FOLDER)? {
        "" => Some("."),
        rest => rest.strip_prefix('/'),
    }
}

/// Whether a path that is seen from the folder of the project leads out of it.
pub(in crate::format) fn leads_out(path: &str) -> bool {
    path.split('/').any(|step| step == "..")
}

impl Outside {
    fn new(service: &Service, path: &str) -> Result<Self, Problem> {
        let whole = format!("{FOLDER}/{path}");
        let mut steps: Vec<&str> = Vec::new();
        for step in whole.split('/') {
            match step {
                "" | "." => {}
                ".." => {
                    steps.pop();
                }
                step => steps.push(step),
            }
        }
        let name = steps.last().copied().unwrap_or_default();
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(legal) {
            return Err(Problem::error(format!(
                "the service `{}`: an image cannot be made from the folder `{path}` too, whose name has other signs than small letters, digits, `.`, `_` and `-`",
                service.name
            ))
            .help("rename the folder, or put it into that of the project"));
        }
        Ok(Outside {
            name: name.to_owned(),
            path: path.to_owned(),
            place: format!("/{}", steps.join("/")),
        })
    }

    pub(in crate::format) fn variable(&self, owner: &Owner) -> TemplateValue {
        TemplateValue::map([
            ("name", owner.bare(&self.name)),
            ("path", owner.setting(self.path.as_str())),
            ("place", owner.setting(self.place.as_str())),
        ])
    }
}
