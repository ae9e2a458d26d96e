//! What starts in a container, as docker-compose and buildah read the files that say it.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_yaml::Value;
use tempfile::TempDir;

use super::original::Words;
use crate::support::Project;

/// What docker-compose makes of a service: its entry point and its command, and its variables.
pub fn composed(project: &Project, file: &str, service: &str) -> Words {
    // It wants to know an image of each.
    let text = fs::read_to_string(project.folder().join(file)).unwrap();
    let written: Value = serde_yaml::from_str(&text).unwrap();
    let services = written["services"].as_mapping().unwrap().keys();
    let images: String = services
        .map(|name| format!("  {}: {{image: any}}\n", name.as_str().unwrap()))
        .collect();
    let image = project.home().join("image.yaml");
    fs::write(&image, format!("services:\n{images}")).unwrap();
    let mut compose = Command::new("docker-compose");
    let environment = project.command(&[]);
    compose
        .args(["--project-directory", ".", "-f", file, "-f"])
        .arg(image)
        .arg("config")
        .envs(
            environment
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .current_dir(project.folder());
    let output = compose
        .output()
        .expect("`docker-compose` must be installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let config: Value = serde_yaml::from_slice(&output.stdout).unwrap();
    let service = &config["services"][service];
    let words = |key: &str| match &service[key] {
        Value::String(text) => shlex::split(text).unwrap(),
        Value::Sequence(words) => words
            .iter()
            .map(|word| word.as_str().unwrap().to_owned())
            .collect(),
        _ => Vec::new(),
    };
    let unescaped = |word: String| word.replace("$$", "$");
    let words = [words("entrypoint"), words("command")].concat();
    let variables = service["environment"]
        .as_mapping()
        .cloned()
        .unwrap_or_default();
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => serde_yaml::to_string(&other).unwrap().trim().to_owned(),
    };
    let variables = variables
        .into_iter()
        .map(|(name, value)| (text(name), text(value)));
    (
        words.into_iter().map(unescaped).collect(),
        variables.collect(),
    )
}

/// What buildah makes of a Dockerfile: the image is of nothing, and nothing is run to make it.
pub fn image(file: &Path) -> Words {
    let text = fs::read_to_string(file).unwrap().replace("\\\n", " ");
    let mut lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("RUN "))
        .collect();
    for line in &mut lines {
        if line.starts_with("FROM ") {
            *line = "FROM scratch";
        }
    }
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("Dockerfile"), lines.join("\n")).unwrap();
    let buildah = |arguments: &[&str]| {
        let output = Command::new("buildah")
            .arg("--root")
            .arg(folder.path().join("root"))
            .arg("--runroot")
            .arg(folder.path().join("run"))
            .arg("--storage-driver=vfs")
            .args(arguments)
            .env("HOME", folder.path())
            .output()
            .expect("`buildah` must be installed for this test");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        output.stdout
    };
    buildah(&[
        "bud",
        "--isolation=chroot",
        "--format=docker",
        "--quiet",
        "--tag=localhost/original",
        folder.path().to_str().unwrap(),
    ]);
    let said = buildah(&["inspect", "--type=image", "localhost/original"]);
    let said: serde_json::Value = serde_json::from_slice(&said).unwrap();
    let config = &said["Docker"]["config"];
    let list = |key: &str| -> Vec<String> {
        serde_json::from_value(config[key].clone()).unwrap_or_default()
    };
    let variables = list("Env");
    let variables = variables
        .iter()
        .filter_map(|variable| variable.split_once('='));
    let variables = variables
        .filter(|(name, _)| *name != "PATH")
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    (
        [list("Entrypoint"), list("Cmd")].concat(),
        variables.collect(),
    )
}
