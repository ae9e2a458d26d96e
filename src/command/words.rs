//! `[SERVICE] WORDS…`: the one rule that says whether the first word is the service.

use std::ops::RangeInclusive;

use super::{Failure, Session};
use crate::plan::name::Name;
use crate::plan::{Choices, Plan};
use crate::project::Project;

impl Session {
    /// The plan of the service that the first of `words` names, and the other words, of which
    /// there may be so many. The other choices are `choices`.
    ///
    /// Where there is but one service its name may be left out, and is only taken for it if
    /// enough other words follow.
    pub(super) fn plan_for<'w>(
        &self,
        project: &Project,
        words: &'w [String],
        others: &RangeInclusive<usize>,
        choices: Choices,
    ) -> Result<(Plan, &'w [String]), Failure> {
        let several = self.service_names(project)?.len() > 1;
        let crowded = words.len() > *others.end();
        let first = words.first();
        // What cannot be a name is one of the other words, so that the name is missing.
        let name = first.filter(|word| crowded || several && Name::parse(word).is_ok());
        let (plan, service) = self.plan_one_of(project, name, choices)?;
        let named = first.is_some_and(|word| word == service.name.as_str());
        let skipped = usize::from(named && (several || words.len() > *others.start()));
        Ok((plan, &words[skipped..]))
    }
}
