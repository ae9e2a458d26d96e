//! What is wrong with `ready`, and what nothing does with `runtime: false`.

use insta::assert_snapshot;

use super::{refused, wrong};
use crate::support::Project;

#[test]
fn ready_is_a_form_or_a_url() {
    assert_snapshot!(wrong(&[
        "ready: (f",
        "ready: (f) (g)",
        "ready: true",
        "ready: {timeout: 5m}",
        "ready: {form: (f), http: http://localhost/}",
        "ready: {form: (f), timeout: soon}",
        "ready: {url: http://localhost/}",
        "ready: [(f), (g)]",
        "ready: {form: #'up}",
    ]), @"
    error: `(` is not closed
     --> lisplaunch.yaml:1:8
    1 | ready: (f
      |        ^ opened here
      = help: add the missing `)`
    error: found a second form where one is expected
     --> lisplaunch.yaml:1:12
    1 | ready: (f) (g)
      |            ^^^ the second form
      = help: write a list with one form each, or put them into one `(progn …)`
    error: `ready` is `true`: expected a form
     --> lisplaunch.yaml:1:8
    1 | ready: true
      |        ^^^^
      = help: a form that is true once the service is ready: `(my-app:up-p)`
      = help: or leave it out: the service is ready once `start` has returned
    error: `ready` says nothing to wait for
     --> lisplaunch.yaml:1:8
    1 | ready: {timeout: 5m}
      |        ^^^^^^^^^^^^^
      = help: add `http: http://127.0.0.1:8080/`, or a form: `form: (my-app:up-p)`
    error: `ready` has a form and a URL
     --> lisplaunch.yaml:1:26
    1 | ready: {form: (f), http: http://localhost/}
      |                          ^^^^^^^^^^^^^^^^^
      = help: remove one of them: a form can ask for more than one thing
    error: `ready.timeout` is `soon`: expected a duration such as `10s` or `2m`, at most a day
     --> lisplaunch.yaml:1:29
    1 | ready: {form: (f), timeout: soon}
      |                             ^^^^
    error: `ready` says nothing to wait for
     --> lisplaunch.yaml:1:8
    1 | ready: {url: http://localhost/}
      |        ^^^^^^^^^^^^^^^^^^^^^^^^
      = help: add `http: http://127.0.0.1:8080/`, or a form: `form: (my-app:up-p)`
    error: unknown key `url` in `ready`
     --> lisplaunch.yaml:1:9
    1 | ready: {url: http://localhost/}
      |         ^^^
      = help: there are: `form`, `http`, `timeout`
    error: `ready` must be a map
     --> lisplaunch.yaml:1:8
    1 | ready: [(f), (g)]
      |        ^^^^^^^^^^ this is a list
    error: `ready` says nothing to wait for
     --> lisplaunch.yaml:1:8
    1 | ready: [(f), (g)]
      |        ^^^^^^^^^^
      = help: add `http: http://127.0.0.1:8080/`, or a form: `form: (my-app:up-p)`
    error: this line does not fit the indentation above
     --> lisplaunch.yaml:1:8
    1 | ready: {form: #'up}
      |        ^
      = help: start all keys of a map in the same column, and close all quotes and brackets
    ");
}

#[test]
fn urls_are_those_of_a_server_here() {
    assert_snapshot!(wrong(&[
        "ready: {http: https://localhost/}",
        "ready: {http: localhost:8080}",
        "ready: {http: http://}",
        "ready: {http: http://:8080/}",
        "ready: {http: 'http://localhost:/'}",
        "ready: {http: 'http://localhost:99999/'}",
        "ready: {http: 'http://me:secret@localhost/'}",
        "ready: {http: 'http://[::1/'}",
        "ready: {http: 'http://[::x]/'}",
        "ready: {http: 'http://localhost?up'}",
        "ready: {http: 'http://localhost/a b'}",
        "ready: {http: 'http://localhost/#top'}",
        "ready: {http: 'http://localhost/é'}",
        "ready: {http: '${URL:-ftp://localhost/}'}",
    ]), @"
    error: `ready.http` is `https://localhost/`: expected a URL such as `http://127.0.0.1:8080/health`: the image asks its own port, without TLS
     --> lisplaunch.yaml:1:15
    1 | ready: {http: https://localhost/}
      |               ^^^^^^^^^^^^^^^^^^
    error: `ready.http` is `localhost:8080`: expected a URL such as `http://127.0.0.1:8080/health`
     --> lisplaunch.yaml:1:15
    1 | ready: {http: localhost:8080}
      |               ^^^^^^^^^^^^^^
    error: `ready.http` is `http://`: expected a URL such as `http://127.0.0.1:8080/health`
     --> lisplaunch.yaml:1:15
    1 | ready: {http: http://}
      |               ^^^^^^^
    error: `ready.http` is `http://:8080/`: expected a URL such as `http://127.0.0.1:8080/health`
     --> lisplaunch.yaml:1:15
    1 | ready: {http: http://:8080/}
      |               ^^^^^^^^^^^^^
    error: `ready.http` is `http://localhost:/`: expected a port from 1 to 65535
     --> lisplaunch.yaml:1:15
    1 | ready: {http: 'http://localhost:/'}
      |               ^^^^^^^^^^^^^^^^^^^^
    error: `ready.http` is `http://localhost:99999/`: expected a port from 1 to 65535
     --> lisplaunch.yaml:1:15
    1 | ready: {http: 'http://localhost:99999/'}
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^
    error: `ready.http` is `http://me:secret@localhost/`: expected a port from 1 to 65535
     --> lisplaunch.yaml:1:15
    1 | ready: {http: 'http://me:secret@localhost/'}
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: `ready.http` is `http://[::1/`: expected a URL such as `http://127.0.0.1:8080/health`
     --> lisplaunch.yaml:1:15
    1 | ready: {http: 'http://[::1/'}
      |               ^^^^^^^^^^^^^^
    error: `ready.http` is `http://[::x]/`: expected a URL such as `http://127.0.0.1:8080/health`
     --> lisplaunch.yaml:1:15
    1 | ready: {http: 'http://[::x]/'}
      |               ^^^^^^^^^^^^^^^
    error: `ready.http` is `http://localhost?up`: expected a URL such as `http://127.0.0.1:8080/health`
     --> lisplaunch.yaml:1:15
    1 | ready: {http: 'http://localhost?up'}
      |               ^^^^^^^^^^^^^^^^^^^^^
    error: `ready.http` is `http://localhost/a b`: expected a URL such as `http://127.0.0.1:8080/health`, other characters as `%20`
     --> lisplaunch.yaml:1:15
    1 | ready: {http: 'http://localhost/a b'}
      |               ^^^^^^^^^^^^^^^^^^^^^^
    error: `ready.http` is `http://localhost/#top`: expected a URL such as `http://127.0.0.1:8080/health`, other characters as `%20`
     --> lisplaunch.yaml:1:15
    1 | ready: {http: 'http://localhost/#top'}
      |               ^^^^^^^^^^^^^^^^^^^^^^^
    error: `ready.http` is `http://localhost/é`: expected a URL such as `http://127.0.0.1:8080/health`, other characters as `%20`
     --> lisplaunch.yaml:1:15
    1 | ready: {http: 'http://localhost/é'}
      |               ^^^^^^^^^^^^^^^^^^^^
    error: `ready.http` is `ftp://localhost/`: expected a URL such as `http://127.0.0.1:8080/health`
     --> lisplaunch.yaml:1:15
    1 | ready: {http: '${URL:-ftp://localhost/}'}
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^^ `URL` is `ftp://localhost/`
    ");
    for url in [
        "http://localhost",
        "http://127.0.0.1:8080/",
        "http://[::1]:8080/up?deep=1&x=%20",
        "http://my-app_1.example.org:${PORT:-80}/~me/:up",
    ] {
        let project = Project::new(&format!(
            "ready: {{http: '{url}'}}\nloader: none\nstart: (f)"
        ));
        project.run(&["argv"]).success();
    }
}

#[test]
fn some_keys_need_the_runtime() {
    assert_snapshot!(refused(&[
        "runtime: false\nstart: (f)\nready: (up-p)\nverbose: true\nswank: {port: 4005, secret: auto}",
        "runtime: false\nstart: (f)\nready: {http: http://localhost/}\nswank: {secret: none}",
        "runtime: maybe\nstart: (f)",
    ]), @"
    error: `ready` needs lisplaunch's own code in the image, and `runtime` is `false`
     --> lisplaunch.yaml:3:8
    3 | ready: (up-p)
      |        ^^^^^^
      = help: remove it: without that code nothing watches the start
    error: `verbose` needs lisplaunch's own code in the image, and `runtime` is `false`
     --> lisplaunch.yaml:4:10
    4 | verbose: true
      |          ^^^^
      = help: remove it: without that code the log holds everything
    error: `swank.secret` needs lisplaunch's own code in the image, and `runtime` is `false`
     --> lisplaunch.yaml:5:29
    5 | swank: {port: 4005, secret: auto}
      |                             ^^^^
      = help: remove it: plain swank asks for the secret of `~/.slime-secret`, if there is one
    error: `ready` needs lisplaunch's own code in the image, and `runtime` is `false`
     --> lisplaunch.yaml:3:8
    3 | ready: {http: http://localhost/}
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: remove it: without that code nothing watches the start
    error: `swank.secret` needs lisplaunch's own code in the image, and `runtime` is `false`
     --> lisplaunch.yaml:4:17
    4 | swank: {secret: none}
      |                 ^^^^
      = help: remove it: plain swank asks for the secret of `~/.slime-secret`, if there is one
    error: `runtime` is `maybe`: expected `true` or `false`
     --> lisplaunch.yaml:1:10
    1 | runtime: maybe
      |          ^^^^^
    ");
    let harmless = "runtime: false\nstart: (f)\nready: false\nverbose: false\nswank: false";
    Project::new(harmless).run(&["argv"]).success();
}
