//! `[SERVICE] WORDS…`: the one rule that says whether the first word is the service.

use std::ops::RangeInclusive;

use super::{Failure, Invocation};
use crate::cli::selection::ServiceOption;
use crate::plan::name::Name;
use crate::plan::{Choices, Plan};
use crate::problem::{Problem, shown};
use crate::project::Project;

/// The words, and the service as an option beside them.
pub(super) type Words<'w> = (&'w [String], &'w ServiceOption);

impl Invocation {
    /// The plan of the service that `-s` or the first of `words` names, and the other words, of
    /// which there may be so many. The other choices are `choices`.
    ///
    /// Where there is but one service its name may be left out, and is only taken for it if
    /// enough other words follow.
    pub(super) fn plan_for<'w>(
        &self,
        project: &Project,
        (words, option): Words<'w>,
        others: &RangeInclusive<usize>,
        choices: Choices,
    ) -> Result<(Plan, &'w [String]), Failure> {
        let crowded = words.len() > *others.end();
        let first = words.first();
        if let Some(name) = &option.service {
            if let Some(word) = first.filter(|_| crowded) {
                return Err(named_twice(name, word).into());
            }
            let (plan, _) = self.plan_one_of(project, Some(name), choices)?;
            return Ok((plan, words));
        }
        let several = self.service_names(project)?.len() > 1;
        // What cannot be a name is one of the other words, so that the name is missing.
        let name = first.filter(|word| crowded || several && Name::parse(word).is_ok());
        let (plan, service) = self.plan_one_of(project, name, choices)?;
        let named = first.is_some_and(|word| word == service.name.as_str());
        let skipped = usize::from(named && (several || words.len() > *others.start()));
        Ok((plan, &words[skipped..]))
    }
}

fn named_twice(name: &str, word: &str) -> Problem {
    Problem::error(format!(
        "unexpected argument `{}` beside `--service {}`",
        shown(word),
        shown(name)
    ))
    .help("name the service once; put blanks within a form into quotes")
}
