//! Cases of their own, each met once.

use crate::support::Project;

#[test]
fn a_dry_run_does_not_let_env_set_the_program() {
    let yaml = "loader: none\nsbcl: {program: /a=b/sbcl}\nstart: (f)\n";
    let project = Project::new(yaml);
    let plain = project.run(&["run", "--dry-run"]).success();
    assert!(
        plain.starts_with("cd /srv/app && exec \\\n  '/a=b/sbcl' \\\n"),
        "{plain}"
    );
    let project = Project::new(&format!("{yaml}env: {{A: b}}\n"));
    for (arguments, code) in [(&["run", "--dry-run"][..], 2), (&["emit", "makefile"], 1)] {
        assert_eq!(
            project.run(arguments).failure(code),
            "error: the service `app`: the program `/a=b/sbcl` has a `=` in its path, and `env` would set a variable\n\
             \x20|\n = help: give `sbcl.program` a path without `=`, or leave out `env`"
        );
    }
}
