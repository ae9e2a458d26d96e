//! The service folders, as runsv and s6-supervise start what is in them.

use std::fs;
use std::path::{Path, PathBuf};

use super::project::Project;
use super::recorder::Record;
use super::{BY_SHELLS, assert_refused, for_projects, indices, name};
use crate::consumer::Scanner;
use crate::support::LISPLAUNCH;

/// A supervisor of service folders.
struct Supervisor {
    format: &'static str,
    /// What supervises all folders of a folder.
    scanner: &'static str,
    /// What it adds to the environment, beside a shell.
    added: &'static [&'static str],
}

const RUNIT: Supervisor = Supervisor {
    format: "runit",
    scanner: "runsvdir",
    added: &[],
};

const S6: Supervisor = Supervisor {
    format: "s6",
    scanner: "s6-svscan",
    added: &["LISPLAUNCH_NOTIFY_FD"],
};

#[test]
pub fn runsv_starts_what_run_starts() {
    for_projects(2, 50, |project| RUNIT.assert_starts(project));
}

#[test]
pub fn s6_supervise_starts_what_run_starts() {
    for_projects(2, 50, |project| S6.assert_starts(project));
}

#[test]
fn supervisors_of_folders_can_start_run_itself() {
    for_projects(1, 12, |project| {
        std::os::unix::fs::symlink(LISPLAUNCH, project.root().join("bin/lisplaunch")).unwrap();
        for supervisor in [RUNIT, S6] {
            let all: Vec<usize> = indices(project).collect();
            supervisor.assert_starts_these(project, &all, &["--indirect"]);
        }
    });
}

impl Supervisor {
    fn assert_starts(&self, project: &Project) {
        let is_refused = |index: &usize| {
            let expected = project.expected(*index, &project.settings);
            expected.env_takes_the_program()
        };
        let (refused, held): (Vec<usize>, Vec<usize>) = indices(project).partition(is_refused);
        for index in refused {
            assert_refused(project, self.format, &[name(project, index)]);
        }
        self.assert_starts_these(project, &held, &[]);
    }

    fn assert_starts_these(&self, project: &Project, services: &[usize], options: &[&str]) {
        let folder = project.root().join("out").join(self.format);
        let mut emit = project.lisplaunch(&project.settings, &["emit", self.format]);
        emit.args(services.iter().map(|index| name(project, *index)));
        emit.args(options)
            .arg("-o")
            .arg(format!("{}/", folder.display()));
        project.success("emit", emit.output().unwrap());
        let mut scan = project.command(self.scanner, &project.settings);
        scan.arg(&folder);
        let mut scanner = Scanner::start(scan);
        let logs: Vec<PathBuf> = services
            .iter()
            .filter_map(|index| project.expected(*index, &project.settings).log)
            .map(|log| Path::new(&log).join("current"))
            .collect();
        let is_logged = |log: &PathBuf| {
            let text = fs::read_to_string(log).unwrap_or_default();
            text.contains(" started\n")
        };
        scanner.wait_until(|| {
            let mut programs = services.iter().map(|index| project.program(*index));
            programs.all(|program| Record::exists(&program)) && logs.iter().all(is_logged)
        });
        let added = [BY_SHELLS, self.added].concat();
        for index in services {
            project.assert_started(*index, &project.settings, self.scanner, &added);
        }
        let silent = logs.iter().find(|log| !is_logged(log));
        assert_eq!(silent, None, "{} writes no log", self.scanner);
    }
}

#[test]
fn shellcheck_has_nothing_to_say_of_what_lies_in_folders() {
    let project = crate::support::Project::new(
        "name: shop\nloader: none\nsbcl: {program: /bin/sbcl}\nstart: (f \"$$x\")\numask: \"027\"\n\
         env: {HOME: /home/shop}\nuser: nobody\nlimits: {open-files: 4096, memory: 1GB}\n\
         services:\n  web: {log: log/web, restart: on-failure}\n  \
         mailer: {after: [web, old], restart: never, watchdog: 1m, log: {file: log/mailer, backups: 0}}\n  \
         old: {runtime: false, log: {file: log/old, max-size: 0}}\n",
    );
    let mut scripts = Vec::new();
    for format in ["runit", "s6"] {
        let folder = format!("{format}/");
        project.run(&["emit", format, "-o", &folder]).success();
        let files = scripts_below(&project.folder().join(folder));
        scripts.extend(files);
    }
    assert!(scripts.len() > 15, "{scripts:?}");
    super::sh::check(&scripts);
}

fn scripts_below(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let found = paths.flat_map(|path| {
        if path.is_dir() {
            scripts_below(&path)
        } else {
            vec![path]
        }
    });
    let is_script = |path: &PathBuf| fs::read_to_string(path).unwrap().starts_with("#!");
    found.filter(is_script).collect()
}
