//! The init scripts, as `OpenRC` and its supervise-daemon start what they name.

use std::fs;
use std::path::PathBuf;

use super::project::Project;
use super::recorder::Record;
use super::{assert_refused, for_projects, indices, name};
use crate::consumer::{Scanner, below_openrc};

/// What `OpenRC` adds to the environment.
const ADDED: &[&str] = &[
    "RC_SERVICE",
    "RC_SVCNAME",
    "SVCNAME",
    "EINFO_LASTCMD",
    "EINFO_LOG",
    "PWD",
    "OLDPWD",
    "_",
    "USER",
    "HOME",
    "PATH",
];

/// What it replaces: by what a login gives, and by another order.
const REPLACED: &[&str] = &["HOME", "PATH"];

/// Starts everything, then waits to be killed.
const BOOT: &str = r#"for script in /etc/init.d/*; do "$script" start; done; exec sleep 1000"#;

#[test]
pub fn supervise_daemon_starts_what_run_starts() {
    for_projects(2, 40, |project| {
        let takes_the_program = |index: &usize| {
            project
                .expected(*index, &project.settings)
                .has_odd_program()
        };
        let (refused, held): (Vec<usize>, Vec<usize>) =
            indices(project).partition(takes_the_program);
        for index in refused {
            assert_refused(project, "openrc", &[name(project, index)]);
        }
        assert_started(project, &held);
    });
}

fn assert_started(project: &Project, services: &[usize]) {
    let scripts = project.root().join("out/init.d");
    let mut emit = project.lisplaunch(&project.settings, &["emit", "openrc"]);
    emit.args(services.iter().map(|index| name(project, *index)));
    emit.arg("-o").arg(format!("{}/", scripts.display()));
    project.success("emit", emit.output().unwrap());
    let mut boot = project.command("sh", &project.settings);
    boot.args(["-c", BOOT]);
    let mut openrc = Scanner::start(below_openrc(&scripts, &boot));
    let logs: Vec<PathBuf> = services
        .iter()
        .filter_map(|index| project.expected(*index, &project.settings).log)
        .map(PathBuf::from)
        .collect();
    let is_logged = |log: &PathBuf| {
        let text = fs::read_to_string(log).unwrap_or_default();
        text.contains("started\n")
    };
    openrc.wait_until(|| {
        let mut programs = services.iter().map(|index| project.program(*index));
        programs.all(|program| Record::exists(&program)) && logs.iter().all(is_logged)
    });
    for index in services {
        let consumer = "supervise-daemon";
        project.assert_started_anew(*index, &project.settings, consumer, ADDED, REPLACED);
    }
    assert_eq!(logs.iter().find(|log| !is_logged(log)), None, "no log");
}
