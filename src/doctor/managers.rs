//! Which managers are there, and whether those are that the project writes files for.

use std::path::Path;

use super::finding::Finding;
use super::scene::Scene;
use crate::call::Call;

/// A manager, by the format that it reads.
struct ManagerTool {
    format: &'static str,
    name: &'static str,
    /// What prints its version.
    version: [&'static str; 2],
    /// How it is installed.
    install: &'static str,
    /// What is there while it runs the machine.
    runs: Option<&'static str>,
}

const MANAGERS: [ManagerTool; 2] = [
    ManagerTool {
        format: "supervisor",
        name: "supervisord",
        version: ["supervisord", "--version"],
        install: "`apt-get install supervisor`",
        runs: None,
    },
    ManagerTool {
        format: "systemd",
        name: "systemd",
        version: ["systemctl", "--version"],
        install: "a machine that systemd does not run needs another manager: `lisplaunch emit --list`",
        runs: Some("/run/systemd/system"),
    },
];

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let judged = MANAGERS.iter().map(|manager| judge(scene, manager));
    judged.flatten().collect()
}

fn judge(scene: &Scene<'_>, manager: &ManagerTool) -> Option<Finding> {
    let ManagerTool { format, name, .. } = manager;
    let wanted = scene.outputs.iter().any(|output| output.format == *format);
    let version = Call::new(manager.version).run().ok();
    let version = version.as_deref().and_then(first_line);
    let runs = manager.runs.is_none_or(|file| Path::new(file).exists());
    Some(match (version, runs) {
        (Some(version), true) => Finding::ok(format!("{name} is there: {version}")),
        (Some(version), false) if wanted => Finding::warning(format!(
            "the project writes files for {name}, which is installed ({version}) and does not run this machine"
        ))
        .cure(manager.install),
        (None, _) if wanted => Finding::warning(format!(
            "the project writes files for {name}, which is not installed here"
        ))
        .cure(format!(
            "{}, unless they are for another machine",
            manager.install
        )),
        _ => return None,
    })
}

fn first_line(text: &str) -> Option<&str> {
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then_some(line)
}
