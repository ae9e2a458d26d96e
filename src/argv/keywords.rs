//! Arguments of a form in the order in which they are written.

use crate::word::Word;

/// Arguments of a form, some of them behind a keyword.
pub(super) struct Keywords(pub(super) Vec<Word>);

impl Keywords {
    /// A keyword with its value, where there is one.
    pub(super) fn option(&mut self, name: &str, value: Option<Word>) {
        if let Some(value) = value {
            self.0.extend([name.into(), value]);
        }
    }
}

/// A form that makes a list; nothing for no items.
pub(super) fn in_list(cl: &str, items: &[Word]) -> Option<Word> {
    let mut list = Word::from(format!("({cl}list"));
    for item in items {
        list.push_text(" ");
        list.extend(item.pieces().iter().cloned());
    }
    list.push_text(")");
    (!items.is_empty()).then_some(list)
}
