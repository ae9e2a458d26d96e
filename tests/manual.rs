//! The pages of the manual, as real formatters read them.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use lisplaunch::project::keys::KEYS;

use crate::support::Project;

/// What mandoc says of any page that was not filled by hand.
const TASTE: &[&str] = &["input text line longer than 80 bytes"];

/// All pages, written by the program.
fn pages(project: &Project) -> Vec<PathBuf> {
    assert_eq!(project.run(&["man", "manual"]).success(), "");
    let folders = ["man1", "man5"].map(|name| project.folder().join("manual").join(name));
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn formatted(page: &PathBuf) -> String {
    let Output { stdout, .. } = Command::new("mandoc")
        .args(["-T", "utf8", "-O", "width=100"])
        .arg(page)
        .output()
        .unwrap();
    // Bold is a letter, a backspace and the letter again.
    let text = String::from_utf8(stdout).unwrap();
    let mut plain = String::new();
    for character in text.chars() {
        if character == '\u{8}' {
            plain.pop();
        } else {
            plain.push(character);
        }
    }
    plain
}

#[test]
fn mandoc_has_nothing_to_complain_of() {
    let project = Project::empty();
    let output = Command::new("mandoc")
        .args(["-T", "lint", "-W", "style"])
        .args(pages(&project))
        .output()
        .unwrap();
    let complaints = String::from_utf8(output.stdout).unwrap();
    let complaints = complaints
        .lines()
        .filter(|line| !TASTE.iter().any(|taste| line.contains(taste)));
    assert_eq!(complaints.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn each_command_has_a_page_that_the_first_one_names() {
    let project = Project::empty();
    let pages = pages(&project);
    let first = pages.iter().find(|page| page.ends_with("lisplaunch.1"));
    let first = formatted(first.unwrap());
    let help = project.run(&["--help"]).success();
    let commands = help
        .split("Commands:\n")
        .nth(1)
        .unwrap()
        .split("\n\n")
        .next()
        .unwrap();
    let mut count = 0;
    for line in commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
    {
        let name = line.split_whitespace().next().unwrap();
        if name == "help" {
            continue;
        }
        count += 1;
        assert!(
            first.contains(&format!("lisplaunch-{name}(1)")),
            "{name}: {first}"
        );
        let page = pages
            .iter()
            .find(|page| page.ends_with(format!("lisplaunch-{name}.1")));
        let page = formatted(page.unwrap());
        for title in ["NAME", "SYNOPSIS", "DESCRIPTION", "SEE ALSO"] {
            assert!(page.contains(title), "{name}: {page}");
        }
    }
    assert!(count > 15, "{help}");
    let tmux = pages
        .iter()
        .find(|page| page.ends_with("lisplaunch-tmux-start.1"));
    assert!(tmux.is_some());
    // It is for lisplaunch itself.
    assert!(
        !pages
            .iter()
            .any(|page| page.to_string_lossy().contains("tmux-enter"))
    );
}

#[test]
fn the_page_of_the_project_file_has_every_key() {
    let project = Project::empty();
    let pages = pages(&project);
    let page = formatted(pages.last().unwrap());
    for key in KEYS {
        let holds = key.holds.to_string().replace('`', "");
        let line = format!("{}: {holds}", key.path);
        assert!(page.contains(&line), "`{line}` is not in {page}");
    }
    insta::assert_snapshot!(&page[..page.find("     description").unwrap()], @"
    LISPLAUNCH.YAML(5)                           lisplaunch                           LISPLAUNCH.YAML(5)

    NAME
           lisplaunch.yaml - the project file of lisplaunch

    DESCRIPTION
           Says what a Common Lisp service consists of and how it is started. lisplaunch looks for it in
           the current folder and in those above. Paths in it are relative to its folder; a leading ~/
           is the home folder.

           A value may hold variables of the environment: ${NAME}, ${NAME:-default} and
           ${NAME:?message}. $$ is a dollar.

           A key that begins with x- is left to the person. A key without a value is one that is not
           there.

    KEYS
           name: a name
                  What the project is called: letters, digits, ., _ and -. Default: the folder's name.
                  At the top of the file only.
    ");
}

#[test]
fn one_page_is_printed() {
    let printed = Project::empty().run(&["man"]).success();
    assert!(printed.starts_with(".ie \\n(.g"), "{printed}");
    assert!(printed.contains(".TH LISPLAUNCH 1 "), "{printed}");
}
