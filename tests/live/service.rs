//! A service on Hunchentoot that runs through `lisplaunch run`, beside one that does not and one
//! without swank. It ends with the test, however that ends.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::ports::free_port;
use crate::support::{Outcome, Project, REPOSITORY};
use crate::swank_server::real::cache;

/// How long a test waits for what should happen at once.
pub const SOON: Duration = Duration::from_secs(60);

/// How long a test waits for what may have to be compiled.
const LONG: Duration = Duration::from_secs(120);

const PROJECT: &str = r"
name: shop
loader: asdf
registry: [REPOSITORY/examples/hunchentoot]
stop-timeout: 5s
services:
  web:
    systems: [hello-hunchentoot]
    package: hello-hunchentoot
    start:
      - (hello-hunchentoot:start :port HTTP)
      # The test holds the other end.
      - (sb-thread:make-thread (lambda () (read-line sb-sys:*stdin* nil) (sb-ext:exit :abort t)))
    stop: (hello-hunchentoot:stop)
    swank: SWANK
  worker:
    start: (f)
    swank: FREE
  mailer:
    start: (f)
";

/// One that is small, and its only service: its stop forms are given.
pub const SMALL: &str = r"
name: small
loader: asdf
stop-timeout: 1s
start: (sb-thread:make-thread (lambda () (read-line sb-sys:*stdin* nil) (sb-ext:exit :abort t)))
stop: STOP
swank: SWANK
";

/// A project whose first service may be started.
pub struct Service {
    pub project: Project,
    pub http: u16,
    pub swank: u16,
    pub free: u16,
    name: &'static str,
    running: Option<(Child, ChildStdin)>,
}

impl Service {
    /// The shop, not started.
    pub fn new() -> Self {
        Self::with(PROJECT, "web")
    }

    /// The small one, not started.
    pub fn small(stop: &str) -> Self {
        Self::with(&SMALL.replace("STOP", stop), "small")
    }

    /// The shop for all tests that leave it as it was.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Service> = OnceLock::new();
        SHARED.get_or_init(|| Self::new().started())
    }

    /// The first service `name` of another file, not started; its standard input ends with the
    /// test.
    pub fn with(yaml: &str, name: &'static str) -> Self {
        let [http, swank, free] = [(); 3].map(|()| free_port());
        let yaml = yaml
            .replace("REPOSITORY", REPOSITORY)
            .replace("HTTP", &http.to_string())
            .replace("SWANK", &swank.to_string())
            .replace("FREE", &free.to_string());
        let project = Project::new(&yaml)
            .with_variable("XDG_CACHE_HOME", cache().to_str().unwrap())
            .with_variable("LC_ALL", "C.UTF-8");
        Service {
            project,
            http,
            swank,
            free,
            name,
            running: None,
        }
    }

    /// The same, as soon as it answers.
    pub fn started(mut self) -> Self {
        self.start();
        self.run(&["status", self.name, "--wait=120"]).success();
        self
    }

    /// Starts it and does not wait.
    pub fn start(&mut self) {
        self.start_with(&[]);
    }

    /// The same with further arguments.
    pub fn start_with(&mut self, options: &[&str]) {
        let arguments = [&["run", self.name], options].concat();
        self.launch(self.project.command(&arguments));
    }

    /// Starts what is not `lisplaunch run`.
    pub fn launch(&mut self, mut command: Command) {
        let log = File::create(self.project.folder().join("log")).unwrap();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        self.running = Some((child, input));
    }

    /// What the service wrote.
    pub fn log(&self) -> String {
        fs::read_to_string(self.project.folder().join("log")).unwrap()
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.project.run(arguments)
    }

    /// Evaluates forms in the service and returns what was printed.
    #[track_caller]
    pub fn eval(&self, forms: &str) -> String {
        self.run(&["eval", self.name, forms]).success()
    }

    /// Starts an evaluation that is to be looked at while it lasts.
    pub fn spawn_eval(&self, forms: &str) -> Running {
        self.spawn(&["eval", self.name, forms])
    }

    /// Starts a command that is to be looked at while it lasts.
    pub fn spawn(&self, arguments: &[&str]) -> Running {
        let mut command = self.project.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Running(Some(command.spawn().unwrap()))
    }

    /// Asks the service to end, as a process manager does.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    pub fn signal(&self, signal: Signal) {
        let (child, _) = self.running.as_ref().unwrap();
        kill_process(Pid::from_child(child), signal).unwrap();
    }

    /// Where the service keeps its state.
    pub fn state_file(&self) -> PathBuf {
        let folder = self.project.folder().canonicalize().unwrap();
        let name = format!("{}/lisplaunch.yaml", folder.display()).replace('/', "%");
        let home = self.project.home();
        home.join(".local/state/lisplaunch/services").join(name)
    }

    /// Waits until `status` says that its only service is so.
    #[track_caller]
    pub fn wait_for_state(&self, state: &str) -> String {
        let start = Instant::now();
        loop {
            let table = self.run(&["status"]).stdout;
            let row = table.lines().last().unwrap_or_default().to_owned();
            if row.split_whitespace().nth(1) == Some(state) {
                return row;
            }
            assert!(start.elapsed() < LONG, "{table}{}", self.log());
            sleep(Duration::from_millis(50));
        }
    }

    pub fn pid(&self) -> u32 {
        self.running.as_ref().unwrap().0.id()
    }

    /// The exit code of a service that ends.
    #[track_caller]
    pub fn exit_code(&mut self) -> Option<i32> {
        let (child, _) = self.running.as_mut().unwrap();
        let start = Instant::now();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status.code();
            }
            assert!(start.elapsed() < SOON, "the service runs on");
            sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the image runs no evaluation but the one that asks.
    #[track_caller]
    pub fn assert_idle(&self) {
        let count = "(count \"worker\" (sb-thread:list-all-threads) \
                     :key #'sb-thread:thread-name :test #'equal)";
        let start = Instant::now();
        while self.eval(count) != "1\n" {
            assert!(start.elapsed() < SOON, "an evaluation is left");
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some((mut child, input)) = self.running.take() {
            // For a process that the child started.
            drop(input);
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A process that ends with the test.
pub struct Running(Option<Child>);

impl Running {
    pub fn child(&mut self) -> &mut Child {
        self.0.as_mut().unwrap()
    }

    pub fn interrupt(&mut self, signal: Signal) {
        let pid = Pid::from_child(self.child());
        kill_process(pid, signal).unwrap();
    }

    /// Exit code and standard error.
    pub fn finish(mut self) -> (Option<i32>, String) {
        let output = self.0.take().unwrap().wait_with_output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
