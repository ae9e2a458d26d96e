//! A project with a tmux server of its own, which ends with the test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Outcome, Project};

/// How long a service may take to do what it is about to do.
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) struct Server {
    pub(super) project: Project,
}

impl Server {
    pub(super) fn new(project: Project) -> Self {
        let (tmux, temporary) = (project.home(), project.home().join("tmp"));
        std::fs::create_dir(&temporary).unwrap();
        let project = project
            .with_variable("TMUX_TMPDIR", tmux.to_str().unwrap())
            .with_variable("TMPDIR", temporary.to_str().unwrap());
        Server { project }
    }

    /// A server for a project `app` with this project file.
    pub(super) fn of(yaml: &str) -> Self {
        Server::new(Project::new(yaml))
    }

    /// Runs `lisplaunch tmux`.
    pub(super) fn run(&self, arguments: &[&str]) -> Outcome {
        self.project.run(&[&["tmux"], arguments].concat())
    }

    /// A command in the environment of the project.
    pub(super) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        let like = self.project.command(&[]);
        let environment = like.get_envs();
        command
            .args(arguments)
            .env_clear()
            .envs(environment.filter_map(|(name, value)| Some((name, value?))))
            .current_dir(self.project.folder())
            .stdin(Stdio::null());
        command
    }

    /// What tmux itself says.
    #[track_caller]
    pub(super) fn tmux(&self, arguments: &[&str]) -> String {
        let output = self
            .command("tmux", &[&["-u"], arguments].concat())
            .output()
            .expect("`tmux` must be installed for this test");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tmux {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Whether there is a session of exactly this name.
    pub(super) fn has_session(&self, name: &str) -> bool {
        let mut command = self.command("tmux", &["has-session", "-t", &format!("={name}")]);
        command.output().unwrap().status.success()
    }

    /// The process in the only pane of a session.
    #[track_caller]
    pub(super) fn pid(&self, session: &str) -> u32 {
        let target = format!("={session}:");
        let pid = self.tmux(&["list-panes", "-s", "-t", &target, "-F", "#{pane_pid}"]);
        pid.parse().unwrap()
    }

    /// Waits for a file of the project to be whole, which `done` decides.
    #[track_caller]
    pub(super) fn wait_for(&self, file: &str, done: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let path = self.project.folder().join(file);
        let mut bytes = Vec::new();
        let there = wait_until(|| {
            bytes = std::fs::read(&path).unwrap_or_default();
            done(&bytes)
        });
        assert!(
            there,
            "{file}: {:?}\n{}",
            String::from_utf8_lossy(&bytes),
            self.screens()
        );
        bytes
    }

    /// Nothing lies in the folder for temporary files.
    #[track_caller]
    pub(super) fn assert_nothing_left(&self) {
        let left = std::fs::read_dir(self.project.home().join("tmp")).unwrap();
        let names: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert!(names.is_empty(), "{names:?}");
    }

    /// What is on all terminals.
    pub(super) fn screens(&self) -> String {
        let format = "#{session_name} #{pane_id}";
        let panes = self.tmux(&["list-panes", "-a", "-F", format]);
        let screen = |line: &str| {
            let (_, pane) = line.split_once(' ').unwrap();
            format!("{line}\n{}", self.tmux(&["capture-pane", "-p", "-t", pane]))
        };
        panes.lines().map(screen).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.command("tmux", &["kill-server"]).output();
    }
}

/// Waits, for a while.
pub(super) fn wait_until(mut done: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// Whether a process has not ended yet.
pub(super) fn is_alive(pid: u32) -> bool {
    let status = std::fs::read_to_string(process(pid).join("status"));
    status.is_ok_and(|status| !status.contains("State:\tZ"))
}

/// What the system knows about a process.
pub(super) fn process(pid: u32) -> PathBuf {
    Path::new("/proc").join(pid.to_string())
}
