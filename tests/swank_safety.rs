//! The swank server of a service cannot hurt it: real sbcl, real swank, hostile clients.
//!
//! Each test names what fails when a measure of `templates/sbcl/runtime/swank/` is taken out.

pub mod client;
mod left_behind;
mod service;
mod together;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use lisplaunch::host::Host;
use lisplaunch::live::secret;
use lisplaunch::plan::service::Secret;

use crate::support::Project;
use client::{Client, frame, request};
use service::{Service, project};

const SECRET: &str = "open sesame, whoever you are";

/// A project whose secret is in a file that only its owner can read.
fn project_with_secret(more: &str) -> Project {
    let project = project(&format!("secret: ./secret{more}"))
        .with_file("secret", format!("{SECRET}\nonly the first line counts\n"));
    set_mode(&project.folder().join("secret"), 0o600);
    project
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Where `auto` keeps the secret of the project's service.
fn automatic(project: &Project) -> PathBuf {
    project
        .home()
        .join(".local/state/lisplaunch/secrets/app/app")
}

/// What our own client would send to a server with this secret.
fn read(secret: &Secret, project: &Project) -> Result<Option<String>, String> {
    let home = Some(project.home());
    let host = Host {
        home,
        ..Host::current()
    };
    let read = secret::read(secret, &host).map_err(|problem| problem.render(false))?;
    Ok(read.map(|known| known.line))
}

fn auto(file: &Path) -> Secret {
    Secret::Auto(file.to_str().unwrap().into())
}

/// Closes a connection so that the other side gets an error and not an end.
fn reset(client: Client) {
    let linger = Some(Duration::ZERO);
    rustix::net::sockopt::set_socket_linger(&client.stream, linger).unwrap();
    drop(client);
}

/// What a client does that does not know what listens there.
fn strangers() -> Vec<(&'static str, Vec<u8>)> {
    let letters = |count| vec![b'a'; count];
    vec![
        (
            "a browser",
            b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
        ),
        ("zeros", vec![0; 100]),
        ("half a length", b"0000".to_vec()),
        ("no length", "höhöhö".into()),
        ("a negative length", b"-00001".to_vec()),
        (
            "half a frame",
            frame("(:emacs-rex (cl:list)")[..20].to_vec(),
        ),
        ("the greatest length", b"ffffff".to_vec()),
        ("much", [b"ffffff".to_vec(), letters(200_000)].concat()),
        ("an unreadable form", frame("(cl:list . . )")),
        ("an unknown message", frame("(:what 1 2 3)")),
        ("no message", frame("\"text\"")),
    ]
}

/// Does to a service whatever one need not know its secret for.
fn harass(service: &mut Service, secret: Option<&str>) {
    for (what, bytes) in strangers() {
        for rudely in [false, true] {
            let mut client = Client::connect(service.port);
            // It may be closed before all is sent.
            let _ = client.send(&bytes);
            service.assert_serves(secret, &format!("{what}, still there"));
            if rudely {
                reset(client);
            }
        }
        service.assert_serves(secret, what);
    }
    for _ in 0..200 {
        drop(Client::connect(service.port));
    }
    service.assert_serves(secret, "a port scan");
    for _ in 0..1000 {
        reset(Client::connect(service.port));
    }
    service.assert_serves(secret, "a thousand resets");
    let silent: Vec<Client> = (0..300).map(|_| Client::connect(service.port)).collect();
    service.assert_serves(secret, "hundreds of silent clients");
    // 64 may wait; as many again may be on their way out, which takes a busy machine a moment.
    let threads = "(cl:if (cl:< (cl:length (sb-thread:list-all-threads)) 200) :few :many)";
    let threads = service.ask(secret, threads).unwrap();
    assert!(threads.contains(":few"), "{threads}");
    drop(silent);
    service.assert_serves(secret, "hundreds of silent clients that left");
}

/// Without `*global-debugger*` set to nil and without the wrap of `spawn`, each of which is
/// enough, the process opens the debugger and stays.
#[test]
fn an_error_in_the_main_thread_ends_the_process_after_sessions() {
    let project = project("secret: none");
    let mut service = Service::start(&project);
    for _ in 0..3 {
        Client::connect(service.port).behave_like_slime().unwrap();
    }
    service.tell("fail-in-main");
    assert_eq!(service.end().code(), Some(1), "{}", service.log());
}

/// Without the same two the thread waits in the debugger for ever.
#[test]
fn an_error_in_a_worker_thread_ends_the_process_after_and_during_sessions() {
    let project = project("secret: none");
    let mut service = Service::start(&project);
    Client::connect(service.port).behave_like_slime().unwrap();
    let mut client = Client::connect(service.port);
    client.behave_like_slime().unwrap();
    service.tell("fail-in-worker");
    assert_eq!(service.end().code(), Some(1), "{}", service.log());
}

/// Without a thread for each client a silent one is waited for; without the room that the
/// oldest makes each has a thread; without the look whether a client says something,
/// swank leaves a thread behind for each of hundreds that come and go.
#[test]
fn strangers_do_not_hurt_a_service_without_a_secret() {
    let project = project("secret: none");
    let mut service = Service::start(&project);
    harass(&mut service, None);
}

/// Without the wrap of `accept-connections` the first of them ends the process.
#[test]
fn strangers_do_not_hurt_a_service_with_a_secret() {
    let project = project_with_secret("");
    let mut service = Service::start(&project);
    harass(&mut service, Some(SECRET));
}

/// The wraps are in the image: to put each around its function at a start took 2.6 ms.
#[test]
fn strangers_do_not_hurt_a_service_from_an_image() {
    let project = project_with_secret("");
    let file = project.folder().join("lisplaunch.yaml");
    let yaml = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{yaml}core: true\n")).unwrap();
    project.run(&["build"]).success();
    let mut service = Service::start(&project);
    harass(&mut service, Some(SECRET));
}

/// Without the wrap of `close-connection%` the sentinel dies of a broken pipe and no
/// connection is closed any more; without that of `spawn` the process dies.
#[test]
fn a_client_may_leave_in_the_middle_of_an_answer() {
    let project = project("secret: none");
    let mut service = Service::start(&project);
    for round in 0..20 {
        let mut client = Client::connect(service.port);
        for id in 0..100 {
            client
                .send(&frame(&request("(swank:connection-info)", "t", id)))
                .unwrap();
        }
        if round % 2 == 0 {
            reset(client);
        }
    }
    service.assert_serves(None, "twenty of them");
    let port = service.port;
    service.wait_for("their connections to be gone", || {
        let mut client = Client::connect(port);
        let left = client.evaluate("(cl:length swank::*connections*)").unwrap();
        left.contains("(:ok 1)")
    });
    let mut client = Client::connect(port);
    client
        .evaluate("(cl:progn (swank::spawn (cl:lambda () (cl:error \"of swank\"))) cl:nil)")
        .unwrap();
    service.wait_for_log("lisplaunch: swank: of swank");
    service.assert_serves(None, "an error in a thread of swank's own");
}

/// Without the comparison all of them get in.
#[test]
fn only_the_secret_opens() {
    let project = project_with_secret("");
    let mut service = Service::start(&project);
    let longer = format!("{SECRET}!");
    let other = SECRET.replace("you", "YOU");
    let wrong = [
        "",
        "x",
        &SECRET[1..],
        &longer,
        &other,
        "nil",
        "only the first line counts",
    ];
    for wrong in wrong {
        service.assert_refuses(Some(wrong), wrong);
        service.assert_serves(Some(SECRET), wrong);
    }
    service.assert_refuses(None, "no secret");

    let mut client = Client::connect(service.port);
    client.send(format!("000001{SECRET}").as_bytes()).unwrap();
    assert!(client.evaluate("(cl:* 6 7)").is_err(), "a wrong length");

    // Nothing of what follows a wrong secret is looked at.
    let mut client = Client::connect(service.port);
    let evil = request("(cl:ensure-directories-exist \"evil/\")", "t", 1);
    client
        .send(&[frame(&other), frame(&evil)].concat())
        .unwrap();
    assert!(client.is_turned_away());
    assert!(!project.folder().join("evil").exists());
    service.assert_serves(Some(SECRET), "an attempt");
    assert!(!service.log().contains(SECRET));
}

/// Without the deadline neither goes away, and without a thread for each nobody else is
/// served while they are there.
#[test]
fn silent_and_dripping_clients_are_sent_away() {
    let project = project_with_secret("");
    let mut service = Service::start(&project);
    let mut silent = Client::connect(service.port);
    let mut dripping = Client::connect(service.port);
    let start = Instant::now();
    for byte in frame(SECRET) {
        service.assert_serves(Some(SECRET), "a drop");
        if dripping.send(&[byte]).is_err() {
            break;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(dripping.is_turned_away());
    assert!(silent.is_turned_away());
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "{:?}",
        start.elapsed()
    );
    service.assert_serves(Some(SECRET), "both");
}

/// Upper and lower case in the length are the same, as clients differ in it.
#[test]
fn several_clients_are_served_at_once() {
    let project = project_with_secret("");
    let mut service = Service::start(&project);
    let mut clients: Vec<Client> = (0..3).map(|_| Client::connect(service.port)).collect();
    for (client, case) in clients.iter_mut().zip(["00001c", "00001C", "00001c"]) {
        client.send(format!("{case}{SECRET}").as_bytes()).unwrap();
        assert!(client.evaluate("(cl:list 1 2)").unwrap().contains("(1 2)"));
    }
    for client in &mut clients {
        client.behave_like_slime().unwrap();
    }
    service.assert_serves(Some(SECRET), "three");
}

/// Without `stop-server` the second is served, too; without the check before it a
/// stranger takes the place of the one client.
#[test]
fn a_server_for_one_client_waits_for_one_that_may_enter() {
    let project = project_with_secret(", dont-close: false");
    let mut service = Service::start(&project);
    service.assert_refuses(Some("wrong"), "a stranger");
    drop(Client::connect(service.port));
    let mut only = Client::connect(service.port);
    only.send(&frame(SECRET)).unwrap();
    assert!(only.evaluate("(cl:* 6 7)").unwrap().contains("42"));
    let port = service.port;
    service.wait_for("the server to close", || {
        std::net::TcpStream::connect(("127.0.0.1", port)).is_err()
    });
    assert!(only.evaluate("(cl:* 6 7)").unwrap().contains("42"));
}

/// Without `make-secret` no client gets in; with `open` in its place the mode is wrong.
#[test]
fn an_automatic_secret_is_made_once_and_kept_secret() {
    let project = project("secret: auto");
    let yaml = project.folder().join("lisplaunch.yaml");
    let open_mask = fs::read_to_string(&yaml).unwrap() + "umask: \"000\"\n";
    fs::write(&yaml, open_mask).unwrap();
    let file = automatic(&project);
    let missing = read(&auto(&file), &project).unwrap_err();
    assert!(missing.contains("there is no secret file"), "{missing}");
    assert!(missing.contains("does it run"), "{missing}");

    let mut service = Service::start(&project);
    let made = read(&auto(&file), &project).unwrap().unwrap();
    assert_eq!(made.len(), 64, "{made}");
    assert!(made.chars().all(|c| c.is_ascii_hexdigit()), "{made}");
    assert_eq!(mode(&file), 0o600);
    for folder in file.ancestors().skip(1).take(3) {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }
    service.assert_serves(Some(&made), "a start");
    service.assert_refuses(None, "no secret");

    for name in ["cmdline", "environ"] {
        let shown = fs::read(format!("/proc/{}/{name}", service.pid())).unwrap();
        let shown = String::from_utf8_lossy(&shown).into_owned();
        assert!(!shown.contains(&made), "{name}");
    }
    for arguments in [
        &["emit", "makefile"][..],
        &["emit", "supervisor"],
        &["argv"],
        &["show"],
        &["run", "--dry-run"],
    ] {
        let outcome = project.run(arguments);
        assert!(!outcome.stderr.contains(&made), "{arguments:?}");
        assert!(!outcome.success().contains(&made), "{arguments:?}");
    }
    let shown = project.run(&["show"]).success();
    assert!(shown.contains("/home/me/.local/state"), "{shown}");
    assert!(!service.log().contains(&made));

    drop(service);
    let mut service = Service::start(&project);
    service.assert_serves(Some(&made), "another start");
}

/// Without the check of the mode everybody who reads the file gets in.
#[test]
fn an_empty_secret_lets_no_client_in() {
    let project = project_with_secret("");
    let file = project.folder().join("secret");
    let secret = Secret::File(file.to_str().unwrap().into());
    let report = |expected: &str| {
        let report = read(&secret, &project).unwrap_err();
        assert!(report.contains(expected), "{report}");
    };
    fs::remove_file(&file).unwrap();
    let mut service = Service::start(&project);
    service.wait_for_log("lisplaunch: swank: ");
    report("no such file");
    service.assert_refuses(Some(""), "missing");
    service.assert_refuses(None, "missing");

    for text in ["", "\n", "\nsecond line\n"] {
        fs::write(&file, text).unwrap();
        set_mode(&file, 0o600);
        report("is empty");
        service.assert_refuses(Some(""), "empty");
        service.assert_refuses(None, "empty");
    }
    service.wait_for_log("is empty");

    fs::write(&file, SECRET).unwrap();
    for mode in [0o604, 0o640, 0o602, 0o644] {
        set_mode(&file, mode);
        report("is open to other users");
        report("chmod 600");
        service.assert_refuses(Some(SECRET), "open to others");
    }
    service.wait_for_log("chmod go=");

    // It is read again for each client.
    set_mode(&file, 0o600);
    service.assert_serves(Some(SECRET), "it was put right");
    assert_eq!(read(&secret, &project).unwrap().as_deref(), Some(SECRET));
}

/// Without the check of the folder the server takes the planted file for its own.
#[test]
fn a_planted_secret_is_not_believed() {
    let project = project("secret: auto").with_file("known", "known to all\n");
    let known = project.folder().join("known");
    set_mode(&known, 0o600);
    let file = automatic(&project);
    let folder = file.parent().unwrap();
    fs::create_dir_all(folder).unwrap();
    symlink(&known, &file).unwrap();
    set_mode(folder, 0o777);
    let mut service = Service::start(&project);
    service.wait_for_log("must belong to the user of this process");
    service.assert_refuses(Some("known to all"), "a planted link");
    let report = read(&auto(&file), &project).unwrap_err();
    assert!(report.contains("cannot read the secret file"), "{report}");

    // A link to nowhere does not make the secret appear elsewhere.
    drop(service);
    fs::remove_file(&known).unwrap();
    set_mode(folder, 0o700);
    let mut service = Service::start(&project);
    service.wait_for_log("does not exist");
    service.assert_refuses(None, "a link to nowhere");
    assert!(!known.exists());
}

/// Without the secret's own rule for `~/.slime-secret` either case fails.
#[test]
fn without_the_key_the_rule_is_that_of_slime() {
    let project = project("dont-close: true");
    let mut service = Service::start(&project);
    service.assert_serves(None, "no file");
    assert_eq!(read(&Secret::Slime, &project), Ok(None));

    let project = project.with_file("~/.slime-secret", format!("{SECRET}\n"));
    service.assert_refuses(None, "a file");
    service.assert_serves(Some(SECRET), "a file");
    assert_eq!(read(&Secret::Slime, &project), Ok(Some(SECRET.to_owned())));
    // SLIME accepts it nevertheless, but the log reports it.
    service.wait_for_log("chmod go=");
}

/// A project without a secret is not surprised by a file.
#[test]
fn none_is_none() {
    let project = project("secret: none").with_file("~/.slime-secret", SECRET);
    let mut service = Service::start(&project);
    service.assert_serves(None, "a file");
    assert_eq!(read(&Secret::None, &project), Ok(None));
}

/// Without the assertion a swank that cannot be guarded would let everybody in.
#[test]
fn a_swank_that_cannot_be_guarded_does_not_start_with_a_secret() {
    let strange = "load: [strange.lisp]\n";
    let with_strange = |project: Project| {
        let yaml = project.folder().join("lisplaunch.yaml");
        fs::write(
            &yaml,
            strange.to_owned() + &fs::read_to_string(&yaml).unwrap(),
        )
        .unwrap();
        project.with_file("strange.lisp", "(fmakunbound 'swank::make-connection)")
    };
    let project = with_strange(project_with_secret(""));
    let mut service = Service::spawn(&project);
    assert_eq!(service.end().code(), Some(1));
    let log = service.log();
    assert!(
        log.contains("this version of swank cannot ask for the secret"),
        "{log}"
    );

    let project = with_strange(self::project("secret: none"));
    let mut service = Service::start(&project);
    service.assert_refuses(None, "it cannot serve, but it lives");
}

/// The plan shows what it makes of the key, and the key refuses what is not a secret.
#[test]
fn the_key_is_checked() {
    for (value, expected) in [
        ("true", "expected `auto`, `none` or a file"),
        ("false", "expected `none`, `auto` or a file"),
        ("[1]", "`swank.secret` must be a single value"),
    ] {
        let project = project(&format!("secret: {value}"));
        let report = project.run(&["check"]).failure(1);
        assert!(report.contains(expected), "{report}");
    }
}
