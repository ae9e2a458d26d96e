//! Bytes that come in pieces, as whole lines of text.

/// The longest line that is waited for, in bytes.
const LONGEST: usize = 1 << 20;

/// The line that is not complete yet.
#[derive(Debug, Default)]
pub struct Lines(Vec<u8>);

impl Lines {
    /// The lines that end within `bytes`, without their line breaks.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.0.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.0.len() > LONGEST {
                lines.extend(self.end());
            }
        }
        lines
    }

    /// What has come of a line that does not end.
    pub fn end(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.0);
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        (!line.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Lines};

    #[test]
    fn lines_are_whole_however_they_come() {
        let text = "one\r\n\nλ two\nthree".as_bytes();
        let expected = ["one", "", "λ two", "three"];
        for size in 1..=text.len() {
            let mut lines = Lines::default();
            let pieces = text.chunks(size);
            let mut found: Vec<String> = pieces.flat_map(|piece| lines.push(piece)).collect();
            found.extend(lines.end());
            assert_eq!(found, expected);
            assert_eq!(lines.end(), None);
        }
    }

    #[test]
    fn a_line_without_an_end_is_cut() {
        let found = Lines::default().push(&vec![b'x'; LONGEST + 1]);
        assert_eq!(found.len(), 1);
    }
}
