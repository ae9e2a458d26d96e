//! The units of random projects, started by a real systemd.

use std::fs;

use super::expected::Expected;
use super::project::Project;
use super::{assert_refused, for_projects, indices, name, program_name};
use crate::consumer::Systemd;

/// What a user's systemd adds to the environment, its own included.
const BY_SYSTEMD: &[&str] = &[
    "DBUS_SESSION_BUS_ADDRESS",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    "MANAGERPID",
    "NOTIFY_SOCKET",
    "QT_ACCESSIBILITY",
    "SYSTEMD_EXEC_PID",
    "SYSTEMD_UNIT_PATH",
    "XDG_RUNTIME_DIR",
];

/// The program of the tests says nothing and ends at once.
const DROP_IN: &str = "[Service]\nType=oneshot\nRestart=no\nTimeoutStartSec=60\n";

/// Whether systemd takes it for text.
fn is_text(text: &str) -> bool {
    text.chars().map(u32::from).all(|number| {
        number % 0x10000 != 0xfffe
            && number % 0x10000 != 0xffff
            && !(0xfdd0..0xfdf0).contains(&number)
    })
}

/// Whether systemd takes a file for a program.
fn starts(program: &str) -> bool {
    is_text(program)
        && program
            .chars()
            .all(|sign| !"\"'\\\u{7f}".contains(sign) && sign >= ' ')
}

/// Whether a setting without quotes can hold a path.
fn setting_holds(path: &str) -> bool {
    is_text(path) && !path.contains(['\n', '\r']) && !path.ends_with([' ', '\t', '\\'])
}

fn paths_hold(expected: &Expected) -> bool {
    let mut paths = expected.log.iter().chain([&expected.directory]);
    paths.all(|path| setting_holds(path))
}

fn holds(expected: &Expected, program: &str) -> bool {
    starts(program) && expected.env.values().all(|value| is_text(value)) && paths_hold(expected)
}

fn unit(project: &Project, index: usize) -> String {
    format!("{}.service", program_name(project, index))
}

#[test]
pub fn systemd_starts_what_run_starts() {
    for_projects(2, 60, |project| {
        let (held, refused): (Vec<usize>, Vec<usize>) = indices(project).partition(|index| {
            let program = project.program(*index);
            holds(
                &project.expected(*index, &project.settings),
                program.to_str().unwrap(),
            )
        });
        for index in refused {
            assert_refused(project, "systemd", &[name(project, index)]);
        }
        assert_started(project, &held, &[]);
    });
}

#[test]
fn systemd_can_start_run_itself() {
    for_projects(1, 25, |project| {
        let held = indices(project)
            .filter(|index| paths_hold(&project.expected(*index, &project.settings)));
        assert_started(project, &held.collect::<Vec<_>>(), &["--indirect"]);
    });
}

/// Starts these services by the units that are written with `options`.
fn assert_started(project: &Project, services: &[usize], options: &[&str]) {
    if services.is_empty() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let systemd = Systemd::start(home.path());
    let folder = systemd.units();
    let mut emit = project.lisplaunch(&project.settings, &["emit", "systemd", "--user"]);
    emit.args(options).arg("-o").arg(&folder);
    emit.args(services.iter().map(|index| name(project, *index)));
    project.success("emit", emit.output().unwrap());
    fs::create_dir(folder.join("service.d")).unwrap();
    fs::write(folder.join("service.d/test.conf"), DROP_IN).unwrap();
    systemd.success(&["daemon-reload"]);
    set_environment(&systemd, project);
    let units: Vec<String> = services.iter().map(|index| unit(project, *index)).collect();
    let mut start = vec!["start"];
    start.extend(units.iter().map(String::as_str));
    systemd.success(&start);
    for index in services {
        project.assert_started(*index, &project.settings, "systemd", BY_SYSTEMD);
        let log = project.expected(*index, &project.settings).log;
        if let Some(log) = log {
            assert_eq!(fs::read_to_string(log).unwrap(), "started\n");
        }
    }
}

/// What the project's programs find beside their own variables.
fn set_environment(systemd: &Systemd, project: &Project) {
    let environment = project.environment(&project.settings);
    let assignments: Vec<String> = environment
        .iter()
        .map(|(name, value)| format!("{}={}", name.display(), value.display()))
        .collect();
    let mut set = vec!["set-environment"];
    set.extend(assignments.iter().map(String::as_str));
    systemd.success(&set);
}
