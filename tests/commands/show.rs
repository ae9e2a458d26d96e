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
        interface: '127.0.0.1'
        dont-close: true
        secret:
          rule: slime
      sbcl:
        program: sbcl
        runtime-options:
        - --dynamic-space-size
        - '1GB'
      env:
        A: b
      restart: always
      start-timeout: 10
      stop-timeout: 120
      log:
        file: /srv/app/app.log
        max-size: 52428800
        backups: 10
      hardening: true
    ");
}

/// Readers of YAML 1.1 take all of these for something else where they are without quotes.
#[rustfmt::skip]
const MISREAD: &[&str] = &[
    "no", "Yes", "on", "OFF", "y", "N", "true", "~", "null", "1_000", "12:30:00", "0o17", "017", "0x1F", "0b1", "1e3",
    "1.5", ".5", ".inf", "-.INF", ".nan", "+1", "-1", "2001-12-14", "2001-12-14 21:59:43", "=", "<<", "", " a", "a ", "a: b",
    "a #b", "a:", "- a", "-", "? a", "!a", "&a", "*a", "%a", "@a", "`a", "'a'", "\"a\"", "[a", "{a", "}", "]", "|", ">", ", a", "#a",
    "127.0.0.1", "a\tb", "a\u{85}b", "a\u{2028}b", "\u{feff}a", "\u{1b}[31m", "a\nb", "a\nb\n", "a\n\n b\n", "\na", "a\n\n", "a \nb",
    " a\nb", "a\n", "\n", "---", "...", "--- a", "é", "日本: a",
];

#[test]
fn every_reader_of_yaml_reads_the_text_that_was_meant() {
    let env: String = MISREAD
        .iter()
        .enumerate()
        .map(|(index, text)| format!("  V{index}: {}\n", serde_json::to_string(text).unwrap()))
        .collect();
    let project = Project::new(&format!("loader: none\nstart: (f)\nenv:\n  NO: x\n{env}"));
    let shown = project.run(&["show"]).output();
    let yaml: serde_yaml::Value = serde_yaml::from_str(&shown).unwrap();
    let env = &yaml["services"][0]["env"];
    assert_eq!(env["NO"], "x");
    for (index, text) in MISREAD.iter().enumerate() {
        assert_eq!(env[format!("V{index}")], *text, "{shown}");
        let plain = format!(" V{index}: {text}\n");
        let harmless = *text == "é";
        assert!(harmless || !shown.contains(&plain), "{text} is bare");
    }
    assert!(shown.contains(" 'NO': x\n"), "{shown}");
}

#[test]
fn json_says_the_same() {
    let project = Project::new(YAML);
    let json: serde_json::Value =
        serde_json::from_str(&project.run(&["show", "--json"]).output()).unwrap();
    let yaml: serde_json::Value = serde_yaml::from_str(&project.run(&["show"]).output()).unwrap();
    assert_eq!(json, yaml);
}

const FOR_MANAGERS: &str = "\
name: shop
loader: none
start: (f)
arguments: [--port, '${PORT:-80}']
http: {port: '80${N:-80}', hosts: [shop.example, '*.shop.example'], path: /health, static: public, certificate: c.pem, key: k.pem}
limits: {memory: 1.5GB, cpus: 1.50, tasks: 100, open-files: 65536}
after: [worker, postgresql.service]
writable: [var, /srv/data]
container: {image: 'registry.example:5000/shop:${N:-80}'}
hardening: false
watchdog: 1m
log: 'log/{service}-${N:-80}.log'
services:
  web:
  worker: {http: false, after: ~}
";

#[test]
fn what_is_said_for_managers_is_in_the_plan() {
    let project = Project::new(FOR_MANAGERS);
    assert_snapshot!(project.run(&["show", "web"]).output(), @"
    project: shop
    services:
    - name: web
      runtime: /srv/app/.lisplaunch/runtime.lisp
      directory: /srv/app
      loader: none
      systems: []
      start:
      - (f)
      arguments:
      - --port
      - '80'
      http:
        port: 8080
        hosts:
        - shop.example
        - '*.shop.example'
        path: /health
        static: /srv/app/public
        certificate: /srv/app/c.pem
        key: /srv/app/k.pem
        max-body: 10485760
      sbcl:
        program: sbcl
      env: {}
      limits:
        memory: 1610612736
        cpus: 1.5
        tasks: 100
        open-files: 65536
      after:
      - worker
      - postgresql.service
      restart: always
      start-timeout: 10
      stop-timeout: 10
      log:
        file: /srv/app/log/web-80.log
        max-size: 52428800
        backups: 10
      writable:
      - /srv/app/var
      - /srv/data
      container:
        image: registry.example:5000/shop:80
      hardening: false
      watchdog: 60
    ");
}
