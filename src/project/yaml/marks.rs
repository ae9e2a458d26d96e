//! From the parser's count of characters to bytes, in constant time.

/// One offset is remembered for so many characters.
const STEP: usize = 64;

/// Where the characters of a text begin.
pub(super) struct ByteOffsets<'a> {
    text: &'a str,
    /// Of every `STEP`th character; empty where bytes and characters are the same.
    offsets: Vec<usize>,
}

impl<'a> ByteOffsets<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let offsets = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices()
                .step_by(STEP)
                .map(|(offset, _)| offset)
                .collect()
        };
        ByteOffsets { text, offsets }
    }

    /// The byte at which the character `index` begins; the end of the text if there is none.
    pub(super) fn byte(&self, index: usize) -> usize {
        if self.offsets.is_empty() {
            return index.min(self.text.len());
        }
        let Some(&near) = self.offsets.get(index / STEP) else {
            return self.text.len();
        };
        let mut rest = self.text[near..].char_indices();
        rest.nth(index % STEP)
            .map_or(self.text.len(), |(offset, _)| near + offset)
    }
}
