//! Every format for every example, as its reader sees it.

use std::fs;
use std::path::Path;

use insta::{Settings, assert_snapshot};
use lisplaunch::format::ALL;

use super::emit::files_below;
use crate::support::{Project, REPOSITORY};

/// The names of the folders below `examples/` that are projects.
fn examples() -> Vec<String> {
    let folders = fs::read_dir(Path::new(REPOSITORY).join("examples")).unwrap();
    let projects = folders
        .map(|entry| entry.unwrap().path())
        .filter(|folder| folder.join("lisplaunch.yaml").is_file());
    let mut names: Vec<String> = projects
        .map(|folder| folder.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// All examples, in a folder whose name needs no quotes, beside a home with Quicklisp in it.
fn copied() -> Project {
    let mut project = Project::empty()
        .with_file("~/quicklisp/setup.lisp", "")
        .with_sbcl("");
    let mut folders = vec![Path::new(REPOSITORY).join("examples")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(REPOSITORY).unwrap().to_str().unwrap();
                project = project.with_file(name, fs::read(&path).unwrap());
            }
        }
    }
    project
}

/// What a command says about an example that was cloned to `/srv/lisplaunch`.
#[track_caller]
fn output(project: &Project, example: &str, arguments: &[&str]) -> String {
    let folder = format!("examples/{example}");
    let arguments = [&["-C", &folder], arguments].concat();
    let output = project.run(&arguments).output();
    output.replace("/srv/app", "/srv/lisplaunch")
}

fn snapshot(name: &str, text: &str) {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| assert_snapshot!(name, text));
}

/// What a format is for an example, by the name of the snapshot: the file, several short ones
/// each below its name, or one for each folder or file where they would be too long together. Not
/// every example has what every format is about.
fn emitted(project: &Project, example: &str, format: &str) -> Vec<(String, String)> {
    let folder = project.folder().join("written");
    let _ = fs::remove_dir_all(&folder);
    let folder = folder.to_str().unwrap();
    let target = format!("{folder}/");
    let example_folder = format!("examples/{example}");
    let emit = ["-C", &example_folder, "emit", format, "-o", &target];
    // What an env file says is not for an image, unless a variable says so.
    let said: &[&str] = match (format, example) {
        ("compose" | "dockerfile" | "quadlet", "shop") => &["--set", "SHOP_NAME=Shop"],
        _ => &[],
    };
    let outcome = project.run(&[&emit[..], said].concat());
    if outcome.code != Some(0) {
        return vec![(format!("{format}@{example}"), outcome.failure(1))];
    }
    assert_eq!(outcome.stderr, "");
    let files = files_below(Path::new(folder));
    let files = files.into_iter().map(|(name, text)| {
        let text = project.with_fixed_paths(&text);
        let text = text.replace("/srv/app", "/srv/lisplaunch");
        (name, as_if_roots(&text))
    });
    let files: Vec<(String, String)> = files.collect();
    let lines: usize = files.iter().map(|(_, text)| text.lines().count() + 2).sum();
    if files.len() == 1 || lines <= LONG {
        return vec![(format!("{format}@{example}"), together(&files))];
    }
    let first_step = |(name, _): &(String, String)| name.split('/').next().unwrap().to_owned();
    let parts = files.chunk_by(|one, other| first_step(one) == first_step(other));
    parts
        .map(|part| {
            let step = first_step(&part[0]);
            // Not every file has the name of its project.
            let name = if step.contains(example) {
                step
            } else {
                format!("{example}-{}", step.trim_start_matches('.'))
            };
            (format!("{format}@{name}"), together(part))
        })
        .collect()
}

/// The text without the mark that the project belongs to another user than root.
fn as_if_roots(text: &str) -> String {
    let user = uzers::get_user_by_uid(uzers::get_current_uid()).unwrap();
    text.replace(&format!(" --trust {}", user.name().display()), "")
}

fn together(files: &[(String, String)]) -> String {
    let texts = files.iter().map(|(name, text)| match files.len() {
        1 => text.clone(),
        _ => format!("==> {name} <==\n{text}"),
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// More lines than a person reads at once.
const LONG: usize = 75;

/// The names of the services of an example.
fn services(project: &Project, example: &str) -> Vec<String> {
    let text = output(project, example, &["show", "--json"]);
    let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
    let services = plan["services"].as_array().unwrap().iter();
    services
        .map(|service| service["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_format_of_every_example() {
    let project = copied();
    for example in examples() {
        for format in ALL {
            for (name, text) in emitted(&project, &example, format.name) {
                snapshot(&name, &text);
            }
        }
    }
}

#[test]
fn the_command_line_of_every_example() {
    let project = copied();
    for example in examples() {
        let services = services(&project, &example);
        for service in &services {
            let name = match services.len() {
                1 => format!("argv@{example}"),
                _ => format!("argv@{example}-{service}"),
            };
            let text = output(&project, &example, &["argv", service, "--format", "lines"]);
            snapshot(&name, &text);
        }
    }
}

/// As short as what one would type by hand: a longer word would hide what follows.
#[test]
fn no_command_line_is_long() {
    let project = copied();
    for example in examples() {
        for service in services(&project, &example) {
            let argv = output(&project, &example, &["argv", &service, "--format", "lines"]);
            for word in argv.lines() {
                assert!(word.len() <= 250, "{example} {service}: {word}");
            }
        }
    }
    let seed = output(&project, "lucerne", &["argv"]);
    let seed = seed.replace("/srv/lisplaunch/examples/lucerne", "/srv/my-app");
    assert!(seed.len() <= 700, "{} bytes: {seed}", seed.len());
}

#[test]
fn every_example_is_well() {
    let project = copied();
    for example in examples() {
        let outcome = project.run(&["-C", &format!("examples/{example}"), "check"]);
        assert!(outcome.success().ends_with("all well\n"));
    }
}
