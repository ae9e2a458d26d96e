//! The problems of one piece of work: each once, all of them counted, the first of them kept, and
//! listed as a person reads the file.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::{Problem, Severity};

/// How many errors and how many warnings are kept. More are not read, and a hostile file has
/// millions of them.
const MOST: usize = 100;

/// Problems as they are found.
#[derive(Debug, Default)]
pub struct Problems {
    kept: Vec<Problem>,
    /// The hashes of all, so that what is not kept takes little room.
    known: HashSet<u64>,
    hash: RandomState,
    errors: usize,
    warnings: usize,
}

impl Problems {
    /// Adds a problem, unless the same one is known at the same place.
    pub fn push(&mut self, problem: Problem) {
        let location = problem.location.as_ref();
        let location = location.map(|location| (&location.source.name, &location.range));
        if !self
            .known
            .insert(self.hash.hash_one((&problem.message, location)))
        {
            return;
        }
        let count = match problem.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        *count += 1;
        if *count <= MOST {
            self.kept.push(problem);
        }
    }

    /// How many stop the work.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Those that stop the work.
    pub fn into_errors(mut self) -> Vec<Problem> {
        self.warnings = 0;
        self.kept
            .retain(|problem| problem.severity == Severity::Error);
        self.into_vec()
    }

    /// Those that are kept, in the order of their locations, and how many more there are.
    pub fn into_vec(self) -> Vec<Problem> {
        let more = |count: usize| count.checked_sub(MOST).filter(|more| *more > 0);
        let mut problems = self.kept;
        sort_by_location(&mut problems);
        problems.extend(
            more(self.warnings)
                .map(|more| Problem::warning(format!("{more} more warnings are not shown"))),
        );
        problems.extend(
            more(self.errors).map(|more| Problem::error(format!("{more} more are not shown"))),
        );
        problems
    }
}

/// File by file, as the files came up, and from the top of each; what has no location comes last.
fn sort_by_location(problems: &mut [Problem]) {
    let locations = problems
        .iter()
        .filter_map(|problem| problem.location.as_ref());
    let mut files: Vec<String> = Vec::new();
    for name in locations.map(|location| &location.source.name) {
        if !files.contains(name) {
            files.push(name.clone());
        }
    }
    problems.sort_by_key(|problem| match &problem.location {
        Some(location) => {
            let file = files.iter().position(|name| *name == location.source.name);
            (file.unwrap_or(files.len()), location.range.start)
        }
        None => (files.len(), 0),
    });
}

impl Extend<Problem> for Problems {
    fn extend<T: IntoIterator<Item = Problem>>(&mut self, problems: T) {
        for problem in problems {
            self.push(problem);
        }
    }
}
