//! How a file differs from what would be written.

use similar::TextDiff;

use super::{Target, existing};
use crate::problem::Problem;

/// What there is where a file would be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Nothing.
    Missing,
    /// The same text.
    Same,
    /// Another text; how it differs.
    Differs(String),
}

impl Target {
    /// Compares it with what there is.
    ///
    /// # Errors
    /// When that cannot be read.
    pub fn compare(&self) -> Result<Comparison, Problem> {
        Ok(match existing(&self.path)? {
            None => Comparison::Missing,
            Some(existing) if existing == self.file.text => Comparison::Same,
            Some(existing) => Comparison::Differs(self.difference(&existing)),
        })
    }

    /// How it differs from `former`, as `diff -u` shows it.
    pub fn difference(&self, former: &str) -> String {
        TextDiff::from_lines(former, &self.file.text)
            .unified_diff()
            .header(
                &self.path.display().to_string(),
                "what lisplaunch would write",
            )
            .to_string()
    }
}
