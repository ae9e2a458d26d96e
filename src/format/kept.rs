//! Folders that outlive what runs in a cluster, each with the name that it has there.

use std::collections::BTreeMap;

use super::label::{self, LONGEST};
use crate::plan::Plan;
use crate::plan::service::Service;
use crate::problem::Problem;

/// The names of all folders that the services write to: services that share a folder share its
/// name.
///
/// # Errors
/// When two folders would have one name, or one is too long.
pub(super) fn names(plan: &Plan) -> Result<BTreeMap<String, String>, Problem> {
    let mut folders: BTreeMap<String, String> = BTreeMap::new();
    let all = plan.services.iter();
    let all = all.flat_map(|service| service.writable.iter().map(move |folder| (service, folder)));
    for (service, folder) in all {
        let folder = folder.resolved();
        let name = name(plan, service, &folder);
        let same = folders.iter().find(|(_, known)| **known == name);
        if let Some((other, _)) = same.filter(|(other, _)| **other != folder) {
            return Err(Problem::error(format!(
                "the folders `{other}` and `{folder}` would both be `{name}` in the cluster"
            ))
            .help("choose another name for one of them in `writable`"));
        }
        if name.len() > LONGEST {
            return Err(Problem::error(format!(
                "the folder `{folder}` would be `{name}` in the cluster, where a name has at most {LONGEST} characters"
            ))
            .help("choose a shorter path in `writable`"));
        }
        folders.insert(folder, name);
    }
    Ok(folders)
}

/// The name of the project, and that of the folder as seen from there.
fn name(plan: &Plan, service: &Service, folder: &str) -> String {
    let below = below(folder, &service.identity.folder);
    let text = format!("{}-{}", plan.project, below.unwrap_or(folder));
    let label = label::nearest(&text);
    let words: Vec<&str> = label.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// Whether a folder lies in another one, or is that.
pub(super) fn is_below(folder: &str, other: &str) -> bool {
    below(folder, other).is_some()
}

/// What follows `other` in the path of a folder that lies in it.
fn below<'a>(folder: &'a str, other: &str) -> Option<&'a str> {
    let rest = folder.strip_prefix(other.trim_end_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}
