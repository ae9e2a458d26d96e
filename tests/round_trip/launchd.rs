//! The property list of each service, as two parsers read it.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::expected::Expected;
use super::project::Project;
use super::service::Call;
use super::{assert_refused, for_projects, indices, name, program_name};
use crate::consumer::property_lists;

#[test]
pub fn parsers_read_what_run_starts() {
    for_projects(6, 40, |project| {
        let (held, refused): (Vec<usize>, Vec<usize>) = indices(project).partition(|index| {
            let searched = project.services[*index].1.call == Call::OnPath;
            let expected = project.expected(*index, &project.settings);
            expected.xml_holds() && !(searched && expected.started.program.contains('='))
        });
        for index in refused {
            assert_refused(project, "launchd", &[name(project, index)]);
        }
        let files: Vec<_> = held
            .iter()
            .map(|index| {
                let arguments = ["emit", "launchd", name(project, *index)];
                let text = project.printed(&project.settings, &arguments);
                let file = project.root().join(format!("out/{index}.plist"));
                fs::write(&file, text).unwrap();
                file
            })
            .collect();
        if files.is_empty() {
            return;
        }
        for (index, list) in held.iter().zip(property_lists(&files)) {
            assert_read(project, *index, list);
        }
    });
}

fn assert_read(project: &Project, index: usize, list: Value) {
    let service = &project.services[index].1;
    let expected = project.expected(index, &project.settings);
    let mut list: BTreeMap<String, Value> = serde_json::from_value(list).unwrap();
    let mut take = |key: &str| list.remove(key).unwrap_or_default();
    let context = || format!("`{}`\n{:.3000}", name(project, index), project.yaml);
    let mut argv: Vec<String> = serde_json::from_value(take("ProgramArguments")).unwrap();
    if service.call == Call::OnPath {
        assert_eq!(argv.remove(0), "/usr/bin/env", "{}", context());
    }
    let read = expected.read(&argv);
    assert_eq!(read.as_ref(), Ok(&expected.started), "{}", context());
    assert_eq!(
        take("EnvironmentVariables"),
        json!(environment(service.call, &expected)),
        "{}",
        context()
    );
    assert_eq!(take("WorkingDirectory"), json!(expected.directory));
    for path in ["StandardOutPath", "StandardErrorPath"] {
        assert_eq!(take(path), json!(expected.log), "{}", context());
    }
    let umask = service.umask.map(|_| decimal(&expected.umask));
    assert_eq!(take("Umask"), json!(umask));
    let default = if service.runtime { 10 } else { 60 };
    let stop_timeout = service.stop_timeout.map_or(default, |(_, seconds)| seconds);
    assert_eq!(take("ExitTimeOut"), json!(stop_timeout + 5));
    assert_eq!(take("Label"), json!(program_name(project, index)));
    assert_eq!(take("KeepAlive"), json!(true));
    assert_eq!(take("ProcessType"), json!("Interactive"));
    assert_eq!(list, BTreeMap::new());
}

/// What launchd is given for a service of these keys.
fn list(keys: &str, arguments: &[&str]) -> BTreeMap<String, Value> {
    let project = crate::support::Project::new(&format!("loader: none\nstart: (f)\n{keys}"));
    let emit = ["emit", "launchd", "-o", "app.plist"];
    project.run(&[&emit[..], arguments].concat()).success();
    let lists = property_lists(&[project.folder().join("app.plist")]);
    serde_json::from_value(lists[0].clone()).unwrap()
}

#[test]
fn launchd_restarts_limits_and_becomes_what_the_keys_say() {
    let always = list("", &[]);
    assert_eq!(always["KeepAlive"], json!(true));
    assert!(!always.contains_key("RunAtLoad") && !always.contains_key("UserName"));
    let failed = list("restart: on-failure\nlimits: {open-files: 4096}\n", &[]);
    assert_eq!(failed["KeepAlive"], json!({"SuccessfulExit": false}));
    assert_eq!(failed["SoftResourceLimits"], json!({"NumberOfFiles": 4096}));
    let never = list("restart: never\nuser: root\numask: '027'\n", &[]);
    assert_eq!(never["RunAtLoad"], json!(true));
    assert!(!never.contains_key("KeepAlive"));
    assert_eq!(
        (&never["UserName"], &never["Umask"]),
        (&json!("root"), &json!(23))
    );
    let variables = &never["EnvironmentVariables"];
    assert_eq!(
        (&variables["HOME"], &variables["USER"]),
        (&json!("/root"), &json!("root"))
    );
}

#[test]
fn launchd_can_start_run_itself() {
    let list = list("env: {A: b}\n", &["--indirect", "--user"]);
    let argv: Vec<String> = serde_json::from_value(list["ProgramArguments"].clone()).unwrap();
    assert_eq!((&*argv[0], &*argv[1]), (crate::support::LISPLAUNCH, "run"));
    // `run` sets those of the service, and finds sbcl by this one.
    let variables = &list["EnvironmentVariables"];
    assert!(variables["PATH"].is_string() && variables["A"].is_null());
}

#[test]
fn what_launchd_cannot_hold_is_said() {
    let keys = "limits: {memory: 1GB, cpus: 1, tasks: 9}\nafter: [x.service]\npriority: 1\n\
                watchdog: 9s\nlog: app.log\n";
    let project = crate::support::Project::new(&format!("loader: none\nstart: (f)\n{keys}"));
    let text = project.run(&["emit", "launchd"]).success();
    let said: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_once(": ")?.0.into())
        .filter(|key| keys.contains(key.rsplit('.').next().unwrap()))
        .collect();
    let unsaid = [
        "limits.memory",
        "limits.cpus",
        "limits.tasks",
        "after",
        "priority",
        "watchdog",
        "log",
    ];
    assert_eq!(said, unsaid, "{text}");
}

fn decimal(octal: &str) -> u32 {
    u32::from_str_radix(octal, 8).unwrap()
}

/// What launchd is to set: what the service says, and what a service needs that says nothing.
fn environment(call: Call, expected: &Expected) -> BTreeMap<String, String> {
    let mut environment = BTreeMap::from([("LANG".to_owned(), "en_US.UTF-8".to_owned())]);
    if call == Call::OnPath {
        let path = "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
        environment.insert("PATH".to_owned(), path.to_owned());
    }
    environment.extend(expected.env.clone());
    environment
}
