//! A project in a folder of its own, and the real `lisplaunch` run on it.

pub mod ports;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The program under test.
pub const LISPLAUNCH: &str = env!("CARGO_BIN_EXE_lisplaunch");

/// The folder of this repository.
pub const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// A folder with a project file, beside an empty home folder.
pub struct Project {
    root: TempDir,
    environment: Vec<(String, String)>,
}

/// What a run of the program left.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    /// A project `app` with this project file.
    pub fn new(yaml: &str) -> Self {
        Self::empty().with_file("lisplaunch.yaml", yaml)
    }

    /// A folder `app` without a project file.
    pub fn empty() -> Self {
        let project = Project {
            root: TempDir::new().unwrap(),
            environment: Vec::new(),
        };
        fs::create_dir(project.folder()).unwrap();
        fs::create_dir(project.home()).unwrap();
        project
    }

    /// Writes a file, its folders first. `~/` is the home folder.
    pub fn with_file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let file = match name.strip_prefix("~/") {
            Some(name) => self.home().join(name),
            None => self.folder().join(name),
        };
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        self
    }

    /// Sets a variable of the environment.
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A program `sbcl`, first on the PATH, that is this shell script.
    pub fn with_sbcl(self, script: &str) -> Self {
        let project = self.with_file("~/bin/sbcl", format!("#!/bin/sh\n{script}\n"));
        make_executable(&project.home().join("bin/sbcl"));
        let path = format!("{}/bin:/usr/bin:/bin", project.home().display());
        project.with_variable("PATH", &path)
    }

    pub fn folder(&self) -> PathBuf {
        self.root.path().join("app")
    }

    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// The program, about to run in the project's folder with a clean environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(LISPLAUNCH);
        command
            .args(arguments)
            .current_dir(self.folder())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.home())
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.outcome(self.command(arguments))
    }

    /// Runs the program with this standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Outcome {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that does not want all of it may close its end.
        let _ = child.stdin.take().unwrap().write_all(input);
        self.outcome_of(child.wait_with_output().unwrap())
    }

    /// Runs a command and shows the project's folders as `/srv/app` and `/home/me`, and the
    /// program itself as `/usr/bin/lisplaunch`.
    pub fn outcome(&self, mut command: Command) -> Outcome {
        self.outcome_of(command.output().unwrap())
    }

    fn outcome_of(&self, output: std::process::Output) -> Outcome {
        let text = |bytes: Vec<u8>| self.with_fixed_paths(&String::from_utf8(bytes).unwrap());
        Outcome {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Text with the project's folders as `/srv/app` and `/home/me`.
    pub fn with_fixed_paths(&self, text: &str) -> String {
        text.replace(self.folder().to_str().unwrap(), "/srv/app")
            .replace(self.home().to_str().unwrap(), "/home/me")
            .replace(env!("CARGO_BIN_EXE_lisplaunch"), "/usr/bin/lisplaunch")
    }
}

impl Outcome {
    /// The standard output of a run that went well.
    #[track_caller]
    pub fn success(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self.stdout
    }

    /// The standard error of a run that ended with `code`, without blanks at line ends.
    #[track_caller]
    pub fn failure(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        let lines: Vec<&str> = self.stderr.lines().map(str::trim_end).collect();
        lines.join("\n")
    }
}

/// The files below a folder, in order.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Lets everybody execute a file.
pub fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}
