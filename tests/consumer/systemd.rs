//! systemd itself, as the manager of a user, and what it says of units.

use std::fs;
use std::os::unix::fs::PermissionsExt;
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
    /// The home folder of its user.
    home: PathBuf,
    /// Where its sockets and its first units are.
    folder: TempDir,
    /// The name of the control group that everything is in.
    group: String,
}

impl Systemd {
    /// Starts one for a user with this home folder, below which it has nothing to start yet.
    pub(crate) fn start(home: &Path) -> Self {
        let folder = tempfile::tempdir_in(home).expect("a folder");
        let name = folder.path().file_name().expect("it has a name");
        // The journal finds the unit of a process below slices only.
        let group = format!("lisplaunch-test-{}.slice", name.display());
        let units = home.join(".config/systemd/user");
        let base = folder.path().join("base");
        let run = folder.path().join("run");
        for folder in [&units, &base, &run] {
            fs::create_dir_all(folder).expect("it is made");
        }
        for target in TARGETS {
            let file = base.join(format!("{target}.target"));
            fs::write(file, "[Unit]\nDefaultDependencies=no\n").expect("it is written");
        }
        let process = command("unshare")
            .args(["-m", "-p", "-f", "--kill-child", "--mount-proc", "sh", "-c"])
            .arg(include_str!("systemd.sh"))
            .env("HOME", home)
            .env("GROUP", format!("{group}/user@0.service"))
            .env("XDG_RUNTIME_DIR", &run)
            .env(
                "SYSTEMD_UNIT_PATH",
                format!("{}:{}", units.display(), base.display()),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`unshare` must be installed for this test");
        let systemd = Systemd {
            process,
            home: home.to_owned(),
            folder,
            group,
        };
        wait_until("it runs", || {
            systemd.systemctl(&["show-environment"]).status.success()
        });
        // Services of other users may notify it, as they may notify that of a machine.
        open(systemd.folder.path(), 0o755);
        open(&run.join("systemd/notify"), 0o777);
        systemd
    }

    /// Where the units of its user are.
    pub(crate) fn units(&self) -> PathBuf {
        self.home.join(".config/systemd/user")
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

    /// A program that runs where this systemd does, which answers no other program.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut inner = command(program);
        inner.env("HOME", &self.home);
        self.inside(&inner)
    }

    /// The same command there.
    pub(crate) fn inside(&self, inner: &Command) -> Command {
        let folder = inner.get_current_dir().unwrap_or(Path::new("/"));
        let mut outer = Command::new("nsenter");
        outer
            .args(["-t", &self.first_process(), "-m", "-p"])
            .arg(format!("--wd={}", folder.display()))
            .arg(inner.get_program())
            .args(inner.get_args())
            .env_clear()
            .envs(
                inner
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .env("XDG_RUNTIME_DIR", self.folder.path().join("run"))
            .stdin(Stdio::null());
        outer
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

fn open(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
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
