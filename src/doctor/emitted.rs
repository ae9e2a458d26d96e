//! Whether emitted files are what would be written now.

use super::finding::Finding;
use super::scene::Scene;
use crate::output::Comparison;

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let judged = scene.emitted.iter();
    judged
        .map(|(path, compared)| match compared {
            Ok(Comparison::Same) => Finding::ok(format!("`{path}` is as it would be written now")),
            Ok(Comparison::Missing) => {
                Finding::warning(format!("there is no `{path}`, which `emit:` names"))
                    .cure("`lisplaunch emit` writes it")
            }
            Ok(Comparison::Differs(diff)) => Finding::warning(format!(
                "`{path}` is not what would be written now: {}",
                changes(diff)
            ))
            .cure(
                "`lisplaunch emit --check` shows how it differs, `lisplaunch emit` writes it again",
            ),
            Err(problem) => Finding::from(problem),
        })
        .collect()
}

/// How many lines a unified diff adds and removes.
fn changes(diff: &str) -> String {
    let count = |sign: char, header: &str| {
        let lines = diff.lines();
        lines
            .filter(|line| line.starts_with(sign) && !line.starts_with(header))
            .count()
    };
    format!(
        "{} lines more, {} fewer",
        count('+', "+++"),
        count('-', "---")
    )
}
