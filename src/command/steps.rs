//! The steps that a manager needs: shown, or done one after the other.

use anyhow::Result;

use super::{Failure, info, print};
use crate::output::Comparison;
use crate::problem::Problem;
use crate::service_manager::Step;
use crate::trust::Owners;

/// A step that failed.
pub(super) struct FailedStep {
    /// Why, with what was done before it and what is left.
    pub(super) problem: Problem,
    /// Whether a service that does not start may be the reason.
    pub(super) starts: bool,
}

/// Prints the steps with all that they would change.
pub(super) fn show(steps: &[Step]) -> Result<()> {
    for step in steps {
        print(&format!("{step}\n"))?;
        let Step::Write(targets) = step else {
            continue;
        };
        for target in targets {
            let compared = target.compare();
            print(&match compared.map_err(Failure::from)? {
                Comparison::Missing => target.difference(""),
                Comparison::Differs(difference) => difference,
                Comparison::Same => String::new(),
            })?;
        }
    }
    Ok(())
}

/// Takes the steps, and prints each.
///
/// # Errors
/// When one fails.
pub(super) fn perform(steps: &[Step], force: bool, owners: &Owners) -> Result<(), FailedStep> {
    for (index, step) in steps.iter().enumerate() {
        info(&step.to_string());
        step.perform(force, owners).map_err(|problem| FailedStep {
            problem: with_progress(problem, steps, index),
            starts: step.starts(),
        })?;
    }
    Ok(())
}

fn with_progress(problem: Problem, steps: &[Step], failed: usize) -> Problem {
    let (done, left) = steps.split_at(failed);
    let notes = done.iter().map(|step| format!("done: {step}"));
    let notes = notes.chain(left.iter().map(|step| format!("left: {step}")));
    notes
        .fold(problem, Problem::note)
        .help("the same command goes on from there once that is right")
}
