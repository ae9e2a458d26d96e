//! `lisplaunch check` on the examples.

use super::{example, with_quicklisp};
use crate::support::Project;

/// The examples, with what `check` counts in them.
const EXAMPLES: [(&str, &str); 4] = [
    ("hello", "1 service and 0 profiles"),
    ("hunchentoot", "1 service and 0 profiles"),
    ("lucerne", "1 service and 0 profiles"),
    ("shop", "3 services and 2 profiles"),
];

#[test]
fn every_example_is_found_well() {
    let project = with_quicklisp(Project::empty());
    for (name, counted) in EXAMPLES {
        let outcome = project.run(&["check", "-f", &example(name)]);
        let all_well = format!("{}: {counted}, all well\n", example(name));
        assert_eq!(outcome.stdout, all_well);
        assert_eq!(outcome.code, Some(0));
        assert_eq!(outcome.stderr, "");
    }
}

#[test]
fn an_example_whose_loader_is_missing_is_not() {
    let project = Project::empty();
    let outcome = project.run(&["check", "-f", &example("lucerne")]);
    let said = outcome.failure(1);
    assert!(said.contains("/home/me/quicklisp/setup.lisp"), "{said}");
}
