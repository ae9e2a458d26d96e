//! Project files that the pages show.

use std::fs;
use std::path::Path;

use crate::docs::page::Page;
use crate::support::Project;

/// A project file of this text, or one that it belongs into.
fn whole(block: &str) -> String {
    let has = |key: &str| block.lines().any(|line| line.starts_with(key));
    let name = if has("name:") { "" } else { "name: shown\n" };
    let runs = ["start:", "systems:", "load:", "services:"]
        .iter()
        .any(|key| has(key));
    let start = if runs { "" } else { "start: (f)\n" };
    [name, block, start].concat()
}

#[test]
fn every_project_file_can_be_read() {
    for page in Page::all() {
        let files = page.blocks_of("yaml").into_iter();
        // A claim is a file of Kubernetes.
        for block in files.filter(|block| !block.starts_with("apiVersion:")) {
            let project = Project::new(&whole(&block)).with_file("~/quicklisp/setup.lisp", "");
            // Only there is a service with replicas one service.
            let outcome = match page.name.as_str() {
                "docs/formats/kubernetes.md" => project.run(&["emit", "kubernetes", "-o", "k8s/"]),
                _ => project.run(&["show"]),
            };
            assert_eq!(
                outcome.code,
                Some(0),
                "{}: {block}{}",
                page.name,
                outcome.stderr
            );
        }
    }
}

/// The Makefile in README and what README makes of it, the project file right below.
#[test]
fn the_project_file_in_the_readme_does_what_the_makefile_does() {
    let readme = Page::read("README.md");
    let project = Project::empty().with_file("Makefile", &readme.blocks_of("make")[0]);
    let imported = project.run(&["import", "Makefile"]).success();
    let argv = |yaml: &str| {
        let project = Project::new(yaml).with_file("~/quicklisp/setup.lisp", "");
        let set = ["--set", "SERVER_PORT=40000", "--set", "SWANK_PORT=40054"];
        let printed = project.run(&[["argv", "--format", "lines"].as_slice(), &set].concat());
        printed.success()
    };
    let yaml = &readme.blocks_of("yaml")[0];
    let name = |yaml: &str| yaml.replace("name: app\n", "name: lucerne-hello-world\n");
    assert_eq!(argv(yaml), argv(&name(&imported)), "{imported}");
}

/// The file that the pages on formats, `docs/formats/`, are read beside.
pub(super) fn my_app() -> String {
    let readme = Page::read("README.md");
    let mut files = readme.blocks_of("yaml").into_iter();
    files.find(|file| file.contains("name: my-app")).unwrap()
}

#[test]
fn the_picture_of_the_readme_is_there() {
    let readme = Page::read("README.md").text;
    let file = readme
        .split("](docs/images/")
        .nth(1)
        .and_then(|rest| rest.split(')').next());
    let file = Path::new(crate::support::REPOSITORY)
        .join("docs/images")
        .join(file.unwrap());
    assert!(fs::read_to_string(file).unwrap().starts_with("<svg "));
}
