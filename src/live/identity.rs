//! Which service an image is: a port is not an identity.

use std::fmt;

use super::record::Record;
use crate::plan::name::Name;
use crate::plan::service::Service;

/// What an image is to the service that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kinship {
    /// It is the service.
    Same,
    /// It is the service with other profiles.
    OtherProfiles,
    /// It is another service.
    Other,
    /// It does not say.
    Unknown,
}

impl Record {
    /// What this image is to the service that a project file calls `wanted`.
    ///
    /// The file counts only where the image is on this machine, `here`: another machine, and a
    /// container, may have it in another place.
    pub fn kinship(&self, wanted: &Service, here: bool) -> Kinship {
        let Some(project) = &self.project else {
            return Kinship::Unknown;
        };
        let same_name = self.has_name_of(wanted) || !here && self.has_name_of_group(wanted);
        let wanted = &wanted.identity;
        if project != wanted.project.as_str()
            || !same_name
            || (here && !self.is_of_file(wanted.file.as_deref()))
        {
            Kinship::Other
        } else if self.profiles != wanted.profiles {
            Kinship::OtherProfiles
        } else {
            Kinship::Same
        }
    }

    fn has_name_of(&self, wanted: &Service) -> bool {
        self.service.as_deref() == wanted.identity.service.as_ref().map(Name::as_str)
    }

    /// Whether it is one of the replicas of which this is one too: in containers they have no
    /// numbers.
    fn has_name_of_group(&self, wanted: &Service) -> bool {
        wanted.replica.as_ref().is_some_and(|replica| {
            let group = self.service.as_deref().or(self.project.as_deref());
            group == Some(replica.of.as_str())
        })
    }

    /// Whether its project file is this one, on whatever way each was named.
    fn is_of_file(&self, file: Option<&str>) -> bool {
        if self.file.as_deref() == file {
            return true;
        }
        let resolved = file.and_then(|file| std::fs::canonicalize(file).ok());
        let resolved = resolved.as_deref().and_then(std::path::Path::to_str);
        resolved.is_some() && self.truename.as_deref() == resolved
    }
}

impl fmt::Display for Record {
    /// Names the service for one who looked for another one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(project) = &self.project else {
            write!(f, "an image that does not report which service it is")?;
            return write_pid(f, self.pid);
        };
        match &self.service {
            Some(service) => write!(f, "the service `{service}` of `{project}`")?,
            None => write!(f, "the service `{project}`")?,
        }
        if let Some(file) = &self.file {
            write!(f, " ({file})")?;
        }
        f.write_str(&with_profiles(&self.profiles))?;
        write_pid(f, self.pid)
    }
}

/// What follows the name of a service that runs with these.
pub fn with_profiles(profiles: &[String]) -> String {
    match profiles {
        [] => String::new(),
        [profile] => format!(" with the profile `{profile}`"),
        several => format!(" with the profiles `{}`", several.join("`, `")),
    }
}

fn write_pid(f: &mut fmt::Formatter<'_>, pid: Option<u32>) -> fmt::Result {
    match pid {
        Some(pid) => write!(f, ", pid {pid}"),
        None => Ok(()),
    }
}
