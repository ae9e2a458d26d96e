//! What is said of a service for those who deploy it: words for the program, HTTP, limits, what
//! comes before it, folders, logs.

use insta::assert_snapshot;

use super::{brief, refused, wrong};
use crate::support::{Project, files_below};

#[test]
fn each_word_for_the_program_is_an_item() {
    assert_snapshot!(wrong(&[
        "arguments: --port 8080",
        "arguments: {port: 8080}",
        "arguments: [--port, ~]",
        "arguments: [--port, [8080]]",
        "arguments: [\"a\\0b\"]",
    ]), @r#"
    error: `arguments` is one word with blanks: `--port 8080`
     --> lisplaunch.yaml:1:12
    1 | arguments: --port 8080
      |            ^^^^^^^^^^^
      = help: each word is an item of a list: `[--port, 8080]`
      = help: if it is one word, so is it: `['two words']`
    error: `arguments` must be a single value
     --> lisplaunch.yaml:1:12
    1 | arguments: {port: 8080}
      |            ^^^^^^^^^^^^ this is a map
      = help: YAML takes `: ` for the end of a key: put the value into quotes, or below a `|`
    error: `arguments[1]` has no value
     --> lisplaunch.yaml:1:21
    1 | arguments: [--port, ~]
      |                     ^
      = help: fill in the item, or remove it
    error: `arguments[1]` must be a single value
     --> lisplaunch.yaml:1:21
    1 | arguments: [--port, [8080]]
      |                     ^^^^^^ this is a list
    error: `arguments[0]` contains a NUL character
     --> lisplaunch.yaml:1:13
    1 | arguments: ["a\0b"]
      |             ^^^^^^
      = help: an argument or a variable cannot hold one
    "#);
    let words = Project::new("start: (f)\nloader: none\narguments: ['two words', '']");
    let argv = words
        .run(&["argv", "--format", "json", "--", "more"])
        .success();
    assert!(
        argv.ends_with("\"--end-toplevel-options\",\"two words\",\"\",\"more\"]\n"),
        "{argv}"
    );
}

#[test]
fn http_says_where_a_service_answers() {
    assert_snapshot!(wrong(&[
        "http: {hosts: [a.example]}",
        "http: web",
        "http: {port: 8080, hosts: ['http://a.example/']}",
        "http: {port: 8080, hosts: ['*', '-a', 'a..b']}",
        "http: {port: 8080, path: health}",
        "http: {port: 8080, path: '/a b'}",
        "http: {port: 8080, certificate: a.pem}",
        "http: {port: 8080, key: a.pem}",
        "http: {port: 8080, max-body: much}",
        "http: {port: 8080, static: ~other/public}",
        "http: {port: 8080, host: a.example}",
    ]), @"
    error: `http` names no port
     --> lisplaunch.yaml:1:7
    1 | http: {hosts: [a.example]}
      |       ^^^^^^^^^^^^^^^^^^^^
      = help: add `port:`, or write `http: 8080`
    error: `http.port` is `web`: expected a port from 1 to 65535
     --> lisplaunch.yaml:1:7
    1 | http: web
      |       ^^^
    error: `http.hosts[0]` is `http://a.example/`: expected a host name such as `shop.example`, without `http://`, port and path
     --> lisplaunch.yaml:1:28
    1 | http: {port: 8080, hosts: ['http://a.example/']}
      |                            ^^^^^^^^^^^^^^^^^^^
    error: `http.hosts[0]` is `*`: expected a host name such as `shop.example`, without `http://`, port and path
     --> lisplaunch.yaml:1:28
    1 | http: {port: 8080, hosts: ['*', '-a', 'a..b']}
      |                            ^^^
    error: `http.hosts[1]` is `-a`: expected a host name such as `shop.example`, without `http://`, port and path
     --> lisplaunch.yaml:1:33
    1 | http: {port: 8080, hosts: ['*', '-a', 'a..b']}
      |                                 ^^^^
    error: `http.hosts[2]` is `a..b`: expected a host name such as `shop.example`, without `http://`, port and path
     --> lisplaunch.yaml:1:39
    1 | http: {port: 8080, hosts: ['*', '-a', 'a..b']}
      |                                       ^^^^^^
    error: `http.path` is `health`: expected a path such as `/health`, other characters as `%20`
     --> lisplaunch.yaml:1:26
    1 | http: {port: 8080, path: health}
      |                          ^^^^^^
    error: `http.path` is `/a b`: expected a path such as `/health`, other characters as `%20`
     --> lisplaunch.yaml:1:26
    1 | http: {port: 8080, path: '/a b'}
      |                          ^^^^^^
    error: `http.certificate` is set without `http.key`
     --> lisplaunch.yaml:1:33
    1 | http: {port: 8080, certificate: a.pem}
      |                                 ^^^^^
      = help: TLS takes a certificate and its key: name both files, or none
    error: `http.key` is set without `http.certificate`
     --> lisplaunch.yaml:1:25
    1 | http: {port: 8080, key: a.pem}
      |                         ^^^^^
      = help: TLS takes a certificate and its key: name both files, or none
    error: `http.max-body` is `much`: expected a size such as `50MB`
     --> lisplaunch.yaml:1:30
    1 | http: {port: 8080, max-body: much}
      |                              ^^^^
    error: `http.static` is `~other/public`: expected a path; only a leading `~/` is understood, not `~other`
     --> lisplaunch.yaml:1:28
    1 | http: {port: 8080, static: ~other/public}
      |                            ^^^^^^^^^^^^^
    error: unknown key `host` in `http`
     --> lisplaunch.yaml:1:20
    1 | http: {port: 8080, host: a.example}
      |                    ^^^^
      = help: did you mean `hosts`?
    ");
}

#[test]
fn limits_are_those_that_a_system_can_keep() {
    assert_snapshot!(wrong(&[
        "limits: 2GB",
        "limits: {memory: 512}",
        "limits: {memory: much}",
        "limits: {cpus: 0}",
        "limits: {cpus: 1.2345}",
        "limits: {cpus: '.5'}",
        "limits: {cpus: 5000}",
        "limits: {tasks: 0}",
        "limits: {open-files: many}",
        "limits: {memroy: 1GB}",
        "memory: 1GB",
    ]), @"
    error: `limits` must be a map
     --> lisplaunch.yaml:1:9
    1 | limits: 2GB
      |         ^^^ this is a single value
    error: `limits.memory` is `512`: expected a size of a megabyte or more, with its unit: `512MB`, `2GB`
     --> lisplaunch.yaml:1:18
    1 | limits: {memory: 512}
      |                  ^^^
    error: `limits.memory` is `much`: expected a size of a megabyte or more, with its unit: `512MB`, `2GB`
     --> lisplaunch.yaml:1:18
    1 | limits: {memory: much}
      |                  ^^^^
    error: `limits.cpus` is `0`: expected a number of processors such as `1.5`, from 0.001 to 4096
     --> lisplaunch.yaml:1:16
    1 | limits: {cpus: 0}
      |                ^
    error: `limits.cpus` is `1.2345`: expected a number of processors such as `1.5`, from 0.001 to 4096
     --> lisplaunch.yaml:1:16
    1 | limits: {cpus: 1.2345}
      |                ^^^^^^
    error: `limits.cpus` is `.5`: expected a number of processors such as `1.5`, from 0.001 to 4096
     --> lisplaunch.yaml:1:16
    1 | limits: {cpus: '.5'}
      |                ^^^^
    error: `limits.cpus` is `5000`: expected a number of processors such as `1.5`, from 0.001 to 4096
     --> lisplaunch.yaml:1:16
    1 | limits: {cpus: 5000}
      |                ^^^^
    error: `limits.tasks` is `0`: expected a number from 1 to 4194304
     --> lisplaunch.yaml:1:17
    1 | limits: {tasks: 0}
      |                 ^
    error: `limits.open-files` is `many`: expected a number from 1 to 1073741824
     --> lisplaunch.yaml:1:22
    1 | limits: {open-files: many}
      |                      ^^^^
    error: unknown key `memroy` in `limits`
     --> lisplaunch.yaml:1:10
    1 | limits: {memroy: 1GB}
      |          ^^^^^^
      = help: did you mean `memory`?
    error: unknown key `memory`
     --> lisplaunch.yaml:1:1
    1 | memory: 1GB
      | ^^^^^^
      = help: `memory` belongs below `limits:`
    ");
}

#[test]
fn a_service_comes_after_others_and_units() {
    assert_snapshot!(wrong(&["after: postgresql", "after: .service", "after: 'a b.service'", "after: [~]"]), @"
    error: `after` is `postgresql`: expected a service of this file, or a unit of the process manager
     --> lisplaunch.yaml:1:8
    1 | after: postgresql
      |        ^^^^^^^^^^
      = help: the name of a unit has a dot: `postgresql.service`
    error: `after` is `.service`: expected a service of this file, or a unit of the process manager
     --> lisplaunch.yaml:1:8
    1 | after: .service
      |        ^^^^^^^^
      = help: the name of a unit has a dot: `postgresql.service`
    error: `after` is `a b.service`: expected a service of this file, or a unit of the process manager
     --> lisplaunch.yaml:1:8
    1 | after: 'a b.service'
      |        ^^^^^^^^^^^^^
      = help: the name of a unit has a dot: `postgresql.service`
    error: `after[0]` has no value
     --> lisplaunch.yaml:1:9
    1 | after: [~]
      |         ^
      = help: fill in the item, or remove it
    ");
    let show = |services: &str| {
        let project = Project::new(&format!("start: (f)\nloader: none\nservices: {services}"));
        brief(project.run(&["show"]), 2)
    };
    assert_snapshot!(show("{web: {after: databse}, database: ~}"), @"
    error: `after` is `databse`: expected a service of this file, or a unit of the process manager
     --> lisplaunch.yaml:3:25
    3 | services: {web: {after: databse}, database: ~}
      |                         ^^^^^^^
      = help: did you mean `database`?
      = help: the name of a unit has a dot: `postgresql.service`
    ");
    assert_snapshot!(show("{web: {after: web}}"), @"
    error: the service `web` comes after itself
     --> lisplaunch.yaml:3:25
    3 | services: {web: {after: web}}
      |                         ^^^
      = help: remove one of the names from `after`: none of them could be started first
    ");
    assert_snapshot!(show("{a: {after: b}, b: {after: [x.service, c]}, c: {after: [d, b]}, d: ~}"), @"
    error: the service `b` comes after `c`, which comes after `b`
     --> lisplaunch.yaml:3:38
    3 | services: {a: {after: b}, b: {after: [x.service, c]}, c: {after: [d, b]}, d: ~}
      |                                      ^^^^^^^^^^^^^^
      = help: remove one of the names from `after`: none of them could be started first
    ");
    let long: String = (0..20)
        .map(|n| format!("s{n}: {{after: s{}}},", (n + 1) % 20))
        .collect();
    assert_snapshot!(show(&format!("{{{long}}}")).lines().next().unwrap(), @"error: the service `s0` comes after `s1`, which comes after `s2`, which comes after `s3`, which comes after `s4`, which comes after `s5`, which comes after `s6`, which comes after `s7`, which comes after `s8`, which comes after `s9`, which comes after `s10`, which comes after … `s0`");
}

#[test]
fn a_watchdog_needs_the_runtime() {
    assert_snapshot!(wrong(&["watchdog: 0", "watchdog: 30s\nruntime: false"]), @"
    error: `watchdog` is `0`: expected a duration such as `10s` or `2m`, at most a day
     --> lisplaunch.yaml:1:11
    1 | watchdog: 0
      |           ^
    error: `watchdog` needs lisplaunch's own code in the image, and `runtime` is `false`
     --> lisplaunch.yaml:1:11
    1 | watchdog: 30s
      |           ^^^
      = help: remove it: without that code nothing says that the image still answers
    ");
}

#[test]
fn writable_folders_are_paths_and_hardening_is_a_flag() {
    assert_snapshot!(wrong(&["writable: [var, '~other/x']", "hardening: some"]), @"
    error: `writable[1]` is `~other/x`: expected a path; only a leading `~/` is understood, not `~other`
     --> lisplaunch.yaml:1:17
    1 | writable: [var, '~other/x']
      |                 ^^^^^^^^^^
    error: `hardening` is `some`: expected `true` or `false`
     --> lisplaunch.yaml:1:12
    1 | hardening: some
      |            ^^^^
    ");
}

#[test]
fn every_service_has_a_log_of_its_own() {
    let show = |yaml: &str| brief(Project::new(yaml).run(&["show"]), 2);
    assert_snapshot!(show("start: (f)\nlog: app.log\nservices: {web: ~, worker: ~, mailer: ~}"), @"
    error: the services `web`, `worker` and 1 more have the same log `/srv/app/app.log`
     --> lisplaunch.yaml:2:6
    2 | log: app.log
      |      ^^^^^^^
      = help: put the name of each into it: `log: log/{service}.log`
    ");
    assert_snapshot!(show("start: (f)\nservices:\n  web: {log: app.log}\n  worker:\n    log: .//app.log\n  mailer: {log: ./app.log}"), @"
    error: the services `web`, `worker` and 1 more have the same log `/srv/app/app.log`
     --> lisplaunch.yaml:3:14
    3 |   web: {log: app.log}
      |              ^^^^^^^
      = help: put the name of each into it: `log: log/{service}.log`
    error: the services `web`, `worker` and 1 more have the same log `/srv/app/app.log`
     --> lisplaunch.yaml:5:10
    5 |     log: .//app.log
      |          ^^^^^^^^^^
      = help: put the name of each into it: `log: log/{service}.log`
    error: the services `web`, `worker` and 1 more have the same log `/srv/app/app.log`
     --> lisplaunch.yaml:6:17
    6 |   mailer: {log: ./app.log}
      |                 ^^^^^^^^^
      = help: put the name of each into it: `log: log/{service}.log`
    ");
    let named = Project::new(
        "start: (f)\nloader: none\nlog: 'log/{service}.log'\nservices: {web: ~, worker: ~}",
    );
    let shown = named.run(&["show"]).success();
    assert!(shown.contains("file: /srv/app/log/web.log\n"), "{shown}");
    assert!(shown.contains("file: /srv/app/log/worker.log\n"), "{shown}");
}

#[test]
fn a_port_has_one_server() {
    assert_snapshot!(refused(&["start: (f)\nhttp: 4005\nswank: 4005"]), @"
    error: the service `app` has the port 4005 for swank and for http
     --> lisplaunch.yaml:2:7
    2 | http: 4005
      |       ^^^^
      = help: give each a port of its own: `http.port`
    ");
    let show = |services: &str| {
        let project = Project::new(&format!("start: (f)\nloader: none\nservices: {services}"));
        brief(project.run(&["show"]), 2)
    };
    assert_snapshot!(show("{web: {http: 8080}, worker: {http: 8080}}"), @"
    error: the services `web` and `worker` both have the http port 8080
     --> lisplaunch.yaml:3:46
    3 | services: {web: {http: 8080}, worker: {http: 8080}}
      |                                              ^^^^
      = help: give each a port of its own: `http.port`
    ");
    assert_snapshot!(show("{web: {http: 4005}, worker: {swank: 4005}}"), @"
    error: the swank port 4005 of `worker` is the http port of `web`
     --> lisplaunch.yaml:3:47
    3 | services: {web: {http: 4005}, worker: {swank: 4005}}
      |                                               ^^^^
      = help: give each a port of its own: `swank.port`
    ");
}

#[test]
fn an_upstream_and_a_spare_are_for_replicas() {
    assert_snapshot!(wrong(&[
        "http: {port: 8080, upstream: a.upstream}",
        "spare: true",
    ]), @"
    error: `http.upstream` is for `replicas`, and there is one process
     --> lisplaunch.yaml:1:30
    1 | http: {port: 8080, upstream: a.upstream}
      |                              ^^^^^^^^^^
      = help: add `replicas: 2`, or leave it out
    error: `spare` is for `replicas`, and there is one process
     --> lisplaunch.yaml:1:8
    1 | spare: true
      |        ^^^^
      = help: add `replicas: 2`: one runs, and the other is started by `lisplaunch deploy`
    ");
    let replicas = |keys: &str| {
        let yaml = format!("loader: none\nstart: (f)\nhttp:\n  port: 808${{REPLICA}}\n{keys}");
        brief(Project::new(&yaml).run(&["check"]), 1)
    };
    assert_snapshot!(replicas("replicas: 2\nspare: true\n"), @"
    error: `spare` needs `http.upstream`: nginx has to know which replicas run
     --> lisplaunch.yaml:6:8
    6 | spare: true
      |        ^^^^
      = help: name a file that nginx can read: `upstream: /etc/nginx/my-app.upstream`
    lisplaunch.yaml: 1 problem
    ");
    assert_snapshot!(replicas("  upstream: 'a*.upstream'\nreplicas: 2\n"), @"
    error: `http.upstream` is `/srv/app/a*.upstream`: expected a path without `*`, `?` and `[`
     --> lisplaunch.yaml:5:13
    5 |   upstream: 'a*.upstream'
      |             ^^^^^^^^^^^^^
    lisplaunch.yaml: 1 problem
    ");
    assert_snapshot!(replicas("  upstream: a-${REPLICA}\nreplicas: 2\n"), @"
    error: the replicas of `app` differ in `http.upstream`
     --> lisplaunch.yaml:5:13
    5 |   upstream: a-${REPLICA}
      |             ^^^^^^^^^^^^
      = help: name one file for all of them, without `${REPLICA}`
    lisplaunch.yaml: 1 problem
    ");
    assert_snapshot!(brief(Project::new("\
loader: none
start: (f)
replicas: 2
services:
  web: {http: {port: '808${REPLICA}', upstream: same}}
  api: {http: {port: '809${REPLICA}', upstream: same}}
").run(&["check"]), 1), @"
    error: the services `web-1` and `api-1` have the same `http.upstream`
     --> lisplaunch.yaml:6:49
    6 |   api: {http: {port: '809${REPLICA}', upstream: same}}
      |                                                 ^^^^
      = help: give each a file of its own
    lisplaunch.yaml: 1 problem
    ");
}

#[test]
fn a_socket_is_handed_to_one_service_or_to_its_replicas() {
    assert_snapshot!(wrong(&[
        "http: {port: 8080, socket: true}",
        "http: {port: 8080, socket: '::1'}",
        "http: {port: 8080, socket: 127.0.0.1}\nruntime: false",
    ]), @"
    error: `http.socket` is `true`: expected an IPv4 address on which the service manager listens, such as `127.0.0.1`
     --> lisplaunch.yaml:1:28
    1 | http: {port: 8080, socket: true}
      |                            ^^^^
    error: `http.socket` is `::1`: expected an IPv4 address on which the service manager listens, such as `127.0.0.1`
     --> lisplaunch.yaml:1:28
    1 | http: {port: 8080, socket: '::1'}
      |                            ^^^^^
    error: `http.socket` needs lisplaunch's own code in the image, and `runtime` is `false`
     --> lisplaunch.yaml:1:28
    1 | http: {port: 8080, socket: 127.0.0.1}
      |                            ^^^^^^^^^
      = help: remove it: that code lets the server listen on the socket
    ");
    let replicas = |keys: &str, arguments: &[&str], code| {
        let yaml = format!("loader: none\nstart: (f)\nreplicas: 2\n{keys}");
        brief(Project::new(&yaml).run(arguments), code)
    };
    let socket = "http: {port: 8080, socket: 127.0.0.1}\n";
    let check = |keys: &str| replicas(keys, &["check"], 1);
    assert_snapshot!(check("http: {port: '808${REPLICA}', socket: 127.0.0.1, upstream: a.upstream}"), @"
    error: `http.socket` and `http.upstream` exclude each other
     --> lisplaunch.yaml:4:39
    4 | http: {port: '808${REPLICA}', socket: 127.0.0.1, upstream: a.upstream}
      |                                       ^^^^^^^^^
      = help: behind nginx each replica has a port of its own: remove `socket`
      = help: a socket that is handed over is one for all: remove `upstream`
    lisplaunch.yaml: 1 problem
    ");
    assert_snapshot!(check("http: {port: '808${REPLICA}', socket: 127.0.0.1}"), @"
    error: the replicas of `app` have one socket, but differ in `http.port`
     --> lisplaunch.yaml:4:39
    4 | http: {port: '808${REPLICA}', socket: 127.0.0.1}
      |                                       ^^^^^^^^^
      = help: name one port for all of them, without `${REPLICA}`
    lisplaunch.yaml: 1 problem
    ");
    assert_snapshot!(check(&format!("{socket}ready: {{http: 'http://127.0.0.1:8080/'}}")), @"
    error: `ready.http` asks at the port 8080, where any replica of `app` may answer
     --> lisplaunch.yaml:4:28
    4 | http: {port: 8080, socket: 127.0.0.1}
      |                            ^^^^^^^^^
      = help: remove it: a replica is ready once its start forms have returned
      = help: or ask the image itself: `ready: (my-app:up-p)`
    lisplaunch.yaml: 1 problem
    ");
    assert_snapshot!(replicas(socket, &["emit", "runit", "-o", "out/"], 1), @"
    error: `http.socket`: what `emit runit` writes for hands no socket to the replicas of `app`
     --> lisplaunch.yaml:4:28
    4 | http: {port: 8080, socket: 127.0.0.1}
      |                            ^^^^^^^^^
      = help: `emit systemd` and `emit supervisor` write what does
      = help: or give each replica a port of its own, in a profile without `socket`
    ");
    let own = Project::new(&format!(
        "loader: none\nstart: (f)\nreplicas: 2\n{socket}env-file: '${{REPLICA}}.env'\n"
    ));
    let own = own
        .with_file("1.env", "KEY=one")
        .with_file("2.env", "KEY=two");
    assert_snapshot!(brief(own.run(&["emit", "supervisor"]), 1), @"
    error: `http.socket`: the replicas of `app` differ by more than their number, and supervisord hands a socket only to processes with one stanza
     --> lisplaunch.yaml:4:28
    4 | http: {port: 8080, socket: 127.0.0.1}
      |                            ^^^^^^^^^
      = help: let them differ by `${REPLICA}` alone, and write the stanza of all of them
    ");
    // What starts one process says that it listens by itself.
    let yaml = format!("name: app\nloader: none\nstart: (f)\n{socket}");
    let silent = ["nginx", "logrotate", "systemd"];
    for format in lisplaunch::format::ALL {
        let project = Project::new(&format!("{yaml}container: {{image: app}}\nlog: app.log\n"));
        project.run(&["emit", format.name, "-o", "out/"]);
        let files = files_below(&project.folder().join("out"));
        let texts: String = files
            .iter()
            .map(|file| std::fs::read_to_string(file).unwrap())
            .collect();
        let says = texts.contains("http.socket: nothing here listens for the service");
        assert!(
            says != silent.contains(&format.name),
            "{}: {texts}",
            format.name
        );
    }
    // The replicas are one server for what sends requests to it.
    let yaml = format!("loader: none\nstart: (f)\nreplicas: 2\n{socket}");
    let site = Project::new(&yaml).run(&["emit", "nginx"]).success();
    assert_eq!(site.matches("127.0.0.1:8080").count(), 1, "{site}");
}

#[test]
fn what_is_deployed_runs_and_can_be_replaced() {
    let deploy = |yaml: &str, arguments: &[&str], code| {
        let project = Project::new(&format!("name: app\nloader: none\nstart: (f)\n{yaml}"));
        brief(project.run(&[&["deploy"], arguments].concat()), code)
    };
    assert_snapshot!(deploy("http: 8080\n", &[], 2), @"
    error: requests to `app` would fail while it starts again: it is one process
     = help: give it `replicas: 2`, and `spare: true` if only one is to run at a time
     = help: or let systemd hold its socket: `http.socket`
     = help: or let them fail: `lisplaunch restart`
    ");
    assert_snapshot!(deploy("replicas: 2\n", &[], 3), @"
    error: no process of `app` runs
     = help: start it first; `lisplaunch status` shows how it ended
    ");
    assert_snapshot!(deploy("replicas: 2\n", &["app-1"], 2), @"
    error: `app-1` is one of the replicas of `app`, which are deployed together
     = help: deploy them all: `lisplaunch deploy app`
     = help: or start this one again: `lisplaunch restart app-1`
    ");
    assert_snapshot!(deploy("services: {web: {}, worker: {}}\n", &[], 2), @"
    error: `lisplaunch.yaml` has several services: which one?
     = help: name one of `web`, `worker`
    ");
    assert_snapshot!(deploy("replicas: 2\n", &["--rollback"], 2), @"
    error: `--rollback`: `app-1` does not start from a saved image, of which one is kept
     = help: put back the code that it had and deploy that; or add `core: true`
    ");
}

#[test]
fn a_project_is_deployed_once_at_a_time() {
    let project = Project::new("name: app\nloader: none\nstart: (f)\n");
    let file = std::fs::File::open(project.folder().join("lisplaunch.yaml")).unwrap();
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).unwrap();
    assert_snapshot!(brief(project.run(&["deploy"]), 1), @"
    error: another deployment of `/srv/app/lisplaunch.yaml` is under way
     = help: wait until it has ended
    ");
}
