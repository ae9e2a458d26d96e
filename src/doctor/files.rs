//! What the users of the services may not read or write.

use super::finding::Finding;
use super::scene::Scene;

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = scene.permissions.iter().map(Finding::from).collect();
    if findings.is_empty() && !scene.services.is_empty() {
        findings.push(Finding::ok(
            "what the services need is there, and may be read",
        ));
    }
    findings
}
