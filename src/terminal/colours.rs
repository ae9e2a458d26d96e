//! Whether text has colours: what the person chose, or else what the terminal is.

use std::io::IsTerminal;
use std::sync::OnceLock;

/// When text has colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colours {
    /// On a terminal that has them, unless the environment asks for none.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What was chosen, once for this process.
static CHOSEN: OnceLock<Colours> = OnceLock::new();

/// Chooses when text has colours; the first choice holds.
pub fn choose(colours: Colours) {
    let _ = CHOSEN.set(colours);
}

/// Whether text that goes to `stream` has colours.
pub fn on(stream: &impl IsTerminal) -> bool {
    match CHOSEN.get().copied().unwrap_or_default() {
        Colours::Always => true,
        Colours::Never => false,
        Colours::Auto => stream.is_terminal() && !is_plain(),
    }
}

/// Whether the environment asks for none.
fn is_plain() -> bool {
    let variable = std::env::var_os;
    variable("NO_COLOR").is_some_and(|value| !value.is_empty())
        || variable("TERM").is_some_and(|value| value == "dumb")
}
