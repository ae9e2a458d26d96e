//! A service with a real sbcl and swank, started as a person would start it.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::client::Client;
use crate::end_to_end::stuck;
use crate::support::Project;
use crate::support::ports::free_port;

/// Starts, writes `ready`, and then does what files ask for.
const START: &str = r#"
start: |
  (loop initially (with-open-file (file "ready" :direction :output :if-exists :supersede))
        do (sleep 0.02)
        when (probe-file "fail-in-main") do (error "in the main thread")
        when (probe-file "fail-in-worker")
          do (delete-file "fail-in-worker")
             (sb-thread:make-thread (lambda () (error "in a worker thread"))))
"#;

/// A project whose service has this `swank:` map beside the port.
pub fn project(swank: &str) -> Project {
    let project = Project::new(&format!(
        "name: app\nloader: asdf\nswank: {{port: {}, {swank}}}\n{START}",
        free_port()
    ));
    project.with_variable("XDG_CACHE_HOME", compiled_swank().to_str().unwrap())
}

/// A cache folder with swank, which takes seconds to compile.
fn compiled_swank() -> PathBuf {
    static CACHE: OnceLock<PathBuf> = OnceLock::new();
    let compile = || {
        let cache = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("swank-safety");
        let project =
            Project::new("name: app\nloader: asdf\nsystems: [swank]\nstart: (sb-ext:exit :code 0)")
                .with_variable("XDG_CACHE_HOME", cache.to_str().unwrap());
        project.run(&["run"]).success();
        cache
    };
    CACHE.get_or_init(compile).clone()
}

/// A service that runs until this is dropped.
pub struct Service {
    pub port: u16,
    child: Child,
    folder: PathBuf,
}

impl Service {
    /// Starts the project's service and waits until it is up.
    pub fn start(project: &Project) -> Self {
        let mut service = Self::spawn(project);
        let ready = service.folder.join("ready");
        service.wait_for("the service to start", || ready.exists());
        fs::remove_file(ready).unwrap();
        service
    }

    /// Starts the project's service, which may end at once.
    pub fn spawn(project: &Project) -> Self {
        let folder = project.folder();
        let log = File::create(folder.join("log")).unwrap();
        let mut command = project.command(&["run"]);
        command
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null());
        Service {
            port: port_of(project),
            child: command.spawn().unwrap(),
            folder,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has written.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.join("log")).unwrap()).into_owned()
    }

    /// Makes a file that asks the service to do something.
    pub fn tell(&self, what: &str) {
        fs::write(self.folder.join(what), "").unwrap();
    }

    /// Waits until it writes this.
    pub fn wait_for_log(&mut self, text: &str) {
        let file = self.folder.join("log");
        self.wait_for(text, || {
            String::from_utf8_lossy(&fs::read(&file).unwrap()).contains(text)
        });
    }

    pub fn wait_for(&mut self, what: &str, done: impl Fn() -> bool) {
        self.wait_long_for(what, Duration::from_secs(60), done);
    }

    pub fn wait_long_for(&mut self, what: &str, patience: Duration, done: impl Fn() -> bool) {
        let start = Instant::now();
        while !done() {
            self.assert_alive();
            if start.elapsed() > patience {
                // It makes SBCL write stacks to the log.
                let account = stuck::account(&[self.pid().cast_signed()]);
                panic!("no {what}:\n{}\n{account}", self.log());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// How it ended, which takes no long time.
    pub fn end(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "it did not end:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn assert_alive(&mut self) {
        let status = self.child.try_wait().unwrap();
        assert!(
            status.is_none(),
            "it ended with {status:?}:\n{}",
            self.log()
        );
    }

    /// Checks what is promised of the service: whatever happened before, it lives, and a client who
    /// knows the secret is served before the patience with clients that say nothing is over.
    #[track_caller]
    pub fn assert_serves(&mut self, secret: Option<&str>, after: &str) {
        self.assert_alive();
        let start = Instant::now();
        let answer = self.ask(secret, "(cl:* 6 7)");
        let took = start.elapsed();
        assert!(
            answer.as_ref().is_ok_and(|answer| answer.contains("42")),
            "after {after}: {answer:?}\n{}",
            self.log()
        );
        assert!(took < Duration::from_secs(4), "after {after}: {took:?}");
        self.assert_alive();
    }

    /// Checks that no client gets in.
    #[track_caller]
    pub fn assert_refuses(&mut self, secret: Option<&str>, case: &str) {
        let answer = self.ask(secret, "(cl:* 6 7)");
        assert!(answer.is_err(), "{case}: {answer:?}");
        self.assert_alive();
    }

    /// What a client with this secret is answered.
    pub fn ask(&self, secret: Option<&str>, form: &str) -> std::io::Result<String> {
        let mut client = Client::connect(self.port);
        if let Some(secret) = secret {
            client.send(&super::client::frame(secret))?;
        }
        client.evaluate(form)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn port_of(project: &Project) -> u16 {
    let file = fs::read_to_string(project.folder().join("lisplaunch.yaml")).unwrap();
    let (_, rest) = file.split_once("port: ").unwrap();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}
