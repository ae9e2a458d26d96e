//! Cases of their own, each met once.

use std::os::unix::fs::symlink;

use crate::consumer::{MAKES, SHELLS, command};
use crate::support::{Project, make_executable};

/// What a make prints that runs in the project's folder; it must end well.
fn made(project: &Project, make: &str, arguments: &[&str]) -> String {
    let output = command(make)
        .args(arguments)
        .current_dir(project.folder())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{make}: {printed}");
    printed.into_owned()
}

const TWO_SERVICES: &str = "\
loader: none
sbcl: {program: /bin/echo}
services: {one: {start: (one)}, two: {start: (two)}}
";

#[test]
fn a_dry_run_does_not_let_env_set_the_program() {
    let yaml = "loader: none\nsbcl: {program: /a=b/sbcl}\nstart: (f)\n";
    let project = Project::new(yaml);
    let plain = project.run(&["run", "--dry-run"]).success();
    assert!(
        plain.starts_with("cd -P /srv/app && exec \\\n  '/a=b/sbcl' --noinform"),
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

#[test]
fn a_makefile_of_any_name_starts_all_services() {
    let project = Project::new(TWO_SERVICES);
    project
        .run(&["emit", "makefile", "-o", "services.mk"])
        .success();
    for make in MAKES {
        let printed = made(&project, make, &["-f", "services.mk", "start"]);
        assert!(
            printed.contains("(one))") && printed.contains("(two))"),
            "{make}: {printed}"
        );
    }
}

#[test]
fn no_service_is_taken_for_the_makefile() {
    for name in ["Makefile", "makefile", "GNUmakefile", "BSDmakefile"] {
        let project = Project::new(&TWO_SERVICES.replace("one:", &format!("{name}:")));
        let message = project.run(&["emit", "makefile"]).failure(1);
        assert!(
            message.starts_with(&format!(
                "error: a service called `{name}` cannot have a target: make would start it before any other
"
            )),
            "{message}"
        );
        project.run(&["emit", "supervisor"]).success();
    }
    let project =
        Project::new("name: Makefile\nloader: none\nsbcl: {program: /bin/echo}\nstart: (one)\n");
    project.run(&["emit", "makefile", "-o", "."]).success();
    for make in MAKES {
        assert_eq!(
            made(&project, make, &["start"]).matches("(one)").count(),
            1,
            "{make}"
        );
    }
}

#[test]
fn the_folder_above_a_link_is_the_one_above_its_target() {
    let project = Project::new(
        "loader: none\ndirectory: link/..\nsbcl: {program: show-directory}\nstart: (f)\n",
    )
    .with_file("show-directory", "#!/bin/sh\nexec /bin/pwd -P\n")
    .with_file("over/there/file", "")
    .with_variable("PATH", ".:/usr/bin:/bin");
    let program = project.folder().join("over/show-directory");
    std::fs::rename(project.folder().join("show-directory"), &program).unwrap();
    make_executable(&program);
    symlink("over/there", project.folder().join("link")).unwrap();
    assert_eq!(project.run(&["run"]).success(), "/srv/app/over\n");
    let script = project.run(&["run", "--dry-run"]).success();
    let script = script.replace("/srv/app", project.folder().to_str().unwrap());
    for shell in SHELLS {
        let mut shell = std::process::Command::new(shell);
        shell.args(["-c", &script]).env("PATH", ".:/usr/bin:/bin");
        assert_eq!(project.outcome(shell).success(), "/srv/app/over\n");
    }
    project.run(&["emit", "makefile", "-o", "."]).success();
    for make in MAKES {
        let mut make = std::process::Command::new(make);
        make.arg("start")
            .env("PATH", ".:/usr/bin:/bin")
            .current_dir(project.folder());
        assert_eq!(project.outcome(make).success(), "/srv/app/over\n");
    }
}

#[test]
fn an_integer_of_an_env_file_stays_a_variable() {
    let project = Project::new(
        "loader: none\nenv-file: app.env\nsbcl: {program: /usr/bin/printenv}\nstart: (f ${PORT:-1})\n",
    )
    .with_file("app.env", "PORT=2\nTEXT=3\n");
    project.run(&["emit", "makefile", "-o", "."]).success();
    let makefile = std::fs::read_to_string(project.folder().join("Makefile")).unwrap();
    assert!(
        makefile.contains("\nget-PORT = PORT=$${PORT:-2}; "),
        "{makefile}"
    );
    assert!(
        makefile.contains("  PORT=\"$$PORT\" \\\n\t  TEXT=3 \\\n"),
        "{makefile}"
    );
}

#[test]
fn a_program_is_not_an_option_of_what_starts_it() {
    let project = Project::new("loader: none\nsbcl: {program: -c}\nstart: (f)\n");
    let message = project.run(&["run", "--dry-run"]).failure(2);
    assert!(
        message.starts_with(
            "error: `sbcl.program` is `-c`: expected a program, whose name has no dash in front"
        ),
        "{message}"
    );
}
