//! The arguments of the tmux program.
//!
//! Rules: tmux(1), COMMAND PARSING AND EXECUTION, and its `cmd_parse_from_arguments`: an
//! argument is taken as it is, but one that ends in `;` ends a command there, unless it ends
//! in `\;`. The whole line travels in one message of 16384 bytes (`MAX_IMSGSIZE`).

use super::Refusal;
use crate::word::Word;

/// What ends a command of several.
const SEPARATOR: &str = ";";

/// The bytes of the arguments together, a NUL behind each, that one message holds.
const LONGEST: usize = 16_320;

/// The arguments of one run of tmux that does these commands in turn.
pub fn arguments(commands: &[Vec<Word>]) -> Vec<Word> {
    let mut arguments = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        if index > 0 {
            arguments.push(SEPARATOR.into());
        }
        arguments.extend(command.iter().map(argument));
    }
    arguments
}

/// A word that tmux gives back as it is.
pub fn argument(word: &Word) -> Word {
    match word.resolved().strip_suffix(';') {
        Some(rest) => format!("{rest}\\;").into(),
        None => word.clone(),
    }
}

/// Refuses arguments that tmux calls too long.
///
/// # Errors
/// When they do not fit into its message.
pub fn fits(arguments: &[Word]) -> Result<(), Refusal> {
    let length: usize = arguments
        .iter()
        .map(|argument| argument.resolved().len() + 1)
        .sum();
    if length <= LONGEST {
        return Ok(());
    }
    Err(Refusal {
        message: format!("tmux takes at most {LONGEST} bytes at once, and this is {length}"),
        help: "put the long forms into a file and list it below `load:`".to_owned(),
    })
}
