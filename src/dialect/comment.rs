//! Comments: text for people, up to the end of the line.
//!
//! No consumer reads them, so what would end a comment is shown instead of refused.
//! The rules are those of all the languages together: a newline ends a comment
//! everywhere, a carriage return does in Python's universal newlines, and a last
//! backslash carries a comment of a Makefile on to the next line.

/// `text` on one line: controls and a last backslash as `\u{…}`.
pub(super) fn one_line(text: &str) -> String {
    let (rest, last) = match text.strip_suffix('\\') {
        Some(rest) => (rest, r"\u{5c}"),
        None => (text, ""),
    };
    let mut line = String::with_capacity(text.len());
    for character in rest.chars() {
        if breaks_line(character) {
            line.extend(character.escape_unicode());
        } else {
            line.push(character);
        }
    }
    line + last
}

/// Whether some reader or editor takes it for the end of a line, or does not show it.
fn breaks_line(character: char) -> bool {
    (character.is_control() && character != '\t') || matches!(character, '\u{2028}' | '\u{2029}')
}
