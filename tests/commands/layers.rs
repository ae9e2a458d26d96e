//! How services, profiles and defaults are laid over each other.

use insta::assert_snapshot;

use crate::support::Project;

/// What `show` says about these keys.
fn shown(yaml: &str, keys: &[&str], arguments: &[&str]) -> String {
    let arguments = [&["show", "--json"], arguments].concat();
    let text = Project::new(yaml).run(&arguments).output();
    let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
    let services = plan["services"].as_array().unwrap();
    let lines = services.iter().map(|service| {
        let values = keys.iter().map(|key| format!(" {key}={}", service[*key]));
        format!(
            "{}:{}\n",
            service["name"].as_str().unwrap(),
            values.collect::<String>()
        )
    });
    lines.collect()
}

#[test]
fn services_inherit_what_they_do_not_say() {
    let yaml = "\
loader: none
start: (f)
restart: never
env: {A: top, B: top}
services:
  web:
    env: {B: web, C: web}
  worker:
    start: [(g), (h)]
    restart: always
    env: ~
";
    assert_snapshot!(shown(yaml, &["start", "restart", "env"], &[]), @r#"
    web: start=["(f)"] restart="never" env={"A":"top","B":"web","C":"web"}
    worker: start=["(g)","(h)"] restart="always" env={}
    "#);
}

#[test]
fn name_description_and_templates_are_the_projects_own() {
    let yaml = "\
name: shop
description: all of it
loader: none
start: (f)
services:
  web: {description: a part}
  worker:
";
    assert_snapshot!(shown(yaml, &["description"], &[]), @r#"
    web: description="a part"
    worker: description=null
    "#);
}

#[test]
fn lists_are_replaced_and_maps_are_merged() {
    let yaml = "\
loader: none
load: [a.lisp, b.lisp]
env: {A: '1', B: '1'}
swank: {port: 1, interface: 127.0.0.2}
services:
  one: {load: [c.lisp], env: {B: '2'}, swank: {port: 2}}
";
    assert_snapshot!(shown(yaml, &["load", "env", "swank"], &[]), @r#"one: load=["/srv/app/c.lisp"] env={"A":"1","B":"2"} swank={"dont-close":true,"interface":"127.0.0.2","port":2,"secret":{"rule":"slime"}}"#);
}

#[test]
fn short_forms_are_the_maps_that_they_stand_for() {
    let yaml = "\
loader: none
start: (f)
swank: {interface: 127.0.0.2}
log: {max-size: 1KB}
services:
  number: {swank: 1, log: a.log}
  map: {swank: {port: 2}, log: {file: b.log, backups: 1}}
  off: {swank: false, log: false}
  nothing: {swank: ~, log: ~}
";
    assert_snapshot!(shown(yaml, &["swank", "log"], &["number", "map", "off", "nothing"]), @r#"
    number: swank={"dont-close":true,"interface":"127.0.0.2","port":1,"secret":{"rule":"slime"}} log={"backups":10,"file":"/srv/app/a.log","max-size":1024}
    map: swank={"dont-close":true,"interface":"127.0.0.2","port":2,"secret":{"rule":"slime"}} log={"backups":1,"file":"/srv/app/b.log","max-size":1024}
    off: swank=null log=null
    nothing: swank=null log=null
    "#);
}

#[test]
fn profiles_change_services_and_their_defaults() {
    let yaml = "\
loader: none
start: (f)
services:
  web: {restart: never}
  worker:
profiles:
  production:
    restart: on-failure
    user: www-data
    services:
      worker: {priority: 5}
      mailer: {start: (mail)}
";
    let keys = ["restart", "user", "priority", "start"];
    assert_snapshot!(shown(yaml, &keys, &[]), @r#"
    web: restart="never" user=null priority=null start=["(f)"]
    worker: restart="always" user=null priority=null start=["(f)"]
    "#);
    assert_snapshot!(shown(yaml, &keys, &["-p", "production"]), @r#"
    web: restart="never" user="www-data" priority=null start=["(f)"]
    worker: restart="on-failure" user="www-data" priority=5 start=["(f)"]
    mailer: restart="on-failure" user="www-data" priority=null start=["(mail)"]
    "#);
    assert_snapshot!(shown(yaml, &keys, &["-p", "production", "mailer"]), @r#"mailer: restart="on-failure" user="www-data" priority=null start=["(mail)"]"#);
}

#[test]
fn anchors_and_keys_of_ones_own_are_yamls() {
    let yaml = "\
x-log: &log {max-size: 1MB, backups: 3}
loader: none
start: (f)
log: {<<: *log, file: '{service}.log', backups: 5}
services:
  x-web: &web {restart: never}
  web: *web
  worker: {<<: *web, restart: always}
profiles:
  x-all: {restart: nonsense}
";
    assert_snapshot!(shown(yaml, &["restart", "log"], &[]), @r#"
    web: restart="never" log={"backups":5,"file":"/srv/app/web.log","max-size":1048576}
    worker: restart="always" log={"backups":5,"file":"/srv/app/worker.log","max-size":1048576}
    "#);
}

#[test]
fn a_list_may_be_a_single_value() {
    let yaml =
        "loader: asdf\nsystems: a\nregistry: .\nload: b.lisp\nstart: c\nbefore-load: d\nstop: e";
    let keys = [
        "systems",
        "registry",
        "load",
        "start",
        "before-load",
        "stop",
    ];
    assert_snapshot!(shown(yaml, &keys, &[]), @r#"app: systems=["a"] registry=["/srv/app"] load=["/srv/app/b.lisp"] start=["(c)"] before-load=["(d)"] stop=["(e)"]"#);
}

#[test]
fn variables_stand_in_any_value_and_dollars_for_themselves() {
    let yaml = "\
loader: none
start: (f \"${A:-${B:-b}}\" \"$$A $5 $\" ${N:--1})
description: costs $$5, ${A:-x}
env: {'A': '${UNSET:-}'}
";
    assert_snapshot!(shown(yaml, &["start", "description", "env"], &[]), @r#"app: start=["(f \"b\" \"$A $5 $\" -1)"] description="costs $5, x" env={"A":""}"#);
}

/// A key that has a short form where a service has it is an ordinary one within another map.
#[test]
fn keys_within_maps_are_not_those_of_a_service() {
    let yaml = "\
loader: none
start: (f)
env: {log: a}
ready: {http: http://localhost/a}
profiles: {p: {env: {log: b}, ready: {http: http://localhost/b}}}
";
    assert_snapshot!(shown(yaml, &["env", "ready"], &["-p", "p"]), @r#"app: env={"log":"b"} ready={"http":"http://localhost/b","timeout":300}"#);
}
