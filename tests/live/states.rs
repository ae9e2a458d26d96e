//! What `status` says of services that are not ready.

use std::time::Duration;

use insta::assert_snapshot;
use rustix::process::Signal;
use serde_json::Value;

use super::service::Service;
use crate::support::Project;

/// A service without systems and without swank.
fn plain(keys: &str) -> Service {
    Service::with(
        &format!("name: app\nloader: none\nstop-timeout: 1s\n{keys}"),
        "app",
    )
}

/// The last row of `status`, with fixed numbers.
fn row(service: &Service, row: &str) -> String {
    let words = row.split_whitespace().map(|word| {
        let number = word.trim_end_matches([',', 's', ')']);
        match number.parse::<u32>() {
            Ok(number) if number == service.pid() => word.replace(&number.to_string(), "PID"),
            Ok(_) if word != number => word.replace(number, "N"),
            _ => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_service_says_how_far_it_has_come() {
    let wait_for = |file| format!("(loop :until (probe-file \"{file}\") :do (sleep 1/20))");
    let mut service = plain(&format!(
        "before-load: {}\nstart: {}\n",
        wait_for("load"),
        wait_for("begin")
    ));
    let folder = service.project.folder();
    let make = |file: &str| std::fs::write(folder.join(file), "").unwrap();
    let state = |word: &str| row(&service, &service.wait_for_state(word));
    assert_eq!(service.run(&["status"]).code, Some(3));
    assert_snapshot!(state("down"), @"app down it has not been started");
    service.start();
    let state = |word: &str| row(&service, &service.wait_for_state(word));
    assert_snapshot!(state("loading"), @"app loading Ns pid PID");
    make("load");
    assert_snapshot!(state("starting"), @"app starting Ns pid PID");
    make("begin");
    assert_snapshot!(state("ready"), @"app ready pid PID, for Ns");
    service.run(&["status"]).success();
    service.terminate();
    assert_snapshot!(state("down"), @"app down stopped Ns ago");
}

#[test]
fn a_start_that_failed_says_so() {
    let mut service = plain("start: (error \"no luck today\")\n");
    service.start();
    let failed = service.wait_for_state("failed");
    assert_snapshot!(row(&service, &failed), @r#"app failed exit N, Ns ago: (error "no luck today"): no luck today"#);
    let json = service.run(&["status", "--json"]);
    assert_eq!(json.code, Some(3));
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json[0]["state"], "failed");
    assert_eq!(json[0]["phase"], "ended");
    assert_eq!(json[0]["exit"], 1);
    assert_eq!(json[0]["pid"], service.pid());
}

#[test]
fn a_process_that_was_killed_is_missed() {
    let mut service = plain("start: (+ 1 1)\n");
    service.start();
    service.wait_for_state("ready");
    service.signal(Signal::KILL);
    service.exit_code();
    assert_snapshot!(row(&service, &service.wait_for_state("crashed")), @"app crashed pid PID is gone without last words (killed?)");
}

#[test]
fn a_number_that_another_process_has_now_is_not_the_service() {
    let mut service = plain("start: (+ 1 1)\n");
    service.start();
    service.wait_for_state("ready");
    let file = service.state_file();
    let text = std::fs::read_to_string(&file).unwrap();
    let own = std::process::id();
    let reused = text.replace(&format!(":PID {}", service.pid()), &format!(":PID {own}"));
    assert_ne!(reused, text);
    std::fs::write(&file, reused).unwrap();
    let crashed = service.wait_for_state("crashed");
    assert!(crashed.contains(&format!("pid {own} is gone")), "{crashed}");
}

#[test]
fn a_process_that_does_not_answer_is_silent() {
    let service = Service::small("(f)").started();
    service.signal(Signal::STOP);
    let silent = row(&service, &service.wait_for_state("silent"));
    service.signal(Signal::CONT);
    assert_snapshot!(silent.replace(&service.swank.to_string(), "4005"), @"small silent pid PID, `127.0.0.1:4005` did not answer within 3 s");
}

#[test]
fn a_secret_that_cannot_be_read_is_not_a_service_that_is_down() {
    let yaml = "name: app\nloader: asdf\nstart: (sb-thread:make-thread (lambda () (read-line sb-sys:*stdin* nil) (sb-ext:exit :abort t)))\nswank: {port: SWANK, secret: key}\n";
    let mut service = Service::with(yaml, "app");
    let key = service.project.folder().join("key");
    let permissions = |mode| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    std::fs::write(&key, "abc\n").unwrap();
    permissions(0o600);
    service.start();
    service.run(&["status", "--wait=2m"]).success();
    permissions(0o644);
    let outcome = service.run(&["status"]);
    assert_eq!(outcome.code, Some(3));
    assert_snapshot!(outcome.stdout, @"
    SERVICE  STATE
    app      locked  the secret file `/srv/app/key` is open to other users
    ");
}

#[test]
fn nothing_says_how_a_service_without_runtime_and_swank_is() {
    let project = Project::new("name: app\nloader: none\nruntime: false\nstart: (f)\n");
    let start = std::time::Instant::now();
    let outcome = project.run(&["status", "--wait"]);
    assert!(start.elapsed() < Duration::from_secs(60));
    assert_eq!(outcome.code, Some(3));
    assert_snapshot!(outcome.stdout, @"
    SERVICE  STATE
    app      unknown  it has neither a swank server nor the runtime to ask
    ");
}

#[test]
fn the_state_is_found_on_any_way_to_the_file() {
    let mut service = plain("start: (+ 1 1)\n");
    service.start();
    service.wait_for_state("ready");
    let link = service.project.home().join("link");
    std::os::unix::fs::symlink(service.project.folder(), &link).unwrap();
    let file = link.join("lisplaunch.yaml");
    service
        .run(&["-f", file.to_str().unwrap(), "status"])
        .success();
}

#[test]
fn the_state_is_where_the_environment_of_the_service_has_it() {
    let mut service = plain("start: (+ 1 1)\nenv: {XDG_STATE_HOME: FOLDER}\n");
    let folder = service.project.folder();
    let file = folder.join("lisplaunch.yaml");
    let state = service.project.home().join("state");
    let yaml = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, yaml.replace("FOLDER", state.to_str().unwrap())).unwrap();
    service.start();
    service.wait_for_state("ready");
    assert!(state.join("lisplaunch/services").is_dir());
}

#[test]
fn a_service_that_is_not_ready_yet_says_what_it_waits_for() {
    let mut service = plain("start: (+ 1 1)\nready: (probe-file \"open\")\n");
    service.start();
    let row = || {
        let row = service.wait_for_state("starting");
        row.contains("waits for").then_some(row)
    };
    let start = std::time::Instant::now();
    let said = loop {
        if let Some(said) = row() {
            break said;
        }
        assert!(start.elapsed() < Duration::from_secs(60));
    };
    assert!(said.ends_with("waits for (probe-file \"open\")"), "{said}");
    std::fs::write(service.project.folder().join("open"), "").unwrap();
    service.run(&["status", "--wait=2m"]).success();
}

#[test]
fn a_service_that_was_interrupted_at_its_terminal_has_not_failed() {
    let mut service = plain("start: (+ 1 1)\n");
    service.start();
    service.wait_for_state("ready");
    service.signal(Signal::INT);
    service.wait_for_state("down");
}
