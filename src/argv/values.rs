//! What the template of a command line prints.

use std::fmt::Display;

use crate::dialect::Printed;
use crate::render::Variable;
use crate::word::Word;

/// Arguments, or the texts of forms.
pub(super) fn words(words: impl IntoIterator<Item = Word>) -> Variable {
    Variable::printed(Printed::Words(words.into_iter().collect()), "sbcl")
}

/// The same, unless there are none.
pub(super) fn some_words(some: impl IntoIterator<Item = Word>) -> Variable {
    let mut some = some.into_iter().peekable();
    let any = some.peek().is_some();
    Variable::option(any.then(|| words(some)))
}

/// One argument, or the text of a form.
pub(super) fn word(word: &Word) -> Variable {
    words([word.clone()])
}

/// Text as it stands.
pub(super) fn bare(text: impl Display) -> Variable {
    Variable::printed(Printed::Bare(text.to_string()), "sbcl")
}

/// What the template goes through.
pub(super) fn list<T>(
    items: impl IntoIterator<Item = T>,
    print: impl Fn(T) -> Variable,
) -> Variable {
    Variable::list(items.into_iter().map(print))
}
