//! `lisplaunch status` and `lisplaunch connect`.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::service::Service;

/// What differs from run to run.
fn fixed(service: &Service, text: &str) -> String {
    let lines = text.lines().map(|line| {
        let words: Vec<String> = line
            .split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .map(|cell| cell_kind(service, cell))
            .collect();
        words.join(" | ") + "\n"
    });
    lines.collect()
}

fn cell_kind(service: &Service, cell: &str) -> String {
    let cell = cell
        .replace(&service.http.to_string(), "8081")
        .replace(&service.swank.to_string(), "4005")
        .replace(&service.free.to_string(), "4006");
    match cell.as_str() {
        _ if cell == service.pid().to_string() => "PID".to_owned(),
        _ if cell.ends_with("of 1024 MB") => "50 MB of 1024 MB".to_owned(),
        _ if cell.starts_with("SBCL 2") => "SBCL 2".to_owned(),
        _ if cell.starts_with("2.") => "2.27".to_owned(),
        _ if cell.ends_with('s') && cell.starts_with(|c: char| c.is_ascii_digit()) => {
            "5s".to_owned()
        }
        _ if cell.parse::<u32>().is_ok() => "N".to_owned(),
        _ => cell,
    }
}

#[test]
fn status_reports_the_state_of_each_service() {
    let service = Service::shared();
    let outcome = service.run(&["status"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(3), ""));
    assert_snapshot!(fixed(service, &outcome.stdout), @"
    SERVICE | STATE | PID | UPTIME | LISP | SWANK | HEAP | THREADS | SYSTEMS | PORTS
    web | ready | PID | 5s | SBCL 2 | 2.27 | 50 MB of 1024 MB | N | N | 8081, 4005 (swank)
    worker | down | nothing listens on `127.0.0.1:4006`
    mailer | down | it has not been started
    ");

    let up = service.run(&["status", "web"]).success();
    let lines: Vec<&str> = up.lines().collect();
    let title = |title: &str| lines[0].find(title).unwrap();
    assert_eq!(lines[1][title("STATE")..].split(' ').next(), Some("ready"));
    assert!(lines[1][title("LISP")..].starts_with("SBCL "), "{up}");
    assert!(lines[1][title("PORTS")..].ends_with(" (swank)"), "{up}");

    assert_eq!(service.run(&["status", "mailer"]).code, Some(3));
    assert_eq!(service.run(&["status", "wbe"]).code, Some(2));
}

#[test]
fn status_is_json_where_asked() {
    let service = Service::shared();
    let outcome = service.run(&["status", "--json"]);
    assert_eq!(outcome.code, Some(3));
    let all: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let web = &all[0];
    assert_eq!(web["service"], "web");
    assert_eq!(web["state"], "ready");
    assert_eq!(web["answers"], true);
    assert_eq!(web["pid"], service.pid());
    let mut ports = [service.http, service.swank];
    ports.sort_unstable();
    assert_eq!(web["ports"], json!(ports));
    assert!(web["uptime"].is_u64(), "{web}");
    let heap = &web["heap"];
    assert!(heap["used"].as_u64().unwrap() < heap["size"].as_u64().unwrap());
    assert!(web["threads"].as_u64().unwrap() >= 3, "{web}");
    let systems = web["systems"].as_array().unwrap();
    assert!(systems.contains(&json!("hunchentoot")), "{web}");
    assert_eq!(
        all[1],
        json!({
            "service": "worker", "state": "down", "phase": null, "since": null, "pid": null,
            "note": null, "exit": null, "answers": false,
            "address": format!("127.0.0.1:{}", service.free),
            "error": format!("nothing listens on `127.0.0.1:{}`", service.free),
        })
    );
    assert_eq!(
        all[2],
        json!({
            "service": "mailer", "state": "down", "phase": null, "since": null, "pid": null,
            "note": null, "exit": null, "answers": false, "address": null, "error": null,
        })
    );
}

#[test]
fn a_port_is_that_of_one_service() {
    assert_snapshot!(Service::shared().run(&["status", "--port", "4005"]).failure(2), @"
    error: `--port` is the port of one service: which one?
     |
     = help: name one of `web`, `worker`, `mailer`
    ");
}

#[test]
fn connect_says_what_to_type() {
    let service = Service::shared();
    let connect = |arguments: &[&str]| {
        let printed = service.run(arguments).success();
        printed.replace(&service.free.to_string(), "4005")
    };
    assert_snapshot!(connect(&["connect", "worker"]), @r#"
    In Emacs, with SLIME:
      M-x slime-connect RET 127.0.0.1 RET 4005 RET
    or in Lisp:
      (slime-connect "127.0.0.1" 4005)
    "#);
    assert_snapshot!(connect(&["connect", "worker", "--host", "www.example.org"]), @r#"
    In a terminal, which stays open:
      ssh -N -L 4005:127.0.0.1:4005 www.example.org
    In Emacs, with SLIME:
      M-x slime-connect RET 127.0.0.1 RET 4005 RET
    or in Lisp:
      (slime-connect "127.0.0.1" 4005)
    "#);
    assert!(connect(&["connect", "worker", "--host", "a b"]).contains("'a b'"));
    assert_eq!(service.run(&["connect"]).code, Some(2));
    let place = connect(&["connect", "worker", "--json"]);
    assert_snapshot!(place, @r#"
    {
      "service": "worker",
      "host": "127.0.0.1",
      "port": 4005,
      "secret-file": null,
      "tunnel": null,
      "machine": null,
      "folder": "/srv/app"
    }
    "#);
    // That port is free.
    let place = connect(&["connect", "worker", "--json", "--host", "www.example.org"]);
    assert_snapshot!(place.lines().skip(4).collect::<Vec<_>>().join("\n"), @r#"
      "secret-file": null,
      "tunnel": [
        "ssh",
        "-N",
        "-L",
        "4005:127.0.0.1:4005",
        "www.example.org"
      ],
      "machine": "www.example.org",
      "folder": "/srv/app"
    }
    "#);
}
