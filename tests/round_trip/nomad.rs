//! The job of each service, as Nomad reads it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use unicode_normalization::is_nfc;

use super::expected::Expected;
use super::project::Project;
use super::{assert_refused, for_projects, indices, name, program_name};
use crate::consumer::{Job, jobs};

/// Whether Nomad would put another value in the place of a part of the text.
fn is_replaced(text: &str) -> bool {
    let names = text.split("${").skip(1).filter_map(|rest| {
        rest.split('}')
            .next()
            .filter(|name| name.len() < rest.len())
    });
    let legal = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    names
        .into_iter()
        .any(|name| !name.is_empty() && name.chars().all(legal))
}

/// The variables that are secret: those of env files, and those of such names.
fn is_secret(project: &Project, index: usize, name: &str) -> bool {
    project.services[index].1.env_file.contains_key(name)
        || lisplaunch::plan::secrecy::looks_secret(name)
}

fn holds(project: &Project, index: usize, expected: &Expected) -> bool {
    let texts = expected.texts().into_iter().chain([&expected.directory]);
    let plain = expected
        .env
        .iter()
        .filter(|(name, _)| !is_secret(project, index, name));
    // HCL composes letters and their accents.
    let mut texts = texts.chain(plain.map(|(_, value)| value));
    is_nfc(&project.file().display().to_string())
        && texts.all(|text| is_nfc(text))
        && expected
            .env
            .iter()
            .all(|(name, value)| is_secret(project, index, name) || !is_replaced(value))
}

#[test]
pub fn nomad_starts_what_run_starts() {
    for_projects(3, 15, |project| {
        let (held, refused): (Vec<usize>, Vec<usize>) = indices(project).partition(|index| {
            holds(
                project,
                *index,
                &project.expected(*index, &project.settings),
            )
        });
        for index in refused {
            assert_refused(project, "nomad", &[name(project, index)]);
        }
        if held.is_empty() {
            return;
        }
        let folder = project.root().join("out/jobs");
        let mut emit = project.lisplaunch(&project.settings, &["emit", "nomad"]);
        emit.args(held.iter().map(|index| name(project, *index)));
        project.success(
            "emit",
            emit.arg("-o").arg(folder.join("")).output().unwrap(),
        );
        let file = |index: usize, kind: &str| {
            folder.join(format!("{}.{kind}", program_name(project, index)))
        };
        let files: Vec<PathBuf> = held.iter().map(|index| file(*index, "nomad.hcl")).collect();
        for (index, job) in held.iter().zip(jobs(&files)) {
            let secrets = fs::read_to_string(file(*index, "variables.json")).ok();
            assert_read(project, *index, &job, secrets.as_deref());
        }
    });
}

fn assert_read(project: &Project, index: usize, job: &Job, secrets: Option<&str>) {
    let expected = project.expected(index, &project.settings);
    let context = || format!("`{}`\n{:.3000}", name(project, index), project.yaml);
    let config = &job.task["config"][0];
    let mut words = vec![config["command"].as_str().unwrap().to_owned()];
    words.extend(serde_json::from_value::<Vec<String>>(config["args"].clone()).unwrap());
    assert_eq!(
        expected.read(&words).as_ref(),
        Ok(&expected.started),
        "{}",
        context()
    );
    assert_eq!(
        config["work_dir"],
        json!(expected.directory),
        "{}",
        context()
    );
    let mut environment = BTreeMap::from([
        ("HOME".to_owned(), "/local".to_owned()),
        ("LANG".to_owned(), "C.UTF-8".to_owned()),
    ]);
    environment.extend(expected.env.clone());
    let variables = job.task["env"][0].clone();
    let mut came: BTreeMap<String, String> = serde_json::from_value(variables).unwrap();
    assert!(
        !came.values().any(|value| is_replaced(value)),
        "{}",
        context()
    );
    assert_eq!(
        secrets.is_some(),
        job.task["template"].is_array(),
        "{}",
        context()
    );
    if let Some(secrets) = secrets {
        let secrets: Value = serde_json::from_str(secrets).unwrap();
        assert_eq!(secrets["Path"], json!(format!("nomad/jobs/{}", job.name)));
        let items: BTreeMap<String, String> =
            serde_json::from_value(secrets["Items"].clone()).unwrap();
        // Nomad leaves out what is empty.
        assert!(
            items.values().all(|value| !value.is_empty()),
            "{}",
            context()
        );
        came.extend(items);
    }
    assert_eq!(came, environment, "{}", context());
}
