//! Text that a terminal shows and does not obey.
//!
//! What another program sends may hold anything: the server of a service, a file of another user,
//! the name of a process. All of it comes through here on its way to a terminal.

pub mod colours;
pub mod lines;

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

/// The text with signs for the characters that could steer a terminal or turn the order of what is
/// there; line breaks and tabs stay.
pub fn inert(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| steers(c) && !is_layout(c)) {
        let shown = text.chars().map(|c| if is_layout(c) { c } else { sign(c) });
        Cow::Owned(shown.collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Writes text, inert where it goes to a terminal and as it is elsewhere.
///
/// # Errors
/// When it cannot be written.
pub fn write(stream: &mut (impl Write + IsTerminal), text: &str) -> io::Result<()> {
    if stream.is_terminal() {
        stream.write_all(inert(text).as_bytes())?;
    } else {
        stream.write_all(text.as_bytes())?;
    }
    stream.flush()
}

/// Whether a terminal may do something else with it than show it where it is.
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        )
        || matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
        )
}

fn is_layout(c: char) -> bool {
    matches!(c, '\n' | '\t')
}

fn sign(c: char) -> char {
    match c {
        // There is a sign for each of them, in their order.
        '\0'..='\x1F' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(c),
        '\x7F' => '\u{2421}',
        c if steers(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::inert;

    #[test]
    fn what_steers_a_terminal_is_a_sign() {
        assert_eq!(inert("a\tb\nλ 🦀"), "a\tb\nλ 🦀");
        assert_eq!(inert("\x1b[31m\r\0\x7f"), "␛[31m␍␀␡");
        assert_eq!(inert("\u{9b}31m\u{85}"), "\u{FFFD}31m\u{FFFD}");
        for c in "\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{feff}".chars() {
            assert_eq!(inert(&c.to_string()), "\u{FFFD}");
        }
    }
}
