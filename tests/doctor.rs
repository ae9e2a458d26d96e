//! `doctor`: what it finds, and that it changes nothing.

mod cases;

use std::collections::BTreeSet;
use std::fs;

use insta::assert_snapshot;
use lisplaunch::doctor::ALL;
use serde_json::Value;

use crate::support::{Outcome, Project, REPOSITORY, files_below};
use cases::{CASES, Case};

const YAML: &str = "loader: asdf\nregistry: [.]\nsystems: [app]\nstart: (app:start)\n";

fn findings(outcome: &Outcome) -> Vec<Value> {
    let said: Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| {
        panic!("{error}: {outcome:?}");
    });
    let findings = said["findings"].as_array().unwrap().clone();
    let errors = findings.iter().any(|finding| finding["level"] == "error");
    assert_eq!(said["ok"], !errors);
    assert_eq!(outcome.code, Some(i32::from(errors)));
    findings
}

impl Case {
    /// What is found instead.
    fn miss(&self) -> Option<String> {
        let (project, options) = (self.scene)();
        let before = files_below(&project.folder());
        let arguments: Vec<&str> = ["doctor", "--json"].into_iter().chain(options).collect();
        let outcome = project.run(&arguments);
        let findings = findings(&outcome);
        assert_eq!(files_below(&project.folder()), before, "{}", self.message);
        assert_eq!(outcome.stderr, "");
        let mut of_check = findings
            .iter()
            .filter(|finding| finding["check"] == self.check);
        let as_wanted = |finding: &Value| {
            finding["message"].as_str().unwrap().contains(self.message)
                && finding["level"] == self.level
                && finding["cures"].to_string().contains(self.cure)
        };
        let missed = !of_check.any(as_wanted);
        missed.then(|| format!("{}: {findings:#?}", self.message))
    }
}

#[test]
fn each_check_finds_what_it_looks_for() {
    let found: BTreeSet<&str> = CASES
        .iter()
        .filter(|case| case.level != "ok")
        .map(|case| case.check)
        .collect();
    let all: BTreeSet<&str> = ALL.iter().map(|check| check.name).collect();
    assert_eq!(found, all);
    let missed: Vec<String> = CASES.iter().filter_map(Case::miss).collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn findings_are_grouped_with_their_cures_below() {
    let project = Project::new(
        "loader: asdf\nregistry: [.]\nsystems: [app]\nstart: (app:start)\nlog: app.log\nemit: {makefile: Makefile}\n",
    )
    .with_sbcl("echo '(:version \"2.0.1\" :heap 104857600 :format \":LATIN-1\" :threads 1)'")
    .with_file("~/.sbclrc", "(setf *print-case* :downcase)\n(print 1)")
    .with_file("ocicl.csv", "")
    .with_variable("LANG", "C");
    let outcome = project.run(&["doctor"]);
    let lines = outcome.stdout.lines();
    // How much memory there is, and what is installed, is the machine's.
    let lines: Vec<&str> = lines
        .filter(|line| {
            !["  heap", "  managers", "  make"]
                .iter()
                .any(|own| line.starts_with(own))
        })
        .collect();
    assert_snapshot!(lines.join("\n"), @"
    ok
      project   lisplaunch.yaml: `app`
      loader    ASDF as SBCL brings it loads the systems of `app`
      cache     compiled files go to `/home/me/.cache/common-lisp`
      files     what the services need is there, and may be read
      user      `app`: the user who starts them

    warning
      sbcl      `/home/me/bin/sbcl` is SBCL 2.0.1, older than 2.2.9, the oldest that lisplaunch is tested on
                → install a newer SBCL, and name it with `sbcl.program` if it is not first on the PATH
      loader    there is a `ocicl.csv`, and `app` loads its systems without ocicl: not the versions that it names
                → `loader: ocicl` in the project file
      init-file `/home/me/.sbclrc` holds 2 forms, which `app` evaluates when this user starts it; another user has another file
                → `sbcl: {userinit: false}` leaves it out; what the service needs of it goes below `before-load`
      locale    `app` reads and writes text as latin-1, and not as UTF-8: `LANG` is `C`
                → `env: {LANG: C.UTF-8}` in the project file
      emitted   there is no `/srv/app/Makefile`, which `emit:` names
                → `lisplaunch emit` writes it
    ");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
}

#[test]
fn the_page_lists_the_checks_and_its_commands_run() {
    let page = fs::read_to_string(format!("{REPOSITORY}/docs/doctor.md")).unwrap();
    for check in ALL {
        let row = format!("| {} | {} |\n", check.name, check.about);
        assert!(page.contains(&row), "docs/doctor.md lacks {row}");
    }
    let block = page.split("```sh\n").nth(1).unwrap();
    let commands = block.split("```").next().unwrap();
    let project = Project::new("loader: none\nstart: (sleep 1)\n").with_variable("LANG", "C.UTF-8");
    for command in commands.lines() {
        let words: Vec<&str> = command.split(' ').skip(1).collect();
        project.run(&words).success();
    }
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let missing = Project::new(YAML).run(&["doctor", "-f", "other.yaml"]);
    assert_eq!(missing.code, Some(2));
}
