//! Whether the project file can be read.

use super::finding::Finding;
use super::scene::{Scene, names};

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let Some((file, problems)) = scene.project else {
        return vec![
            Finding::unknown(
                "there is no project file here or above, so only the machine was looked at",
            )
            .cure("name one with `-f FILE`, or its folder with `-C DIR`"),
        ];
    };
    let found = match (problems, scene.services) {
        ([], services) => Finding::ok(format!("{file}: {}", names(services))),
        ([problem], _) => Finding::error(format!("{file}: {}", problem.message())),
        (problems, _) => Finding::error(format!("{file}: {} problems", problems.len())),
    };
    vec![if problems.is_empty() {
        found
    } else {
        found.cure("`lisplaunch check` shows it; what can be known without it is below")
    }]
}
