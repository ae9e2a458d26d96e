//! What a token without escapes and package markers is: a number or a symbol.

/// What the reader makes of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// An integer, a ratio or a float.
    Real,
    /// A ratio with the denominator zero, which cannot be read.
    DividedByZero,
}

/// The number that `text` is in this base, if it is one.
pub(super) fn number(text: &str, radix: u32) -> Option<Number> {
    rational(text, radix).or_else(|| is_float(text).then_some(Number::Real))
}

/// The integer or ratio that `text` is in this base, if it is one.
pub(super) fn rational(text: &str, radix: u32) -> Option<Number> {
    let digits = unsigned(text);
    if let Some(decimal) = digits.strip_suffix('.') {
        return all_digits(decimal, 10).then_some(Number::Real);
    }
    match digits.split_once('/') {
        None => all_digits(digits, radix).then_some(Number::Real),
        Some((above, below)) if all_digits(above, radix) && all_digits(below, radix) => {
            Some(if below.bytes().all(|digit| digit == b'0') {
                Number::DividedByZero
            } else {
                Number::Real
            })
        }
        Some(_) => None,
    }
}

/// Whether it is an integer without a dot, as `#:` refuses it.
pub(super) fn is_integer(text: &str, radix: u32) -> bool {
    all_digits(unsigned(text), radix)
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn all_digits(text: &str, radix: u32) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_digit(radix))
}

fn is_float(text: &str) -> bool {
    let body = unsigned(text);
    let mantissa_end = body
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(body.len());
    let (mantissa, exponent) = body.split_at(mantissa_end);
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    match fraction {
        Some(fraction) if fraction.contains('.') => false,
        None | Some("") => !whole.is_empty() && is_exponent(exponent),
        Some(_) => exponent.is_empty() || is_exponent(exponent),
    }
}

fn is_exponent(text: &str) -> bool {
    text.strip_prefix(|c: char| "esfdlrESFDLR".contains(c))
        .is_some_and(|exponent| is_integer(exponent, 10))
}

/// The package and the name of a symbol as written, escapes and case resolved.
pub(super) fn symbol_name(text: &str) -> (Option<String>, String) {
    let mut package = None;
    let mut name = String::new();
    let mut bars = false;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => name.extend(chars.next()),
            '|' => bars = !bars,
            ':' if !bars => {
                package.get_or_insert_with(|| std::mem::take(&mut name));
            }
            _ if bars => name.push(c),
            _ => name.extend(c.to_uppercase()),
        }
    }
    (package, name)
}

/// Whether a character ends a token.
pub(super) fn is_delimiter(c: char) -> bool {
    is_blank(c) || matches!(c, '"' | '\'' | '(' | ')' | ',' | ';' | '`')
}

/// Whether it is white space to the reader.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ')
}

/// Whether the reader refuses it in a token unless it is escaped.
pub(super) fn is_invalid(c: char) -> bool {
    matches!(c, '\x08' | '\x7f')
}

/// Whether a variable's value may hold it where it is only a piece of a token.
pub(super) fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || "-_+*/.@%&=<>?!^~[]{}$:".contains(c)
}

/// Names of characters that hold neither `_` nor `-`, besides `U` and hexadecimal digits.
const CHARACTER_NAMES: &[&str] = &[
    "ack",
    "altmode",
    "ampersand",
    "apostrophe",
    "asterisk",
    "backspace",
    "bel",
    "bell",
    "breve",
    "can",
    "caron",
    "cedilla",
    "colon",
    "comma",
    "dc1",
    "dc2",
    "dc3",
    "dc4",
    "del",
    "delete",
    "diaeresis",
    "dle",
    "em",
    "enq",
    "eot",
    "esc",
    "escape",
    "etb",
    "etx",
    "fs",
    "gs",
    "linefeed",
    "macron",
    "nak",
    "newline",
    "nul",
    "null",
    "ogonek",
    "page",
    "return",
    "rs",
    "rubout",
    "semicolon",
    "si",
    "so",
    "soh",
    "solidus",
    "space",
    "stx",
    "sub",
    "syn",
    "tab",
    "tilde",
    "us",
    "vt",
];

/// Whether there may be a character of this name; long Unicode names are believed.
pub(super) fn may_name_character(name: &str) -> bool {
    let hex = name
        .strip_prefix(['u', 'U'])
        .map(|rest| rest.strip_prefix('+').unwrap_or(rest));
    name.chars().nth(1).is_none()
        || name.contains(['_', '-'])
        || hex.is_some_and(|hex| all_digits(hex, 16))
        || CHARACTER_NAMES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
}
