//! One service that is made several times.

use insta::assert_snapshot;

use crate::support::Project;

const SHOP: &str = "\
name: shop
loader: none
replicas: ${COUNT:-2}
start: (start :port ${BASE:-8080} :replica ${REPLICA:-9})
http: 808${REPLICA}
swank: 400${REPLICA}
log: log/{service}.log
env-file: shop-${REPLICA}.env
env: {FROM_FILE: '${KEY}', ONE: '${REPLICA}'}
profiles:
  small: {replicas: 1}
";

fn shop() -> Project {
    let project = Project::new(SHOP).with_variable("REPLICA", "7");
    let project = project.with_file("shop-1.env", "KEY=one\n");
    project.with_file("shop-2.env", "KEY=two\n")
}

/// The names of the services of a plan, each with what is different in it.
fn shown(project: &Project, arguments: &[&str]) -> String {
    let arguments = [&["show", "--json"], arguments].concat();
    let plan: serde_json::Value = serde_json::from_str(&project.run(&arguments).output()).unwrap();
    let services = plan["services"].as_array().unwrap().iter();
    services
        .map(|service| {
            let values = [
                &service["start"][0],
                &service["http"]["port"],
                &service["swank"]["port"],
                &service["log"]["file"],
                &service["env"]["FROM_FILE"],
                &service["env"]["ONE"],
                &service["after"],
            ];
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!(
                "{}: {}\n",
                service["name"].as_str().unwrap(),
                values.join(" ")
            )
        })
        .collect()
}

#[test]
fn a_file_that_is_one_service_becomes_several() {
    assert_snapshot!(shown(&shop(), &[]), @r#"
    shop-1: "(start :port 8080 :replica 1)" 8081 4001 "/srv/app/log/shop-1.log" "one" "1" null
    shop-2: "(start :port 8080 :replica 2)" 8082 4002 "/srv/app/log/shop-2.log" "two" "2" null
    "#);
    assert_snapshot!(shown(&shop(), &["shop-2"]), @r#"shop-2: "(start :port 8080 :replica 2)" 8082 4002 "/srv/app/log/shop-2.log" "two" "2" null"#);
    assert_eq!(shown(&shop(), &["shop"]), shown(&shop(), &[]));
    assert_snapshot!(shown(&shop(), &["-p", "small"]), @r#"shop: "(start :port 8080 :replica 1)" 8081 4001 "/srv/app/log/shop.log" "one" "1" null"#);
    assert_eq!(
        shown(&shop(), &["--set", "COUNT=1"]),
        shown(&shop(), &["-p", "small"])
    );
}

#[test]
fn each_replica_is_a_service_of_its_own() {
    let project = shop();
    let run = project.run(&["run", "shop-2", "--dry-run"]).output();
    assert!(
        run.contains(r#"(lisplaunch:boot "shop" :service "shop-2" :file"#),
        "{run}"
    );
    assert!(run.contains("(start :port 8080 :replica 2)"), "{run}");
    let run = project.run(&["run", "--dry-run", "-p", "small"]).output();
    assert!(
        run.contains(r#"(lisplaunch:boot "shop" :profiles (list "small") :file"#),
        "{run}"
    );
    // Its number is a value, not a variable, in what is written for all of them.
    let makefile = project.run(&["emit", "makefile"]).output();
    assert!(makefile.contains(":replica 1)"), "{makefile}");
    assert!(makefile.contains(":replica 2)"), "{makefile}");
    assert!(!makefile.contains("REPLICA"), "{makefile}");
}

#[test]
fn a_name_means_all_its_replicas() {
    let project = Project::new(
        "\
loader: none
start: (f)
services:
  web: {replicas: 3}
  api: {replicas: 2, after: web-3}
  worker: {after: [web, db.service]}
",
    );
    let names = |arguments: &[&str]| {
        let shown = shown(&project, arguments);
        let names: Vec<&str> = shown
            .lines()
            .map(|line| line.split(':').next().unwrap())
            .collect();
        names.join(" ")
    };
    assert_eq!(names(&[]), "web-1 web-2 web-3 api-1 api-2 worker");
    assert_eq!(
        names(&["api", "web-2", "worker"]),
        "web-2 api-1 api-2 worker"
    );
    let worker = shown(&project, &["worker"]);
    assert!(
        worker.contains(r#"["web-1","web-2","web-3","db.service"]"#),
        "{worker}"
    );
    let api = shown(&project, &["api-1"]);
    assert!(api.contains(r#"["web-3"]"#), "{api}");
}

#[test]
fn nginx_finds_those_that_run_in_a_file_of_their_own() {
    let project = Project::new(
        "\
name: shop
loader: none
start: (f)
replicas: 3
spare: true
http:
  port: 808${REPLICA}
  upstream: shop.upstream
",
    );
    let site = project.run(&["emit", "nginx"]).success();
    let (_, block) = site.split_once("upstream shop {\n").unwrap();
    assert_snapshot!(block.split("    # Few").next().unwrap(), @"
    # Those that run, and none that is about to leave: `lisplaunch deploy` writes it.
    include /srv/app/shop.upstream;
    ");
    let file = project.folder().join("shop.upstream");
    let text = std::fs::read_to_string(&file).unwrap();
    assert_snapshot!(project.with_fixed_paths(&text), @"
    # Written by `lisplaunch emit nginx` from /srv/app/lisplaunch.yaml.
    # `lisplaunch deploy` writes it again.
    server 127.0.0.1:8081 max_fails=0;
    server 127.0.0.1:8082 max_fails=0;
    ");
    // What a deployment has written stays.
    std::fs::write(&file, "another").unwrap();
    project.run(&["emit", "nginx"]).success();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "another");
}
