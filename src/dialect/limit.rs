//! How long an argument may be: the limit of the system, whatever the consumer.

use super::Refusal;
use crate::word::LONGEST;

/// Refuses a word that no program can be started with.
pub(super) fn check(word: &str) -> Result<(), Refusal> {
    if word.len() <= LONGEST {
        return Ok(());
    }
    Err(Refusal {
        message: format!(
            "no program can be started with a word of {} bytes: the system takes at most {LONGEST}",
            word.len()
        ),
        help: "put the text into a file and load that".to_owned(),
    })
}
