//! The manifests of each service, as Kubernetes reads them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::placed::expected_in;
use super::project::Project;
use super::service::IMAGE;
use super::{assert_refused, for_projects, indices, name, program_name};
use crate::consumer::{expanded, manifests};

/// What a service is called in DNS, if it can be called anything there.
fn label(project: &Project, index: usize) -> Option<String> {
    let label = program_name(project, index)
        .to_lowercase()
        .replace(['.', '_'], "-");
    label
        .starts_with(|c: char| c.is_ascii_lowercase())
        .then_some(label)
}

/// Those services that have a name, having seen that the others are refused.
fn named(project: &Project) -> Vec<usize> {
    let (named, refused): (Vec<usize>, Vec<usize>) =
        indices(project).partition(|index| label(project, *index).is_some());
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
    let read = expected.read(&words);
    assert_eq!(read.as_ref(), Ok(&expected.started), "{}", context());
    assert_eq!(container["image"], IMAGE);
    assert_eq!(
        container["workingDir"],
        json!(expected.directory),
        "{}",
        context()
    );
    let mut environment = BTreeMap::from([
        ("HOME".to_owned(), "/app".to_owned()),
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
