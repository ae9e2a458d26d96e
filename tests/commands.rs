//! What each command and option does.

mod account;
mod check;
mod emit;
mod examples;
mod heap;
mod kubernetes;
mod launchd;
mod layers;
mod listed;
mod nomad;
mod output;
mod replicas;
mod runtime;
mod selection;
mod show;
mod supervised;
mod systemd;
mod templates;
mod units;

use std::path::PathBuf;

use crate::support::{Outcome, Project};

/// A service that needs no loader; its command line is short.
const PLAIN: &str = "name: app\nloader: none\nstart: (f)\n";

/// The same with something for every format.
const SERVED: &str = "name: app\nloader: none\nstart: (f)\nhttp: 8080\nlog: app.log\n\
                      container: {image: registry.example/app}\n";

impl Project {
    /// The start form of a service that has nothing else.
    #[track_caller]
    fn start_form(&self, arguments: &[&str]) -> String {
        let arguments: Vec<&str> = ["argv", "--format", "lines"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        let output = self.run(&arguments).success();
        let form = output
            .lines()
            .find_map(|line| line.strip_prefix("(progn (lisplaunch:starting) "));
        form.unwrap().strip_suffix(')').unwrap().to_owned()
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
