//! systemd itself, as the manager of a user, and what it says of units.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::command;

/// Where systemd keeps processes apart, as far as this machine has it.
const GROUPS: &str = "/sys/fs/cgroup";

/// Units that every other one needs, with nothing of the machine's in them.
const TARGETS: [&str; 4] = ["basic", "default", "shutdown", "exit"];

/// A running systemd.
#[derive(Debug)]
pub(crate) struct Systemd {
    process: Child,
    /// Its home folder, with the folder of its runtime in it.
    home: TempDir,
    /// The name of the control group that everything is in.
    group: String,
}

impl Systemd {
    /// Starts one, whose units can be written as soon as it runs.
    pub(crate) fn start() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let name = home.path().file_name().expect("it has a name");
        let group = format!("lisplaunch-test-{}", name.display());
        let mut unshare = command("unshare");
        unshare
            .args(["-m", "-p", "-f", "--kill-child", "--mount-proc", "sh", "-c"])
            .arg(include_str!("systemd.sh"))
            .env("HOME", home.path())
            .env("GROUP", format!("{group}/user@0.service"))
            .env("XDG_RUNTIME_DIR", home.path().join("run"))
            .env(
                "SYSTEMD_UNIT_PATH",
                format!("{0}/.config/systemd/user:{0}/base", home.path().display()),
            );
        for folder in ["run", "base", ".config/systemd/user"] {
            fs::create_dir_all(home.path().join(folder)).expect("it is made");
        }
        for target in TARGETS {
            let file = home.path().join(format!("base/{target}.target"));
            fs::write(file, "[Unit]\nDefaultDependencies=no\n").expect("it is written");
        }
        let process = unshare
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`unshare` must be installed for this test");
        let systemd = Systemd {
            process,
            home,
            group,
        };
        wait_until("it runs", || {
            systemd.systemctl(&["show-environment"]).status.success()
        });
        systemd
    }

    /// Where the units of its user are.
    pub(crate) fn units(&self) -> PathBuf {
        self.home.path().join(".config/systemd/user")
    }

    /// What tells other programs where it is.
    pub(crate) fn runtime_folder(&self) -> PathBuf {
        self.home.path().join("run")
    }

    /// Its own command.
    pub(crate) fn systemctl(&self, arguments: &[&str]) -> Output {
        self.command("systemctl")
            .arg("--user")
            .args(arguments)
            .output()
            .expect("`systemctl` must be installed for this test")
    }

    /// The same, which must go well; returns what it printed.
    #[track_caller]
    pub(crate) fn success(&self, arguments: &[&str]) -> String {
        let output = self.systemctl(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "systemctl {arguments:.300?}: {error}"
        );
        String::from_utf8(output.stdout).expect("it prints UTF-8")
    }

    /// A program that runs where this systemd does: it answers nobody else.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = command("nsenter");
        command
            .args(["-t", &self.first_process(), "-m", "-p", "--wd=/", program])
            .env("HOME", self.home.path())
            .env("XDG_RUNTIME_DIR", self.runtime_folder())
            .stdin(Stdio::null());
        command
    }

    /// The number of the first process of its namespace; 0 as long as there is none.
    fn first_process(&self) -> String {
        let number = self.process.id();
        let children = fs::read_to_string(format!("/proc/{number}/task/{number}/children"));
        let first = children.ok().filter(|children| !children.is_empty());
        first.map_or("0".to_owned(), |children| children.trim().to_owned())
    }
}

/// Waits until `done`, two minutes at most.
#[track_caller]
fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !done() {
        assert!(Instant::now() < deadline, "not within two minutes: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

impl Drop for Systemd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let hierarchies = fs::read_dir(GROUPS).into_iter().flatten().flatten();
        for folder in hierarchies.map(|hierarchy| hierarchy.path().join(&self.group)) {
            remove_groups(&folder);
        }
        remove_groups(&Path::new(GROUPS).join(&self.group));
    }
}

/// Removes a control group and those below it, whose processes are about to be gone.
fn remove_groups(folder: &Path) {
    let below = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in below.filter(|entry| entry.path().is_dir()) {
        remove_groups(&entry.path());
    }
    let deadline = Instant::now() + Duration::from_secs(5);
    while folder.exists() && fs::remove_dir(folder).is_err() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
}
