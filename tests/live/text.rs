//! What a server sends is text: a terminal shows it and does not obey it, and all of it arrives
//! or the command fails.

use std::fs;
use std::process::Command;

use super::service::Service;
use crate::support::{LISPLAUNCH, Outcome, Project};
use crate::swank_server::fake::{self, Peer};

/// Sets a title, goes back in the line, changes the colour by C1, turns the order around.
const EVIL: &str = "a\x1b]0;owned\x07\rb\u{9b}31m\u{202e}c";

/// As a terminal shows it.
const SHOWN: &str = "a␛]0;owned␇␍b\u{FFFD}31m\u{FFFD}c";

/// What ends the evaluation of a command, which is its third request.
const VALUES: &str = r#"(:return (:ok (:ok 0 nil "COMMON-LISP-USER" "CL-USER")) 3)"#;

/// A service that is this server.
fn project(script: impl FnOnce(Peer) + Send + 'static) -> Project {
    let port = fake::serve_command(script).port;
    Project::new(&format!(
        "name: web\nloader: none\nruntime: false\nstart: (f)\nswank: {port}\n"
    ))
}

/// Runs it with a terminal for all of its streams.
fn on_a_terminal(project: &Project, arguments: &[&str]) -> String {
    let mut command = Command::new("script");
    let line = [&[LISPLAUNCH], arguments].concat().join(" ");
    command
        .args(["-qec", &line, "/dev/null"])
        .current_dir(project.folder())
        .env("NO_COLOR", "1");
    let output = command.output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn assert_inert(text: &str) {
    // The terminal itself makes `\r\n` of line breaks.
    let text = text.replace("\r\n", "\n");
    let steers = |c: &char| c.is_control() && *c != '\n' || matches!(c, '\u{202e}');
    assert_eq!(text.chars().find(steers), None, "{text:?}");
    assert!(text.contains(SHOWN), "{text:?}");
}

/// Everything in which a server says something to a person who evaluates a form.
fn says_it_all(mut peer: Peer) {
    peer.send(&format!("(:write-string \"{EVIL}\n\" :lisplaunch-stdout)"));
    peer.send(&format!("(:write-string \"{EVIL}\n\" :lisplaunch-stderr)"));
    peer.send(&format!("(:debug 9 1 (\"{EVIL}\" \"\" nil) nil nil nil)"));
    peer.send(&format!("(:write-string \"{EVIL}\" (:lisplaunch-value 0))"));
    peer.send("(:write-string \"\" (:lisplaunch-values 1 nil))");
    peer.send(VALUES);
    peer.wait();
}

#[test]
fn a_terminal_shows_what_an_evaluation_says_and_a_pipe_gets_it() {
    let shown = on_a_terminal(&project(says_it_all), &["eval", "1"]);
    assert_inert(&shown);
    assert_eq!(shown.matches(SHOWN).count(), 4, "{shown:?}");
    let Outcome { stdout, stderr, .. } = project(says_it_all).run(&["eval", "1"]);
    assert_eq!(stdout, format!("{EVIL}\n{EVIL}\n"));
    assert!(stderr.contains(EVIL), "{stderr:?}");
    assert!(stderr.contains(&format!("another thread was aborted: {SHOWN}")));
}

#[test]
fn errors_and_tables_are_inert_wherever_they_go() {
    let aborts = |mut peer: Peer| {
        peer.send(&format!("(:return (:abort \"{EVIL}\") 3)"));
        peer.wait();
    };
    assert_inert(&project(aborts).run(&["eval", "1"]).stderr);
    assert_inert(&project(aborts).run(&["status"]).stdout);
    let refuses = |mut peer: Peer| {
        peer.send(&format!("(:reader-error \"(:emacs-rex\" \"{EVIL}\")"));
        peer.wait();
    };
    assert_inert(&project(refuses).run(&["eval", "1"]).stderr);
}

/// A real server, since a prompt asks for more.
#[test]
fn a_prompt_shows_what_the_image_says() {
    let service = Service::shared();
    let forms = "(progn (princ (map 'string 'code-char '(97 27 91 51 49 109 155 8238 98))) 1)";
    fs::write(service.project.folder().join("forms"), forms).unwrap();
    let line = format!("{LISPLAUNCH} repl web < forms");
    let mut command = Command::new("script");
    command
        .args(["-qec", &line, "/dev/null"])
        .current_dir(service.project.folder())
        .env("HOME", service.project.home());
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("a␛[31m\u{FFFD}\u{FFFD}b"), "{text:?}");
    assert!(
        !text.contains('\u{202e}') && !text.contains("\x1b[31m"),
        "{text:?}"
    );
}

#[test]
fn output_that_is_lost_is_a_failure_whatever_the_answer_is() {
    let says = |mut peer: Peer| {
        peer.send("(:write-string \"hello\" :lisplaunch-stdout)");
        peer.send(VALUES);
        peer.wait();
    };
    let project = project(says);
    let mut command = project.command(&["eval", "1"]);
    let full = std::fs::File::options().write(true).open("/dev/full");
    command.stdout(full.unwrap());
    let outcome = project.outcome(command);
    assert_eq!(
        outcome.failure(1).lines().next(),
        Some("error: cannot write the output: no space left on device")
    );
}

#[test]
fn an_object_that_output_does_not_fit_into_does_not_say_that_it_is_complete() {
    let says = |mut peer: Peer| {
        for _ in 0..17 {
            let text = "x".repeat(1 << 20);
            peer.send(&format!("(:write-string \"{text}\" :lisplaunch-stdout)"));
        }
        peer.send(VALUES);
        peer.wait();
    };
    let outcome = project(says).run(&["eval", "--json", "1"]);
    assert_eq!(outcome.code, Some(1));
    let object: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(object["ok"], false);
    let message = object["message"].as_str().unwrap();
    assert!(message.contains("more than 16 MB"), "{message}");
}
