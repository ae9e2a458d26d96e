//! How long an argument may be: the limit of the system, whatever the consumer.
//!
//! Linux takes 131072 bytes an argument and environment variable (`MAX_ARG_STRLEN` in
//! execve(2)), the NUL at its end included. The limit of all arguments together depends
//! on the machine, so it is left to the machine to tell.

use super::Refusal;

/// The longest argument or `NAME=value` that a program can be started with.
pub(super) const LONGEST: usize = 131_071;

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
