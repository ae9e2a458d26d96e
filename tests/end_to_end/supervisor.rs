//! A supervisord of the test's own, and the supervisorctl that talks to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::running::{Running, eventually};
use crate::support::{LISPLAUNCH, Project};

const CONFIGURATION: &str = "\
[unix_http_server]
file=%(here)s/socket

[supervisord]
logfile=%(here)s/supervisord.log
pidfile=%(here)s/supervisord.pid
childlogdir=%(here)s/logs

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://%(here)s/socket

[include]
files=conf.d/*.conf
";

/// A running supervisord.
#[derive(Debug)]
pub struct Supervisor {
    daemon: Running,
    folder: PathBuf,
}

impl Supervisor {
    /// Starts it with the stanzas that `lisplaunch emit supervisor` writes with `arguments`.
    pub fn start(project: &Project, arguments: &[&str]) -> Self {
        let folder = Self::prepare(project);
        let stanzas = folder.join("conf.d/emitted.conf");
        let mut all = vec!["emit", "supervisor", "-o", stanzas.to_str().unwrap()];
        all.extend(arguments);
        project.run(&all).success();
        Self::start_in(folder, project)
    }

    /// Starts it without any program.
    pub fn idle(project: &Project) -> Self {
        Self::start_in(Self::prepare(project), project)
    }

    fn prepare(project: &Project) -> PathBuf {
        let folder = project.home().join("supervisor");
        for name in ["conf.d", "logs"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        fs::write(folder.join("supervisord.conf"), CONFIGURATION).unwrap();
        folder
    }

    fn start_in(folder: PathBuf, project: &Project) -> Self {
        // From the project for the sake of its environment: supervisord hands it on.
        let environment = project.command(&[]);
        let variables = environment
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?)));
        let mut command = Command::new("supervisord");
        command
            .args(["-n", "-c"])
            .arg(folder.join("supervisord.conf"))
            .env_clear()
            .envs(variables)
            .env("PATH", path())
            .stdin(Stdio::null());
        let mut daemon = Running::start(command);
        let socket = folder.join("socket");
        daemon.until("supervisord listens", || socket.exists().then_some(()));
        Supervisor { daemon, folder }
    }

    /// Where `supervisorctl` finds its configuration by itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What `supervisorctl` answers.
    pub fn control(&self, arguments: &[&str]) -> String {
        let Output { stdout, stderr, .. } = Command::new("supervisorctl")
            .arg("-c")
            .arg(self.folder.join("supervisord.conf"))
            .args(arguments)
            .output()
            .expect("`supervisorctl` must be installed for this test");
        String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap()
    }

    /// Waits until supervisord is satisfied that the program runs, and returns its number.
    #[track_caller]
    pub fn running(&self, program: &str) -> i32 {
        let status = || self.control(&["status", program]);
        eventually(&self.daemon.stdout(), || {
            status().contains("RUNNING").then_some(())
        });
        self.pid(program).expect("what runs has a number")
    }

    /// The number of the program's process, if it has one.
    pub fn pid(&self, program: &str) -> Option<i32> {
        let pid = self.control(&["pid", program]).trim().parse().ok()?;
        (pid != 0).then_some(pid)
    }

    /// What the program has said, where its log is supervisord's choice.
    pub fn log(&self, program: &str) -> String {
        let logs = fs::read_dir(self.folder.join("logs")).unwrap();
        let own = logs
            .map(|entry| entry.unwrap().path())
            .filter(|file| name(file).starts_with(&format!("{program}-stdout")));
        own.map(|file| fs::read_to_string(file).unwrap()).collect()
    }
}

/// Where the programs are, lisplaunch among them.
fn path() -> String {
    let folder = Path::new(LISPLAUNCH).parent().unwrap();
    format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display())
}

fn name(file: &Path) -> &str {
    file.file_name().and_then(|name| name.to_str()).unwrap()
}
