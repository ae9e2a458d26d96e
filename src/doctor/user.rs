//! Whether services run as root.

use super::finding::Finding;
use super::scene::{Scene, names};
use crate::plan::service::Service;

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let services = scene.services.iter();
    let (named, others): (Vec<&Service>, Vec<&Service>) =
        services.partition(|service| service.user.is_some());
    let as_root = |service: &&Service| match &service.user {
        Some(user) => user == "root",
        None => scene.is_managed(),
    };
    let root: Vec<&Service> = scene.services.iter().filter(as_root).collect();
    let mut findings = Vec::new();
    if !root.is_empty() {
        let users = names(root);
        findings.push(
            Finding::warning(format!(
                "{users}: root, where a manager of the machine starts them, and so is all that they evaluate"
            ))
            .cure("`user: NAME` in the project file, for a user of its own: `useradd --system --create-home NAME`"),
        );
    }
    let users = named.iter().filter(|service| !as_root(service));
    for service in users {
        let (name, user) = (&service.name, service.user.as_deref().unwrap_or_default());
        findings.push(Finding::ok(format!("`{name}`: `{user}`")));
    }
    if !others.is_empty() && !scene.is_managed() {
        let users = names(others);
        findings.push(Finding::ok(format!("{users}: the user who starts them")));
    }
    findings
}
