//! What shells offer while a command line is typed, each of them real and on a terminal.

use std::path::Path;
use std::process::Command;

use crate::repl::terminal::Terminal;
use crate::support::{LISPLAUNCH, Project};

const YAML: &str = "
name: shop
loader: none
start: (f ${PACKAGING:-1})
services: {web: , worker: , \"x;touch y\": }
commands: {migrate: (m), \"x;y\": (n)}
profiles: {production: {restart: never}, staging: , \"$(touch y)\": }
";

/// A shell, its arguments, and the line that loads the completions of lisplaunch.
const SHELLS: &[(&str, &[&str], &str)] = &[
    (
        "bash",
        &["--noprofile", "--norc", "-i"],
        "bind 'set enable-bracketed-paste off'",
    ),
    ("zsh", &["-f", "-i"], "autoload -U compinit; compinit -D"),
    ("fish", &["--no-config"], "true"),
];

/// A shell in the folder of the project, which has read its script.
fn shell(project: &Project, (shell, arguments, first): &(&str, &[&str], &str)) -> Terminal {
    let folder = Path::new(LISPLAUNCH).parent().unwrap();
    let mut command = Command::new(shell);
    command
        .args(*arguments)
        .current_dir(project.folder())
        .env("HOME", project.home())
        .env(
            "PATH",
            format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display()),
        )
        .env("PS1", "> ");
    let terminal = Terminal::with(&command);
    terminal.expect_keys_to_be_read();
    terminal.enter(first);
    terminal.enter(&format!(
        "lisplaunch completions {shell} >~/script; source ~/script"
    ));
    // The marker is not on the screen before it is printed.
    terminal.enter("echo re\"\"ad");
    terminal.expect("\nread");
    terminal.expect_keys_to_be_read();
    terminal
}

/// The line that is typed, once what comes is there, and then a new line.
fn completes(terminal: &Terminal, typed: &str, completed: &str) {
    terminal.write(typed);
    terminal.press("Tab");
    terminal.expect(completed);
    terminal.press("C-c");
    terminal.enter("clear");
    terminal.expect_keys_to_be_read();
}

fn shells_complete(shell: &(&str, &[&str], &str)) {
    let project =
        Project::new(YAML).with_file("~/other/lisplaunch.yaml", "services: {postman: , baker: }");
    let terminal = self::shell(&project, shell);
    completes(&terminal, "lisplaunch compl", "lisplaunch completions");
    completes(&terminal, "lisplaunch run wo", "lisplaunch run worker");
    completes(
        &terminal,
        "lisplaunch status worker we",
        "lisplaunch status worker web",
    );
    completes(
        &terminal,
        "lisplaunch run -p st",
        "lisplaunch run -p staging",
    );
    completes(
        &terminal,
        "lisplaunch --profile=prod",
        "lisplaunch --profile=production",
    );
    completes(
        &terminal,
        "lisplaunch show --set PA",
        "lisplaunch show --set PACKAGING=",
    );
    completes(&terminal, "lisplaunch emit syst", "lisplaunch emit systemd");
    completes(&terminal, "lisplaunch do mi", "lisplaunch do migrate");
    completes(
        &terminal,
        "lisplaunch eval worker --time",
        "lisplaunch eval worker --timeout",
    );
    completes(&terminal, "lisplaunch -C ~/other run po", "run postman");
    // Names that a shell would obey are not offered.
    terminal.write("lisplaunch run -p ");
    terminal.press("Tab");
    terminal.press("Tab");
    terminal.expect("production");
    assert!(
        !terminal.screen().contains("touch"),
        "{}",
        terminal.screen()
    );
}

#[test]
fn bash_completes() {
    shells_complete(&SHELLS[0]);
}

#[test]
fn zsh_completes() {
    shells_complete(&SHELLS[1]);
}

#[test]
fn fish_completes() {
    shells_complete(&SHELLS[2]);
}

/// What is offered where there is nothing to read, or something that must not be.
#[test]
fn a_shell_is_never_sent_an_error_of_errors() {
    let project = Project::empty().with_file("broken.yaml", "name: [");
    for (words, offered) in [
        (&["lisplaunch", "run", "x"][..], ""),
        (&["lisplaunch", "-f", "broken.yaml", "run", "x"], ""),
        (&["lisplaunch", "-f", "-", "run", "x"], ""),
        (&["lisplaunch", "nothing", "x"], ""),
        (
            &["lisplaunch", "sche"],
            "schema\tPrint the JSON Schema of project files, for editors\n",
        ),
    ] {
        let mut command = project.command(&[]);
        command
            .arg("--")
            .args(words)
            .env("LISPLAUNCH_COMPLETE", "fish");
        let outcome = project.outcome(command);
        assert_eq!(
            (outcome.stderr.as_str(), outcome.code),
            ("", Some(0)),
            "{words:?}"
        );
        assert_eq!(outcome.stdout, offered, "{words:?}");
    }
}
