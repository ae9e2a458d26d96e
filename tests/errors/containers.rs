//! What images and the files about containers cannot hold.

use insta::assert_snapshot;

use super::brief;
use crate::support::Project;

const PLAIN: &str = "name: app\nloader: none\nstart: (f)\n";

#[track_caller]
fn report(keys: &str, code: i32) -> String {
    let project = Project::new(&format!("{PLAIN}{keys}"))
        .with_file("app.env", "WORD=x\n")
        .with_file(" app.env ", "");
    brief(project.run(&["emit", "dockerfile", "-o", "./"]), code)
}

#[test]
fn a_dockerfile_has_its_limits() {
    assert_snapshot!(report("env: {A: \"b\\nc\"}", 1), @"
    error: the service `app`: a Dockerfile cannot hold the line break in the value of `A`
     = help: put the text into a file, or set the variable where the container is started
    ");
    assert_snapshot!(report("directory: 'a b'", 1), @"
    error: the service `app`: a Dockerfile cannot name the path `/app/a b`: it takes letters, digits and some signs for themselves only
     = help: give the file or folder another name
    ");
    assert_snapshot!(report("env-file: ' app.env '", 1), @"
    error: the project: `.dockerignore` cannot hold the path ` app.env `: white space at its ends and line breaks are cut off
     = help: give the file or folder another name
    ");
    let long = format!("arguments: ['{}']", "x".repeat(65_500));
    assert_snapshot!(report(&long, 1), @"
    error: the service `app`: a Dockerfile cannot hold a word of 65502 bytes: its lines have at most 65535
     = help: put the text into a file and load that
    ");
}

#[test]
fn nobody_reads_a_secret_in_an_image() {
    let word = "env-file: app.env\narguments: ['${WORD}']";
    assert_snapshot!(report(word, 1), @r#"
    error: the service `app`: `WORD` comes from an env file, and everyone who has the image could read it there
     = help: let the program ask for it when it starts: `(uiop:getenv "WORD")`
     = help: or give it a value that may be public: `--set WORD=VALUE`
    "#);
    let secret = "arguments: ['${API_KEY:-none}']";
    assert_snapshot!(report(secret, 1), @r#"
    error: the service `app`: `API_KEY` may be a secret, and everyone who has the image could read it there
     = help: let the program ask for it when it starts: `(uiop:getenv "API_KEY")`
    "#);
    // A value of the environment that is made from one stays out of it as well.
    let project = Project::new(&format!(
        "{PLAIN}env-file: app.env\nenv: {{DSN: 'db:${{PASSWORD}}@host', OWN: '<${{WORD}}>', SEEN: yes}}\n"
    ));
    let project = project
        .with_file("app.env", "WORD=hidden\n")
        .with_variable("PASSWORD", "hidden");
    project.run(&["emit", "dockerfile", "-o", "./"]).success();
    let text = std::fs::read_to_string(project.folder().join("Dockerfile")).unwrap();
    assert!(text.contains("SEEN=") && !text.contains("hidden"), "{text}");
    assert!(!text.contains("DSN") && !text.contains("OWN"), "{text}");
}

#[test]
fn an_image_is_made_from_the_folder_of_the_project() {
    assert_snapshot!(report("container: {files: [/etc/motd]}", 2), @"
    error: `container.files[0]` is not below the project's folder
     --> lisplaunch.yaml:4:21
    4 | container: {files: [/etc/motd]}
      |                     ^^^^^^^^^
      = help: an image is made from that folder: copy the file there
    ");
    let project =
        Project::new("name: app\nloader: asdf\nregistry: ['../My Lib']\nsystems: [app]\n");
    assert_snapshot!(brief(project.run(&["emit", "dockerfile", "-o", "./"]), 1), @"
    error: the service `app`: an image cannot be made from the folder `../My Lib` too, whose name has other signs than small letters, digits, `.`, `_` and `-`
     = help: rename the folder, or put it into that of the project
    ");
}

#[test]
fn an_image_holds_what_the_runtime_saves() {
    assert_snapshot!(report("runtime: false", 2), @"
    error: an image of a container needs lisplaunch's own code, and `runtime` is `false`
     --> lisplaunch.yaml:4:10
    4 | runtime: false
      |          ^^^^^
      = help: remove it: that code saves the program that the image holds
    ");
}

#[test]
fn packages_and_versions_have_names() {
    assert_snapshot!(report("container: {packages: [Lib SSL], quicklisp: latest}", 2), @"
    error: `container.packages[0]` is `Lib SSL`: expected the name of a package of Debian such as `libssl3`
     --> lisplaunch.yaml:4:24
    4 | container: {packages: [Lib SSL], quicklisp: latest}
      |                        ^^^^^^^
    error: `container.quicklisp` is `latest`: expected the day of a version of Quicklisp's libraries such as `2024-10-12`
     --> lisplaunch.yaml:4:45
    4 | container: {packages: [Lib SSL], quicklisp: latest}
      |                                             ^^^^^^
    ");
}

#[test]
fn a_service_that_only_its_container_reaches_is_warned_about() {
    let own = "name: app\nloader: none\nhttp: 8080\ncontainer: {image: app}\nstart: ";
    let written = |start: &str, format: &[&str]| {
        let project = Project::new(&format!("{own}{start}\n"));
        let outcome = project.run(&[&["emit"], format].concat());
        (outcome.code, outcome.stderr, outcome.stdout)
    };
    let (code, said, text) = written("(f :host \"localhost\")", &["compose"]);
    assert_eq!(code, Some(0));
    assert!(text.contains("8080:8080"));
    assert_snapshot!(said, @r#"
    warning: `start` names `localhost`, where nothing outside of its container reaches the service
     --> lisplaunch.yaml:5:8
      |
    5 | start: (f :host "localhost")
      |        ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: take the address from a variable: `${LISTEN_ADDRESS:-localhost}` is 0.0.0.0 in containers
    "#);
    let variable = "(f :address \"${LISTEN_ADDRESS:-127.0.0.1}\")";
    for format in ["compose", "dockerfile", "kubernetes", "nomad", "quadlet"] {
        let (code, said, _) = written(variable, &[format, "-o", "./"]);
        assert_eq!((code, said.as_str()), (Some(0), ""), "{format}");
    }
    // That may be wanted.
    let (_, said, _) = written(variable, &["compose", "--set", "LISTEN_ADDRESS=127.0.0.1"]);
    assert!(said.contains("names `127.0.0.1`"), "{said}");
    // Outside of a container it is as it should be.
    let (_, said, text) = written(variable, &["supervisor"]);
    assert_eq!(said, "");
    assert!(text.contains("(f :address \"127.0.0.1\")"), "{text}");
}
