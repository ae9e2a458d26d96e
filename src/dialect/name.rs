//! Names: text that stands for itself in every language.

use super::Refusal;

/// A checked name or number, as it is.
///
/// The caller has checked it already; this is the second lock, since nothing quotes a
/// bare value.
pub(super) fn bare(text: &str) -> Result<String, Refusal> {
    let plain = |character: char| character.is_ascii_alphanumeric() || "_.+-".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    Err(Refusal {
        message: format!("`{}` cannot be written without quotes", text.escape_debug()),
        help: "use letters, digits, `_`, `.`, `+` and `-` only".to_owned(),
    })
}

/// The name of an environment variable, as it is.
pub(super) fn environment(name: &str) -> Result<&str, Refusal> {
    let follows = |character: char| character.is_ascii_alphanumeric() || character == '_';
    if !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(follows)
    {
        return Ok(name);
    }
    Err(Refusal {
        message: format!(
            "`{}` cannot be the name of an environment variable",
            name.escape_debug()
        ),
        help: "use letters, digits and `_`, and no digit first".to_owned(),
    })
}
