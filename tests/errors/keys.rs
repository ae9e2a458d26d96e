//! Keys that are not known, and values of the wrong shape at every key.

use insta::assert_snapshot;
use lisplaunch::project::keys::{KEYS, Level};

use super::{refused, wrong};
use crate::support::Project;

#[test]
fn unknown_keys_have_a_hint() {
    assert_snapshot!(wrong(&[
        "strat: (g)",
        "Systems: [a]",
        "port: 4005",
        "interface: localhost",
        "dynamic-space-size: 2GB",
        "file: app.log",
        "dynamic_space_size: 2GB",
        "xyzzy: 1",
        "environment: {A: b}",
        "command: sbcl",
    ]), @"
    error: unknown key `strat`
     --> lisplaunch.yaml:1:1
    1 | strat: (g)
      | ^^^^^
      = help: did you mean `start`?
    error: unknown key `Systems`
     --> lisplaunch.yaml:1:1
    1 | Systems: [a]
      | ^^^^^^^
      = help: did you mean `systems`?
    error: unknown key `port`
     --> lisplaunch.yaml:1:1
    1 | port: 4005
      | ^^^^
      = help: `port` belongs below `swank:` or `http:`
    error: unknown key `interface`
     --> lisplaunch.yaml:1:1
    1 | interface: localhost
      | ^^^^^^^^^
      = help: `interface` belongs below `swank:`
    error: unknown key `dynamic-space-size`
     --> lisplaunch.yaml:1:1
    1 | dynamic-space-size: 2GB
      | ^^^^^^^^^^^^^^^^^^
      = help: `dynamic-space-size` belongs below `sbcl:`
    error: unknown key `file`
     --> lisplaunch.yaml:1:1
    1 | file: app.log
      | ^^^^
      = help: `file` belongs below `env-file:` or `log:`
    error: unknown key `dynamic_space_size`
     --> lisplaunch.yaml:1:1
    1 | dynamic_space_size: 2GB
      | ^^^^^^^^^^^^^^^^^^
      = help: `dynamic-space-size` belongs below `sbcl:`
    error: unknown key `xyzzy`
     --> lisplaunch.yaml:1:1
    1 | xyzzy: 1
      | ^^^^^
      = help: there are: `name`, `description`, `systems`, `start`, `arguments`, `ready`, `stop`, `package`, `loader`, `setup`, `registry`, `before-load`, `load`, `after-reload`, `commands`, `directory`, `env`, `env-file`, `swank`, `http`, `sbcl`, `core`, `limits`, `after`, `replicas`, `spare`, `user`, `restart`, `start-timeout`, `stop-timeout`, `runtime`, `verbose`, `log`, `writable`, `container`, `hardening`, `watchdog`, `umask`, `priority`, `services`, `profiles`, `emit`, `templates`
    error: unknown key `environment`
     --> lisplaunch.yaml:1:1
    1 | environment: {A: b}
      | ^^^^^^^^^^^
      = help: did you mean `env`?
    error: unknown key `command`
     --> lisplaunch.yaml:1:1
    1 | command: sbcl
      | ^^^^^^^
      = help: did you mean `commands`?
    ");
}

#[test]
fn unknown_keys_of_maps_have_a_hint() {
    assert_snapshot!(wrong(&[
        "swank: {prot: 4005}",
        "swank: {user: me}",
        "log: {restart: never}",
        "sbcl: {port: 4005}",
        "sbcl: {dynamic-space: 2GB}",
        "log: {size: 1MB}",
    ]), @"
    error: unknown key `prot` in `swank`
     --> lisplaunch.yaml:1:9
    1 | swank: {prot: 4005}
      |         ^^^^
      = help: did you mean `port`?
    error: unknown key `user` in `swank`
     --> lisplaunch.yaml:1:9
    1 | swank: {user: me}
      |         ^^^^
      = help: `user` belongs beside `swank:`, not below
    error: `log` names no file
     --> lisplaunch.yaml:1:6
    1 | log: {restart: never}
      |      ^^^^^^^^^^^^^^^^
      = help: add `file:`, or write `log: FILE`
    error: unknown key `restart` in `log`
     --> lisplaunch.yaml:1:7
    1 | log: {restart: never}
      |       ^^^^^^^
      = help: `restart` belongs beside `log:`, not below
    error: unknown key `port` in `sbcl`
     --> lisplaunch.yaml:1:8
    1 | sbcl: {port: 4005}
      |        ^^^^
      = help: `port` belongs below `swank:` or `http:`
    error: unknown key `dynamic-space` in `sbcl`
     --> lisplaunch.yaml:1:8
    1 | sbcl: {dynamic-space: 2GB}
      |        ^^^^^^^^^^^^^
      = help: did you mean `dynamic-space-size`?
    error: `log` names no file
     --> lisplaunch.yaml:1:6
    1 | log: {size: 1MB}
      |      ^^^^^^^^^^^
      = help: add `file:`, or write `log: FILE`
    error: unknown key `size` in `log`
     --> lisplaunch.yaml:1:7
    1 | log: {size: 1MB}
      |       ^^^^
      = help: there are: `file`, `max-size`, `backups`
    ");
}

#[test]
fn unknown_keys_of_services_have_a_hint() {
    assert_snapshot!(refused(&[
        "services:\n  web: {strat: (f)}",
        "services:\n  web: {start: (f), templates: t}",
        "services:\n  web: {start: (f), name: web}",
        "services:\n  web: {start: (f), services: {}}",
        "services:\n  web: {start: (f), swank: {prot: 1}}",
    ]), @"
    error: `web` has nothing to run
     --> lisplaunch.yaml:2:8
    2 |   web: {strat: (f)}
      |        ^^^^^^^^^^^^
      = help: add `systems: [my-app]` and `start: my-app:main`
    error: unknown key `strat`
     --> lisplaunch.yaml:2:9
    2 |   web: {strat: (f)}
      |         ^^^^^
      = help: did you mean `start`?
    error: unknown key `templates`
     --> lisplaunch.yaml:2:21
    2 |   web: {start: (f), templates: t}
      |                     ^^^^^^^^^
      = help: it belongs at the top of the file, not in a service
    error: unknown key `name`
     --> lisplaunch.yaml:2:21
    2 |   web: {start: (f), name: web}
      |                     ^^^^
      = help: it belongs at the top of the file, not in a service
    error: unknown key `services`
     --> lisplaunch.yaml:2:21
    2 |   web: {start: (f), services: {}}
      |                     ^^^^^^^^
      = help: it belongs at the top of the file, not in a service
    error: unknown key `prot` in `swank`
     --> lisplaunch.yaml:2:29
    2 |   web: {start: (f), swank: {prot: 1}}
      |                             ^^^^
      = help: did you mean `port`?
    ");
}

/// Values of every shape, none of which is right for any key but text, which takes all.
const SHAPES: &[(&str, &str)] = &[
    ("a list", "[[a], {b: c}]"),
    ("a map", "{no-such-key: {a: b}}"),
    ("a deep map", "{a: {b: {c: [d]}}}"),
    ("a number", "-273.15"),
    ("a truth", "true"),
    ("controls", "\"\\e[31m\\u202e\\0\""),
    ("nothing but blanks", "'   '"),
    ("brackets", "')('"),
    ("a variable", "${NO_SUCH_VARIABLE}"),
    ("a broken variable", "'${'"),
    ("an empty text", "''"),
    ("an empty list", "[]"),
    ("an empty map", "{}"),
    ("nothing", "~"),
];

/// The file in which `path` has `value`, with something to run beside it.
fn file(path: &str, value: &str) -> String {
    let start = if path == "start" { "" } else { "start: (f)\n" };
    match path.split_once('.') {
        Some((map, key)) => format!("{start}{map}:\n  {key}: {value}\n"),
        None => format!("{start}{path}: {value}\n"),
    }
}

#[test]
fn every_key_reports_what_is_wrong_with_its_value_and_where() {
    for key in KEYS {
        for (shape, value) in SHAPES {
            let outcome = Project::new(&file(key.path, value)).run(&["check"]);
            let context = format!("`{}` is {shape}: {outcome:?}", key.path);
            assert!(matches!(outcome.code, Some(0..=2)), "{context}");
            assert!(!outcome.stderr.contains("panicked"), "{context}");
            assert!(!outcome.stderr.contains('\u{1b}'), "{context}");
        }
        for (shape, value) in &SHAPES[..3] {
            let outcome = Project::new(&file(key.path, value)).run(&["check"]);
            let context = format!("`{}` is {shape}: {outcome:?}", key.path);
            let (map, last) = key.path.rsplit_once('.').unwrap_or(("", key.path));
            let first = outcome.stderr.lines().next().unwrap_or_default();
            assert_eq!(outcome.code, Some(1), "{context}");
            assert!(first.contains(last) || first.contains(map), "{context}");
            assert!(outcome.stderr.contains("--> lisplaunch.yaml:"), "{context}");
        }
    }
}

#[test]
fn every_key_of_a_service_is_known_in_one() {
    for key in KEYS {
        let name = key.path.split('.').next().unwrap();
        let yaml = format!("services:\n  web:\n    {name}: ~\n    load: [a.lisp]\n");
        let outcome = Project::new(&yaml).run(&["argv"]);
        let known = !outcome.stderr.contains("unknown key");
        assert_eq!(
            known,
            key.level != Level::Project,
            "{name}: {}",
            outcome.stderr
        );
    }
}
