//! The job of a project that says all that it can hold.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::consumer::{Job, jobs};
use crate::support::Project;

const SHOP: &str = "\
name: shop
loader: none
user: root
env: {TZ: UTC, DB_PASSWORD: 'a ${B}', API_KEY: ''}
services:
  web:
    start: (start :port 80)
    replicas: 3
    http: {port: 80, path: /health}
    limits: {memory: 1.5GB, cpus: 2}
    sbcl: {dynamic-space-size: 75%}
    watchdog: 45s
    ready: {form: (up-p), timeout: 15m}
    start-timeout: 20s
    stop-timeout: 30s
    restart: never
    log: {file: web.log, max-size: 20MB, backups: 3}
    writable: [/srv/data]
  worker:
    start: (work)
    writable: [var]
    load: [/opt/x.lisp]
    umask: '027'
    limits: {cpus: 1.5}
";

fn shop() -> (Project, Vec<Job>) {
    let project = Project::new(SHOP).with_variable("B", "secret");
    project.run(&["emit", "nomad", "-o", "jobs/"]).success();
    let file = |name: &str| project.folder().join(format!("jobs/shop-{name}.nomad.hcl"));
    let jobs = jobs(&[file("web"), file("worker")]);
    (project, jobs)
}

#[test]
fn a_task_is_checked_and_has_time_to_start_and_stop() {
    let (_, jobs) = shop();
    let [web, worker] = jobs.as_slice() else {
        panic!("there are two");
    };
    assert_eq!((&*web.name, &web.group["count"]), ("shop-web", &json!(3)));
    assert_eq!(
        web.group["network"][0]["port"],
        json!({"http": [{"to": 80}]})
    );
    let service = &web.group["service"][0];
    assert_eq!(service["name"], json!("shop-web"));
    let check = json!({
        "type": "http", "path": "/health", "interval": "5s", "timeout": "5s",
        "check_restart": [{"limit": 10, "grace": "910s"}],
    });
    assert_eq!(service["check"], json!([check]));
    let update = json!({
        "canary": 1, "auto_promote": true, "auto_revert": true, "min_healthy_time": "20s",
        "healthy_deadline": "930s", "progress_deadline": "990s",
    });
    assert_eq!(web.group["update"], json!([update]));
    assert_eq!(
        web.group["restart"],
        json!([{"attempts": 0, "mode": "fail"}])
    );
    let times = |job: &Job| {
        let keys = ["driver", "kill_signal", "kill_timeout", "shutdown_delay"];
        json!(keys.map(|key| &job.task[key]))
    };
    assert_eq!(times(web), json!(["exec", "SIGTERM", "35s", "5s"]));
    assert_eq!(times(worker), json!(["exec", "SIGTERM", "15s", null]));
    assert_eq!(worker.group["service"], Value::Null);
    assert_eq!(web.task["resources"], json!([{"cores": 2, "memory": 1536}]));
    assert_eq!(
        web.task["logs"],
        json!([{"max_files": 4, "max_file_size": 20}])
    );
    assert_eq!(worker.task["resources"], json!([{"memory": 1366}]));
    assert_eq!(web.task["user"], json!("root"));
}

#[test]
fn a_task_has_the_folders_that_it_needs() {
    let (project, jobs) = shop();
    let folders = |job: &Job| {
        let mounts = job.task["volume_mount"].as_array().unwrap().iter();
        let mounts = mounts.map(|mount| {
            let name = mount["volume"].as_str().unwrap();
            let volume = &job.group["volume"][name][0];
            assert_eq!(volume["source"], json!(name));
            json!([name, mount["destination"], volume["read_only"]])
        });
        let text = serde_json::to_string(&mounts.collect::<Vec<_>>()).unwrap();
        project.with_fixed_paths(&text)
    };
    assert_eq!(
        folders(&jobs[0]),
        r#"[["shop","/srv/app",true],["shop-srv-data","/srv/data",null]]"#
    );
    assert_eq!(folders(&jobs[1]), r#"[["shop","/srv/app",null]]"#);
}

#[test]
fn secrets_are_in_a_file_of_their_own() {
    let (project, jobs) = shop();
    let file = project.folder().join("jobs/shop-web.variables.json");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let variables: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(variables["Path"], json!("nomad/jobs/shop-web"));
    assert_eq!(variables["Items"], json!({"DB_PASSWORD": "a secret"}));
    let plain = json!({
        "HOME": "/local", "LANG": "C.UTF-8", "USER": "root", "TZ": "UTC", "API_KEY": "",
    });
    assert_eq!(jobs[0].task["env"], json!([plain]));
    let template = json!({
        "destination": "secrets/env",
        "env": true,
        "data": "{{ with nomadVar \"nomad/jobs/shop-web\" }}{{ range .Tuples }}\
                 {{ .K }}={{ .V | toJSON }}\n{{ end }}{{ end }}",
    });
    assert_eq!(jobs[0].task["template"], json!([template]));
}

#[test]
fn what_nomad_has_no_setting_for_is_said() {
    let (project, _) = shop();
    let text = |name: &str| {
        let text = fs::read_to_string(project.folder().join(format!("jobs/shop-{name}.nomad.hcl")));
        text.unwrap()
    };
    assert!(text("web").contains("# stop-timeout: clients wait 30 seconds at most"));
    let worker = text("worker");
    for said in [
        "# Nomad has no setting for umask, limits.cpus.\n",
        "# limits.memory: there is none",
        "# /opt/x.lisp: mount it too",
    ] {
        assert!(worker.contains(said), "{worker}");
    }
}
