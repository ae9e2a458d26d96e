//! Commands as a person types them, in the folder of a project.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{LISPLAUNCH, Outcome, Project};

/// What a command left. `sudo` is left out: tests are who they are.
pub(super) fn typed(project: &Project, command: &str) -> Outcome {
    let path = Path::new(LISPLAUNCH).parent().unwrap();
    let command = command.trim_start_matches("sudo ");
    let script = format!("PATH={}:$PATH; {command}", path.display());
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).env_clear();
    for (name, value) in project.command(&[]).get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell.current_dir(project.folder()).stdin(Stdio::null());
    project.outcome(shell)
}

/// Runs a command that has to end well.
#[track_caller]
pub(super) fn run(project: &Project, command: &str) {
    let outcome = typed(project, command);
    assert_eq!(
        outcome.code,
        Some(0),
        "`{command}`: {}{}",
        outcome.stdout,
        outcome.stderr
    );
}
