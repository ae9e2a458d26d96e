//! What lisplaunch itself says of a project file, in a folder that holds nothing else.

use std::fs;

use lisplaunch::format;
use lisplaunch::host::Host;
use lisplaunch::plan::{Choices, plan};
use lisplaunch::problem::Problem;
use lisplaunch::project::Project;
use lisplaunch::project::find::{ProjectSearch, find};
use tempfile::TempDir;

/// A folder for one project file after the other.
pub(super) struct Oracle {
    folder: TempDir,
    host: Host,
}

impl Oracle {
    pub(super) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("app").tempdir().unwrap();
        let host = Host {
            home: Some(folder.path().to_owned()),
            ..Host::current()
        };
        Oracle { folder, host }
    }

    /// Its problems without a profile and with each, as `check` would find them without looking
    /// at other files.
    pub(super) fn problems(&self, yaml: &str) -> Vec<String> {
        let file = self.folder.path().join("lisplaunch.yaml");
        fs::write(&file, yaml).unwrap();
        let read = find(&ProjectSearch::File(file)).and_then(Project::read);
        let problems = match read {
            Ok(project) => self.of_project(&project),
            Err(problem) => vec![problem],
        };
        problems
            .iter()
            .map(|problem| problem.message().to_owned())
            .collect()
    }

    fn of_project(&self, project: &Project) -> Vec<Problem> {
        let names = project.profile_names().into_iter();
        let profiles = names.map(|name| vec![name.to_owned()]);
        let mut problems = Vec::new();
        for profiles in std::iter::once(Vec::new()).chain(profiles) {
            let choices = Choices {
                profiles,
                allow_unset: true,
                ..Choices::default()
            };
            match plan(project, &choices, &self.host) {
                Ok(plan) => problems.extend(
                    plan.outputs
                        .iter()
                        .filter_map(|output| format::find(&output.format).err()),
                ),
                Err(found) => problems.extend(found),
            }
        }
        problems
    }
}
