//! What each command and option does.

mod emit;
mod examples;
mod layers;
mod selection;
mod show;
mod templates;

use std::path::PathBuf;

use crate::support::{Outcome, Project};

/// A service that needs no loader; its command line is short.
const PLAIN: &str = "name: app\nloader: none\nstart: (f)\n";

impl Project {
    /// The forms that sbcl would evaluate, without those that every service has.
    #[track_caller]
    fn forms(&self, arguments: &[&str]) -> String {
        let arguments: Vec<&str> = ["argv", "--format", "lines"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        let output = self.run(&arguments).success();
        let lines: Vec<&str> = output
            .lines()
            .filter(|line| line.starts_with('('))
            .collect();
        lines[2..lines.len() - 1].join(" ")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }
}

impl Outcome {
    /// The standard output of a run that has nothing to say to a person.
    #[track_caller]
    fn output(self) -> String {
        assert_eq!(self.stderr, "");
        self.success()
    }
}
