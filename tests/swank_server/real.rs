//! An sbcl that serves swank, and ends with the test.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use lisplaunch::live::swank::{Address, Client, Timeouts};
use tempfile::TempDir;

use crate::support::ports::free_port;

/// Prints the port, then waits for the end of its input.
const SERVE: &str = r#"
(progn
  (setf swank:*global-debugger* GLOBAL)
  GUARD
  (format t "port ~d~%" (swank:create-server :port PORT :dont-close t))
  (finish-output)
  (loop :while (read-line *standard-input* nil))
  (sb-ext:exit :abort t))
"#;

/// Closing flushes, which fails when the client has gone, in the thread of all connections.
const GUARD: &str = r"
  (sb-int:encapsulate 'swank::close-connection% 'guard
    (lambda (close connection condition backtrace)
      (handler-case (funcall close connection condition backtrace)
        (error ()
          (ignore-errors (close (swank::connection.socket-io connection) :abort t))
          (setf swank::*connections* (remove connection swank::*connections*))))))
";

/// The system is compiled once, by the first.
static STARTING: Mutex<()> = Mutex::new(());

/// A running sbcl.
pub struct Swank {
    child: Child,
    /// It ends with this, and so with the process of the test whatever happens.
    _input: ChildStdin,
    _home: TempDir,
    port: u16,
}

impl Swank {
    /// One as a service runs it.
    pub fn start() -> Self {
        Self::with(None, false, "", 0)
    }

    /// One whose home folder holds a secret.
    pub fn with_secret(secret: &str) -> Self {
        Self::with(Some(secret), false, "", 0)
    }

    /// One as swank is by default: errors in any thread go to the debugger of the last client.
    pub fn with_global_debugger() -> Self {
        Self::with(None, true, "", 0)
    }

    /// One that survives a client that is killed.
    pub fn with_guard() -> Self {
        Self::with(None, false, GUARD, free_port())
    }

    /// Another process in the place of this one.
    pub fn restarted(self) -> Self {
        let port = self.port;
        drop(self);
        Self::with(None, false, GUARD, port)
    }

    /// One for all tests that leave it as it was.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Swank> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    fn with(secret: Option<&str>, global_debugger: bool, guard: &str, port: u16) -> Self {
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let home = TempDir::new().unwrap();
        if let Some(secret) = secret {
            fs::write(home.path().join(".slime-secret"), format!("{secret}\n")).unwrap();
        }
        let global = if global_debugger { "t" } else { "nil" };
        let serve = SERVE
            .replace("GLOBAL", global)
            .replace("GUARD", guard)
            .replace("PORT", &port.to_string());
        let mut child = Command::new("sbcl")
            .args([
                "--noinform",
                "--no-sysinit",
                "--no-userinit",
                "--disable-debugger",
            ])
            .args(["--eval", "(require :asdf)"])
            .args([
                "--eval",
                "(let ((*standard-output* *error-output*)) (asdf:load-system :swank))",
            ])
            .args(["--eval", &serve])
            .env("HOME", home.path())
            .env("XDG_CACHE_HOME", cache())
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let port = loop {
            let mut line = String::new();
            assert!(output.read_line(&mut line).unwrap() > 0, "sbcl ended");
            if let Some(port) = line.strip_prefix("port ") {
                break port.trim().parse().unwrap();
            }
        };
        // What the image prints itself must not block it.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        Swank {
            child,
            _input: input,
            _home: home,
            port,
        }
    }

    pub fn address(&self) -> Address {
        Address {
            host: "127.0.0.1".to_owned(),
            port: self.port,
        }
    }

    pub fn client(&self) -> Client {
        Client::connect(&self.address(), None, Timeouts::default()).unwrap()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Swank {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the compiled files are, whatever the home folder of a server.
pub fn cache() -> PathBuf {
    match env::var_os("XDG_CACHE_HOME") {
        Some(cache) => cache.into(),
        None => PathBuf::from(env::var_os("HOME").unwrap()).join(".cache"),
    }
}
