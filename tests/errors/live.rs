//! What the commands for a running service say when it cannot be reached.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use super::brief;
use crate::support::Project;

/// What `eval` reports where the secret cannot be sent.
fn evaluate(project: &Project) -> String {
    brief(project.run(&["eval", "1"]), 3)
}

fn with_secret(secret: &str) -> Project {
    Project::new(&format!(
        "loader: none\nstart: (f)\nswank: {{port: 1, secret: {secret}}}"
    ))
}

fn only_for_its_owner(project: &Project, file: &str) {
    use std::os::unix::fs::PermissionsExt;
    let permissions = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(project.folder().join(file), permissions).unwrap();
}

#[test]
fn secrets_are_files() {
    assert_snapshot!(evaluate(&with_secret("auto")), @"
    error: there is no secret file `/home/me/.local/state/lisplaunch/secrets/app/app`
     = help: the service makes it when it starts: does it run, as this user?
    ");
    assert_snapshot!(evaluate(&with_secret("nowhere")), @"error: cannot read the secret file `/srv/app/nowhere`: no such file or directory");
    assert_snapshot!(evaluate(&with_secret("open").with_file("open", "abc\n")), @"
    error: the secret file `/srv/app/open` is open to other users
     = help: close it with `chmod 600 /srv/app/open`, and put a new secret into it: others may know this one
    ");
    let empty = with_secret("empty").with_file("empty", "");
    only_for_its_owner(&empty, "empty");
    assert_snapshot!(evaluate(&empty), @"
    error: the first line of the secret file `/srv/app/empty` is empty
     = help: the service refuses all clients until it holds a secret
    ");
}

/// Listens for one client and prints the port, then how many bytes came.
const LISTENER: &str = r"
import socket
server = socket.create_server((HOST, 0), family=FAMILY, dualstack_ipv6=DUAL)
print(server.getsockname()[1], flush=True)
client = server.accept()[0]
CLOSE
client.settimeout(20)
print(len(client.recv(1000)), flush=True)
";

/// What `eval` says to the listener of another user, and how many bytes that one got.
fn report_to_a_stranger(program: &str) -> (String, String) {
    let project = with_secret("own").with_file("own", "abc\n");
    only_for_its_owner(&project, "own");
    reported_by(&project, program, &[])
}

/// The same in this project, with more options.
fn reported_by(project: &Project, program: &str, options: &[&str]) -> (String, String) {
    let program = program
        .replace("FAMILY", "socket.AF_INET")
        .replace("DUAL", "False");
    let mut stranger = Command::new("/usr/bin/python3")
        .args(["-c", &program])
        .uid(65534)
        .current_dir("/")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(stranger.stdout.take().unwrap());
    let mut port = String::new();
    said.read_line(&mut port).unwrap();
    let arguments = [&["eval", "1", "--port", port.trim()], options].concat();
    let report = brief(project.run(&arguments), 3);
    let mut bytes = String::new();
    said.read_to_string(&mut bytes).unwrap();
    stranger.wait().unwrap();
    (report.replace(port.trim(), "4005"), bytes)
}

#[test]
fn another_user_who_holds_the_port_is_not_sent_the_secret_the_secret() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let here = LISTENER.replace("HOST", "'127.0.0.1'").replace("CLOSE", "");
    let (report, bytes) = report_to_a_stranger(&here);
    assert_eq!(bytes, "0\n");
    assert_snapshot!(report, @"
    error: the service `app` does not answer: another user listens on `127.0.0.1:4005`: nobody (uid 65534); nothing was sent
     = help: the service, which listens as the owner of its secret file, is not there: stop that listener, or take another port
    ");
    let everywhere = LISTENER.replace("HOST", "''");
    let both = everywhere
        .replace("FAMILY", "socket.AF_INET6")
        .replace("DUAL", "True");
    // One that has stopped listening still has the connection.
    let closed = here.replace("client.settimeout", "server.close(); client.settimeout");
    for program in [everywhere, both, closed] {
        assert_eq!(
            report_to_a_stranger(&program.replace("CLOSE", "")),
            (report.clone(), "0\n".to_owned())
        );
    }
}

#[test]
fn without_a_secret_too_only_the_users_of_the_service_are_spoken_to() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let here = LISTENER.replace("HOST", "'127.0.0.1'").replace("CLOSE", "");
    let yaml = "name: app\nloader: none\nstart: (f)\nswank: 1\n";
    let project = Project::new(yaml);
    let (report, bytes) = reported_by(&project, &here, &[]);
    assert_eq!(bytes, "0\n");
    // The listener may have gone before it was looked for.
    let report: Vec<&str> = report
        .lines()
        .filter(|line| !line.contains("held by"))
        .collect();
    assert_snapshot!(report.join("\n"), @"
    error: the service `app` does not answer: another user listens on `127.0.0.1:4005`: nobody (uid 65534); nothing was sent
     = help: if that is the service say so in the project file: `user: nobody`
     = help: or trust all files of that user: `--trust nobody`
    ");
    let connects = |project: &Project, options: &[&str]| {
        let (report, bytes) = reported_by(project, &here, options);
        assert_ne!(bytes, "0\n", "{report}");
    };
    connects(&project, &["--trust", "nobody"]);
    connects(&Project::new(&format!("{yaml}user: nobody\n")), &[]);
    // Root connects to the services of users whose project files have no `user`.
    let file = project.folder().join("lisplaunch.yaml");
    std::os::unix::fs::chown(file, Some(65534), None).unwrap();
    connects(&project, &[]);
    let other = Project::new(&format!("{yaml}user: daemon\n"));
    assert_eq!(reported_by(&other, &here, &[]).1, "0\n");
}

#[test]
fn the_owner_of_the_file_is_reported_the_secret() {
    let project = with_secret("own").with_file("own", "abc\n");
    only_for_its_owner(&project, "own");
    for host in ["127.0.0.1:0", "0.0.0.0:0", "[::]:0"] {
        let Ok(server) = TcpListener::bind(host) else {
            continue;
        };
        let port = server.local_addr().unwrap().port().to_string();
        let server = std::thread::spawn(move || {
            let mut message = [0; 9];
            server.accept().unwrap().0.read_exact(&mut message).unwrap();
            message
        });
        brief(project.run(&["eval", "1", "--port", &port]), 3);
        assert_eq!(&server.join().unwrap(), b"000003abc");
    }
}

#[test]
fn a_secret_is_kept_below_the_home_folder() {
    let project =
        Project::new("loader: none\nstart: (f)\nuser: nobody-here\nswank: {port: 1, secret: auto}");
    assert_snapshot!(brief(project.run(&["emit", "supervisor"]), 2), @"
    error: the home folder is not known, and with it where to keep a secret
     --> lisplaunch.yaml:4:26
    4 | swank: {port: 1, secret: auto}
      |                          ^^^^
      = help: name a file that holds one
    ");
}

#[test]
fn tmux_has_limits() {
    let project = Project::empty();
    let file = b"name: app\nloader: none\nstart: (f)\n";
    let outcome = project.run_with_input(&["-f", "-", "tmux", "start"], file);
    assert_snapshot!(brief(outcome, 2), @"
    error: `tmux` needs a project file, not standard input
     = help: the session outlives what is read there: name a file with `-f FILE`
    ");
    let long = format!("loader: none\nstart: (f \"{}\")", "x".repeat(20_000));
    let outcome = Project::new(&long).run(&["tmux", "start", "--print"]);
    assert_snapshot!(brief(outcome, 2), @"
    error: tmux takes at most 16320 bytes at once, and this is 20472
     = help: put the long forms into a file and list it below `load:`
    ");
    let project = Project::new("loader: none\nstart: (f)").with_variable("TMPDIR", "/nowhere");
    assert_snapshot!(brief(project.run(&["tmux", "start"]), 1), @"
    error: cannot write a file in `/nowhere`: no such file or directory
     = help: name another folder: `TMPDIR=FOLDER`
    ");
}

#[test]
fn one_rule_says_which_word_is_the_service() {
    let several = "loader: none\nservices: {web: {start: (f), swank: 1}, worker: {start: (f)}}";
    let single = "name: web\nloader: none\nstart: (f)\nswank: 1";
    let which = "several services: which one?";
    let none = "there is no service `wbe`";
    let open = "`(` is not closed";
    for (yaml, words, said) in [
        (several, ["eval", "("].as_slice(), which),
        (several, &["tmux", "send", "("], which),
        (several, &["reload", "app/system"], which),
        (several, &["eval", "wbe", "("], none),
        (several, &["tmux", "send", "wbe", "("], none),
        (several, &["reload", "wbe"], none),
        (several, &["eval", "web", "("], open),
        (several, &["tmux", "send", "web", "("], open),
        (several, &["eval", "web"], "there is no form"),
        (several, &["tmux", "send", "web"], "there is no form"),
        (single, &["eval", "("], open),
        (single, &["tmux", "send", "("], open),
        (single, &["eval", "web", "("], open),
        (single, &["tmux", "send", "web", "("], open),
        (single, &["tmux", "send", "wbe", "("], none),
        (single, &["reload", "web"], "neither `systems` nor files"),
        (single, &["reload", "web", "web"], "which loads no system"),
    ] {
        let message = Project::new(yaml).run(words).failure(2);
        assert!(message.contains(said), "{words:?}: {message}");
    }
}
