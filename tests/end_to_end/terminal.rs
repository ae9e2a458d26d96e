//! `lisplaunch run` for interactive use: on a terminal that `script` makes.

use std::process::{Command, Stdio};

use super::example;
use super::network::{get, is_free};
use super::running::{Running, assert_sbcl, children, eventually};
use crate::support::ports::free_port;
use crate::support::{LISPLAUNCH, Project};

/// The example that needs nothing but SBCL, on a terminal.
fn hello_on_a_terminal(project: &Project, port: u16) -> Running {
    let plain = project.command(&[]);
    let variables = plain
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    let mut command = Command::new("script");
    command
        .args(["--quiet", "--return", "--command"])
        .arg(r#"exec "$LISPLAUNCH" run -f "$EXAMPLE""#)
        .arg("/dev/null")
        .env_clear()
        .envs(variables)
        .envs([("LISPLAUNCH", LISPLAUNCH), ("EXAMPLE", &example("hello"))])
        .envs([("PORT", port.to_string().as_str()), ("SHELL", "/bin/sh")])
        .stdin(Stdio::piped());
    Running::start(command)
}

#[test]
fn there_is_a_repl_on_a_terminal() {
    let (project, port) = (Project::empty(), free_port());
    let mut terminal = hello_on_a_terminal(&project, port);
    terminal.until_it_says("* ");
    assert!(get(port, "/").is_some(), "it serves meanwhile");
    terminal.enter("(+ 40 2)\n");
    terminal.until_it_says("\n42");
    terminal.enter("(sb-ext:exit)\n");
    let status = terminal.wait();
    let said = terminal.stdout();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("hello: stopped"), "{said}");
    assert!(is_free(port));
}

#[test]
fn sbcl_itself_is_on_the_terminal_and_ends_on_a_signal() {
    let (project, port) = (Project::empty(), free_port());
    let mut terminal = hello_on_a_terminal(&project, port);
    terminal.until_it_says("* ");
    let pid = eventually("an answer over HTTP", || get(port, "/pid"));
    let pid = pid.trim().parse().unwrap();
    assert_sbcl(pid);
    assert_eq!(children(terminal.pid()), [pid]);
    super::running::terminate(pid);
    let status = terminal.wait();
    let said = terminal.stdout();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("hello: stopped"), "{said}");
}
