//! A plan for another place than the one where the project file lies.

use insta::assert_snapshot;

use lisplaunch::host::Host;
use lisplaunch::plan::placement::Placement;
use lisplaunch::plan::{self, Choices, Plan};
use lisplaunch::project::Project as File;
use lisplaunch::project::find::{ProjectSearch, find};
use serde_json::Value;

use crate::support::Project;

/// The plan of a project that will lie in `/app`.
fn placed(project: &Project) -> Plan {
    let found = find(&ProjectSearch::File(
        project.folder().join("lisplaunch.yaml"),
    ));
    let file = File::read(found.unwrap()).unwrap();
    let choices = Choices {
        placement: Some(Placement {
            folder: "/app".to_owned(),
            home: "/home/there".to_owned(),
            self_contained: false,
        }),
        ..Choices::default()
    };
    let mut host = Host::current();
    host.home = Some(project.home());
    plan::plan(&file, &choices, &host).unwrap()
}

/// All that the plan says, with the project's folders as `/srv/app` and `/home/me`.
fn shown(project: &Project) -> Vec<(String, String)> {
    let plan = serde_json::to_value(placed(project)).unwrap();
    let Value::Object(service) = &plan["services"][0] else {
        panic!("a service is a map");
    };
    let value = |value: &Value| project.with_fixed_paths(&value.to_string());
    let values = service.iter();
    values
        .map(|(key, text)| (key.clone(), value(text)))
        .collect()
}

fn only(project: &Project, keys: &[&str]) -> String {
    let values = shown(project).into_iter();
    let values = values.filter(|(key, _)| keys.contains(&key.as_str()));
    values
        .map(|(key, value)| format!("{key}: {value}\n"))
        .collect()
}

const PATHS: &str = "\
name: app
systems: [app]
start: (app:start \"${NAME}\")
registry: [., lib, ../beside, ~/lisp, /srv/app/lib]
load: [a.lisp]
directory: work
env-file: [app.env, ~/own.env]
http: {port: 8080, static: public}
swank: {port: 4005, secret: auto}
log: log/app.log
writable: [var, ~/var]
sbcl: {program: bin/sbcl, userinit: ~/init.lisp}
";

fn project() -> Project {
    Project::new(PATHS)
        .with_file("app.env", "NAME=named")
        .with_file("~/own.env", "OWN=value")
        .with_file("~/.quicklisp/setup.lisp", "")
}

#[test]
fn paths_are_those_of_the_other_place() {
    let keys = [
        "runtime",
        "setup",
        "registry",
        "load",
        "directory",
        "http",
        "swank",
        "log",
        "writable",
        "sbcl",
    ];
    // What is written with a slash in front is not touched.
    assert_snapshot!(only(&project(), &keys), @r#"
    directory: "/app/work"
    http: {"max-body":10485760,"port":8080,"static":"/app/public"}
    load: ["/app/a.lisp"]
    log: {"backups":10,"file":"/app/log/app.log","max-size":52428800}
    registry: ["/app","/app/lib","/app/../beside","/home/there/lisp","/srv/app/lib"]
    runtime: "/app/.lisplaunch/runtime.lisp"
    sbcl: {"program":"/app/bin/sbcl","toplevel-options":["--userinit","/home/there/init.lisp"]}
    setup: "/home/there/quicklisp/setup.lisp"
    swank: {"dont-close":true,"interface":"127.0.0.1","port":4005,"secret":{"file":"/home/there/.local/state/lisplaunch/secrets/app/app","rule":"auto"}}
    writable: ["/app/var","/home/there/var"]
    "#);
}

#[test]
fn files_that_planning_reads_are_those_of_this_place() {
    let keys = ["env-file", "env", "start"];
    assert_snapshot!(only(&project(), &keys), @r#"
    env: {"NAME":"named","OWN":"value"}
    env-file: ["/srv/app/app.env","/home/me/own.env"]
    start: ["(app:start \"named\")"]
    "#);
}

#[test]
fn an_image_there_knows_its_file_as_it_is_there() {
    let plan = placed(&project());
    let identity = &plan.services[0].identity;
    assert_eq!(identity.file.as_deref(), Some("/app/lisplaunch.yaml"));
    assert_eq!(identity.folder, "/app");
}

#[test]
fn the_runtime_is_written_where_the_project_lies() {
    let project = project();
    let plan = placed(&project);
    assert_eq!(plan.folder, project.folder().to_str().unwrap());
    assert_eq!(
        plan.file.as_deref(),
        project.folder().join("lisplaunch.yaml").to_str()
    );
}

#[test]
fn outputs_and_templates_are_those_of_this_place() {
    let project = Project::new(&format!(
        "{PATHS}emit: {{makefile: Makefile}}\ntemplates: own\n"
    ));
    let project = project
        .with_file("app.env", "NAME=named")
        .with_file("~/own.env", "");
    let plan = placed(&project);
    let folder = project.folder();
    assert_eq!(
        plan.outputs[0].path,
        folder.join("Makefile").to_str().unwrap()
    );
    assert_eq!(plan.templates.as_deref(), folder.join("own").to_str());
}

#[test]
fn loaders_lie_where_they_do_in_the_other_home() {
    let setup = |loader: &str| {
        let project = Project::new(&format!("name: app\nloader: {loader}\nsystems: [app]\n"));
        only(&project, &["setup"])
    };
    assert_snapshot!(["quicklisp", "qlot", "ocicl"].map(setup).concat(), @r#"
    setup: "/home/there/quicklisp/setup.lisp"
    setup: "/app/.qlot/setup.lisp"
    setup: "/home/there/.local/share/ocicl/ocicl-runtime.lisp"
    "#);
}

#[test]
fn the_memory_of_this_machine_is_not_that_of_the_other_one() {
    let project = Project::new(
        "name: app\nloader: none\nstart: (f)\nsbcl: {dynamic-space-size: 75%}\n\
         limits: {memory: 1GB}\n",
    );
    assert_snapshot!(only(&project, &["sbcl"]), @r#"sbcl: {"program":"sbcl","runtime-options":["--dynamic-space-size","768MB"]}"#);
}
