//! What the fresh process told of its work: `templates/sbcl/watch.lisp` and `done.lisp`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The record at the end; all others begin with an absolute path.
const DONE: &str = "done";

/// What a process compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The files that it compiled, in their order.
    pub sources: Vec<PathBuf>,
    /// The files that it wrote for them, or was about to.
    pub compiled: Vec<PathBuf>,
    /// Whether it came to its end.
    pub done: bool,
}

impl Report {
    /// From the file that the process wrote; it writes none where it compiles nothing.
    pub fn read(file: &Path) -> io::Result<Self> {
        match fs::read(file) {
            Ok(bytes) => Ok(Report::parse(&String::from_utf8_lossy(&bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Report::default()),
            Err(error) => Err(error),
        }
    }

    fn parse(text: &str) -> Self {
        let mut report = Report::default();
        // A record that was not written to its end has named no file that is written yet.
        let records = text.split("\0\0").map(|record| record.split('\0'));
        for mut record in records {
            match record.next() {
                None | Some("") => {}
                Some(DONE) => report.done = true,
                Some(source) => {
                    report.sources.push(source.into());
                    report.compiled.extend(record.map(PathBuf::from));
                }
            }
        }
        report
    }

    /// Removes the compiled files, so that the next one who loads the code compiles it again.
    ///
    /// Some hold code that does not work, and yet are newer than their source. Others hold code
    /// that works, but that nobody has asked to run.
    pub fn discard(&self) {
        for file in &self.compiled {
            // It was not written, or it belongs to somebody who will see to it.
            let _ = fs::remove_file(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::Report;

    #[test]
    fn records_are_lists_of_names() {
        let report =
            Report::parse("/a.lisp\0/c/a.fasl\0\0/b c.lisp\0/c/b c.fasl\0/c/b.o\0\0done\0\0");
        assert_eq!(report.sources, ["/a.lisp", "/b c.lisp"].map(PathBuf::from));
        assert_eq!(
            report.compiled,
            ["/c/a.fasl", "/c/b c.fasl", "/c/b.o"].map(PathBuf::from)
        );
        assert!(report.done);
    }

    #[test]
    fn a_report_may_break_off() {
        let report = Report::parse("/a.lisp\0/c/a.fasl\0\0/b.li");
        assert_eq!(report.compiled, ["/c/a.fasl"].map(PathBuf::from));
        assert!(!report.done);
        assert_eq!(Report::parse(""), Report::default());
    }
}
