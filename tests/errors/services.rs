//! Services and profiles.

use insta::assert_snapshot;

use super::{brief, refused};
use crate::support::Project;

const TWO: &str = "\
start: (f)
services:
  web:
  worker:
    swank: 4005
profiles:
  production:
    swank: 4005
";

#[test]
fn services_are_a_map_of_maps() {
    assert_snapshot!(refused(&[
        "services: {}",
        "services: [web, worker]",
        "services: web",
        "services: {x-web: {start: (f)}}",
        "services:\n  web: (f)",
        "services:\n  web worker: {start: (f)}",
        "services:\n  -web: {start: (f)}",
        "services:\n  web: {start: (f)}\n  web: {start: (g)}",
    ]), @"
    error: `services` holds no service
     --> lisplaunch.yaml:1:11
    1 | services: {}
      |           ^^
      = help: add one, or remove the key: the file is then one service
    error: `services` must be a map
     --> lisplaunch.yaml:1:11
    1 | services: [web, worker]
      |           ^^^^^^^^^^^^^ this is a list
      = help: write a name and `:` for each service, and its keys below
    error: `services` must be a map
     --> lisplaunch.yaml:1:11
    1 | services: web
      |           ^^^ this is a single value
      = help: write a name and `:` for each service, and its keys below
    error: `services` holds no service
     --> lisplaunch.yaml:1:11
    1 | services: {x-web: {start: (f)}}
      |           ^^^^^^^^^^^^^^^^^^^^^
      = help: add one, or remove the key: the file is then one service
    error: the service `web` must be a map
     --> lisplaunch.yaml:2:8
    2 |   web: (f)
      |        ^^^ this is a single value
      = help: write its keys below it: `start: …`
    error: `web worker` cannot be a service's name
     --> lisplaunch.yaml:2:3
    2 |   web worker: {start: (f)}
      |   ^^^^^^^^^^
      = help: expected letters, digits, `.`, `_` and `-`, a letter or digit first, at most 100 of them
    error: `-web` cannot be a service's name
     --> lisplaunch.yaml:2:3
    2 |   -web: {start: (f)}
      |   ^^^^
      = help: expected letters, digits, `.`, `_` and `-`, a letter or digit first, at most 100 of them
    error: duplicate key `web`
     --> lisplaunch.yaml:3:3
    3 |   web: {start: (g)}
      |   ^^^
      = help: the first `web` is on line 2: keep one of them
    ");
}

#[test]
fn a_service_has_something_to_run() {
    assert_snapshot!(refused(&[
        "{}",
        "name: app",
        "services: ~",
        "services:\n  web:\n  worker: {start: (f)}",
    ]), @"
    error: `app` has nothing to run
     --> lisplaunch.yaml:1:1
    1 | {}
      | ^^
      = help: add `systems: [my-app]` and `start: my-app:main`
    error: `app` has nothing to run
     --> lisplaunch.yaml:1:1
    1 | name: app
      | ^^^^
      = help: add `systems: [my-app]` and `start: my-app:main`
    error: `app` has nothing to run
     --> lisplaunch.yaml:1:1
    1 | services: ~
      | ^^^^^^^^
      = help: add `systems: [my-app]` and `start: my-app:main`
    error: `lisplaunch.yaml` has several services: which one?
     = help: name one of `web`, `worker`
    ");
}

#[test]
fn profiles_are_a_map_of_maps() {
    let report = |yaml: &str| brief(Project::new(yaml).run(&["argv", "-p", "a"]), 2);
    assert_snapshot!(report("start: (f)\nprofiles: [a]"), @"
    error: `profiles` must be a map
     --> lisplaunch.yaml:2:11
    2 | profiles: [a]
      |           ^^^ this is a list
    ");
    assert_snapshot!(report("start: (f)\nprofiles: {a: 1}"), @"
    error: the profile `a` must be a map
     --> lisplaunch.yaml:2:15
    2 | profiles: {a: 1}
      |               ^ this is a single value
      = help: write below it what it changes: `restart: never`
    ");
    assert_snapshot!(report("start: (f)\nprofiles: {a: {profiles: {b: {}}, strat: (f)}}"), @"
    error: the profile `a` cannot hold profiles
     --> lisplaunch.yaml:2:16
    2 | profiles: {a: {profiles: {b: {}}, strat: (f)}}
      |                ^^^^^^^^
      = help: several can be chosen: `-p one -p two`
    ");
    let every = |profiles: &str| {
        let project = Project::new(&format!("start: (f)\nloader: none\nprofiles: {profiles}"));
        brief(project.with_sbcl("").run(&["check"]), 1)
    };
    assert_snapshot!(every("[a]"), @"
    error: `profiles` must be a map
     --> lisplaunch.yaml:3:11
    3 | profiles: [a]
      |           ^^^ this is a list
    lisplaunch.yaml: 1 problem
    ");
    assert_snapshot!(every("{a: 1, b: [c], c: ~, d: {strat: (f)}}"), @"
    error: the profile `a` must be a map
     --> lisplaunch.yaml:3:15
    3 | profiles: {a: 1, b: [c], c: ~, d: {strat: (f)}}
      |               ^ this is a single value
      = help: write below it what it changes: `restart: never`
    error: the profile `b` must be a map
     --> lisplaunch.yaml:3:21
    3 | profiles: {a: 1, b: [c], c: ~, d: {strat: (f)}}
      |                     ^^^ this is a list
      = help: write below it what it changes: `restart: never`
    error: unknown key `strat`
     --> lisplaunch.yaml:3:36
    3 | profiles: {a: 1, b: [c], c: ~, d: {strat: (f)}}
      |                                    ^^^^^
      = help: did you mean `start`?
    lisplaunch.yaml: 3 problems
    ");
}

#[test]
fn one_of_several_must_be_named() {
    let report = |arguments: &[&str]| brief(Project::new(TWO).run(arguments), 2);
    assert_snapshot!(report(&["run"]), @"
    error: `lisplaunch.yaml` has several services: which one?
     = help: name one of `web`, `worker`
    ");
    assert_snapshot!(report(&["argv", "wrker"]), @"
    error: there is no service `wrker` in `lisplaunch.yaml`
     = help: did you mean `worker`?
    ");
    assert_snapshot!(report(&["show", "web", "mailer"]), @"
    error: there is no service `mailer` in `lisplaunch.yaml`
     = help: there are: `web`, `worker`
    ");
    assert_snapshot!(report(&["show", "-p", "prodction"]), @"
    error: there is no profile `prodction` in `lisplaunch.yaml`
     = help: did you mean `production`?
    ");
    assert_snapshot!(brief(Project::new("start: (f)").run(&["argv", "-p", "a"]), 2), @"
    error: there is no profile `a` in `lisplaunch.yaml`
     = help: there are none
    ");
    assert_snapshot!(brief(Project::new("start: (f)").run(&["argv", "web"]), 2), @"
    error: there is no service `web` in `lisplaunch.yaml`
     = help: there are: `app`
    ");
}

#[test]
fn a_port_is_used_once() {
    let report = brief(Project::new(TWO).run(&["show", "-p", "production"]), 2);
    assert_snapshot!(report, @"
    error: the services `web` and `worker` both have the swank port 4005
     --> lisplaunch.yaml:5:12
    5 |     swank: 4005
      |            ^^^^
      = help: give each a port of its own: `swank.port`
    ");
    let spelt = "start: (f)\nservices: {web: {swank: 4005}, worker: {swank: '04005'}}";
    assert!(brief(Project::new(spelt).run(&["show"]), 2).contains("both have the swank port 4005"));
}

#[test]
fn a_folder_may_have_no_name_to_give() {
    let project = Project::empty().with_file("my app/lisplaunch.yaml", "start: (f)");
    assert_snapshot!(brief(project.run(&["-C", "my app", "argv"]), 2), @"
    error: the folder's name `my app` cannot be the project's
     = help: add `name:` to `my app/lisplaunch.yaml`: letters, digits, `.`, `_` and `-`, a letter or digit first, at most 100 of them
    ");
}

/// A service that is made three times, one that comes after it, and one that is alone.
const REPLICAS: &str = "\
loader: none
start: (f)
services:
  web: {replicas: 3}
  worker:
";

#[test]
fn one_of_several_replicas_must_be_named() {
    let report = |arguments: &[&str]| brief(Project::new(REPLICAS).run(arguments), 2);
    assert_snapshot!(report(&["run"]), @"
    error: `lisplaunch.yaml` has several services: which one?
     = help: name one of `web-1`, `web-2`, `web-3`, `worker`
    ");
    assert_snapshot!(report(&["run", "web"]), @"
    error: there are 3 replicas of `web`: which one?
     = help: name one of `web-1`, `web-2`, `web-3`
    ");
    assert_snapshot!(report(&["eval", "web", "(f)"]), @"
    error: there are 3 replicas of `web`: which one?
     = help: name one of `web-1`, `web-2`, `web-3`
    ");
    assert_snapshot!(report(&["argv", "web-4"]), @"
    error: there is no service `web-4` in `lisplaunch.yaml`
     = help: did you mean `web-3`?
    ");
}

#[test]
fn replicas_are_a_number_of_services_that_differ() {
    let report = |yaml: &str| brief(Project::new(yaml).run(&["show"]), 2);
    assert_snapshot!(report("start: (f)\nreplicas: 0"), @"
    error: `replicas` is `0`: expected a number from 1 to 100
     --> lisplaunch.yaml:2:11
    2 | replicas: 0
      |           ^
    ");
    assert_snapshot!(report("start: (f)\nreplicas: 101"), @"
    error: `replicas` is `101`: expected a number from 1 to 100
     --> lisplaunch.yaml:2:11
    2 | replicas: 101
      |           ^^^
    ");
    assert_snapshot!(report("start: (f)\nreplicas: [2]"), @"
    error: `replicas` must be a single value
     --> lisplaunch.yaml:2:11
    2 | replicas: [2]
      |           ^^^ this is a list
    ");
    assert_snapshot!(report("start: (f)\nreplicas: 2\nhttp: 8080\nswank: 4005"), @"
    error: the services `app-1` and `app-2` both have the http port 8080
     --> lisplaunch.yaml:3:7
    3 | http: 8080
      |       ^^^^
      = help: the number of a replica makes a port of its own: `http: 808${REPLICA}`
    error: the services `app-1` and `app-2` both have the swank port 4005
     --> lisplaunch.yaml:4:8
    4 | swank: 4005
      |        ^^^^
      = help: the number of a replica makes a port of its own: `swank: 400${REPLICA}`
    ");
    assert_snapshot!(report("start: (f)\nhttp: 808${REPLICA}"), @"
    error: the variable `REPLICA` is not set
     --> lisplaunch.yaml:2:10
    2 | http: 808${REPLICA}
      |          ^^^^^^^^^^
      = help: services with `replicas` have it: `replicas: 1` is enough
    ");
    assert_snapshot!(report("start: (f)\nservices:\n  web: {replicas: 2}\n  web-2:\n"), @"
    error: `web-2` is the name of a replica too
     --> lisplaunch.yaml:4:3
    4 |   web-2:
      |   ^^^^^
      = help: rename the service: replicas have the name of theirs and a number
    ");
    let crossed = "start: (f)\nservices:\n  web: {replicas: 2}\n  web-1: {replicas: 2}\n";
    assert!(report(crossed).contains("`web-1` is the name of a replica too"));
    assert_snapshot!(report("start: (f)\nservices:\n  web: {replicas: 2, after: web}"), @"
    error: the service `web-1` comes after itself
     --> lisplaunch.yaml:3:29
    3 |   web: {replicas: 2, after: web}
      |                             ^^^
      = help: remove one of the names from `after`: none of them could be started first
    ");
    let name = "n".repeat(99);
    let report = report(&format!("name: {name}\nstart: (f)\nreplicas: 2"));
    assert!(report.contains("` cannot be a service's name"), "{report}");
    let project =
        Project::new("start: (f)\nreplicas: ${N}\nenv-file: a.env").with_file("a.env", "N=2");
    assert_snapshot!(brief(project.run(&["show"]), 2), @"
    error: the variable `N` is not set
     --> lisplaunch.yaml:2:11
    2 | replicas: ${N}
      |           ^^^^
      = help: set it in the environment or with `--set N=VALUE`, or give it a default: `${N:-default}`
      = note: `replicas` is read before `env-file`, whose values it cannot have
    ");
}
