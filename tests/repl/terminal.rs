//! A terminal with the program in it: what is typed goes through tmux, as does what it shows.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::Project;

/// How long a test waits for what should happen at once.
const SOON: Duration = Duration::from_secs(60);

/// The program stays on the screen after it has ended.
const SETTINGS: &str = "set -g remain-on-exit on\nset -g escape-time 0\n";

/// Says how it ended.
const SHELL: &str = "trap : INT; \"$@\"; echo \"left with $?\"";

/// One terminal.
pub struct Terminal {
    folder: TempDir,
}

impl Terminal {
    /// One that runs the program.
    pub fn start(project: &Project, arguments: &[&str]) -> Self {
        Self::with(&project.command(arguments))
    }

    /// One that runs another program.
    pub fn with(program: &Command) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("settings"), SETTINGS).unwrap();
        let terminal = Terminal { folder };
        let mut command = terminal.tmux();
        command
            .arg("-f")
            .arg(terminal.folder.path().join("settings"))
            .args(["new-session", "-d", "-x", "100", "-y", "50"])
            .args(["sh", "-c", SHELL, "sh"])
            .arg(program.get_program())
            .args(program.get_args())
            .current_dir(program.get_current_dir().unwrap())
            .env_clear()
            .env("LC_ALL", "C.UTF-8");
        for (name, value) in program.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        run(&mut command);
        terminal
    }

    /// Types text, then Enter.
    pub fn enter(&self, text: &str) {
        self.write(text);
        self.press("Enter");
    }

    /// Types text.
    pub fn write(&self, text: &str) {
        run(self.tmux().args(["send-keys", "-l", "--", text]));
    }

    /// Presses a key, by its name in tmux.
    pub fn press(&self, key: &str) {
        run(self.tmux().args(["send-keys", key]));
    }

    /// Waits until this can be seen.
    #[track_caller]
    pub fn expect(&self, text: &str) {
        let start = Instant::now();
        while !self.screen().contains(text) {
            assert!(
                start.elapsed() < SOON,
                "`{text}` is not on:\n{}",
                self.screen()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the program takes each key as it comes. What it asks can be seen before.
    #[track_caller]
    pub fn expect_keys_to_be_read(&self) {
        let terminal = run(self.tmux().args(["display-message", "-p", "#{pane_tty}"]));
        let terminal = String::from_utf8(terminal.stdout).unwrap();
        let start = Instant::now();
        loop {
            let settings = run(Command::new("stty").args(["-a", "-F", terminal.trim()]));
            if String::from_utf8(settings.stdout)
                .unwrap()
                .contains("-icanon")
            {
                return;
            }
            assert!(start.elapsed() < SOON, "no editor: {}", self.screen());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the last line is this, a prompt usually.
    #[track_caller]
    pub fn expect_last(&self, text: &str) {
        let start = Instant::now();
        while self.screen().lines().last() != Some(text) {
            assert!(
                start.elapsed() < SOON,
                "`{text}` does not end:\n{}",
                self.screen()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for the end of the program, and its exit code.
    #[track_caller]
    pub fn expect_exit(&self, code: &str) {
        self.expect(&format!("left with {code}"));
    }

    /// What can be seen, without empty lines at the end.
    pub fn screen(&self) -> String {
        let output = run(self.tmux().args(["capture-pane", "-p", "-J"]));
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// The same with its colours.
    pub fn coloured_screen(&self) -> String {
        let output = run(self.tmux().args(["capture-pane", "-p", "-e"]));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Kills the program, which cannot say good-bye.
    pub fn kill(&self) {
        let shell = self.ask("#{pane_pid}");
        let children = run(Command::new("ps").args(["-o", "pid=", "--ppid", &shell]));
        let child = String::from_utf8(children.stdout).unwrap();
        run(Command::new("kill").args(["-KILL", child.trim()]));
    }

    fn ask(&self, format: &str) -> String {
        let output = run(self.tmux().args(["display-message", "-p", format]));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn tmux(&self) -> Command {
        let mut command = Command::new("tmux");
        let socket: PathBuf = self.folder.path().join("socket");
        command.arg("-u").arg("-S").arg(socket).env_remove("TMUX");
        command
    }
}

impl Drop for Terminal {
    /// Closes it, as a window is closed.
    fn drop(&mut self) {
        let _ = self.tmux().arg("kill-server").output();
    }
}

#[track_caller]
fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    output
}
