//! Values that are not what their key holds.

use insta::assert_snapshot;

use super::{brief, wrong};
use crate::support::Project;

#[test]
fn ports_are_numbers_that_one_can_listen_on() {
    assert_snapshot!(wrong(&[
        "swank: 0",
        "swank: 65536",
        "swank: http",
        "swank: {port: -1}",
        "swank: 127.0.0.1:4005",
        "swank: true",
    ]), @"
    error: `swank.port` is `0`: expected a port from 1 to 65535
     --> lisplaunch.yaml:1:8
    1 | swank: 0
      |        ^
    error: `swank.port` is `65536`: expected a port from 1 to 65535
     --> lisplaunch.yaml:1:8
    1 | swank: 65536
      |        ^^^^^
    error: `swank.port` is `http`: expected a port from 1 to 65535
     --> lisplaunch.yaml:1:8
    1 | swank: http
      |        ^^^^
    error: `swank.port` is `-1`: expected a port from 1 to 65535
     --> lisplaunch.yaml:1:15
    1 | swank: {port: -1}
      |               ^^
    error: `swank.port` is `127.0.0.1:4005`: expected a port from 1 to 65535
     --> lisplaunch.yaml:1:8
    1 | swank: 127.0.0.1:4005
      |        ^^^^^^^^^^^^^^
    error: `swank.port` is `true`: expected a port from 1 to 65535
     --> lisplaunch.yaml:1:8
    1 | swank: true
      |        ^^^^
    ");
}

#[test]
fn swank_listens_where_it_is_safe() {
    assert_snapshot!(wrong(&[
        "swank: {interface: 0.0.0.0}",
        "swank:\n  interface: 192.168.0.7\n  allow-remote: false",
        "swank: {interface: '::1'}",
        "swank: {interface: a b}",
        "swank: {style: fd-handler}",
        "swank: {dont-close: maybe}",
    ]), @"
    error: swank would listen on `0.0.0.0`
     --> lisplaunch.yaml:1:20
    1 | swank: {interface: 0.0.0.0}
      |                    ^^^^^^^ anyone who reaches this address could run any code as the service's user
      = help: leave it out and connect through `ssh -L`
      = help: or write `allow-remote: true` beside it, where a firewall keeps others out
    error: swank would listen on `192.168.0.7`
     --> lisplaunch.yaml:2:14
    2 |   interface: 192.168.0.7
      |              ^^^^^^^^^^^ anyone who reaches this address could run any code as the service's user
      = help: leave it out and connect through `ssh -L`
      = help: or write `allow-remote: true` beside it, where a firewall keeps others out
    error: `swank.interface` is `::1`: expected an IPv4 address: swank listens on no other
     --> lisplaunch.yaml:1:20
    1 | swank: {interface: '::1'}
      |                    ^^^^^
    error: `swank.interface` is `a b`: expected an address such as `127.0.0.1`
     --> lisplaunch.yaml:1:20
    1 | swank: {interface: a b}
      |                    ^^^
    error: unknown key `style` in `swank`
     --> lisplaunch.yaml:1:9
    1 | swank: {style: fd-handler}
      |         ^^^^^
      = help: swank always uses `spawn`: remove it
    error: `swank.dont-close` is `maybe`: expected `true` or `false`
     --> lisplaunch.yaml:1:21
    1 | swank: {dont-close: maybe}
      |                     ^^^^^
    ");
    let remote = Project::new("swank: {interface: 0.0.0.0, allow-remote: true}\nstart: (f)");
    assert_snapshot!(brief(remote.run(&["argv"]), 0), @"
    warning: swank listens on `0.0.0.0`
     --> lisplaunch.yaml:1:20
    1 | swank: {interface: 0.0.0.0, allow-remote: true}
      |                    ^^^^^^^ anyone who reaches this address can run any code as the service's user
    ");
}

#[test]
fn durations_sizes_and_numbers_are_those_that_people_write() {
    assert_snapshot!(wrong(&[
        "stop-timeout: soon",
        "stop-timeout: 0",
        "start-timeout: 2d",
        "start-timeout: 1500ms",
        "start-timeout: -1",
        "log: {file: a.log, max-size: big}",
        "log: {file: a.log, backups: many}",
        "log: {file: a.log, backups: -1}",
        "log: {max-size: 1MB}",
        "umask: 27",
        "umask: 0o27",
        "umask: '999'",
        "priority: high",
        "sbcl: {dynamic-space-size: 1.5 potatoes}",
        "sbcl: {control-stack-size: 100KB}",
        "sbcl: {tls-limit: 0}",
    ]), @"
    error: `stop-timeout` is `soon`: expected a duration such as `10s` or `2m`, at most a day
     --> lisplaunch.yaml:1:15
    1 | stop-timeout: soon
      |               ^^^^
    error: `stop-timeout` is `0`: expected a duration such as `10s` or `2m`, at most a day
     --> lisplaunch.yaml:1:15
    1 | stop-timeout: 0
      |               ^
    error: `start-timeout` is `2d`: expected a duration such as `10s` or `2m`, at most a day
     --> lisplaunch.yaml:1:16
    1 | start-timeout: 2d
      |                ^^
    error: `start-timeout` is `1500ms`: expected whole seconds
     --> lisplaunch.yaml:1:16
    1 | start-timeout: 1500ms
      |                ^^^^^^
    error: `start-timeout` is `-1`: expected a duration such as `10s` or `2m`, at most a day
     --> lisplaunch.yaml:1:16
    1 | start-timeout: -1
      |                ^^
    error: `log.max-size` is `big`: expected a size such as `50MB`
     --> lisplaunch.yaml:1:30
    1 | log: {file: a.log, max-size: big}
      |                              ^^^
    error: `log.backups` is `many`: expected a number from 0 to 1000
     --> lisplaunch.yaml:1:29
    1 | log: {file: a.log, backups: many}
      |                             ^^^^
    error: `log.backups` is `-1`: expected a number from 0 to 1000
     --> lisplaunch.yaml:1:29
    1 | log: {file: a.log, backups: -1}
      |                             ^^
    error: `log` names no file
     --> lisplaunch.yaml:1:6
    1 | log: {max-size: 1MB}
      |      ^^^^^^^^^^^^^^^
      = help: add `file:`, or write `log: FILE`
    error: `umask` is `27`: expected three octal digits such as `027`
     --> lisplaunch.yaml:1:8
    1 | umask: 27
      |        ^^
    error: `umask` is `0o27`: expected three octal digits such as `027`
     --> lisplaunch.yaml:1:8
    1 | umask: 0o27
      |        ^^^^
    error: `umask` is `999`: expected three octal digits such as `027`
     --> lisplaunch.yaml:1:8
    1 | umask: '999'
      |        ^^^^^
    error: `priority` is `high`: expected a number from 0 to 9999
     --> lisplaunch.yaml:1:11
    1 | priority: high
      |           ^^^^
    error: `sbcl.dynamic-space-size` is `1.5 potatoes`: expected a size in whole megabytes such as `512MB` or `2GB`
     --> lisplaunch.yaml:1:28
    1 | sbcl: {dynamic-space-size: 1.5 potatoes}
      |                            ^^^^^^^^^^^^
    error: `sbcl.control-stack-size` is `100KB`: expected a size in whole megabytes such as `512MB` or `2GB`
     --> lisplaunch.yaml:1:28
    1 | sbcl: {control-stack-size: 100KB}
      |                            ^^^^^
    error: `sbcl.tls-limit` is `0`: expected a number from 1 to 16777216
     --> lisplaunch.yaml:1:19
    1 | sbcl: {tls-limit: 0}
      |                   ^
    ");
}

#[test]
fn names_have_no_blanks_or_colons() {
    assert_snapshot!(wrong(&[
        "name: my app",
        "name: ''",
        "name: /etc/passwd",
        "systems: ':my-app'",
        "systems: '#:my-app'",
        "systems: one two",
        "systems: [a, b(c]",
        "systems: ['']",
        "systems: [a, ~]",
        "package: ':my-app'",
        "user: root:root",
    ]), @"
    error: `name` is `my app`: expected letters, digits, `.`, `_` and `-`, a letter or digit first, at most 100 of them
     --> lisplaunch.yaml:1:7
    1 | name: my app
      |       ^^^^^^
    error: `name` is empty: expected letters, digits, `.`, `_` and `-`, a letter or digit first, at most 100 of them
     --> lisplaunch.yaml:1:7
    1 | name: ''
      |       ^^
    error: `name` is `/etc/passwd`: expected letters, digits, `.`, `_` and `-`, a letter or digit first, at most 100 of them
     --> lisplaunch.yaml:1:7
    1 | name: /etc/passwd
      |       ^^^^^^^^^^^
    error: `systems` is `:my-app`: expected the name without a colon: `my-app`
     --> lisplaunch.yaml:1:10
    1 | systems: ':my-app'
      |          ^^^^^^^^^
    error: `systems` is `#:my-app`: expected the name without a colon: `my-app`
     --> lisplaunch.yaml:1:10
    1 | systems: '#:my-app'
      |          ^^^^^^^^^^
    error: `systems` is `one two`: expected one name; write a list for several: `[one, two]`
     --> lisplaunch.yaml:1:10
    1 | systems: one two
      |          ^^^^^^^
    error: `systems[1]` is `b(c`: expected the name of a system
     --> lisplaunch.yaml:1:14
    1 | systems: [a, b(c]
      |              ^^^
    error: `systems[0]` is empty: expected the name of a system
     --> lisplaunch.yaml:1:11
    1 | systems: ['']
      |           ^^
    error: `systems[1]` has no value
     --> lisplaunch.yaml:1:14
    1 | systems: [a, ~]
      |              ^
      = help: fill in the item, or remove it
    error: `package` is `:my-app`: expected the name of a package, without a colon
     --> lisplaunch.yaml:1:10
    1 | package: ':my-app'
      |          ^^^^^^^^^
    error: `user` is `root:root`: expected the name of a user
     --> lisplaunch.yaml:1:7
    1 | user: root:root
      |       ^^^^^^^^^
    ");
    assert_snapshot!(wrong(&[&format!("name: {}", "n".repeat(101))]), @"
    error: `name` is `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn…`: expected letters, digits, `.`, `_` and `-`, a letter or digit first, at most 100 of them
     --> lisplaunch.yaml:1:7
    1 | name: nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn choices_are_listed() {
    assert_snapshot!(wrong(&[
        "loader: quiklisp",
        "loader: npm",
        "restart: on-failur",
        "restart: true",
        "sbcl: {merge-core-pages: yes}",
    ]), @"
    error: `loader` is `quiklisp`: expected one of `quicklisp`, `qlot`, `qlot-bundle`, `roswell`, `ocicl`, `asdf`, `none` (did you mean `quicklisp`?)
     --> lisplaunch.yaml:1:9
    1 | loader: quiklisp
      |         ^^^^^^^^
    error: `loader` is `npm`: expected one of `quicklisp`, `qlot`, `qlot-bundle`, `roswell`, `ocicl`, `asdf`, `none`
     --> lisplaunch.yaml:1:9
    1 | loader: npm
      |         ^^^
    error: `restart` is `on-failur`: expected one of `always`, `on-failure`, `never` (did you mean `on-failure`?)
     --> lisplaunch.yaml:1:10
    1 | restart: on-failur
      |          ^^^^^^^^^
    error: `restart` is `true`: expected one of `always`, `on-failure`, `never`
     --> lisplaunch.yaml:1:10
    1 | restart: true
      |          ^^^^
    error: `sbcl.merge-core-pages` is `yes`: expected `true` or `false`
     --> lisplaunch.yaml:1:26
    1 | sbcl: {merge-core-pages: yes}
      |                          ^^^
    ");
}

#[test]
fn paths_are_plain() {
    assert_snapshot!(wrong(&[
        "directory: ''",
        "directory: ~other/app",
        "setup: [a, b]",
        "load: [a.lisp, ~other/b.lisp]",
    ]), @"
    error: `directory` is empty: expected a path
     --> lisplaunch.yaml:1:12
    1 | directory: ''
      |            ^^
    error: `directory` is `~other/app`: expected a path; only a leading `~/` is understood, not `~other`
     --> lisplaunch.yaml:1:12
    1 | directory: ~other/app
      |            ^^^^^^^^^^
    error: `setup` must be a single value
     --> lisplaunch.yaml:1:8
    1 | setup: [a, b]
      |        ^^^^^^ this is a list
    error: `load[1]` is `~other/b.lisp`: expected a path; only a leading `~/` is understood, not `~other`
     --> lisplaunch.yaml:1:16
    1 | load: [a.lisp, ~other/b.lisp]
      |                ^^^^^^^^^^^^^
    ");
}

#[test]
fn a_loader_is_needed_for_systems() {
    assert_snapshot!(wrong(&[
        "loader: none\nsystems: [a]",
        "loader: none\nregistry: [.]",
    ]), @"
    error: `systems` needs a loader, and `loader` is `none`
     --> lisplaunch.yaml:2:10
    2 | systems: [a]
      |          ^^^
      = help: use `loader: asdf`, which every SBCL has
    error: `registry` needs a loader, and `loader` is `none`
     --> lisplaunch.yaml:2:11
    2 | registry: [.]
      |           ^^^
      = help: use `loader: asdf`, which every SBCL has
    ");
}

#[test]
fn a_log_is_not_switched_on_without_a_file() {
    assert_snapshot!(wrong(&["log: true", "log: {file: true, backups: 2}"]), @"
    error: `log` is `true`: expected a file
     --> lisplaunch.yaml:1:6
    1 | log: true
      |      ^^^^
      = help: name one: `log: log/my-app.log`
    error: `log` is `true`: expected a file
     --> lisplaunch.yaml:1:13
    1 | log: {file: true, backups: 2}
      |             ^^^^
      = help: name one: `log: log/my-app.log`
    ");
}

#[test]
fn images_have_names() {
    assert_snapshot!(wrong(&["container: {image: my shop}", "container: {image: ':1'}"]), @"
    error: `container.image` is `my shop`: expected the name of an image such as `registry.example/shop:1`
     --> lisplaunch.yaml:1:20
    1 | container: {image: my shop}
      |                    ^^^^^^^
    error: `container.image` is `:1`: expected the name of an image such as `registry.example/shop:1`
     --> lisplaunch.yaml:1:20
    1 | container: {image: ':1'}
      |                    ^^^^
    ");
}
