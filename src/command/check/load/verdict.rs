//! What a person is shown of what the process found, each at its place.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::forms::{ServiceForms, WrittenForm};
use super::locations::Locations;
use crate::command::Failure;
use crate::host;
use crate::launch;
use crate::live::attended::Unfinished;
use crate::live::limits::GivenUp;
use crate::live::reload::diagnostic::{self, Diagnostic, DiagnosticKind};
use crate::live::reload::fresh::{LoadRefusal, Tried};
use crate::live::reload::names::FileNames;
use crate::live::reload::report::{LoadError, LoadReport, UnknownSystem};
use crate::plan::service::Service;
use crate::problem::{Location, Problem, Source};

/// How many of the last lines that sbcl printed are shown.
const LAST_LINES: usize = 8;

/// What is known of a service beside what the process found.
pub(super) struct ServiceVerdict<'a> {
    pub(super) service: &'a Service,
    pub(super) forms: &'a ServiceForms<'a>,
    pub(super) locations: Locations,
    /// The folder of the project.
    pub(super) folder: &'a Path,
}

impl ServiceVerdict<'_> {
    /// Everything that is wrong.
    ///
    /// # Errors
    /// If the process did not come to its end because of something else.
    pub(super) fn problems(&self, tried: Tried) -> Result<Vec<Problem>, Failure> {
        let Tried { report, refusal } = tried;
        let diagnostics = report.diagnostics.iter();
        let mut problems: Vec<Problem> = diagnostics
            .filter_map(|said| self.diagnostic(said, &report))
            .collect();
        let unknown = report.unknown.iter();
        problems.extend(unknown.map(|unknown| self.unknown_system(unknown, &report)));
        problems.extend(self.unknown_package(&report));
        let missing = report.missing.iter();
        problems.extend(missing.map(|(file, definition)| self.missing_file(file, definition)));
        problems.extend(match refusal {
            None | Some(LoadRefusal::Warnings) => None,
            Some(LoadRefusal::Failed(messages)) => self.failed(&report, &messages),
            Some(LoadRefusal::Unfinished(Unfinished::GivenUp(given_up))) => {
                return Err(self.given_up(given_up, &report));
            }
            Some(LoadRefusal::Unfinished(Unfinished::NotStarted(command, error))) => {
                return Err(Failure::failed([launch::not_started(&command, &error)]));
            }
            Some(LoadRefusal::Unfinished(Unfinished::Io(error))) => {
                return Err(Failure::failed([Problem::cannot("try the code", &error)]));
            }
        });
        Ok(problems)
    }

    /// The messages of the compiler, without those of a form that was evaluated nevertheless.
    fn diagnostic(&self, said: &Diagnostic, report: &LoadReport) -> Option<Problem> {
        let Some(form) = self.forms.in_file(&said.file) else {
            let name = FileNames::new(self.folder).of(&said.file);
            return Some(said.problem(&name));
        };
        if form.is_before_load() && !ended_in(form, report) {
            return None;
        }
        let location = match &said.bounds {
            Some(bounds) => {
                let written = form.written(bounds);
                self.locations.part(form.key, form.number, written)
            }
            None => self.locations.item(form.key, form.number),
        };
        let problem = match said.kind {
            DiagnosticKind::Warning => said.unplaced().label("unless a form before it defines it"),
            _ => said.unplaced(),
        };
        Some(at(problem, location))
    }

    fn unknown_system(&self, unknown: &UnknownSystem, report: &LoadReport) -> Problem {
        let name = &unknown.name.name;
        let problem = Problem::error(format!("there is no system `{name}`"));
        let systems = &self.service.systems;
        let number = systems.iter().position(|system| system == name);
        let location = match (&unknown.definition, number) {
            (Some(file), _) => self.in_definition(file, name),
            (None, Some(number)) => self.locations.item("systems", number),
            (None, None) => {
                let swank = self.service.swank.as_ref();
                swank.and_then(|swank| swank.location.clone())
            }
        };
        let problem = at(problem, location);
        let problem = match report.searched.as_slice() {
            [] => problem,
            locations => problem.note(format!("searched: {}", locations.join(", "))),
        };
        match unknown.name.closest() {
            Some(closest) if &closest != name => problem.help(format!("did you mean `{closest}`?")),
            _ if name == "swank" => problem
                .help("`apt-get install cl-swank` installs swank; `swank: false` does without it"),
            _ => problem.help("install it, or add its folder to `registry`"),
        }
    }

    /// Where the definition of a system mentions another.
    fn in_definition(&self, file: &Path, system: &str) -> Option<Location> {
        let text = host::read_text(file).ok()?;
        let range = name_in(&text, system)?;
        let name = FileNames::new(self.folder).of(file);
        Some(Location {
            source: Arc::new(Source { name, text }),
            range,
        })
    }

    fn missing_file(&self, file: &Path, definition: &Path) -> Problem {
        let name = FileNames::new(self.folder).of(file);
        let problem = Problem::error(format!("there is no file `{name}`"));
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let location = self.in_definition(definition, &stem);
        at(problem, location).help("write the file, or remove it from the definition of the system")
    }

    fn unknown_package(&self, report: &LoadReport) -> Option<Problem> {
        let unknown = report.unknown_package.as_ref()?;
        let package = self.service.package.as_deref().unwrap_or_default();
        let problem = Problem::error(format!("there is no package `{package}`"));
        let problem = at(problem, self.locations.item("package", 0));
        Some(match unknown.closest() {
            Some(closest) => problem.help(format!("did you mean `{closest}`?")),
            None => problem.help("do `systems` load the code that defines it?"),
        })
    }

    /// Why the process ended too early, unless that has been reported.
    fn failed(&self, report: &LoadReport, messages: &str) -> Option<Problem> {
        let said = report.diagnostics.iter().any(|said| {
            said.kind == DiagnosticKind::Error
                && self
                    .forms
                    .in_file(&said.file)
                    .is_none_or(|form| ended_in(form, report))
        });
        if said || !report.unknown.is_empty() || !report.missing.is_empty() {
            return None;
        }
        let step = report.step.as_ref();
        let location = step.and_then(|(key, number)| self.locations.item(key, *number));
        let Some(failure) = &report.failure else {
            let problem =
                Problem::error("the sbcl that tried the code ended before all of it was loaded");
            let location = location.or_else(|| self.locations.item("setup", 0));
            let problem = at(problem, location);
            return Some(match last_lines(messages) {
                lines if lines.is_empty() => problem,
                lines => problem.note(format!("it printed:\n{lines}")),
            });
        };
        let message = failure.message.split_whitespace().collect::<Vec<_>>();
        let problem = Problem::error(format!(
            "a fresh sbcl cannot load the code: {}: {}",
            failure.condition,
            message.join(" ")
        ));
        let names = FileNames::new(self.folder);
        Some(match self.form_of(failure, report, &names) {
            Some(location) => problem.at(location),
            None => match &failure.file {
                Some(file) => {
                    let name = names.of(report.source_of(file));
                    at(problem, location).note(format!("in {name}"))
                }
                None => at(problem, location),
            },
        })
    }

    /// The form at top level whose loading failed, if it is the project's own.
    fn form_of(
        &self,
        failure: &LoadError,
        report: &LoadReport,
        names: &FileNames,
    ) -> Option<Location> {
        let (file, bounds) = failure.form.as_ref()?;
        if let Some(form) = self.forms.in_file(file) {
            return self.locations.item(form.key, form.number);
        }
        let failed = report.source_of(failure.file.as_deref()?);
        let location = || diagnostic::location(file, bounds, &names.of(file));
        (failed == file).then(location).flatten()
    }

    fn given_up(&self, given_up: GivenUp, report: &LoadReport) -> Failure {
        let problem = match given_up {
            GivenUp::Interrupted => Problem::error("interrupted while the code was loaded"),
            GivenUp::TimedOut(after) => Problem::error(format!(
                "the code was not loaded within {}",
                humantime::format_duration(after)
            ))
            .help("`--timeout` sets another time; code that is loaded must return"),
        };
        let step = report.step.as_ref();
        let location = step.and_then(|(key, number)| self.locations.item(key, *number));
        Failure::failed([at(problem, location)])
    }
}

fn at(problem: Problem, location: Option<Location>) -> Problem {
    match location {
        Some(location) => problem.at(location),
        None => problem,
    }
}

/// Whether the process ended while it evaluated `form`.
fn ended_in(form: &WrittenForm<'_>, report: &LoadReport) -> bool {
    let step = report.step.as_ref();
    !report.done && step.is_some_and(|(key, number)| key == form.key && *number == form.number)
}

/// Without comments, which are the compiler's.
fn last_lines(messages: &str) -> String {
    let lines = messages.lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(';'));
    let lines: Vec<&str> = lines.collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}

/// The first place in a definition of systems that names `system`.
fn name_in(text: &str, system: &str) -> Option<Range<usize>> {
    let text = text.to_ascii_lowercase();
    let limits = |c: char| c.is_whitespace() || "()\"':#".contains(c);
    let mut locations = text.match_indices(system);
    let (start, _) = locations.find(|(start, name)| {
        let line = text[..*start].rsplit('\n').next().unwrap_or_default();
        let before = text[..*start].chars().next_back().is_none_or(limits);
        let after = text[start + name.len()..].chars().next();
        before && after.is_none_or(limits) && !line.contains(';')
    })?;
    Some(start..start + system.len())
}

#[cfg(test)]
mod tests {
    use super::name_in;

    #[test]
    fn a_system_is_named_as_a_whole() {
        let text = "; app\n(defsystem :my-app :depends-on (#:App \"app-x\"))";
        assert_eq!(name_in(text, "app").map(|range| &text[range]), Some("App"));
        let start = text.find("app-x").unwrap_or_default();
        assert_eq!(name_in(text, "app-x"), Some(start..start + 5));
        assert_eq!(name_in(text, "x"), None);
    }
}
