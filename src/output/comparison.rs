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
        let text = &self.file.text;
        Ok(match existing(&self.path)? {
            None => Comparison::Missing,
            Some(existing) if existing == *text => Comparison::Same,
            Some(existing) => Comparison::Differs(
                TextDiff::from_lines(existing.as_str(), text)
                    .unified_diff()
                    .header(
                        &self.path.display().to_string(),
                        "what lisplaunch would write",
                    )
                    .to_string(),
            ),
        })
    }
}
