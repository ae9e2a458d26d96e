//! What the fresh process found: `templates/sbcl/runtime/trial/trial.lisp` writes it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::diagnostic::{Diagnostic, Kind};
use crate::live::swank::reader::read;
use crate::live::swank::sexp::Sexp;

/// What a process compiled, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The files that it compiled, in their order.
    pub sources: Vec<PathBuf>,
    /// The files that it wrote for each, or was about to.
    pub outputs: Vec<Vec<PathBuf>>,
    /// What the compiler said of them.
    pub diagnostics: Vec<Diagnostic>,
    /// What ended it before its time.
    pub failure: Option<Failed>,
    /// A name that a person typed and that is no system's.
    pub unknown: Option<UnknownSystem>,
    /// Whether it came to its end.
    pub done: bool,
}

/// An error in the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The type of the condition.
    pub condition: String,
    /// What it reports.
    pub message: String,
    /// The file that was loaded.
    pub file: Option<PathBuf>,
}

/// A system that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSystem {
    /// Its name.
    pub name: String,
    /// The names of the project's own systems.
    pub known: Vec<String>,
}

impl Report {
    /// From the file that the process wrote; it writes none where it finds nothing.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(file: &Path) -> io::Result<Self> {
        match fs::read(file) {
            Ok(bytes) => Ok(Report::parse(&String::from_utf8_lossy(&bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Report::default()),
            Err(error) => Err(error),
        }
    }

    fn parse(text: &str) -> Self {
        let mut report = Report::default();
        for finding in findings(text) {
            // What is not understood is nothing that this release asks for.
            let _ = report.add(&finding);
        }
        report
    }

    fn add(&mut self, finding: &Sexp) -> Option<()> {
        let (kind, parts) = finding.as_list()?.split_first()?;
        match (kind.as_atom()?.to_ascii_lowercase().as_str(), parts) {
            (":compiling", [source, outputs]) => {
                self.sources.push(source.as_str()?.into());
                self.outputs
                    .push(texts(outputs)?.map(PathBuf::from).collect());
            }
            (":problem", [kind, file, bounds, message]) => {
                self.diagnostics.push(Diagnostic {
                    kind: Kind::parse(kind.as_atom()?)?,
                    file: file.as_str()?.into(),
                    bounds: match bounds.as_list()? {
                        [start, end] => Some(start.as_number()?..end.as_number()?),
                        _ => None,
                    },
                    message: message.as_str()?.to_owned(),
                });
            }
            (":failed", [condition, message, file]) => {
                self.failure = Some(Failed {
                    condition: condition.as_str()?.to_owned(),
                    message: message.as_str()?.to_owned(),
                    file: file.as_str().map(PathBuf::from),
                });
            }
            (":unknown-system", [name, known]) => {
                self.unknown = Some(UnknownSystem {
                    name: name.as_str()?.to_owned(),
                    known: texts(known)?.collect(),
                });
            }
            (":done", []) => self.done = true,
            _ => {}
        }
        Some(())
    }

    /// The worst that the compiler said.
    pub fn worst(&self) -> Option<Kind> {
        self.diagnostics.iter().map(|said| said.kind).max()
    }

    /// The file that was compiled to this one, or this one.
    pub fn source_of<'a>(&'a self, file: &'a Path) -> &'a Path {
        let mut compiled = self.sources.iter().zip(&self.outputs);
        compiled
            .find(|(_, outputs)| outputs.iter().any(|output| output == file))
            .map_or(file, |(source, _)| source)
    }

    /// How much it said of this kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.diagnostics
            .iter()
            .filter(|said| said.kind == kind)
            .count()
    }

    /// Removes the compiled files, so that the next one who loads the code compiles it again.
    ///
    /// Some hold code that does not work. Others hold code that works, but that nobody has asked
    /// to run.
    pub fn discard(&self) {
        for file in self.outputs.iter().flatten() {
            // It was not written, or it belongs to somebody who will see to it.
            let _ = fs::remove_file(file);
        }
    }
}

/// The lists of a text, without the last one if that broke off.
fn findings(text: &str) -> Vec<Sexp> {
    let whole = |text: &str| match read(&format!("({text})")) {
        Ok(Sexp::List(findings)) => Some(findings),
        _ => None,
    };
    let before_last = || text.rfind("\n(:").map_or("", |end| &text[..end]);
    whole(text)
        .or_else(|| whole(before_last()))
        .unwrap_or_default()
}

fn texts(list: &Sexp) -> Option<impl Iterator<Item = String>> {
    let texts: Option<Vec<String>> = list
        .as_list()?
        .iter()
        .map(|text| Some(text.as_str()?.to_owned()))
        .collect();
    Some(texts?.into_iter())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::diagnostic::{Diagnostic, Kind};
    use super::{Failed, Report, UnknownSystem};

    #[test]
    fn findings_are_lists() {
        let report = Report::parse(
            "(:COMPILING \"/a.lisp\" (\"/c/a.fasl\" \"/c/a.fasl.lisplaunch\"))\n\
             (:PROBLEM :WARNING \"/a.lisp\" (27 30) \"two\nlines\")\n\
             (:PROBLEM :STYLE \"/a.lisp\" NIL \"\")\n\
             (:FAILED \"ERROR\" \"no \\\"luck\\\"\" NIL)\n\
             (:UNKNOWN-SYSTEM \"ap\" (\"app\"))\n\
             (:DONE)\n",
        );
        let diagnostic = |kind, bounds, message: &str| Diagnostic {
            kind,
            file: "/a.lisp".into(),
            bounds,
            message: message.to_owned(),
        };
        assert_eq!(
            report,
            Report {
                sources: vec!["/a.lisp".into()],
                outputs: vec![
                    ["/c/a.fasl", "/c/a.fasl.lisplaunch"]
                        .map(PathBuf::from)
                        .to_vec()
                ],
                diagnostics: vec![
                    diagnostic(Kind::Warning, Some(27..30), "two\nlines"),
                    diagnostic(Kind::Style, None, ""),
                ],
                failure: Some(Failed {
                    condition: "ERROR".to_owned(),
                    message: "no \"luck\"".to_owned(),
                    file: None,
                }),
                unknown: Some(UnknownSystem {
                    name: "ap".to_owned(),
                    known: vec!["app".to_owned()],
                }),
                done: true,
            }
        );
    }

    #[test]
    fn a_report_may_break_off() {
        let report = Report::parse("(:COMPILING \"/a.lisp\" (\"/c/a.fasl\"))\n(:COMPILING \"/b.li");
        assert_eq!(report.sources, ["/a.lisp"].map(PathBuf::from));
        assert!(!report.done);
        assert_eq!(Report::parse(""), Report::default());
    }
}
