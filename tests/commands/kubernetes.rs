//! The manifests of a project that says all that they can hold.

use std::fs;

use serde_json::{Value, json};

use crate::consumer::{VERSIONS, manifests};
use crate::support::Project;

const SHOP: &str = "\
name: shop
loader: none
container: {image: 'registry.example/shop:1'}
env: {TZ: UTC, DB_PASSWORD: 'a $(b)'}
services:
  web:
    start: (start :port 80)
    replicas: 3
    swank: 4005
    http:
      {port: 80, path: /health, hosts: [Shop.example, '*.shop.example'], certificate: c, key: k}
    limits: {memory: 1.5GB, cpus: 1.5}
    sbcl: {dynamic-space-size: 75%}
    watchdog: 45s
    ready: {form: (up-p), timeout: 15m}
    start-timeout: 20s
    stop-timeout: 30s
    writable: [var, /tmp/]
  worker:
    start: (work)
    env: {XDG_CACHE_HOME: /cache}
    hardening: false
";

/// What is written for a project, each of which is valid in all versions.
fn objects(yaml: &str) -> Vec<Value> {
    let project = Project::new(yaml);
    project.run(&["emit", "kubernetes", "-o", "k8s/"]).success();
    let files = fs::read_dir(project.folder().join("k8s")).unwrap();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    manifests(&files, VERSIONS)
}

fn find<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let mut objects = objects.iter();
    let found = objects.find(|each| each["kind"] == kind && each["metadata"]["name"] == name);
    found.unwrap_or_else(|| panic!("there is no {kind} {name}"))
}

fn pod(objects: &[Value], name: &str) -> Value {
    find(objects, "Deployment", name)["spec"]["template"]["spec"].clone()
}

#[test]
fn a_pod_is_asked_by_http_and_has_time_to_start_and_stop() {
    let objects = objects(SHOP);
    let pod = pod(&objects, "shop-web");
    let container = &pod["containers"][0];
    let asked = json!({"path": "/health", "port": "http"});
    for (probe, times) in [
        ("startupProbe", json!([1, 5, 910])),
        ("readinessProbe", json!([5, 5, 3])),
        ("livenessProbe", json!([10, 5, 5])),
    ] {
        let probe = &container[probe];
        assert_eq!(probe["httpGet"], asked);
        let names = ["periodSeconds", "timeoutSeconds", "failureThreshold"];
        assert_eq!(json!(names.map(|name| &probe[name])), times);
    }
    let ports = json!([{"name": "http", "containerPort": 80}]);
    assert_eq!(container["ports"], ports, "and none of swank");
    let sleep = &container["lifecycle"]["preStop"]["exec"]["command"];
    assert_eq!(*sleep, json!(["sleep", "5"]));
    assert_eq!(pod["terminationGracePeriodSeconds"], json!(5 + 30 + 5));
    let sysctl = json!([{"name": "net.ipv4.ip_unprivileged_port_start", "value": "80"}]);
    assert_eq!(pod["securityContext"]["sysctls"], sysctl);
    let deployment = &find(&objects, "Deployment", "shop-web")["spec"];
    assert_eq!(deployment["replicas"], json!(3));
    assert_eq!(deployment["minReadySeconds"], json!(20));
    assert_eq!(deployment["progressDeadlineSeconds"], json!(910 + 20 + 60));
    let limits = json!({"memory": "1536Mi", "cpu": "1500m"});
    assert_eq!(container["resources"]["limits"], limits);
    let command = container["command"].as_array().unwrap();
    assert_eq!(
        command[..3],
        ["/app/.lisplaunch/web", "--dynamic-space-size", "1152MB"]
    );
}

#[test]
fn a_pod_writes_where_it_has_to() {
    let objects = objects(SHOP);
    let mounts = |name: &str| {
        let pod = pod(&objects, name);
        let mounts = pod["containers"][0]["volumeMounts"].as_array().unwrap();
        let mounts = mounts.iter().map(|mount| mount["mountPath"].clone());
        let volumes = pod["volumes"].as_array().unwrap().iter();
        let claims = volumes.map(|volume| volume["persistentVolumeClaim"]["claimName"].clone());
        json!(mounts.zip(claims).collect::<Vec<_>>())
    };
    assert_eq!(
        mounts("shop-web"),
        json!([
            ["/app/var", "shop-var"],
            ["/tmp/", "shop-tmp"],
            ["/home/app/.cache", null],
            ["/home/app/.local/state", null]
        ])
    );
    assert_eq!(
        mounts("shop-worker"),
        json!([
            ["/tmp", null],
            ["/cache", null],
            ["/home/app/.local/state", null]
        ])
    );
    let context = |name| pod(&objects, name)["containers"][0]["securityContext"].clone();
    assert_eq!(context("shop-web")["readOnlyRootFilesystem"], json!(true));
    assert_eq!(context("shop-worker"), Value::Null);
}

#[test]
fn a_service_without_http_is_asked_nothing() {
    let objects = objects(SHOP);
    let pod = pod(&objects, "shop-worker");
    let container = &pod["containers"][0];
    for key in [
        "ports",
        "startupProbe",
        "livenessProbe",
        "lifecycle",
        "resources",
    ] {
        assert_eq!(container[key], Value::Null);
    }
    assert_eq!(pod["terminationGracePeriodSeconds"], json!(15));
    let of_worker = |object: &&Value| object["metadata"]["name"] == "shop-worker";
    let kinds: Vec<&Value> = objects
        .iter()
        .filter(of_worker)
        .map(|object| &object["kind"])
        .collect();
    assert_eq!(kinds, ["ConfigMap", "Deployment", "Secret"]);
}

#[test]
fn an_ingress_answers_for_the_hosts() {
    let objects = objects(SHOP);
    let service = &find(&objects, "Service", "shop-web")["spec"];
    let ports = json!([{"name": "http", "port": 80, "targetPort": "http"}]);
    assert_eq!(service["ports"], ports);
    let ingress = &find(&objects, "Ingress", "shop-web")["spec"];
    let hosts = json!(["shop.example", "*.shop.example"]);
    let tls = json!([{"hosts": hosts, "secretName": "shop-web-tls"}]);
    assert_eq!(ingress["tls"], tls);
    let rules = ingress["rules"].as_array().unwrap().iter();
    let ruled: Vec<&Value> = rules.map(|rule| &rule["host"]).collect();
    assert_eq!(json!(ruled), hosts);
}

#[test]
fn what_may_be_secret_is_in_a_file_of_its_own() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new(SHOP);
    project
        .run(&["emit", "kubernetes", "web", "-o", "k8s/"])
        .success();
    let folder = project.folder().join("k8s");
    let secret = folder.join("shop-web.secret.yaml");
    assert_eq!(
        fs::metadata(&secret).unwrap().permissions().mode() & 0o777,
        0o600
    );
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(
            text.contains("a $(b)"),
            path == secret,
            "{}",
            path.display()
        );
    }
}

#[test]
fn what_kubernetes_has_no_setting_for_is_said() {
    let keys = "user: root\numask: '027'\nrestart: never\nafter: x.service\npriority: 1\nlog: a.log\n\
                limits: {tasks: 9, open-files: 9}\nswank: 4005\n";
    let yaml = format!("loader: none\nstart: (f)\ncontainer: {{image: shop}}\n{keys}");
    let project = Project::new(&yaml);
    project.run(&["emit", "kubernetes", "-o", "k8s/"]).success();
    let text = fs::read_to_string(project.folder().join("k8s/app.deployment.yaml")).unwrap();
    let comments = text.lines().filter_map(|line| line.strip_prefix("# "));
    let said: Vec<&str> = comments
        .filter_map(|line| Some(line.split_once(": ")?.0))
        .filter(|key| !key.contains(' '))
        .collect();
    let unsaid = [
        "user",
        "umask",
        "restart",
        "after",
        "priority",
        "log",
        "limits.tasks",
        "limits.open-files",
        "limits.memory",
        "http",
        "swank",
    ];
    assert_eq!(said, unsaid, "{text}");
}
