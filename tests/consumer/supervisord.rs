//! supervisord: its own parser, for volume, and the daemon itself.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde::Deserialize;

use super::{command, wait_while_running};

/// What supervisord would start for one program.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
pub(crate) enum Parsed {
    /// It understood everything.
    Program {
        /// The command line.
        argv: Vec<String>,
        /// Its own part of the environment.
        environment: BTreeMap<String, String>,
        /// The directory, as it would be changed to.
        directory: Option<String>,
        /// The file for standard output; none too when it names no file.
        log_file: Option<String>,
    },
    /// It could not split the command.
    Failed {
        /// What it says.
        error: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Programs(BTreeMap<String, Parsed>),
    Error(String),
}

/// The parser in a process that lives as long as this.
#[derive(Debug)]
pub(crate) struct Parser {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Parser {
    /// Starts the Python that supervisor is installed for.
    pub(crate) fn start() -> Self {
        Self::start_with([])
    }

    /// The same, with more variables in its environment.
    pub(crate) fn start_with(environment: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut process = command(python())
            .args(["-c", include_str!("supervisord.py")])
            .env("LC_ALL", "C.UTF-8")
            .envs(environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        Parser {
            requests: process.stdin.take().expect("it is piped"),
            answers: BufReader::new(process.stdout.take().expect("it is piped")),
            process,
        }
    }

    /// The programs of a configuration file.
    ///
    /// # Errors
    /// When supervisord would not start with it.
    pub(crate) fn parse(&mut self, path: &Path) -> Result<BTreeMap<String, Parsed>, String> {
        let path = path.to_str().expect("the tests use UTF-8 paths");
        write!(self.requests, "{}\n{path}", path.len()).expect("the parser lives");
        self.requests.flush().expect("the parser lives");
        let mut length = String::new();
        self.answers
            .read_line(&mut length)
            .expect("the parser lives");
        let mut answer = vec![0; length.trim().parse().expect("the parser answers")];
        self.answers
            .read_exact(&mut answer)
            .expect("the parser lives");
        match serde_json::from_slice(&answer).expect("the answer is as agreed") {
            Answer::Programs(programs) => Ok(programs),
            Answer::Error(error) => Err(error),
        }
    }
}

impl Drop for Parser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The Python that can import supervisor: the distribution's, or the first of `PATH`.
fn python() -> &'static str {
    ["/usr/bin/python3", "python3"]
        .into_iter()
        .find(|python| {
            command(python)
                .args(["-W", "ignore", "-c", "import supervisor.options"])
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        })
        .expect("supervisor must be installed for this test")
}

/// A running supervisord.
#[derive(Debug)]
pub(crate) struct Daemon {
    process: Child,
}

impl Daemon {
    /// Starts supervisord in the foreground, in the folder of its configuration file.
    pub(crate) fn start(configuration: &Path) -> Self {
        Self::start_with(configuration, [])
    }

    /// The same, with more or other variables in its environment.
    pub(crate) fn start_with(
        configuration: &Path,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        let folder = configuration.parent().expect("a file has a folder");
        let process = command("supervisord")
            .args(["-n", "-c"])
            .arg(configuration)
            .env("LC_ALL", "C.UTF-8")
            .envs(environment)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("`supervisord` must be installed: {error}"));
        Daemon { process }
    }

    /// Waits until `done`, as long as supervisord runs, two minutes at most.
    pub(crate) fn wait_until(&mut self, done: impl FnMut() -> bool) -> bool {
        wait_while_running(&mut self.process, done)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
