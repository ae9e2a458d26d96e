//! What arrives in containers: of the Dockerfile by buildah and podman, of compose.yaml as
//! docker-compose reads it. Of units for podman's generator the words are read by systemd, to which
//! the generator hands them on: Debian 12 has a podman without it.

use std::collections::BTreeMap;
use std::fs;

use proptest::collection::vec;
use serde_json::{Value, json};

use super::recorder::compiled;
use super::text::hostile;
use super::yaml::{Style, write};
use super::{config, runner};
use crate::consumer::{Base, Containers, Dumper, Received, Systemd, command};
use crate::support::Project;

/// A form with this text in it.
fn form(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("(f \"{text}\")")
}

/// Text as a project file has it, where `$` begins a variable.
fn written(text: &str) -> String {
    text.replace('$', "$$")
}

/// Variables of these values, which are called `BASE_0` and so on.
fn variables(base: &str, values: &[String]) -> BTreeMap<String, String> {
    let values = values.iter().enumerate();
    values
        .map(|(index, value)| (format!("{base}_{index}"), value.clone()))
        .collect()
}

fn project(tree: &Value) -> Project {
    let tree: serde_yaml::Value = serde_json::from_value(tree.clone()).unwrap();
    Project::new(&write(&tree, Style::Json))
}

fn written_all(variables: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let values = variables.iter();
    values
        .map(|(name, value)| (name.clone(), written(value)))
        .collect()
}

/// Tries lists of texts.
fn for_texts(cases: u32, count: usize, test: impl Fn(&[String])) {
    runner(config(cases))
        .run(&vec(hostile(), count), |texts| {
            test(&texts);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error:.30000}"));
}

/// What a container was started with.
struct Started {
    argv: Vec<String>,
    directory: String,
    environment: BTreeMap<String, String>,
}

impl Started {
    fn parse(record: Vec<u8>) -> Self {
        let text = String::from_utf8(record).unwrap();
        let mut fields = text.trim_end_matches('\0').split('\0').map(str::to_owned);
        let count: usize = fields.next().unwrap().parse().unwrap();
        let argv = fields.by_ref().take(count).collect();
        let directory = fields.next().unwrap();
        let pairs = fields.map(|field| {
            let (name, value) = field.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        Started {
            argv,
            directory,
            environment: pairs.collect(),
        }
    }
}

#[test]
pub fn containers_start_what_the_project_says() {
    let (_folder, stand_in) = compiled("stand_in.rs", &["-C", "target-feature=+crt-static"]);
    let base = Base {
        name: "container-stand-in",
        packages: &[],
        sbcl: Some(stand_in),
    };
    let containers = Containers::with(&base);
    for_texts(3, 60, |texts| {
        let held = |text: &&String| !text.contains(['\n', '\r']);
        let values: Vec<String> = texts.iter().filter(held).cloned().collect();
        let environment = variables("PLAIN", &values);
        let project = project(&json!({
            "name": "app",
            "loader": "none",
            "start": form(&written(&texts.concat())),
            "arguments": texts.iter().map(|text| written(text)).collect::<Vec<_>>(),
            "env": written_all(&environment),
            "directory": "work",
        }));
        project.run(&["emit", "dockerfile", "-o", "."]).success();
        containers.build(&project.folder(), "app", &[]);
        let started = Started::parse(containers.run("app", &[], &[]));
        assert_eq!(started.argv[0], "/app/.lisplaunch/app");
        let arguments = &started.argv[started.argv.len() - texts.len()..];
        assert_eq!(arguments, texts);
        let start = format!("(progn (lisplaunch:starting) {})", form(&texts.concat()));
        assert!(started.argv.contains(&start), "{start}\n{:?}", started.argv);
        assert_eq!(started.directory, "/app/work");
        for (name, value) in &environment {
            assert_eq!(started.environment.get(name), Some(value));
        }
    });
}

/// The lines of an env file that holds as many of these values as it can.
fn env_file(values: &BTreeMap<String, String>) -> String {
    let lines = values.iter().map(|(name, value)| match value {
        value if !value.contains('\'') => format!("{name}='{value}'\n"),
        value => format!("{name}=\"{value}\"\n"),
    });
    lines.collect()
}

/// Texts for an env file, and all of them that are not for one.
fn parted(texts: &[String]) -> (Vec<String>, Vec<String>) {
    let texts = texts.iter().cloned();
    texts.partition(|text| {
        let both = text.contains('\'') && text.contains('"');
        !both && !text.contains(['\n', '\r'])
    })
}

/// A project whose variables are in an env file, and may be secrets.
fn secretive(texts: &[String]) -> (Project, BTreeMap<String, String>) {
    let (in_file, own) = parted(texts);
    let (in_file, own) = (variables("FILE", &in_file), variables("TOKEN", &own));
    let plain = "PLAIN=a,b/c:d@e-f_1.2%+=\n";
    let project = project(&json!({
        "name": "app",
        "loader": "none",
        "start": "(f)",
        "env-file": "app.env",
        "env": written_all(&own),
    }));
    let project = project.with_file("app.env", env_file(&in_file) + plain);
    let mut expected = in_file;
    expected.extend(own);
    expected.insert("PLAIN".to_owned(), "a,b/c:d@e-f_1.2%+=".to_owned());
    (project, expected)
}

/// What docker-compose has read of the service. It could print that too, but as `PyYAML` does, which
/// does not read all line breaks as it writes them.
const READ: &str = "\
import json, sys
from compose.config import config
from compose.config.environment import Environment
environment = Environment.from_env_file('.', None)
read = config.load(config.find('.', ['compose.yaml'], environment))
json.dump(read.services[0], sys.stdout)
";

fn read_by_compose(project: &Project) -> Value {
    // That of Debian, for which docker-compose is installed.
    let mut python = command("/usr/bin/python3");
    python.args(["-c", READ]).current_dir(project.folder());
    let output = python.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"))
}

#[test]
pub fn compose_gives_containers_what_the_project_says() {
    for_texts(4, 40, |texts| {
        let (project, expected) = secretive(texts);
        project.run(&["emit", "compose", "-o", "."]).success();
        let text = fs::read_to_string(project.folder().join("compose.yaml")).unwrap();
        assert!(!text.contains("a,b/c"), "it is in the env file: {text}");
        let service = read_by_compose(&project);
        let environment: BTreeMap<String, String> =
            serde_json::from_value(service["environment"].clone()).unwrap();
        for (name, value) in &expected {
            assert_eq!(environment.get(name), Some(value), "{name}");
        }
        assert_eq!(service["stop_grace_period"], "15s");
    });
}

/// Whether systemd takes it for text.
fn is_text(text: &str) -> bool {
    text.chars()
        .map(u32::from)
        .all(|number| number & 0xfffe != 0xfffe && !(0xfdd0..0xfdf0).contains(&number))
}

#[test]
pub fn systemd_reads_what_podmans_generator_hands_on() {
    let home = tempfile::tempdir().unwrap();
    let systemd = Systemd::start(home.path());
    for_texts(4, 40, |texts| {
        let texts: Vec<String> = texts.iter().filter(|text| is_text(text)).cloned().collect();
        let (project, expected) = secretive(&texts);
        project.run(&["emit", "quadlet", "-o", "."]).success();
        let text = fs::read_to_string(project.folder().join("app.container")).unwrap();
        let lines = text.lines();
        let words: Vec<&str> = lines
            .filter_map(|line| line.strip_prefix("Environment="))
            .collect();
        let dumper = Dumper::new();
        let program = dumper.program("podman");
        let unit = format!(
            "[Service]\nType=oneshot\nExecStart={program} {}\n",
            words.join(" ")
        );
        fs::write(systemd.units().join("app.service"), unit).unwrap();
        systemd.success(&["daemon-reload"]);
        systemd.success(&["start", "app.service"]);
        let received = Received::by(&program).unwrap();
        let given = received.argv[1..].iter().map(|word| {
            let (name, value) = word.to_str().unwrap().split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        let mut expected = expected;
        expected.remove("PLAIN").unwrap();
        // What every program reads alike stays in the env file.
        expected.retain(|name, _| words.iter().any(|word| word.contains(&format!("{name}="))));
        let given: BTreeMap<String, String> = given.collect();
        assert_eq!(given, expected, "{text}");
        assert!(given.len() > 20, "{text}");
        assert!(text.contains("EnvironmentFile="));
    });
}
