//! A started process and what it starts in turn, all of which ends with the test.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tempfile::TempDir;

use super::stuck;

/// How long anything may take on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often it is looked at meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// A variable by which everything is known again that a test has started: make and `script`
/// put what they start into groups and sessions of their own.
const MARK: &str = "STARTED_BY_TEST";

/// A process that was started, and what it says.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// Files, since a pipe would fill up while a test waits for something else.
    said: TempDir,
    mark: String,
}

impl Running {
    /// Starts `command`, the leader of a new group, with its output in files.
    #[track_caller]
    pub fn start(mut command: Command) -> Self {
        let said = TempDir::new().unwrap();
        let file = |name| File::create(said.path().join(name)).unwrap();
        let mark = new_mark();
        let child = command
            .process_group(0)
            .env(MARK, &mark)
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn()
            .unwrap_or_else(|error| {
                let program = command.get_program().display();
                panic!("`{program}` must be installed for this test: {error}")
            });
        Running { child, said, mark }
    }

    /// The number of the process that was started.
    pub fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// What it has written to standard output so far.
    pub fn stdout(&self) -> String {
        self.read("stdout")
    }

    /// What it has written to standard error so far.
    pub fn stderr(&self) -> String {
        self.read("stderr")
    }

    fn read(&self, name: &str) -> String {
        let text = fs::read(self.said.path().join(name)).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Writes to its standard input, which is a pipe.
    pub fn enter(&mut self, text: &str) {
        let input = self.child.stdin.as_mut().expect("it is a pipe");
        input.write_all(text.as_bytes()).unwrap();
        input.flush().unwrap();
    }

    /// Closes its standard input, which is a pipe.
    pub fn end_input(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Waits for `look` to find something, for as long as the process lives.
    #[track_caller]
    pub fn until<T>(&mut self, wanted: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let ended = self.child.try_wait().unwrap();
            if let Some(found) = look() {
                return found;
            }
            if ended.is_some() || Instant::now() > deadline {
                self.give_up(wanted, ended);
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Waits until it has said `text` on standard output.
    #[track_caller]
    pub fn until_it_says(&mut self, text: &str) {
        let file = self.said.path().join("stdout");
        self.until(text, || {
            let said = fs::read(&file).unwrap();
            String::from_utf8_lossy(&said).contains(text).then_some(())
        });
    }

    /// Sends a signal to the process alone.
    pub fn signal(&self, signal: Signal) {
        kill_process(number(self.pid()), signal).unwrap();
    }

    /// Sends a signal to everything that it has started, too.
    pub fn signal_group(&self, signal: Signal) {
        kill_process_group(number(self.pid()), signal).unwrap();
    }

    /// Waits until it has ended.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        self.wait_at_most(PATIENCE)
    }

    /// Waits until it has ended, for something that takes longer than all else.
    #[track_caller]
    pub fn wait_at_most(&mut self, patience: Duration) -> ExitStatus {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(ended) = self.child.try_wait().unwrap() {
                return ended;
            }
            if Instant::now() > deadline {
                self.give_up("the process ends", None);
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Waits until nothing is left of what it has started, either.
    #[track_caller]
    pub fn until_all_of_it_ends(&self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.family().is_empty() {
            if Instant::now() > deadline {
                self.give_up("all of it ends", None);
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Fails with all that may say why `wanted` did not come.
    #[track_caller]
    fn give_up(&self, wanted: &str, ended: Option<ExitStatus>) -> ! {
        let stuck = stuck::account(&self.family());
        panic!(
            "{wanted}: no ({ended:?})\n--- stdout\n{}--- stderr\n{}{stuck}",
            self.stdout(),
            self.stderr()
        );
    }

    /// Stops it and waits until it has ended.
    #[track_caller]
    pub fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// The processes that are left of it and of what it has started.
    pub fn family(&self) -> Vec<i32> {
        let entry = format!("{MARK}={}", self.mark);
        let marked = |pid: &i32| {
            fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
                let mut entries = environment.split(|byte| *byte == 0);
                entries.any(|other| other == entry.as_bytes())
            })
        };
        let all = processes_where(|_| true);
        all.into_iter().filter(marked).collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // First, so that it cannot start anything again.
        let _ = self.child.kill();
        let _ = self.child.wait();
        for pid in self.family() {
            let _ = kill_process(number(pid), Signal::KILL);
        }
    }
}

/// A value that no other process in this test run or another one has.
fn new_mark() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{}-{count}", std::process::id())
}

/// Waits for `look` to find something.
#[track_caller]
pub fn eventually<T>(wanted: &str, look: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, wanted, look)
}

#[track_caller]
fn within<T>(patience: Duration, wanted: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            Instant::now() < deadline,
            "not within {patience:?}: {wanted}"
        );
        std::thread::sleep(PAUSE);
    }
}

/// Sends SIGKILL.
pub fn kill(pid: i32) {
    kill_process(number(pid), Signal::KILL).unwrap();
}

/// Sends SIGTERM.
pub fn terminate(pid: i32) {
    kill_process(number(pid), Signal::TERM).unwrap();
}

fn number(pid: i32) -> Pid {
    Pid::from_raw(pid).expect("the number of a process")
}

/// Whether there is such a process, not counting one that has ended and is only remembered.
pub fn is_alive(pid: i32) -> bool {
    Stat::of(pid).is_some_and(|stat| stat.alive)
}

/// The processes whose parent is `pid`.
pub fn children(pid: i32) -> Vec<i32> {
    processes_where(|stat| stat.parent == pid)
}

fn processes_where(wanted: impl Fn(&Stat) -> bool) -> Vec<i32> {
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| Stat::of(*pid).is_some_and(|stat| stat.alive && wanted(&stat)))
        .collect()
}

/// Fails unless `pid` is sbcl itself: no shell, no make, no lisplaunch.
#[track_caller]
pub fn assert_sbcl(pid: i32) {
    let program = program(pid).expect("the process is there");
    assert_eq!(program.file_name(), Some(OsStr::new("sbcl")));
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap();
    assert_eq!(name.trim(), "sbcl");
}

/// Whether a process runs sbcl.
pub fn is_sbcl(pid: i32) -> bool {
    program(pid).is_some_and(|program| program.file_name() == Some(OsStr::new("sbcl")))
}

/// The file that a process runs.
fn program(pid: i32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// What Linux reports about a process.
struct Stat {
    alive: bool,
    parent: i32,
}

impl Stat {
    fn of(pid: i32) -> Option<Stat> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name before may hold anything.
        let mut fields = text.rsplit_once(") ")?.1.split(' ');
        let state = fields.next()?;
        Some(Stat {
            alive: !matches!(state, "Z" | "X"),
            parent: fields.next()?.parse().ok()?,
        })
    }
}
