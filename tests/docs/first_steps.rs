//! The commands of pages that need no running service, with a stand-in for sbcl.

use crate::docs::page::Page;
use crate::docs::shell::run;
use crate::docs::transcript::{Fixed, play};
use crate::docs::written::my_app;
use crate::support::Project;

/// The pages whose commands begin nothing that goes on, each read from top to bottom beside the
/// project file of README.
const PAGES: &[&str] = &[
    "README.md",
    "docs/editors.md",
    "docs/keys.md",
    "docs/runtime.md",
    "docs/templates.md",
];

const SECURITY: &str = "docs/security.md";

/// The project of README, with a stand-in for sbcl.
fn project() -> Project {
    let makefile = &Page::read("README.md").blocks_of("make")[0];
    Project::new(&my_app())
        .with_file("~/quicklisp/setup.lisp", "")
        .with_file("Makefile", makefile)
        .with_sbcl("printf '%s\\n' \"$@\"")
}

#[test]
fn every_command_runs() {
    for page in PAGES {
        let project = project();
        for command in Page::read(page).commands() {
            run(&project, &command);
        }
    }
}

#[test]
fn the_commands_of_the_page_on_security_run() {
    play(SECURITY, "Secrets", &project(), &mut Fixed::new([]));
    let yaml = &Page::read("README.md").blocks_of("yaml")[0];
    let lucerne = Project::new(yaml).with_file("~/quicklisp/setup.lisp", "");
    play(
        SECURITY,
        "Variables are data",
        &lucerne,
        &mut Fixed::new([]),
    );
}

/// The Makefile of README.
#[test]
fn the_commands_of_the_page_on_imports_run() {
    let makefile = &Page::read("README.md").blocks_of("make")[0];
    let project = Project::empty().with_file("Makefile", makefile);
    play(
        "docs/import.md",
        "An example",
        &project,
        &mut Fixed::new([]),
    );
}
