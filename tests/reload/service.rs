//! A project in a temporary folder whose service runs, and ends with the test.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lisplaunch::live::swank::{Address, Answer, Client, Evaluation, Interrupt, Timeouts};

use crate::support::ports::free_port;
use crate::support::{Outcome, Project, make_executable};
use crate::swank_server::recorder::Recorder;

/// How long a service may take to start, all of its libraries compiled.
const STARTING: Duration = Duration::from_secs(120);

/// A project whose compiled files lie in its own folder, those of libraries where they always do.
pub struct Sources {
    project: Project,
    swank: u16,
}

/// A service that runs.
pub struct Service {
    /// As `run` knows it.
    name: String,
    project: Project,
    child: Child,
    swank: u16,
}

impl Sources {
    /// A project file in which `SWANK` is a free port, as `HTTP` is.
    pub fn new(yaml: &str) -> Self {
        let swank = free_port();
        let yaml = yaml
            .replace("SWANK", &swank.to_string())
            .replace("HTTP", &free_port().to_string());
        let project = Project::new(&yaml);
        let own = project.folder().canonicalize().unwrap();
        let home = project.home().canonicalize().unwrap();
        let translations = format!(
            "(:output-translations (\"{0}/\" \"{0}/fasls/\") (\"{1}/\" \"{1}/fasls/\")
              :inherit-configuration)",
            own.display(),
            home.display()
        );
        let project = project
            .with_variable("ASDF_OUTPUT_TRANSLATIONS", &translations)
            .with_variable("XDG_CACHE_HOME", cache().to_str().unwrap())
            .with_variable("LC_ALL", "C.UTF-8");
        Sources { project, swank }
    }

    pub fn with_file(mut self, name: &str, text: &str) -> Self {
        self.project = self.project.with_file(name, text);
        self
    }

    pub fn with_program(self, name: &str, script: &str) -> Self {
        let sources = self.with_file(name, script);
        make_executable(&sources.project.folder().join(name));
        sources
    }

    /// Starts the service of this name, the only one if it is empty.
    pub fn start(self, name: &str) -> Service {
        let child = start(&self.project, name);
        let mut service = Service {
            child,
            name: name.to_owned(),
            project: self.project,
            swank: self.swank,
        };
        service.wait();
        service
    }

    /// Runs a shell command in the folder of the project.
    pub fn shell(&self, command: &str) {
        shell(&self.project, command);
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.project.run(arguments)
    }
}

fn shell(project: &Project, command: &str) {
    let status = Command::new("sh")
        .args(["-ec", command])
        .current_dir(project.folder())
        .status();
    assert!(status.unwrap().success(), "{command}");
}

/// A process of the service of this name.
fn start(project: &Project, name: &str) -> Child {
    let mut command = project.command(&["run"]);
    command
        .args(Some(name).filter(|name| !name.is_empty()))
        .stdout(Stdio::null())
        .stderr(fs::File::create(project.home().join("log")).unwrap());
    command.spawn().unwrap()
}

impl Service {
    /// Ends it, and starts it again.
    pub fn restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = start(&self.project, &self.name);
        self.wait();
    }

    fn wait(&mut self) {
        let end = Instant::now() + STARTING;
        // The start forms come after swank's, and this one is the last of them.
        while !self.started() {
            let ended = self.child.try_wait().unwrap().is_some();
            assert!(!ended && Instant::now() < end, "{}", self.log());
            sleep(Duration::from_millis(20));
        }
    }

    fn started(&self) -> bool {
        let client = Client::connect(&self.address(), None, Timeouts::default());
        client.is_ok_and(|mut client| value(&mut client, "(boundp 'cl-user::*started*)") == "T")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.project.home().join("log")).unwrap()
    }

    fn address(&self) -> Address {
        Address {
            host: "127.0.0.1".to_owned(),
            port: self.swank,
        }
    }

    /// The printed value of a form in the image.
    pub fn value(&self, form: &str) -> String {
        let client = Client::connect(&self.address(), None, Timeouts::default());
        value(&mut client.unwrap(), form)
    }

    /// Runs a shell command in the folder of the project.
    pub fn shell(&self, command: &str) {
        shell(&self.project, command);
    }

    /// Writes a file.
    pub fn change(&self, name: &str, text: &str) {
        fs::write(self.project.folder().join(name), text).unwrap();
    }

    /// The compiled files of the project, by name.
    pub fn fasls(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.project.folder().join("fasls")) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.ends_with(".lisplaunch"))
            .collect();
        names.sort();
        names
    }

    pub fn project(&self) -> &Project {
        &self.project
    }

    pub fn reload(&self, arguments: &[&str]) -> Outcome {
        let arguments: Vec<&str> = [&["reload"], arguments].concat();
        self.project.run(&arguments)
    }

    /// Whether it is still the process that was started.
    pub fn is_same_process(&mut self) -> bool {
        let client = Client::connect(&self.address(), None, Timeouts::default()).unwrap();
        self.child.try_wait().unwrap().is_none()
            && client.connection_info().pid == Some(self.child.id())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn value(client: &mut Client, form: &str) -> String {
    let mut output = Recorder::default();
    let evaluation = Evaluation {
        timeout: Some(Duration::from_secs(60)),
        ..Evaluation::new(form)
    };
    match client.evaluate(&evaluation, &mut output, &Interrupt::new()) {
        Ok(Answer::Returned { values, .. }) => values.join(" "),
        other => panic!("{form}: {other:?}"),
    }
}

/// The body of what an HTTP server answers with 200.
pub fn get(port: u16) -> Result<String, String> {
    let message = |error: std::io::Error| error.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(message)?;
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .map_err(message)?;
    stream
        .write_all(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        .map_err(message)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(message)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.contains(" 200 OK") => Ok(body.to_owned()),
        _ => Err(answer),
    }
}

/// Where the compiled files of libraries are, whatever the home folder of a service.
fn cache() -> PathBuf {
    match env::var_os("XDG_CACHE_HOME") {
        Some(cache) => cache.into(),
        None => PathBuf::from(env::var_os("HOME").unwrap()).join(".cache"),
    }
}
