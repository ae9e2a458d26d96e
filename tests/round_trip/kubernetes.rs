//! The manifests of each service, as Kubernetes reads them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::placed::expected_in;
use super::project::Project;
use super::recorder::Record;
use super::service::IMAGE;
use super::{assert_refused, for_projects, indices, name, program_name};
use crate::consumer::{Containers, expanded, manifests};

/// What a service is called in DNS, if it can be called anything there.
fn label(project: &Project, index: usize) -> Option<String> {
    let label = program_name(project, index)
        .to_lowercase()
        .replace(['.', '_'], "-");
    label
        .starts_with(|c: char| c.is_ascii_lowercase())
        .then_some(label)
}

/// Those services that have a name and can be saved, having seen that the others are refused.
fn named(project: &Project) -> Vec<usize> {
    let saved = |index: &usize| project.services[*index].1.runtime;
    let (named, refused): (Vec<usize>, Vec<usize>) = indices(project)
        .filter(saved)
        .partition(|index| label(project, *index).is_some());
    for index in refused {
        assert_refused(project, "kubernetes", &[name(project, index)]);
    }
    named
}

/// Writes the manifests of these services, and returns the files.
fn write(project: &Project, services: &[usize]) -> Vec<PathBuf> {
    let folder = project.root().join("out/manifests");
    let mut emit = project.lisplaunch(&project.settings, &["emit", "kubernetes"]);
    emit.args(services.iter().map(|index| name(project, *index)));
    emit.arg("-o").arg(folder.join(""));
    project.success("emit", emit.output().unwrap());
    files(&folder)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
pub fn kubernetes_starts_what_the_plan_says() {
    for_projects(4, 25, |project| {
        let services = named(project);
        if services.is_empty() {
            return;
        }
        let objects = manifests(&write(project, &services), "1.37");
        for index in services {
            assert_read(project, index, &objects);
        }
    });
}

fn object<'a>(objects: &'a [Value], kind: &str, name: &str) -> Option<&'a Value> {
    let mut objects = objects.iter();
    objects.find(|object| object["kind"] == kind && object["metadata"]["name"] == name)
}

fn assert_read(project: &Project, index: usize, objects: &[Value]) {
    let label = label(project, index).unwrap();
    let expected = expected_in(project, index, &project.settings, "/app");
    let context = || format!("`{}`\n{:.3000}", name(project, index), project.yaml);
    let deployment = object(objects, "Deployment", &label).unwrap();
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    let words: Vec<String> = serde_json::from_value(container["command"].clone()).unwrap();
    let words: Vec<String> = words.iter().map(|word| expanded(word)).collect();
    assert_resumes(project, index, &words);
    assert_eq!(container["image"], IMAGE);
    assert_eq!(
        container["workingDir"],
        json!(expected.directory),
        "{}",
        context()
    );
    let mut environment = BTreeMap::from([
        ("HOME".to_owned(), "/home/app".to_owned()),
        ("LANG".to_owned(), "C.UTF-8".to_owned()),
    ]);
    environment.extend(expected.env.clone());
    let config = object(objects, "ConfigMap", &label).unwrap()["data"].clone();
    let mut came: BTreeMap<String, String> = serde_json::from_value(config).unwrap();
    if let Some(secret) = object(objects, "Secret", &label) {
        let secrets: BTreeMap<String, String> =
            serde_json::from_value(secret["stringData"].clone()).unwrap();
        assert!(!secrets.is_empty());
        came.extend(secrets);
    }
    assert_eq!(came, environment, "{}", context());
    let secret = object(objects, "Secret", &label).is_some();
    let sources = container["envFrom"].as_array().unwrap().len();
    assert_eq!(sources, 1 + usize::from(secret));
}

/// What podman and its image add to the environment.
const BY_PODMAN: &[&str] = &["HOSTNAME", "PATH", "TERM", "container"];

#[test]
fn podman_starts_what_the_plan_says() {
    for_projects(1, 8, |project| {
        let mut services = named(project);
        if services.is_empty() {
            return;
        }
        let objects = manifests(&write(project, &services), "1.37");
        services.retain(|index| is_taken_as_it_is(project, *index, &objects));
        let pods = Containers::new();
        pods.import(&root(project, &services, &objects), IMAGE, &path(project));
        for index in &services {
            let name = label(project, *index).unwrap();
            if let Some(secret) = object(&objects, "Secret", &name) {
                pods.keep(secret);
            }
            let folder = project.root().join("out/manifests");
            let file = |kind: &str| folder.join(format!("{name}.{kind}.yaml"));
            pods.play(&[file("config"), file("deployment")], &["--network=none"]);
        }
        for index in services {
            let container = container(&objects, &label(project, index).unwrap())["name"].clone();
            let container = container.as_str().unwrap();
            let pod = format!("{}-pod-0-{container}", label(project, index).unwrap());
            assert_started(project, index, Record::printed(&pods.first_line(&pod)));
        }
    });
}

fn container<'a>(objects: &'a [Value], label: &str) -> &'a Value {
    let deployment = object(objects, "Deployment", label).unwrap();
    &deployment["spec"]["template"]["spec"]["containers"][0]
}

/// podman expands nothing, and loses a line break in front of the value of a variable; runc fills an
/// empty HOME.
fn is_taken_as_it_is(project: &Project, index: usize, objects: &[Value]) -> bool {
    let container = container(objects, &label(project, index).unwrap());
    let mut words = container["command"].as_array().unwrap().iter();
    let expected = expected_in(project, index, &project.settings, "/app");
    let mut values = expected.env.values();
    words.all(|word| expanded(word.as_str().unwrap()) == word.as_str().unwrap())
        && !values.any(|value| value.starts_with('\n'))
        && expected.env.get("HOME").is_none_or(|home| !home.is_empty())
}

/// Where programs are in the image.
fn path(project: &Project) -> String {
    project.root().join("bin").display().to_string()
}

/// The files of the image: the programs of these services, and the folders that they start in.
fn root(project: &Project, services: &[usize], objects: &[Value]) -> PathBuf {
    let root = project.root().join("out/root");
    let inside = |path: &Path| root.join(path.strip_prefix("/").unwrap());
    for index in services {
        let expected = expected_in(project, *index, &project.settings, "/app");
        fs::create_dir_all(inside(Path::new(&expected.directory))).unwrap();
        let label = label(project, *index).unwrap();
        let program = container(objects, &label)["command"][0].as_str().unwrap();
        let program = inside(Path::new(program));
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        fs::copy(project.program(*index), program).unwrap();
    }
    root
}

fn assert_started(project: &Project, index: usize, record: Record) {
    let expected = expected_in(project, index, &project.settings, "/app");
    let context = || format!("`{}`\n{:.3000}", name(project, index), project.yaml);
    assert_resumes(project, index, &record.argv);
    assert_eq!(
        record.directory,
        Path::new(&expected.directory),
        "{}",
        context()
    );
    let mut environment = BTreeMap::from([
        ("HOME".into(), "/home/app".into()),
        ("LANG".into(), "C.UTF-8".into()),
    ]);
    let own = expected.env.iter();
    environment.extend(own.map(|(name, value)| (name.into(), value.into())));
    let mut came = record.environment;
    came.retain(|name, _| {
        environment.contains_key(name) || BY_PODMAN.iter().all(|added| name != added)
    });
    assert_eq!(came, environment, "{}", context());
}

/// Asserts that a command goes on where the program was saved, with what `run` starts.
fn assert_resumes(project: &Project, index: usize, words: &[String]) {
    let arguments = ["argv", name(project, index), "--format", "json"];
    let text = project.printed(&project.settings, &arguments);
    let run: Vec<String> = serde_json::from_str(&text).unwrap();
    let resume = words.iter().position(|word| word == "(lisplaunch:resume)");
    let rest = &words[resume.unwrap() + 1..];
    // The profile is in the name too.
    let program = format!("/app/.lisplaunch/{}", name(project, index));
    assert!(words[0].starts_with(&program), "{}", words[0]);
    assert!(rest.len() >= 2 && run.ends_with(rest), "{rest:?}\n{run:?}");
}
