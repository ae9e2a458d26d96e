//! What the template of a command line prints.

use std::fmt::Display;

use crate::dialect::Printed;
use crate::render::TemplateValue;
use crate::word::Word;

/// Arguments, or the texts of forms.
pub(super) fn words(words: impl IntoIterator<Item = Word>) -> TemplateValue {
    TemplateValue::printed(Printed::Words(words.into_iter().collect()), "sbcl")
}

/// The same, unless there are none.
pub(super) fn some_words(some: impl IntoIterator<Item = Word>) -> TemplateValue {
    let mut some = some.into_iter().peekable();
    let any = some.peek().is_some();
    TemplateValue::option(any.then(|| words(some)))
}

/// One argument, or the text of a form.
pub(super) fn word(word: &Word) -> TemplateValue {
    words([word.clone()])
}

/// Text as it is.
pub(super) fn bare(text: impl Display) -> TemplateValue {
    TemplateValue::printed(Printed::Bare(text.to_string()), "sbcl")
}

/// What the template goes through.
pub(super) fn list<T>(
    items: impl IntoIterator<Item = T>,
    print: impl Fn(T) -> TemplateValue,
) -> TemplateValue {
    TemplateValue::list(items.into_iter().map(print))
}
