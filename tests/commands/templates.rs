//! Templates: what there is, where each comes from, and which one is used.

use insta::assert_snapshot;

use crate::support::Project;

const YAML: &str = "loader: none\nstart: (f)\ntemplates: own\n";

#[test]
fn templates_are_listed_with_their_origin() {
    let project = Project::new(YAML)
        .with_file("own/sbcl/argv", "mine\n")
        .with_file("~/.config/lisplaunch/templates/sbcl/argv", "shadowed\n")
        .with_file(
            "~/.config/lisplaunch/templates/makefile/Makefile",
            "theirs\n",
        );
    let listed = project.run(&["templates"]).output();
    let some = |line: &&str| line.starts_with("sbcl/") || line.starts_with("makefile/");
    let some: Vec<String> = listed
        .lines()
        .filter(some)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_snapshot!(some.join("\n"), @"
    sbcl/argv /srv/app/own/sbcl/argv
    sbcl/plain built in
    makefile/Makefile /home/me/.config/lisplaunch/templates/makefile/Makefile
    ");
    let formats = lisplaunch::format::templates().count();
    assert_eq!(listed.lines().count(), 2 + formats);
    assert_eq!(
        project.run(&["templates", "show", "sbcl/argv"]).output(),
        "mine\n"
    );
    assert_eq!(
        project
            .run(&["templates", "show", "makefile/Makefile"])
            .output(),
        "theirs\n"
    );
}

#[test]
fn the_projects_template_wins_then_the_users_then_the_built_in() {
    let used = |project: &Project| {
        let argv = project.run(&["argv", "--format", "lines"]).output();
        argv.lines().last().unwrap().to_owned()
    };
    let project = Project::new(YAML);
    assert_eq!(used(&project), "(lisplaunch:stay)");
    let project = project.with_file("~/.config/lisplaunch/templates/sbcl/argv", "home");
    assert_eq!(used(&project), "home");
    let config = project.home().join("config");
    let project = project
        .with_file("~/config/lisplaunch/templates/sbcl/argv", "config")
        .with_variable("XDG_CONFIG_HOME", config.to_str().unwrap());
    assert_eq!(used(&project), "config");
    let project = project.with_file("own/sbcl/argv", "own");
    assert_eq!(used(&project), "own");
}

#[test]
fn files_that_replace_nothing_are_pointed_out() {
    let project = Project::new(YAML)
        .with_file("own/sbcl/argv", "{{ program }}")
        .with_file("own/sbcl/stay.lisp", "(mine)")
        .with_file("own/notes", "")
        .with_sbcl("");
    let outcome = project.run(&["check"]);
    assert_snapshot!(outcome.stderr, @"
    warning: `/srv/app/own/sbcl/stay.lisp` replaces no template
     |
     = help: `lisplaunch templates` lists those that there are: rename it, or remove it
    ");
    assert_eq!(outcome.code, Some(0));
}

#[test]
fn templates_can_be_shown_without_a_project() {
    let project = Project::empty();
    for line in project.run(&["templates"]).output().lines() {
        let (name, origin) = line.split_once(' ').unwrap();
        assert_eq!(origin.trim(), "built in");
        let text = project.run(&["templates", "show", name]).output();
        assert!(!text.is_empty());
    }
}

#[test]
fn what_templates_shows_can_be_used() {
    let project = Project::new(YAML);
    let before = project.run(&["emit", "supervisor"]).output();
    let template = project
        .run(&["templates", "show", "supervisor/program.conf"])
        .output();
    let project = project.with_file("own/supervisor/program.conf", template);
    assert_eq!(project.run(&["emit", "supervisor"]).output(), before);
}
