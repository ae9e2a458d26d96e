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
