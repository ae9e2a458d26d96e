//! What the fresh process found: `templates/sbcl/runtime/trial/trial.lisp` writes it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::diagnostic::{Bounds, Diagnostic, DiagnosticKind, UnknownName};
use crate::live::swank::reader::read;
use crate::live::swank::sexp::Sexp;

/// What a process compiled, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// The files that it compiled, in their order.
    pub sources: Vec<PathBuf>,
    /// The files that it wrote for each, or was about to.
    pub outputs: Vec<Vec<PathBuf>>,
    /// The compiler's messages about them.
    pub diagnostics: Vec<Diagnostic>,
    /// What ended it before its time.
    pub failure: Option<LoadError>,
    /// The files that do not exist, each with the one that defines the system it belongs to.
    pub missing: Vec<(PathBuf, PathBuf)>,
    /// The systems that do not exist.
    pub unknown: Vec<UnknownSystem>,
    /// Where systems were searched, if some do not exist.
    pub searched: Vec<String>,
    /// The package that does not exist, if the forms of the service are read in it.
    pub unknown_package: Option<UnknownName>,
    /// What it was at when it ended: a key of the project file and the number of a value below it.
    pub step: Option<(String, usize)>,
    /// Whether it came to its end.
    pub done: bool,
}

/// An error in the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The type of the condition.
    pub condition: String,
    /// What it reports.
    pub message: String,
    /// The file that was loaded.
    pub file: Option<PathBuf>,
    /// The form that was loaded last, with its source file.
    pub form: Option<(PathBuf, Bounds)>,
}

/// A system that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSystem {
    /// Its name, and those that there are.
    pub name: UnknownName,
    /// The file that defines the system which depends on it, if one does.
    pub definition: Option<PathBuf>,
}

impl LoadReport {
    /// From the file that the process wrote; it writes none where it finds nothing.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(file: &Path) -> io::Result<Self> {
        match fs::read(file) {
            Ok(bytes) => Ok(LoadReport::parse(&String::from_utf8_lossy(&bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(LoadReport::default()),
            Err(error) => Err(error),
        }
    }

    fn parse(text: &str) -> Self {
        let mut report = LoadReport::default();
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
            (":problem", [kind, file, bounds, message, unknown @ ..]) => {
                self.diagnostics.push(Diagnostic {
                    kind: DiagnosticKind::parse(kind.as_atom()?)?,
                    file: file.as_str()?.into(),
                    bounds: self::bounds(bounds.as_list()?),
                    message: message.as_str()?.to_owned(),
                    unknown: match unknown {
                        [name, known] => self::unknown(name, known),
                        _ => None,
                    },
                });
            }
            (":missing-file", [file, definition]) => {
                let missing = (file.as_str()?.into(), definition.as_str()?.into());
                self.missing.push(missing);
            }
            (":failed", [condition, message, file, form]) => {
                self.failure = Some(LoadError {
                    condition: condition.as_str()?.to_owned(),
                    message: message.as_str()?.to_owned(),
                    file: file.as_str().map(PathBuf::from),
                    form: place(form),
                });
            }
            (":unknown-system", [name, known, definition @ ..]) => {
                let definition = definition.first().and_then(Sexp::as_str);
                self.unknown.push(UnknownSystem {
                    name: self::unknown(name, known)?,
                    definition: definition.map(PathBuf::from),
                });
            }
            (":unknown-package", [name, known]) => {
                self.unknown_package = self::unknown(name, known);
            }
            (":searched", [places]) => self.searched = texts(places)?.collect(),
            (":step", [key, index]) => {
                self.step = Some((key.as_str()?.to_owned(), index.as_number()?));
            }
            (":done", []) => self.done = true,
            _ => {}
        }
        Some(())
    }

    /// The worst message of the compiler.
    pub fn worst(&self) -> Option<DiagnosticKind> {
        self.diagnostics.iter().map(|said| said.kind).max()
    }

    /// The file that was compiled to this one, or this one.
    pub fn source_of<'a>(&'a self, file: &'a Path) -> &'a Path {
        let mut compiled = self.sources.iter().zip(&self.outputs);
        compiled
            .find(|(_, outputs)| outputs.iter().any(|output| output == file))
            .map_or(file, |(source, _)| source)
    }

    /// How many messages of this kind there are.
    pub fn count(&self, kind: DiagnosticKind) -> usize {
        self.diagnostics
            .iter()
            .filter(|said| said.kind == kind)
            .count()
    }

    /// Removes the compiled files, so that the next one who loads the code compiles it again.
    ///
    /// Some hold code that does not work. Others hold code that works, but that no command asked to
    /// run.
    pub fn discard(&self) {
        for file in self.outputs.iter().flatten() {
            // It was not written, or it belongs to another user.
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

fn bounds(numbers: &[Sexp]) -> Option<Bounds> {
    match numbers {
        [start, end] => Some(start.as_number()?..end.as_number()?),
        _ => None,
    }
}

fn place(form: &Sexp) -> Option<(PathBuf, Bounds)> {
    let (file, numbers) = form.as_list()?.split_first()?;
    Some((file.as_str()?.into(), bounds(numbers)?))
}

fn unknown(name: &Sexp, known: &Sexp) -> Option<UnknownName> {
    Some(UnknownName {
        name: name.as_str()?.to_owned(),
        known: texts(known)?.collect(),
    })
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

    use super::super::diagnostic::{Diagnostic, DiagnosticKind, UnknownName};
    use super::{LoadError, LoadReport, UnknownSystem};

    #[test]
    fn findings_are_lists() {
        let report = LoadReport::parse(
            "(:COMPILING \"/a.lisp\" (\"/c/a.fasl\" \"/c/a.fasl.lisplaunch\"))\n\
             (:PROBLEM :WARNING \"/a.lisp\" (27 30) \"two\nlines\")\n\
             (:PROBLEM :STYLE \"/a.lisp\" NIL \"\" \"AP\" (\"APP\"))\n\
             (:STEP \"load\" 2)\n\
             (:MISSING-FILE \"/b.lisp\" \"/a.asd\")\n\
             (:FAILED \"ERROR\" \"no \\\"luck\\\"\" NIL (\"/a.lisp\" 3 4))\n\
             (:UNKNOWN-SYSTEM \"ap\" (\"app\"))\n\
             (:UNKNOWN-SYSTEM \"li\" NIL \"/a.asd\")\n\
             (:SEARCHED (\"/srv/\"))\n\
             (:UNKNOWN-PACKAGE \"P\" (\"Q\"))\n\
             (:DONE)\n",
        );
        let diagnostic = |kind, bounds, message: &str, unknown| Diagnostic {
            kind,
            file: "/a.lisp".into(),
            bounds,
            message: message.to_owned(),
            unknown,
        };
        let unknown = |name: &str, known: &[&str]| UnknownName {
            name: name.to_owned(),
            known: known.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(
            report,
            LoadReport {
                sources: vec!["/a.lisp".into()],
                outputs: vec![
                    ["/c/a.fasl", "/c/a.fasl.lisplaunch"]
                        .map(PathBuf::from)
                        .to_vec()
                ],
                diagnostics: vec![
                    diagnostic(DiagnosticKind::Warning, Some(27..30), "two\nlines", None),
                    diagnostic(
                        DiagnosticKind::Style,
                        None,
                        "",
                        Some(unknown("AP", &["APP"]))
                    ),
                ],
                failure: Some(LoadError {
                    condition: "ERROR".to_owned(),
                    message: "no \"luck\"".to_owned(),
                    file: None,
                    form: Some(("/a.lisp".into(), 3..4)),
                }),
                missing: vec![("/b.lisp".into(), "/a.asd".into())],
                unknown: vec![
                    UnknownSystem {
                        name: unknown("ap", &["app"]),
                        definition: None,
                    },
                    UnknownSystem {
                        name: unknown("li", &[]),
                        definition: Some("/a.asd".into()),
                    },
                ],
                searched: vec!["/srv/".to_owned()],
                unknown_package: Some(unknown("P", &["Q"])),
                step: Some(("load".to_owned(), 2)),
                done: true,
            }
        );
    }

    #[test]
    fn a_report_may_break_off() {
        let report =
            LoadReport::parse("(:COMPILING \"/a.lisp\" (\"/c/a.fasl\"))\n(:COMPILING \"/b.li");
        assert_eq!(report.sources, ["/a.lisp"].map(PathBuf::from));
        assert!(!report.done);
        assert_eq!(LoadReport::parse(""), LoadReport::default());
    }
}
