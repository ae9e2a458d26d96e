//! What the person reads who unpacks a release.

use std::collections::BTreeSet;

use super::{ENV_FILE, SAMPLE};
use crate::plan::Plan;

/// A line for each thing to do. `files` are those for process managers.
pub fn readme(plan: &Plan, root: &str, has_sample: bool, files: &[String]) -> String {
    let names = plan.services.iter().map(|service| service.name.as_str());
    let names: Vec<&str> = names.collect();
    let mut lines = vec![format!(
        "Unpack this as {root}: programs that need neither sbcl nor lisplaunch: {}.",
        names.join(", ")
    )];
    lines.extend(owners(plan, root));
    if has_sample {
        lines.push(format!(
            "Copy {SAMPLE} to {ENV_FILE}, fill it in, and let only the user of the service read it."
        ));
    }
    lines.push(match files {
        [] => format!(
            "Start it: {root}/{}",
            names.first().copied().unwrap_or_default()
        ),
        files => format!(
            "For its process manager: {}. By hand: {root}/{}",
            files.join(", "),
            names.first().copied().unwrap_or_default()
        ),
    });
    lines.join("\n") + "\n"
}

/// What gives the programs to the users who run them.
fn owners(plan: &Plan, root: &str) -> Option<String> {
    let users: BTreeSet<&str> = plan
        .services
        .iter()
        .filter_map(|service| service.user.as_deref())
        .collect();
    match users.into_iter().collect::<Vec<_>>().as_slice() {
        [] => None,
        [user] => Some(format!("It belongs to its user: chown -R {user}: {root}")),
        _ => {
            let each = plan.services.iter().filter_map(|service| {
                let user = service.user.as_deref()?;
                Some(format!("chown {user}: {root}/{}", service.name))
            });
            let each: Vec<String> = each.collect();
            Some(format!("Each belongs to its user: {}", each.join("; ")))
        }
    }
}
