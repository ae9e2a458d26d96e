//! `lisplaunch show`.

use insta::assert_snapshot;

use crate::support::Project;

const YAML: &str = "\
name: app
systems: [app]
start: app:main :port ${PORT:-8080}
swank: ${SWANK_PORT:-4005}
env: {A: b}
log: app.log
stop-timeout: 2m
sbcl: {dynamic-space-size: 1G}
";

#[test]
fn the_plan_is_printed_with_every_default() {
    assert_snapshot!(Project::new(YAML).run(&["show"]).output(), @"
    project: app
    services:
    - name: app
      runtime: /srv/app/.lisplaunch/runtime.lisp
      directory: /srv/app
      loader: quicklisp
      setup: /home/me/quicklisp/setup.lisp
      systems:
      - app
      start:
      - (app:main :port 8080)
      swank:
        port: 4005
        interface: 127.0.0.1
        dont-close: true
        secret:
          rule: slime
      sbcl:
        program: sbcl
        runtime-options:
        - --dynamic-space-size
        - 1GB
      env:
        A: b
      restart: always
      start-timeout: 10
      stop-timeout: 120
      log:
        file: /srv/app/app.log
        max-size: 52428800
        backups: 10
    ");
}

#[test]
fn json_says_the_same() {
    let project = Project::new(YAML);
    let json: serde_json::Value =
        serde_json::from_str(&project.run(&["show", "--json"]).output()).unwrap();
    let yaml: serde_json::Value = serde_yaml::from_str(&project.run(&["show"]).output()).unwrap();
    assert_eq!(json, yaml);
}
